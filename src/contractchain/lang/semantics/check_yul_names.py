"""Checks the names in inline assembly, and what it may use of Solidity."""

from __future__ import annotations

from contractchain.lang import ast
from contractchain.lang.ast import yul
from contractchain.lang.diagnostics import DiagnosticKind
from contractchain.lang.semantics.annotations import YulReference, YulReferenceKind
from contractchain.lang.semantics.check_expressions import ExpressionChecker
from contractchain.lang.semantics.checking import Frame
from contractchain.lang.semantics.context import Context, suggest
from contractchain.lang.semantics.symbols import ContractSymbol, VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    UNKNOWN,
    ArraySliceType,
    ArrayType,
    ByteSequenceType,
    FunctionType,
    FunctionTypeKind,
    MappingType,
)
from contractchain.lang.semantics.yul_builtins import RESERVED, yul_builtins
from contractchain.lang.semantics.yul_scopes import YulScope
from contractchain.lang.source import Span

_SUFFIXES = {
    "slot": YulReferenceKind.SLOT,
    "offset": YulReferenceKind.OFFSET,
    "length": YulReferenceKind.LENGTH,
    "address": YulReferenceKind.ADDRESS,
    "selector": YulReferenceKind.SELECTOR,
}


_OUTSIDE = (VariableKind.STATE, VariableKind.FILE_CONSTANT)
"""Variables that functions of assembly can use."""


