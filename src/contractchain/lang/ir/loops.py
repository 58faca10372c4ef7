"""Natural loops of a function."""

from contractchain.lang.ir.analysis import Dominators, order_blocks
from contractchain.lang.ir.nodes import Block, Function


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
    if not has_cycle(function):
        return []
    dominators = Dominators(function)
    predecessors = dominators.predecessors
    loops: dict[Block, Loop] = {}
    for block in dominators.order:
        for successor in dict.fromkeys(block.successors):
            if dominators.dominates(successor, block):
                loop = loops.get(successor)
                if loop is None:
                    loop = loops[successor] = Loop(successor, predecessors)
                loop.add_latch(block)
    return sorted(loops.values(), key=lambda loop: len(loop.blocks))


def has_cycle(function: Function) -> bool:
    """Whether any block may run more than once in a call: most functions have no loop."""
    order = order_blocks(function)
    place = {block: index for index, block in enumerate(order)}
    return any(
        place[edge.target] <= index
        for index, block in enumerate(order)
        for edge in block.terminator.edges
    )
