"""Types of built-in operators, and their values on literals.

Spec:
    Solidity documentation, "Operators" and "Rational and Integer Literals".
"""

from fractions import Fraction
from typing import NamedTuple

from contractchain.lang.ast import BinaryOperator, UnaryOperator
from contractchain.lang.semantics.conversions import find_common_type
from contractchain.lang.semantics.types import (
    BOOL,
    INT256,
    UINT256,
    UNKNOWN,
    AddressType,
    BoolType,
    ContractType,
    EnumType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    RationalType,
    StringLiteralType,
    Type,
)

MAX_LITERAL_BITS = 4096
"""Size of numerator and denominator above which a literal is refused."""

_EQUALITY = (BinaryOperator.EQUAL, BinaryOperator.NOT_EQUAL)


class OperatorResult(NamedTuple):
    """Whether an operator fits its operands."""

    type: Type | None
    """Type in which it is computed; `None` when it does not fit."""
    reason: str | None = None
    """Why it does not fit, where more can be said than that."""


_NO = OperatorResult(None)


def unary_result(operator: UnaryOperator, operand: Type) -> OperatorResult:
    """Return the type of `operator`, which is not `delete`, on an `operand`."""
    if operand is UNKNOWN:
        return OperatorResult(UNKNOWN)
    match operand:
        case RationalType():
            return _fold_unary(operator, operand)
        case IntegerType():
            if operator is UnaryOperator.NOT:
                return _NO
            if operator is UnaryOperator.NEGATE and not operand.is_signed:
                return OperatorResult(None, "an unsigned integer cannot be negated")
            return OperatorResult(operand)
        case BoolType():
            return OperatorResult(BOOL) if operator is UnaryOperator.NOT else _NO
        case FixedBytesType():
            return OperatorResult(operand) if operator is UnaryOperator.BIT_NOT else _NO
    return _NO


def _fold_unary(operator: UnaryOperator, operand: RationalType) -> OperatorResult:
    if operator is UnaryOperator.NEGATE:
        return OperatorResult(RationalType(-operand.value))
    if operator is UnaryOperator.BIT_NOT and operand.value.denominator == 1:
        return OperatorResult(RationalType(Fraction(~operand.value.numerator)))
    return _NO


def binary_result(operator: BinaryOperator, left: Type, right: Type) -> OperatorResult:
    """Return the type in which `left operator right` is computed.

    Comparisons are computed in that type and give a `bool`; on literals, arithmetic gives the
    exact value.
    """
    if left is UNKNOWN or right is UNKNOWN:
        return OperatorResult(UNKNOWN)
    if isinstance(left, RationalType):
        return _literal_result(operator, left, right)
    if operator.is_shift or operator is BinaryOperator.POWER:
        return _scaling_result(operator, left, right)
    if isinstance(left, StringLiteralType):
        return _NO
    common = find_common_type(left, right)
    if common is None:
        return _NO
    return OperatorResult(common) if _fits(operator, common) else _NO


def _fits(operator: BinaryOperator, common: Type) -> bool:
    """Return whether `operator` exists on two values of the type `common`."""
    match common:
        case BoolType():
            return operator.is_boolean or operator in _EQUALITY
        case IntegerType():
            return not operator.is_boolean
        case FixedBytesType():
            return operator.is_comparison or operator.is_bitwise
        case AddressType() | EnumType():
            return operator.is_comparison
        case ContractType():
            return operator in _EQUALITY
        case FunctionType():
            return operator in _EQUALITY and common.kind in (
                FunctionTypeKind.INTERNAL,
                FunctionTypeKind.EXTERNAL,
            )
    return False


