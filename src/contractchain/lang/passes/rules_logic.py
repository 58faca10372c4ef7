"""Rules for bitwise logic and comparisons."""

from contractchain.lang.ir import WORD, Instruction, Op, Operand, Value
from contractchain.lang.passes.matching import (
    RangeOf,
    Result,
    Rewritten,
    Rule,
    become,
    definition_of,
    is_non_negative,
    trailing_zeros,
)


def _and(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right:
        return left
    if not isinstance(right, int):
        return _and_of_booleans(left, right, range_of)
    if right == 0:
        return 0
    possible = (1 << range_of(left)[1].bit_length()) - 1
    possible &= WORD ^ ((1 << trailing_zeros(left)) - 1)
    if possible & right == possible:
        return left
    if possible & right == 0:
        return 0
    inner = definition_of(left, Op.AND)
    if inner is not None and isinstance(inner.operands[1], int):
        return become(instruction, Op.AND, inner.operands[0], inner.operands[1] & right)
    extended = definition_of(left, Op.SIGNEXTEND)
    if extended is not None and isinstance(extended.operands[0], int):
        kept = 8 * extended.operands[0] + 8
        if right.bit_length() <= kept:
            return become(instruction, Op.AND, extended.operands[1], right)
    return None


def _and_of_booleans(left: Operand, right: Operand, range_of: RangeOf) -> Result:
    for a, b in ((left, right), (right, left)):
        if range_of(a) == (1, 1) and range_of(b)[1] <= 1:
            return b
    return None


def _or(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right or right == 0:
        return left
    if right == WORD:
        return WORD
    if _is_multiplication_check(left, right, range_of):
        return 1
    return None


def _is_multiplication_check(left: Operand, right: Operand, range_of: RangeOf) -> bool:
    """Whether this is `x == 0 || y == (x * y) / x` and the product cannot overflow."""
    for a, b in ((left, right), (right, left)):
        zero, equal = definition_of(a, Op.ISZERO), definition_of(b, Op.EQ)
        if zero is None or equal is None:
            continue
        x = zero.operands[0]
        for y, quotient in (equal.operands, reversed(equal.operands)):
            division = definition_of(quotient, Op.DIV)
            if division is None or division.operands[1] != x:
                continue
            product = definition_of(division.operands[0], Op.MUL)
            if product is None or not _same_pair(product.operands, x, y):
                continue
            if range_of(x)[1] * range_of(y)[1] <= WORD:
                return True
    return False


def _same_pair(operands: list[Operand], x: Operand, y: Operand) -> bool:
    return (operands[0] == x and operands[1] == y) or (operands[0] == y and operands[1] == x)


def _xor(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right:
        return 0
    if right == 0:
        return left
    if right == WORD:
        return become(instruction, Op.NOT, left)
    return None


def _not(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    inner = definition_of(operands[0], Op.NOT)
    return inner.operands[0] if inner is not None else None


def _iszero(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    operand = operands[0]
    low, high = range_of(operand)
    if low > 0:
        return 0
    if high == 0:
        return 1
    definition = operand.definition if isinstance(operand, Value) else None
    if not isinstance(definition, Instruction):
        return None
    op, inner = definition.op, definition.operands
    if op is Op.ISZERO:
        if range_of(inner[0])[1] <= 1:
            return inner[0]
        deeper = definition_of(inner[0], Op.ISZERO)
        if deeper is not None:
            return become(instruction, Op.ISZERO, deeper.operands[0])
    elif op is Op.XOR or op is Op.SUB:
        return become(instruction, Op.EQ, inner[0], inner[1])
    elif op is Op.GT and inner[1] == 0:
        return become(instruction, Op.ISZERO, inner[0])
    elif op is Op.LT and inner[0] == 0:
        return become(instruction, Op.ISZERO, inner[1])
    return None


def _eq(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right:
        return 1
    if right == 0:
        return become(instruction, Op.ISZERO, left)
    a, b = range_of(left), range_of(right)
    if a[1] < b[0] or b[1] < a[0]:
        return 0
    if right == 1 and a[1] <= 1:
        return left
    return _multiplied_by_power(instruction, left, right) or None


def _multiplied_by_power(
    instruction: Instruction, left: Operand, right: Operand
) -> Rewritten | None:
    """Rewrite `y == (y << k) >> k`, the overflow check of a multiplication by 2**k."""
    for y, back in ((left, right), (right, left)):
        shifted_back = definition_of(back, Op.SHR)
        if shifted_back is None:
            continue
        shifted = definition_of(shifted_back.operands[1], Op.SHL)
        bits = shifted_back.operands[0]
        if shifted is None or not isinstance(bits, int) or not 0 < bits < 256:
            continue
        if shifted.operands[0] == bits and shifted.operands[1] == y and isinstance(y, Value):
            return become(instruction, Op.LT, y, 1 << (256 - bits))
    return None


def _lt(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    return _compare(instruction, operands[0], operands[1], range_of)


def _gt(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    return _compare(instruction, operands[1], operands[0], range_of)


def _compare(instruction: Instruction, small: Operand, large: Operand, range_of: RangeOf) -> Result:
    """Rules for `small < large`."""
    if small == large:
        return 0
    a, b = range_of(small), range_of(large)
    if a[1] < b[0]:
        return 1
    if a[0] >= b[1]:
        return 0
    if large == 1:
        return become(instruction, Op.ISZERO, small)
    total = definition_of(small, Op.ADD)  # x + y < x: has the sum wrapped?
    if total is not None:
        for x, y in (total.operands, reversed(total.operands)):
            if x == large and range_of(x)[1] + range_of(y)[1] <= WORD:
                return 0
    difference = definition_of(large, Op.SUB)  # x < x - y
    if difference is not None and difference.operands[0] == small:
        return become(instruction, Op.LT, small, difference.operands[1])
    return None


def _slt(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    if is_non_negative(operands[0], range_of) and is_non_negative(operands[1], range_of):
        return become(instruction, Op.LT, *operands)
    return 0 if operands[0] == operands[1] else None


def _sgt(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    if is_non_negative(operands[0], range_of) and is_non_negative(operands[1], range_of):
        return become(instruction, Op.GT, *operands)
    return 0 if operands[0] == operands[1] else None


LOGIC: dict[Op, Rule] = {
    Op.AND: _and,
    Op.OR: _or,
    Op.XOR: _xor,
    Op.NOT: _not,
    Op.ISZERO: _iszero,
    Op.EQ: _eq,
    Op.LT: _lt,
    Op.GT: _gt,
    Op.SLT: _slt,
    Op.SGT: _sgt,
}
