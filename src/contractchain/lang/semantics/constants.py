"""Exact values of expressions that are known before any type is: array lengths and the like."""

import re
from fractions import Fraction
from typing import NamedTuple

from contractchain.lang import ast
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.operators import binary_result, unary_result
from contractchain.lang.semantics.paths import members_of
from contractchain.lang.semantics.scopes import Scope
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    ModuleSymbol,
    Symbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import UNKNOWN, IntegerType, RationalType, Type

UNITS: dict[str, int] = {
    "wei": 1,
    "gwei": 10**9,
    "ether": 10**18,
    "seconds": 1,
    "minutes": 60,
    "hours": 3600,
    "days": 86400,
    "weeks": 604800,
    "years": 31536000,
}
"""Factors of the units that may follow a number."""

_INTEGER = re.compile(r"(u?)int(\d*)$")

MAX_EXPONENT = 1300
"""Decimal exponent above which a literal cannot be a number of the language."""


def literal_type(literal: ast.Literal) -> RationalType | None:
    """Return the type of a number literal; `None` when it is far too large."""
    text = literal.text.replace("_", "").lower()
    factor = UNITS[literal.unit] if literal.unit is not None else 1
    if text.startswith("0x"):
        digits = 0 if literal.unit is not None else len(text) - 2
        return RationalType(Fraction(int(text[2:] or "0", 16) * factor), digits)
    mantissa, _, exponent = text.partition("e")
    power = int(exponent[:9] or "0")
    whole, _, fraction = mantissa.partition(".")
    if not mantissa.strip("0."):
        return RationalType(Fraction(0))
    if abs(power) > MAX_EXPONENT or len(mantissa) > MAX_EXPONENT:
        return None
    value = Fraction(int((whole or "0") + fraction), 10 ** len(fraction))
    value *= Fraction(10) ** power
    return RationalType(value * factor)


class Known(NamedTuple):
    """A value with the type in which it is computed."""

    type: RationalType | IntegerType
    """`RationalType` for exact values of literals; an integer type for those of constants."""
    value: Fraction


def _convert(value: Fraction, target: Type) -> Known | None:
    """Return `value` as a `target`, or `None` where it does not fit."""
    if isinstance(target, RationalType):
        return Known(RationalType(value), value)
    if not isinstance(target, IntegerType) or not target.minimum <= value <= target.maximum:
        return None
    return Known(target, Fraction(int(value)))


