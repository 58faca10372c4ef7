"""Estimates: how many bytes of code the IR will become, and what they cost."""

from contractchain.lang.ir import Block, Function, Op, Operand, Value

BYTE_GAS = 216
"""Gas that one more byte of code costs at deployment: 200 for the code, 16 for the calldata."""


def function_bytes(function: Function) -> int:
    """Estimate the bytes of code that the body of a function becomes."""
    return sum(map(block_bytes, function.blocks))


def block_bytes(block: Block) -> int:
    """Estimate the bytes of code that a block becomes."""
    size = 0
    for instruction in block.instructions:
        size += 1 + _operand_bytes(instruction.operands)
        if instruction.op is Op.INVOKE:
            size += 8
    terminator = block.terminator
    return size + _operand_bytes(terminator.operands) + 4 * len(terminator.edges)


def _operand_bytes(operands: list[Operand]) -> int:
    return sum(1 if isinstance(o, Value) else 1 + (o.bit_length() + 7) // 8 for o in operands)