class YulNameChecker:
    """Resolves names: to variables of assembly, and to variables of Solidity."""

    def __init__(self, context: Context, expressions: ExpressionChecker) -> None:
        self.context = context
        self.expressions = expressions
        self.builtins = yul_builtins(context.evm_version)
        self.frame: Frame
        self.scope: YulScope
        self.loops = 0

    def error(self, code: int, message: str, span: Span, hint: str | None = None) -> None:
        """Report a fault of a name."""
        self.context.declaration_error(code, message, span, hint=hint)

    def type_error(self, code: int, message: str, span: Span, hint: str | None = None) -> None:
        """Report a fault of a type."""
        self.context.type_error(code, message, span, hint=hint)

    def declare(self, name: str, span: Span, *, is_let: bool = False) -> None:
        """Report if `name` cannot be declared here."""
        if "." in name:
            self.error(3927, "a name of assembly cannot contain a dot", span)
        elif name in self.builtins:
            self.context.report(
                DiagnosticKind.PARSER_ERROR,
                5568,
                f"`{name}` is an instruction and cannot be declared",
                span,
            )
        elif name in RESERVED or name == "difficulty":
            self.error(5017, f"`{name}` is reserved and cannot be declared", span)
        elif name in ("this", "super", "_"):
            self.error(4113, f"`{name}` cannot be a name of assembly", span)
        elif self.scope.has(name):
            self.error(1052, f"`{name}` is declared already", span)
        elif is_let:
            found = self.frame.scope.find(name)
            if found and not self._is_language(name):
                self.error(3859, f"`{name}` is declared outside the assembly already", span)

    def _is_language(self, name: str) -> bool:
        scope = self.frame.scope
        while scope.parent is not None:
            if scope.own(name):
                return False
            scope = scope.parent
        return True

    def check_name(self, node: yul.YulIdentifier, *, is_written: bool) -> None:
        """Resolve the name `node`."""
        name = node.name
        if self.scope.find_variable(name):
            if self.scope.is_in_function:
                self._check_hidden(node)
            return
        if self.scope.find_function(name) is not None:
            self.error(6041, f"`{name}` is a function", node.span)
            return
        if name in self.builtins:
            self.context.report(
                DiagnosticKind.PARSER_ERROR,
                7104,
                f"`{name}` is an instruction and must be called",
                node.span,
            )
            return
        base, _, suffix = name.rpartition(".")
        if not base or suffix not in _SUFFIXES:
            base, suffix = name, ""
        found = self.frame.scope.find(base)
        if not found:
            self.error(
                8198,
                f"`{name}` is not declared",
                node.span,
                suggest(name, (*self.scope.variables, *self.frame.scope.all_names())),
            )
            return
        symbol = found[0]
        if isinstance(symbol, ContractSymbol) and symbol.is_library:
            self.context.unimplemented("the address of a library in assembly", node.span)
            return
        if not isinstance(symbol, VariableSymbol):
            self.type_error(
                2025, f"`{name}` cannot be used in assembly: only variables can", node.span
            )
            return
        if self.scope.is_in_function and symbol.kind not in _OUTSIDE:
            self.error(
                6578,
                "a function of assembly cannot use local variables of Solidity",
                node.span,
                "pass the value as an argument",
            )
            return
        kind = self._reference_kind(node, symbol, suffix, is_written=is_written)
        if kind is not None:
            reference = YulReference(kind=kind, variable=symbol)
            self.context.analysis.yul_references[node.node_id] = reference
            if is_written:
                self.context.unit_of(node.span).written_in_assembly.add(symbol)

    def _check_hidden(self, node: yul.YulIdentifier) -> None:
        """Report a variable of a function of assembly that hides a local one of Solidity."""
        found = self.frame.scope.find(node.name)
        if found and isinstance(found[0], VariableSymbol) and found[0].kind not in _OUTSIDE:
            self.error(
                6578,
                f"`{node.name}` is also a local variable of Solidity, which functions of assembly"
                " cannot use",
                node.span,
                "rename one of them",
            )

    def _reference_kind(
        self, node: yul.YulIdentifier, symbol: VariableSymbol, suffix: str, *, is_written: bool
    ) -> YulReferenceKind | None:
        type_ = symbol.type
        is_state = symbol.kind in (VariableKind.STATE, VariableKind.FILE_CONSTANT)
        if symbol.is_immutable:
            self.type_error(3773, "assembly cannot use immutable variables", node.span)
            return None
        if is_state and symbol.is_constant:
            return self._constant_kind(node, symbol, suffix, is_written=is_written)
        if is_state or type_.location is ast.DataLocation.STORAGE:
            return self._storage_kind(node, symbol, suffix, is_written=is_written)
        if isinstance(type_, (ArrayType, ByteSequenceType, ArraySliceType)) and (
            type_.location is ast.DataLocation.CALLDATA
        ):
            is_dynamic = not isinstance(type_, ArrayType) or type_.length is None
            if is_dynamic:
                if suffix not in ("offset", "length"):
                    self.type_error(
                        1397,
                        f"`{symbol.name}` is two values",
                        node.span,
                        f"use `{symbol.name}.offset` and `{symbol.name}.length`",
                    )
                    return None
                return _SUFFIXES[suffix]
        if isinstance(type_, FunctionType) and type_.kind is FunctionTypeKind.EXTERNAL:
            if suffix not in ("selector", "address"):
                self.type_error(
                    9272 if suffix else 9857,
                    f"`{symbol.name}` is two values",
                    node.span,
                    f"use `{symbol.name}.selector` and `{symbol.name}.address`",
                )
                return None
            return _SUFFIXES[suffix]
        if suffix:
            self.type_error(3622, f"`{symbol.name}` has no `.{suffix}` in assembly", node.span)
            return None
        return YulReferenceKind.LOCAL

    def _constant_kind(
        self, node: yul.YulIdentifier, symbol: VariableSymbol, suffix: str, *, is_written: bool
    ) -> YulReferenceKind | None:
        if suffix:
            self.type_error(6617, f"a constant has no `.{suffix}`", node.span)
            return None
        if is_written:
            self.type_error(6252, f"`{symbol.name}` is constant", node.span)
            return None
        value = symbol.node.value
        is_word = symbol.type.is_value or symbol.type is UNKNOWN
        is_direct = is_word and (value is None or self._is_direct(value, symbol))
        if not is_direct:
            self.type_error(
                7615,
                "assembly can only use constants whose value is a literal",
                node.span,
            )
            return None
        return YulReferenceKind.CONSTANT

    def _is_direct(self, value: ast.Expression, symbol: VariableSymbol, depth: int = 0) -> bool:
        """Return whether the value of a constant is a literal, or another such constant."""
        scope = self.context.scope_of(symbol)
        if isinstance(value, ast.Literal):
            return True
        if isinstance(value, ast.Identifier) and depth < 32:
            found = scope.find(value.name)
            other = found[0] if found else None
            if isinstance(other, VariableSymbol) and other.is_constant and other.node.value:
                return self._is_direct(other.node.value, other, depth + 1)
            return False
        return self.expressions.type_resolver.constants.find_value(value, scope) is not None

    def _storage_kind(
        self, node: yul.YulIdentifier, symbol: VariableSymbol, suffix: str, *, is_written: bool
    ) -> YulReferenceKind | None:
        is_state = symbol.kind is VariableKind.STATE
        is_pointer = symbol.type.is_reference or isinstance(symbol.type, MappingType)
        if suffix not in ("slot", "offset"):
            if suffix:
                self.type_error(4656, f"a variable in storage has no `.{suffix}`", node.span)
            elif is_state:
                self.context.declaration_error(
                    1408,
                    f"the state variable `{symbol.name}` is not a value of assembly",
                    node.span,
                    hint=f"use `{symbol.name}.slot` with `sload` and `sstore`",
                )
            else:
                self.type_error(
                    9068,
                    f"`{symbol.name}` is in storage",
                    node.span,
                    f"use `{symbol.name}.slot`",
                )
            return None
        if is_written and is_state:
            self.type_error(4713, "the place of a state variable cannot be changed", node.span)
            return None
        if is_written and (suffix != "slot" or not is_pointer):
            self.type_error(9739, f"only `{symbol.name}.slot` can be assigned", node.span)
            return None
        return _SUFFIXES[suffix]
