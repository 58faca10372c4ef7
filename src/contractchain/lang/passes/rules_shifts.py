"""Rules for shifts, sign extension and bytes."""

from contractchain.lang.ir import WORD, Instruction, Op, Operand
from contractchain.lang.passes.matching import (
    RangeOf,
    Result,
    Rule,
    become,
    definition_of,
    is_non_negative,
)


def _shl(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    bits, operand = operands
    if not isinstance(bits, int):
        return 0 if operand == 0 else None
    if bits == 0:
        return operand
    if bits > 255:
        return 0
    inner = definition_of(operand, Op.SHL)
    if inner is not None and isinstance(inner.operands[0], int):
        return become(instruction, Op.SHL, min(256, inner.operands[0] + bits), inner.operands[1])
    masked = definition_of(operand, Op.AND)
    if masked is not None and isinstance(masked.operands[1], int):
        kept = (1 << (256 - bits)) - 1
        if masked.operands[1] & kept == kept:
            return become(instruction, Op.SHL, bits, masked.operands[0])
    back = definition_of(operand, Op.SHR)
    if back is not None and back.operands[0] == bits:
        mask = WORD ^ ((1 << bits) - 1)
        return become(instruction, Op.AND, back.operands[1], mask)
    return None


def _shr(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    bits, operand = operands
    if not isinstance(bits, int):
        return 0 if operand == 0 else None
    if bits == 0:
        return operand
    if bits > 255 or range_of(operand)[1] >> bits == 0:
        return 0
    inner = definition_of(operand, Op.SHR)
    if inner is not None and isinstance(inner.operands[0], int):
        return become(instruction, Op.SHR, min(256, inner.operands[0] + bits), inner.operands[1])
    shifted = definition_of(operand, Op.SHL)
    if shifted is not None and shifted.operands[0] == bits:
        if range_of(shifted.operands[1])[1] < 1 << (256 - bits):
            return shifted.operands[1]
        if bits <= 8 or bits >= 224:
            return become(instruction, Op.AND, shifted.operands[1], (1 << (256 - bits)) - 1)
    masked = definition_of(operand, Op.AND)
    if masked is not None and isinstance(masked.operands[1], int):
        mask = masked.operands[1] >> bits
        if mask == WORD >> bits:
            return become(instruction, Op.SHR, bits, masked.operands[0])
    return None


def _sar(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    bits, operand = operands
    if bits == 0 or operand == 0:
        return operand
    if is_non_negative(operand, range_of):
        return become(instruction, Op.SHR, bits, operand)
    return None


def _signextend(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    index, operand = operands
    if not isinstance(index, int):
        return None
    if index >= 31 or range_of(operand)[1] < 1 << (8 * index + 7):
        return operand
    inner = definition_of(operand, Op.SIGNEXTEND)
    if inner is not None and isinstance(inner.operands[0], int):
        if inner.operands[0] <= index:
            return operand
        return become(instruction, Op.SIGNEXTEND, index, inner.operands[1])
    masked = definition_of(operand, Op.AND)
    if masked is not None and isinstance(masked.operands[1], int):
        kept = (1 << (8 * index + 8)) - 1
        if masked.operands[1] & kept == kept:
            return become(instruction, Op.SIGNEXTEND, index, masked.operands[0])
    return None


def _byte(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    index, operand = operands
    if isinstance(index, int):
        if index > 31:
            return 0
        if index == 31 and range_of(operand)[1] < 256:
            return operand
        if index == 0:
            return become(instruction, Op.SHR, 248, operand)
    return None


SHIFTS: dict[Op, Rule] = {
    Op.SHL: _shl,
    Op.SHR: _shr,
    Op.SAR: _sar,
    Op.SIGNEXTEND: _signextend,
    Op.BYTE: _byte,
}
