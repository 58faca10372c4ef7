"""The test of a loop moves to its end, so that a round needs one jump instead of two."""

from contractchain.lang.ir import Block, Function, Op, Operand, Value
from contractchain.lang.ir.clone import clone_blocks
from contractchain.lang.ir.loops import Loop, find_loops
from contractchain.lang.ir.repair import repair_ssa
from contractchain.lang.passes.sizes import BYTE_GAS, block_bytes

LARGEST_TEST = 12
"""Instructions up to which the test of a loop is copied."""
ROUNDS = 10
"""How often a loop is supposed to go round."""
_JUMP_GAS = 12


def rotate_loops(function: Function, *, runs: int) -> bool:
    """Move the tests of loops to their ends where it pays; say if there were any to move."""
    changed = False
    done: set[Block] = set()
    while True:
        loop = next((lp for lp in find_loops(function) if _is_rotatable(lp, done, runs)), None)
        if loop is None:
            return changed
        done.add(loop.head)
        _rotate(function, loop)
        changed = True


def _is_rotatable(loop: Loop, done: set[Block], runs: int) -> bool:
    head = loop.head
    if head in done or len(loop.latches) != 1 or head.terminator.op is not Op.BRANCH:
        return False
    latch = loop.latches[0]
    if latch is head or latch.terminator.op is not Op.JUMP:
        return False
    inside = [edge.target in loop.blocks for edge in head.terminator.edges]
    if inside.count(True) != 1 or len(head.instructions) > LARGEST_TEST:
        return False
    if block_bytes(head) * BYTE_GAS > runs * ROUNDS * _JUMP_GAS:
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