class ConstantEvaluator:
    """Evaluates expressions made of literals, constants and operators."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._active: set[int] = set()
        self._is_folding = False

    def evaluate(self, expression: ast.Expression, scope: Scope) -> RationalType | None:
        """Return the value of an expression that must be known, or `None` when it is not.

        Constants of other contracts are not looked into, as in solc. Arithmetic that leaves the
        type of its operands is reported.
        """
        known = self._evaluate(expression, scope)
        return None if known is None else RationalType(known.value)

    def find_value(self, expression: ast.Expression, scope: Scope) -> Fraction | None:
        """Return the value of an expression, or `None` when it is only known later."""
        self._is_folding = True
        known = self._evaluate(expression, scope)
        self._is_folding = False
        return None if known is None else known.value

    def fold_all(self) -> None:
        """Set the value of every constant that is a number known now."""
        for symbol in self._context.analysis.variables.values():
            if symbol.is_constant and symbol.node.value is not None:
                value = self.find_value(symbol.node.value, self._context.scope_of(symbol))
                if value is not None and value.denominator == 1:
                    symbol.constant = value

    def _report(self, code: int, message: str, node: ast.Expression) -> None:
        if not self._is_folding:
            self._context.type_error(code, message, node.span)

    def _evaluate(self, expression: ast.Expression, scope: Scope) -> Known | None:
        match expression:
            case ast.Literal(kind=ast.LiteralKind.NUMBER):
                literal = literal_type(expression)
                return None if literal is None else Known(literal, literal.value)
            case ast.TupleExpression(
                components=(ast.Expression() as inner,), is_inline_array=False
            ):
                return self._evaluate(inner, scope)
            case ast.UnaryOperation():
                return self._evaluate_unary(expression, scope)
            case ast.BinaryOperation():
                return self._evaluate_binary(expression, scope)
            case ast.Identifier() | ast.MemberAccess():
                symbol = self._find(expression, scope)
                return self._evaluate_variable(symbol, expression)
        return None

    def _evaluate_unary(self, expression: ast.UnaryOperation, scope: Scope) -> Known | None:
        operator = expression.operator
        known = self._evaluate(expression.operand, scope)
        if known is None or operator not in (
            ast.UnaryOperator.NEGATE,
            ast.UnaryOperator.BIT_NOT,
        ):
            return None
        target = unary_result(operator, known.type).type
        exact = unary_result(operator, RationalType(known.value)).type
        if target is None or not isinstance(exact, RationalType):
            return None
        return self._fit(exact.value, target, 3667, expression)

    def _fit(self, value: Fraction, target: Type, code: int, node: ast.Expression) -> Known | None:
        """Return `value` as a `target`, after reporting if it does not fit."""
        known = _convert(value, target)
        if known is None and isinstance(target, IntegerType):
            self._report(code, f"the value {value} does not fit in `{target}`", node)
        return known

    def _evaluate_binary(self, expression: ast.BinaryOperation, scope: Scope) -> Known | None:
        chain: list[ast.BinaryOperation] = []
        current: ast.Expression = expression
        while isinstance(current, ast.BinaryOperation):
            chain.append(current)
            current = current.left
        known = self._evaluate(current, scope)
        for item in reversed(chain):
            right = self._evaluate(item.right, scope)
            if known is None or right is None:
                return None
            known = self._combine(item, known, right)
        return known

    def _combine(self, node: ast.BinaryOperation, left: Known, right: Known) -> Known | None:
        operator = node.operator
        if operator.is_comparison or operator.is_boolean:
            return None
        target = binary_result(operator, left.type, right.type).type
        exact = binary_result(operator, RationalType(left.value), RationalType(right.value))
        if exact.reason == "division by zero":
            self._report(2271, "division by zero", node)
        if target is None or not isinstance(exact.type, RationalType):
            return None
        return self._fit(exact.type.value, target, 2643, node)

    def _evaluate_variable(self, symbol: Symbol | None, use: ast.Expression) -> Known | None:
        if not isinstance(symbol, VariableSymbol) or not symbol.is_constant:
            return None
        value = symbol.node.value
        if value is None:
            return None
        key = symbol.node.node_id
        if key in self._active:
            self._context.type_error(5210, "the value of this constant needs itself", use.span)
            return None
        self._active.add(key)
        known = self._evaluate(value, self._context.scope_of(symbol))
        self._active.discard(key)
        return None if known is None else _convert(known.value, _type_of(symbol))

    def _find(self, expression: ast.Expression, scope: Scope) -> Symbol | None:
        if isinstance(expression, ast.Identifier):
            found = scope.find(expression.name)
            return found[0] if found else None
        if isinstance(expression, ast.MemberAccess):
            owner = self._find(expression.object, scope)
            is_open = self._is_folding and isinstance(owner, ContractSymbol)
            if is_open or isinstance(owner, ModuleSymbol):
                assert owner is not None
                found = members_of(owner, expression.member)
                return found[0] if found else None
        return None


def _type_of(symbol: VariableSymbol) -> Type:
    """Return the type of a constant, which may be needed before it is resolved."""
    written = symbol.node.type_name
    if symbol.type is not UNKNOWN or not isinstance(written, ast.ElementaryTypeName):
        return symbol.type
    match = _INTEGER.match(written.name)
    return symbol.type if match is None else IntegerType(int(match[2] or 256), not match[1])
