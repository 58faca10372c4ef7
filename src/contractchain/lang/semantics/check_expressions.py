"""Checks expressions: the type, purity and meaning of each."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.check_calls import CallChecker
from contractchain.lang.semantics.checking import Arguments
from contractchain.lang.semantics.checksum import to_checksum
from contractchain.lang.semantics.constants import literal_type
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.resolve_types import TypeResolver
from contractchain.lang.semantics.types import (
    ADDRESS,
    BOOL,
    UNKNOWN,
    ByteSequenceType,
    MappingType,
    StringLiteralType,
    TypeType,
)
from contractchain.lang.semantics.using import UsingTable

_ADDRESS_DIGITS = 40


class ExpressionChecker(CallChecker):
    """Checks every kind of expression."""

    def __init__(self, context: Context, types: TypeResolver, using: UsingTable) -> None:
        super().__init__(context, types, using)
        self._plain: dict[type[Any], Callable[[Any], ExpressionInfo]] = {
            ast.Literal: self.check_literal,
            ast.TupleExpression: self.check_tuple,
            ast.UnaryOperation: self.check_unary,
            ast.BinaryOperation: self.check_binary,
            ast.Conditional: self.check_conditional,
            ast.Assignment: self.check_assignment,
            ast.FunctionCall: self.check_call,
            ast.NewExpression: self.check_new,
            ast.IndexAccess: self.check_index,
            ast.IndexRangeAccess: self.check_slice,
            ast.ElementaryTypeNameExpression: self.check_type_name,
        }

    def check(self, node: ast.Expression, arguments: Arguments | None = None) -> ExpressionInfo:
        match node:
            case ast.Identifier():
                info = self.check_identifier(node, arguments)
            case ast.MemberAccess():
                info = self.check_member(node, arguments)
            case ast.FunctionCallOptions():
                info = self.check_options(node, arguments)
            case _:
                info = self._plain[type(node)](node)
        self.analysis.expressions[node.node_id] = info
        return info

    def check_literal(self, node: ast.Literal) -> ExpressionInfo:
        """Check a literal."""
        match node.kind:
            case ast.LiteralKind.BOOL:
                return ExpressionInfo(type=BOOL, is_pure=True)
            case ast.LiteralKind.NUMBER:
                return self._check_number(node)
        return ExpressionInfo(type=StringLiteralType(node.value), is_pure=True)

    def _check_number(self, node: ast.Literal) -> ExpressionInfo:
        if node.text.startswith("0x") and node.unit is None:
            address = self._check_address(node)
            if address is not None:
                return address
        type_ = literal_type(node)
        if type_ is None or abs(type_.value) > Fraction(1 << 4096):
            self.context.type_error(2826, "the number is too large", node.span)
            return ExpressionInfo(type=UNKNOWN)
        return ExpressionInfo(type=type_, is_pure=True)

    def _check_address(self, node: ast.Literal) -> ExpressionInfo | None:
        """Return what a literal that looks like an address is."""
        digits = node.text[2:].replace("_", "")
        if len(digits) == _ADDRESS_DIGITS:
            right = to_checksum(digits)
            if digits == right:
                return ExpressionInfo(type=ADDRESS, is_pure=True)
            self.context.syntax_error(
                9429,
                "this looks like an address but its checksum is wrong",
                node.span,
                hint=f"write `0x{right}`, or put `00` before it if it is no address",
            )
            return ExpressionInfo(type=ADDRESS, is_pure=True)
        if len(digits) in (_ADDRESS_DIGITS - 1, _ADDRESS_DIGITS + 1):
            self.context.syntax_error(
                9429,
                f"this looks like an address but has {len(digits)} digits instead of 40",
                node.span,
                hint="put `00` before it if it is no address",
            )
        return None

    def check_type_name(self, node: ast.ElementaryTypeNameExpression) -> ExpressionInfo:
        """Check a type where a value may stand."""
        type_ = self.type_resolver.resolve(node.type_name, self.frame.scope)
        if isinstance(type_, (ByteSequenceType, MappingType)):
            type_ = type_.at(ast.DataLocation.MEMORY)
        return ExpressionInfo(type=TypeType(type_), is_pure=True)