def _scaling_result(operator: BinaryOperator, left: Type, right: Type) -> OperatorResult:
    """Return the type of a shift or power: that of the left operand."""
    if operator is BinaryOperator.SHIFT_RIGHT_LOGICAL:
        return OperatorResult(None, "`>>>` is not supported; shift an unsigned integer with `>>`")
    is_number = isinstance(left, IntegerType)
    if not is_number and not (operator.is_shift and isinstance(left, FixedBytesType)):
        return _NO
    what = "a shift amount" if operator.is_shift else "an exponent"
    if isinstance(right, IntegerType):
        if right.is_signed:
            return OperatorResult(None, f"{what} must be unsigned")
        return OperatorResult(left)
    if isinstance(right, RationalType):
        if right.value < 0 or right.value.denominator != 1:
            return OperatorResult(None, f"{what} must be a whole number that is not negative")
        return OperatorResult(left if right.integer_type is not None else None)
    return _NO


def _literal_result(operator: BinaryOperator, left: RationalType, right: Type) -> OperatorResult:
    if isinstance(right, RationalType):
        if operator.is_comparison:
            common = find_common_type(left, right)
            return OperatorResult(common) if common is not None else _NO
        return _fold_binary(operator, left.value, right.value)
    if operator.is_shift or operator is BinaryOperator.POWER:
        if left.integer_type is None:
            return _NO
        base = INT256 if left.value < 0 else UINT256
        return _scaling_result(operator, base, right)
    common = find_common_type(left, right)
    if common is None:
        return _NO
    return OperatorResult(common) if _fits(operator, common) else _NO


def _fold_binary(operator: BinaryOperator, left: Fraction, right: Fraction) -> OperatorResult:
    value: Fraction | None
    match operator:
        case BinaryOperator.ADD:
            value = left + right
        case BinaryOperator.SUBTRACT:
            value = left - right
        case BinaryOperator.MULTIPLY:
            value = left * right
        case BinaryOperator.DIVIDE:
            if right == 0:
                return OperatorResult(None, "division by zero")
            value = left / right
        case BinaryOperator.MODULO:
            if right == 0:
                return OperatorResult(None, "division by zero")
            value = _remainder(left, right)
        case BinaryOperator.POWER:
            value = _power(left, right)
        case _:
            value = _fold_bits(operator, left, right)
    if value is None:
        return _NO
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    if bits > MAX_LITERAL_BITS:
        return OperatorResult(None, f"the exact value needs more than {MAX_LITERAL_BITS} bits")
    return OperatorResult(RationalType(value))


def _remainder(left: Fraction, right: Fraction) -> Fraction:
    quotient = abs(left) // abs(right)
    sign = -1 if (left < 0) != (right < 0) else 1
    return left - right * quotient * sign


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1:
        return None
    power = exponent.numerator
    if base == 0 and power < 0:
        return None
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(base) not in (0, 1) and (size - 1) * abs(power) > MAX_LITERAL_BITS:
        return None
    return Fraction(base**power)


def _fold_bits(operator: BinaryOperator, left: Fraction, right: Fraction) -> Fraction | None:
    if left.denominator != 1 or right.denominator != 1:
        return None
    mine, theirs = left.numerator, right.numerator
    match operator:
        case BinaryOperator.BIT_AND:
            return Fraction(mine & theirs)
        case BinaryOperator.BIT_OR:
            return Fraction(mine | theirs)
        case BinaryOperator.BIT_XOR:
            return Fraction(mine ^ theirs)
        case BinaryOperator.SHIFT_LEFT if 0 <= theirs <= MAX_LITERAL_BITS:
            return Fraction(mine << theirs)
        case BinaryOperator.SHIFT_RIGHT if 0 <= theirs < 1 << 32:
            return Fraction(mine >> min(theirs, MAX_LITERAL_BITS * 2))
    return None


def compare_literals(operator: BinaryOperator, left: Fraction, right: Fraction) -> bool:
    """Return the value of a comparison of two exact values."""
    match operator:
        case BinaryOperator.EQUAL:
            return left == right
        case BinaryOperator.NOT_EQUAL:
            return left != right
        case BinaryOperator.LESS:
            return left < right
        case BinaryOperator.GREATER:
            return left > right
        case BinaryOperator.LESS_EQUAL:
            return left <= right
    return left >= right
