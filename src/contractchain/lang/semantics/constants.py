"""Exact values of expressions that are known before any type is: array lengths and the like."""

from fractions import Fraction

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
from contractchain.lang.semantics.types import IntegerType, RationalType, Type

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
    power = int(exponent or "0")
    whole, _, fraction = mantissa.partition(".")
    if abs(power) > MAX_EXPONENT or len(mantissa) > MAX_EXPONENT:
        return None
    value = Fraction(int((whole or "0") + fraction), 10 ** len(fraction))
    value *= Fraction(10) ** power
    return RationalType(value * factor)


class ConstantEvaluator:
    """Evaluates expressions made of literals, constants and operators."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._active: set[int] = set()

    def evaluate(self, expression: ast.Expression, scope: Scope) -> Type | None:
        """Return a `RationalType` with the value, or `None` when there is none.

        A constant with an integer type gives a value that must fit in it.
        """
        match expression:
            case ast.Literal(kind=ast.LiteralKind.NUMBER):
                return literal_type(expression)
            case ast.TupleExpression(
                components=(ast.Expression() as inner,), is_inline_array=False
            ):
                return self.evaluate(inner, scope)
            case ast.UnaryOperation(operator=operator, operand=operand):
                value = self.evaluate(operand, scope)
                if value is None or operator in (
                    ast.UnaryOperator.INCREMENT,
                    ast.UnaryOperator.DECREMENT,
                    ast.UnaryOperator.DELETE,
                ):
                    return None
                return unary_result(operator, value).type
            case ast.BinaryOperation():
                return self._evaluate_binary(expression, scope)
            case ast.Identifier() | ast.MemberAccess():
                symbol = self._find(expression, scope)
                return self._evaluate_variable(symbol, expression)
        return None

    def fold_all(self) -> None:
        """Set the value of every constant that is a number known now."""
        for symbol in self._context.analysis.variables.values():
            if symbol.is_constant and symbol.node.value is not None:
                value = self.evaluate(symbol.node.value, self._context.scope_of(symbol))
                if isinstance(value, RationalType) and value.value.denominator == 1:
                    symbol.constant = value.value

    def _evaluate_binary(self, expression: ast.BinaryOperation, scope: Scope) -> Type | None:
        chain: list[ast.BinaryOperation] = []
        current: ast.Expression = expression
        while isinstance(current, ast.BinaryOperation):
            chain.append(current)
            current = current.left
        value = self.evaluate(current, scope)
        for item in reversed(chain):
            right = self.evaluate(item.right, scope)
            if value is None or right is None:
                return None
            result = binary_result(item.operator, value, right)
            if result.reason == "division by zero":
                self._context.type_error(2271, "division by zero", item.span)
            value = result.type
            if item.operator.is_comparison:
                return None
            if isinstance(value, RationalType) and _names_constant(item):
                value = RationalType(Fraction(int(value.value)))  # a division of integers
        return value

    def _evaluate_variable(self, symbol: Symbol | None, use: ast.Expression) -> Type | None:
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
        result = self.evaluate(value, self._context.scope_of(symbol))
        self._active.discard(key)
        if isinstance(result, RationalType) and isinstance(symbol.type, IntegerType):
            if not symbol.type.minimum <= result.value <= symbol.type.maximum:
                return None
            return RationalType(Fraction(int(result.value)))
        return result

    def _find(self, expression: ast.Expression, scope: Scope) -> Symbol | None:
        if isinstance(expression, ast.Identifier):
            found = scope.find(expression.name)
            return found[0] if found else None
        if isinstance(expression, ast.MemberAccess):
            owner = self._find(expression.object, scope)
            if isinstance(owner, (ContractSymbol, ModuleSymbol)):
                found = members_of(owner, expression.member)
                return found[0] if found else None
        return None


def _names_constant(expression: ast.Expression) -> bool:
    """Return whether a constant, which has a type, is among the operands."""
    names = (ast.Identifier, ast.MemberAccess)
    return any(isinstance(item, names) for item in ast.walk(expression))
