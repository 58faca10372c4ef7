"""Preparation of a function for the stack: what is left afterwards, the scheduler can emit as is.

Switches become trees of comparisons (`lower_switch`), `set_immutable` becomes stores, calls get the
label to which they return, what cannot run and what nobody reads is dropped. Parameters stay only
where edges join.
"""

from contractchain.lang.backend.lower_switch import lower_switches
from contractchain.lang.ir import Block, Function, Instruction, Object, Op, Terminator
from contractchain.lang.ir.analysis import order_blocks
from contractchain.lang.ir.remove_dead import remove_dead_instructions
from contractchain.lang.ir.rewrite import remove_trivial_parameters


def lower_function(
    function: Function, obj: Object, immutables: dict[str, list[int]], *, runs: int
) -> None:
    """Rewrite a function in place.

    Args:
        function: Function of `obj`.
        obj: The object, to see which callees return.
        immutables: Offsets in the runtime code at which each immutable is read.
        runs: How often the code is expected to run, to weigh size against gas.
    """
    for block in function.blocks:
        _lower_instructions(block, obj, immutables)
    function.blocks = order_blocks(function)
    lower_switches(function, runs=runs)
    remove_trivial_parameters(function)
    remove_dead_instructions(function)


def returns(function: Function) -> bool:
    """Whether a function can give control back to its caller."""
    return any(block.terminator.op is Op.RET for block in function.blocks)


def _lower_instructions(block: Block, obj: Object, immutables: dict[str, list[int]]) -> None:
    out: list[Instruction] = []
    for instruction in block.instructions:
        op = instruction.op
        if op is Op.SET_IMMUTABLE:
            base, value = instruction.operands
            for offset in immutables.get(instruction.symbol, ()):
                place = Instruction(Op.ADD, (base, offset), span=instruction.span)
                out.append(place)
                out.append(Instruction(Op.MSTORE, (place.result, value), span=instruction.span))
            continue
        if op is Op.INVOKE and not returns(obj.functions[instruction.symbol]):
            out.append(instruction)
            block.terminator = Terminator(Op.INVALID, span=instruction.span)
            break
        if op is Op.INVOKE or op is Op.INVOKE_INDIRECT:
            label = Instruction(Op.RETURN_LABEL, span=instruction.span)
            out.append(label)
            instruction.operands.append(label.result)
        out.append(instruction)
    block.instructions = out
