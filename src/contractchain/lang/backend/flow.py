"""Facts about the flow of a function that decide how exact its stacks must be.

In a block from which no path returns to the caller, what lies deep in the stack may be forgotten:
a join there only needs its own values on top. Around a cycle the height must not grow, so edges
inside a strongly connected component stay exact.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from contractchain.lang.ir import Block, Op
from contractchain.lang.ir.analysis import find_predecessors

_SUCCESS = (Op.RET, Op.STOP, Op.RETURN, Op.SELFDESTRUCT)

Node = TypeVar("Node", bound=Hashable)


def find_components(
    nodes: Sequence[Node], successors: Callable[[Node], Iterable[Node]]
) -> list[list[Node]]:
    """Return the strongly connected components, each after those it leads to (Tarjan)."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    on_stack: set[Node] = set()
    stack: list[Node] = []
    found: list[list[Node]] = []
    for root in nodes:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(list(successors(root))))]
        while work:
            node, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(list(successors(other)))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    component: list[Node] = []
                    while not component or component[-1] is not node:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    found.append(component)
    return found


class Flow:
    """Predecessors, cycles and dead ends of a function whose blocks are in reverse postorder."""

    def __init__(self, blocks: list[Block]) -> None:
        self.predecessors = find_predecessors(blocks)
        self.component: dict[Block, int] = {}
        self.cyclic: set[int] = set()
        reducible = True
        for number, members in enumerate(find_components(blocks, lambda b: b.successors)):
            for block in members:
                self.component[block] = number
            if len(members) > 1 or members[0] in self.predecessors[members[0]]:
                self.cyclic.add(number)
                inside = set(members)
                entries = [
                    block
                    for block in members
                    if any(p not in inside for p in self.predecessors[block])
                ]
                reducible = reducible and len(entries) <= 1
        returning = self._find_leading_to([b for b in blocks if b.terminator.op is Op.RET])
        self.halting = set(blocks) - returning if reducible else set()
        """Blocks from which no path returns to the caller."""
        good = [b for b in blocks if b.terminator.op in _SUCCESS]
        self.cold = set(blocks) - self._find_leading_to(good)
        """Blocks from which every path reverts."""

    def _find_leading_to(self, goals: list[Block]) -> set[Block]:
        seen = set(goals)
        work = list(goals)
        while work:
            for block in self.predecessors[work.pop()]:
                if block not in seen:
                    seen.add(block)
                    work.append(block)
        return seen

    def is_cyclic(self, block: Block) -> bool:
        """Whether a path leads from the block back to it."""
        return self.component[block] in self.cyclic

    def is_relaxed(self, source: Block, target: Block) -> bool:
        """Whether the edge may leave anything below what `target` needs."""
        if target not in self.halting:
            return False
        component = self.component[source]
        return component != self.component[target] or component not in self.cyclic
