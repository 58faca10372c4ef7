"""Rules for sums, products and powers."""

from contractchain.lang.ir import WORD, Instruction, Op, Operand
from contractchain.lang.passes.matching import (
    RangeOf,
    Result,
    Rule,
    base_and_offset,
    become,
    definition_of,
    is_non_negative,
    power_of_two,
)


def _add(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if right == 0:
        return left
    if isinstance(right, int):
        inner = definition_of(left, Op.ADD)
        if inner is not None and isinstance(inner.operands[1], int):
            return become(
                instruction, Op.ADD, inner.operands[0], (inner.operands[1] + right) & WORD
            )
        return None
    for a, b in ((left, right), (right, left)):
        difference = definition_of(a, Op.SUB)
        if difference is not None and difference.operands[1] == b:
            return difference.operands[0]
    return None


def _sub(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right:
        return 0
    if isinstance(right, int):
        return become(instruction, Op.ADD, left, -right & WORD)
    total = definition_of(left, Op.ADD)
    if total is not None:
        if total.operands[0] == right:
            return total.operands[1]
        if total.operands[1] == right:
            return total.operands[0]
    a, x = base_and_offset(left)
    b, y = base_and_offset(right)
    if a is not None and a is b:
        return (x - y) & WORD
    return None


def _mul(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if right == 0:
        return 0
    if right == 1:
        return left
    bits = power_of_two(right)
    if bits is not None:
        return become(instruction, Op.SHL, bits, left)
    return None


def _div(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == 0 or right == 0:
        return 0
    if right == 1:
        return left
    bits = power_of_two(right)
    if bits is not None:
        return become(instruction, Op.SHR, bits, left)
    return None


def _signed_div(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == 0 or right == 0:
        return 0
    if right == 1:
        return left
    if is_non_negative(left, range_of) and is_non_negative(right, range_of):
        return become(instruction, Op.DIV, left, right)
    return None


def _mod(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == 0 or right in (0, 1):
        return 0
    bits = power_of_two(right)
    if bits is not None:
        return become(instruction, Op.AND, left, (1 << bits) - 1)
    if range_of(left)[1] < range_of(right)[0]:
        return left
    return None


def _signed_mod(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    if is_non_negative(operands[0], range_of) and is_non_negative(operands[1], range_of):
        return become(instruction, Op.MOD, *operands)
    return None


def _exp(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    base, power = operands
    if power == 0:
        return 1
    if power == 1:
        return base
    if power == 2:
        return become(instruction, Op.MUL, base, base)
    if base == 2:
        return become(instruction, Op.SHL, power, 1)
    return None


def _mulmod(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    return 0 if operands[2] in (0, 1) else None


ARITHMETIC: dict[Op, Rule] = {
    Op.ADD: _add,
    Op.SUB: _sub,
    Op.MUL: _mul,
    Op.DIV: _div,
    Op.SDIV: _signed_div,
    Op.MOD: _mod,
    Op.SMOD: _signed_mod,
    Op.EXP: _exp,
    Op.ADDMOD: _mulmod,
    Op.MULMOD: _mulmod,
}
