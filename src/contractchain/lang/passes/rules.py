"""Algebraic rules: what an instruction is equal to, or a cheaper instruction for the same value.

A rule either returns the operand that replaces the result, or rewrites the instruction in place, or
does nothing. Constants of commutative operations stand second. Rules look through definitions, and
use the bounds that the caller knows for the operands.
"""

from contractchain.lang.ir import Instruction, Op, Operand
from contractchain.lang.ir.evaluate import evaluate
from contractchain.lang.passes.matching import RangeOf, Result, Rewritten, Rule, without_mask
from contractchain.lang.passes.rules_arithmetic import ARITHMETIC
from contractchain.lang.passes.rules_logic import LOGIC
from contractchain.lang.passes.rules_shifts import SHIFTS

_ADDRESS_MASK = (1 << 160) - 1
_ADDRESS_OPERAND = {
    Op.CALL: 1,
    Op.CALLCODE: 1,
    Op.DELEGATECALL: 1,
    Op.STATICCALL: 1,
    Op.BALANCE: 0,
    Op.EXTCODESIZE: 0,
    Op.EXTCODEHASH: 0,
    Op.EXTCODECOPY: 0,
}


def simplify(instruction: Instruction, range_of: RangeOf) -> Operand | None:
    """Return what replaces the result, None if the instruction stays (perhaps rewritten)."""
    for _ in range(8):
        op, operands = instruction.op, instruction.operands
        if operands and all(operand.__class__ is int for operand in operands):
            folded = evaluate(op, operands)  # type: ignore[arg-type]  # all are int
            if folded is not None:
                return folded
        if op.is_commutative and operands[0].__class__ is int:
            operands[0], operands[1] = operands[1], operands[0]
        rule = _RULES.get(op)
        if rule is None:
            return None
        found = rule(instruction, operands, range_of)
        if not isinstance(found, Rewritten):
            return found
    return None


def _drop_address_mask(
    instruction: Instruction, operands: list[Operand], range_of: RangeOf
) -> Result:
    """The EVM looks at the low 160 bits of an address only."""
    index = _ADDRESS_OPERAND[instruction.op]
    operands[index] = without_mask(operands[index], _ADDRESS_MASK)
    return None


def _store_byte(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    operands[1] = without_mask(operands[1], 0xFF)
    return None


_RULES: dict[Op, Rule] = {
    **ARITHMETIC,
    **LOGIC,
    **SHIFTS,
    Op.MSTORE8: _store_byte,
    **dict.fromkeys(_ADDRESS_OPERAND, _drop_address_mask),
}
