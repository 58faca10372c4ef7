"""Loops: loads that cannot change move in front, and the test moves to the end.

Only what the head of a loop computes is moved, because the head runs at least once; nothing is
computed that the program would not have computed. A loop that tests at its end needs one jump for
each round instead of two.
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
from contractchain.lang.ir.analysis import Dominators, find_predecessors
from contractchain.lang.ir.clone import clone_blocks
from contractchain.lang.ir.repair import repair_ssa
from contractchain.lang.ir.rewrite import incoming_edges
from contractchain.lang.passes.effects import Summaries, memory_read, memory_written
from contractchain.lang.passes.places import MemoryAliases, may_be_same_slot, place_of

LARGEST_TEST = 12
"""Instructions up to which the test of a loop is copied."""
_MOVABLE_LOADS = (Op.MLOAD, Op.SLOAD, Op.TLOAD, Op.KECCAK256, Op.CALLDATALOAD)


class Loop:
    """A natural loop: its head, and the blocks from which a path leads back to it."""

    def __init__(self, head: Block, predecessors: dict[Block, list[Block]]) -> None:
        self.head = head
        self.latches: list[Block] = []
        self.blocks = {head}
        self.predecessors = predecessors

    def add_latch(self, latch: Block) -> None:
        """Add a block with an edge back to the head, and all that leads to it."""
        self.latches.append(latch)
        work = [latch]
        while work:
            block = work.pop()
            if block not in self.blocks:
                self.blocks.add(block)
                work.extend(self.predecessors[block])


def find_loops(function: Function) -> list[Loop]:
    """Return the natural loops, inner ones first."""
    dominators = Dominators(function)
    predecessors = find_predecessors(dominators.order)
    loops: dict[Block, Loop] = {}
    for block in dominators.order:
        for successor in dict.fromkeys(block.successors):
            if dominators.dominates(successor, block):
                loop = loops.get(successor)
                if loop is None:
                    loop = loops[successor] = Loop(successor, predecessors)
                loop.add_latch(block)
    return sorted(loops.values(), key=lambda loop: len(loop.blocks))


# --- loads


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


# --- rotation


def rotate_loops(function: Function) -> bool:
    """Move the tests of loops to their ends; say if there were any to move."""
    changed = False
    done: set[Block] = set()
    while True:
        loop = next((lp for lp in find_loops(function) if _is_rotatable(lp, done)), None)
        if loop is None:
            return changed
        done.add(loop.head)
        _rotate(function, loop)
        changed = True


def _is_rotatable(loop: Loop, done: set[Block]) -> bool:
    head = loop.head
    if head in done or len(loop.latches) != 1 or head.terminator.op is not Op.BRANCH:
        return False
    latch = loop.latches[0]
    if latch is head or latch.terminator.op is not Op.JUMP:
        return False
    inside = [edge.target in loop.blocks for edge in head.terminator.edges]
    if inside.count(True) != 1 or len(head.instructions) > LARGEST_TEST:
        return False
    if any(instruction.op.writes for instruction in head.instructions):
        return False
    body = head.terminator.edges[inside.index(True)].target
    return body is not head


def _rotate(function: Function, loop: Loop) -> None:
    head, latch = loop.head, loop.latches[0]
    values: dict[Value, Operand] = {}
    (copy,), _ = clone_blocks([head], values)
    arguments = latch.terminator.edges[0].arguments
    copied = dict(zip(copy.parameters, arguments, strict=True))

    def final(operand: Operand) -> Operand:
        return copied.get(operand, operand) if isinstance(operand, Value) else operand

    for instruction in copy.instructions:
        instruction.operands = [final(o) for o in instruction.operands]
    terminator = copy.terminator
    terminator.operands = [final(o) for o in terminator.operands]
    for edge in terminator.edges:
        edge.arguments = [final(a) for a in edge.arguments]
    latch.instructions += copy.instructions
    latch.terminator = terminator
    definitions: dict[Value, dict[Block, Operand]] = {}
    for value in (*head.parameters, *(r for i in head.instructions for r in i.results)):
        definitions[value] = {head: value, latch: final(values[value])}
    repair_ssa(function, definitions)
