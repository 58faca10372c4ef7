"""Loads of what a loop does not change move in front of it.

Only what the head of a loop computes is moved, because the head runs at least once; nothing is
computed that the program would not have computed.
"""

from contractchain.lang.ir import (
    Block,
    Edge,
    Effect,
    Function,
    Instruction,
    Op,
    Operand,
    Terminator,
    Value,
)
from contractchain.lang.ir.loops import Loop, find_loops
from contractchain.lang.ir.rewrite import incoming_edges
from contractchain.lang.passes.effects import Summaries, memory_read, memory_written
from contractchain.lang.passes.places import MemoryAliases, may_be_same_slot, place_of

_MOVABLE_LOADS = (Op.MLOAD, Op.SLOAD, Op.TLOAD, Op.KECCAK256, Op.CALLDATALOAD)


def hoist_loads(function: Function, summaries: Summaries, *, memory_safe: bool) -> bool:
    """Move loads of what a loop does not change in front of it; say if there were any."""
    changed = False
    done: set[Block] = set()
    while True:
        loop = next((lp for lp in find_loops(function) if lp.head not in done), None)
        if loop is None:
            return changed
        done.add(loop.head)
        changed |= _hoist_from(function, loop, summaries, memory_safe)


def _hoist_from(function: Function, loop: Loop, summaries: Summaries, memory_safe: bool) -> bool:
    incoming = {
        block: [edge.arguments for edge in edges]
        for block, edges in incoming_edges(function).items()
    }
    aliases = MemoryAliases(incoming, memory_safe=memory_safe)
    inside = {
        value
        for block in loop.blocks
        for value in (*block.parameters, *(r for i in block.instructions for r in i.results))
    }
    writers = [i for b in loop.blocks for i in b.instructions if summaries.writes_of(i)]
    moved: list[Instruction] = []
    for instruction in loop.head.instructions:
        if instruction.op not in _MOVABLE_LOADS and not instruction.op.is_pure:
            continue
        if any(operand in inside for operand in instruction.operands):
            continue
        if _may_change(instruction, writers, summaries, aliases):
            continue
        moved.append(instruction)
        inside.difference_update(instruction.results)
    while moved and moved[-1].op not in _MOVABLE_LOADS:
        moved.pop()
    if moved:
        _move_before(function, loop, moved)
    return bool(moved)


def _may_change(
    load: Instruction, writers: list[Instruction], summaries: Summaries, aliases: MemoryAliases
) -> bool:
    reads = load.op.reads
    if reads & Effect.GAS or load.op is Op.MSIZE:
        return True
    for writer in writers:
        if not summaries.writes_of(writer) & reads:
            continue
        if reads & Effect.MEMORY:
            read, written = memory_read(load), memory_written(writer)
            if read is None or written is None or aliases.may_overlap(*read, *written):
                return True
        elif writer.op in (Op.SSTORE, Op.TSTORE):
            if may_be_same_slot(place_of(load.operands[0]), place_of(writer.operands[0])):
                return True
        else:
            return True
    return False


def _move_before(function: Function, loop: Loop, moved: list[Instruction]) -> None:
    front = Block("before_loop")
    head = loop.head
    front.parameters = [Value(p.name, front) for p in head.parameters]
    arguments: list[Operand] = list(front.parameters)
    front.terminator = Terminator(Op.JUMP, (), [Edge(head, arguments)])
    for block in function.blocks:
        if block in loop.blocks:
            continue
        for edge in block.terminator.edges:
            if edge.target is head:
                edge.target = front
    gone = set(moved)
    head.instructions = [i for i in head.instructions if i not in gone]
    front.instructions = moved
    function.blocks.insert(function.blocks.index(head), front)
