"""What the algebraic rules share: looking through definitions, and rewriting in place."""

from collections.abc import Callable

from contractchain.lang.ir import WORD, Instruction, Op, Operand, Value
from contractchain.lang.passes.ranges import Range

RangeOf = Callable[[Operand], Range]
"""Returns the bounds of an operand that are known at this place."""


class Rewritten:
    """Says that the instruction was rewritten and should be looked at again."""


REWRITTEN = Rewritten()
Result = Operand | None | Rewritten
"""What a rule found: the operand for the result, nothing, or a new instruction."""
Rule = Callable[[Instruction, list[Operand], RangeOf], Result]


def definition_of(operand: Operand, op: Op) -> Instruction | None:
    """Return the instruction that computes `operand` if it is an `op`."""
    if operand.__class__ is Value:
        definition = operand.definition
        if definition.__class__ is Instruction and definition.op is op:
            return definition
    return None


def become(instruction: Instruction, op: Op, *operands: Operand) -> Rewritten:
    instruction.op = op
    instruction.operands = list(operands)
    return REWRITTEN


def base_and_offset(operand: Operand) -> tuple[Value | None, int]:
    """Split an operand into a value (None if constant) and a constant that is added to it."""
    offset = 0
    for _ in range(16):
        if not isinstance(operand, Value):
            return None, (operand + offset) & WORD
        definition = operand.definition
        if definition.__class__ is not Instruction:
            break
        if definition.op is Op.ADD and isinstance(definition.operands[1], int):
            offset += definition.operands[1]
            operand = definition.operands[0]
        else:
            break
    assert isinstance(operand, Value)
    return operand, offset & WORD


def power_of_two(operand: Operand) -> int | None:
    if isinstance(operand, int) and operand and operand & (operand - 1) == 0:
        return operand.bit_length() - 1
    return None


def is_non_negative(operand: Operand, range_of: RangeOf) -> bool:
    return range_of(operand)[1] < 1 << 255


def trailing_zeros(operand: Operand) -> int:
    """Return how many low bits of a word are known to be 0."""
    if isinstance(operand, int):
        return (operand & -operand).bit_length() - 1 if operand else 256
    definition = operand.definition
    if definition.__class__ is not Instruction:
        return 0
    if definition.op is Op.SHL and isinstance(definition.operands[0], int):
        return min(256, definition.operands[0])
    if definition.op is Op.AND and isinstance(definition.operands[1], int):
        return trailing_zeros(definition.operands[1])
    return 0


def without_mask(operand: Operand, needed: int) -> Operand:
    """Return what `operand` masks, if the mask keeps all the bits that are needed."""
    masked = definition_of(operand, Op.AND)
    mask = masked.operands[1] if masked is not None else 0
    if masked is not None and isinstance(mask, int) and mask & needed == needed:
        return masked.operands[0]
    return operand
