"""Facts about the control flow of a function: orders, predecessors, dominators, loops, liveness.

All of it is iterative and linear or nearly so; nothing is cached on the nodes, a pass computes what
it needs and throws it away when it edits the flow.
"""

from contractchain.lang.ir.nodes import Block, Function, Value


def order_blocks(function: Function) -> list[Block]:
    """Return the reachable blocks in reverse postorder: each before what it dominates."""
    entry = function.entry
    seen = {entry}
    postorder: list[Block] = []
    path = [entry]
    pending = [[edge.target for edge in reversed(entry.terminator.edges)]]
    while path:
        successors = pending[-1]
        while successors:
            successor = successors.pop()
            if successor not in seen:
                seen.add(successor)
                path.append(successor)
                pending.append([edge.target for edge in successor.terminator.edges])
                break
        else:
            postorder.append(path.pop())
            pending.pop()
    postorder.reverse()
    return postorder


def find_predecessors(blocks: list[Block]) -> dict[Block, list[Block]]:
    """Return the predecessors of each block, one entry for each edge."""
    predecessors: dict[Block, list[Block]] = {block: [] for block in blocks}
    for block in blocks:
        for edge in block.terminator.edges:
            predecessors[edge.target].append(block)
    return predecessors


class Dominators:
    """The dominator tree of the reachable blocks.

    Spec:
        Cooper, Harvey, Kennedy, A Simple, Fast Dominance Algorithm (2001).
    """

    order: list[Block]
    """Reachable blocks in reverse postorder."""
    parent: dict[Block, Block]
    """Immediate dominator; the entry is its own."""
    children: dict[Block, list[Block]]
    """Blocks immediately dominated, in reverse postorder."""
    predecessors: dict[Block, list[Block]]
    """Of each block, one entry for each edge."""

    def __init__(self, function: Function) -> None:
        self.order = order_blocks(function)
        self.index = {block: i for i, block in enumerate(self.order)}
        self.predecessors = predecessors = find_predecessors(self.order)
        parents = [-1] * len(self.order)
        parents[0] = 0
        incoming = [[self.index[p] for p in predecessors[b]] for b in self.order]
        changed = True
        while changed:
            changed = False
            for i in range(1, len(self.order)):
                best = -1
                for p in incoming[i]:
                    if parents[p] < 0:
                        continue
                    best = p if best < 0 else _meet(best, p, parents)
                if best != parents[i]:
                    parents[i] = best
                    changed = True
        self.parent = {b: self.order[parents[i]] for i, b in enumerate(self.order)}
        self.children = {block: [] for block in self.order}
        for block in self.order[1:]:
            self.children[self.parent[block]].append(block)
        self._first: dict[Block, int] = {}
        self._last: dict[Block, int] = {}

    def _number(self) -> None:
        clock = 0
        stack: list[tuple[Block, bool]] = [(self.order[0], False)]
        while stack:
            block, done = stack.pop()
            clock += 1
            if done:
                self._last[block] = clock
                continue
            self._first[block] = clock
            stack.append((block, True))
            stack.extend((child, False) for child in reversed(self.children[block]))

    def is_reachable(self, block: Block) -> bool:
        """Whether any path leads to `block`."""
        return block in self.index

    def dominates(self, upper: Block, lower: Block) -> bool:
        """Whether every path to `lower` goes through `upper` (a block dominates itself)."""
        if not self._first:  # many who want the tree do not ask this
            self._number()
        if upper not in self._first or lower not in self._first:
            return False
        return self._first[upper] <= self._first[lower] and self._last[lower] <= self._last[upper]


def _meet(a: int, b: int, parents: list[int]) -> int:
    while a != b:
        while a > b:
            a = parents[a]
        while b > a:
            b = parents[b]
    return a


def find_live_values(function: Function) -> tuple[dict[Block, set[Value]], dict[Block, set[Value]]]:
    """Return the values live at the start (without parameters) and at the end of each block.

    Arguments of an edge are used at the end of the block the edge leaves; they are not in the
    set of values live at its end unless a successor uses them too.
    """
    order = order_blocks(function)
    upward: dict[Block, set[Value]] = {}
    defined: dict[Block, set[Value]] = {}
    for block in order:
        upward[block], defined[block] = _scan(block)
    live_in = {block: set(upward[block]) for block in order}
    live_out: dict[Block, set[Value]] = {block: set() for block in order}
    predecessors = find_predecessors(order)
    work = list(order)
    queued = set(work)
    while work:
        block = work.pop()
        queued.discard(block)
        out = live_out[block]
        for edge in block.terminator.edges:
            out |= live_in[edge.target]
        fresh = (out - defined[block]) | upward[block]
        if len(fresh) != len(live_in[block]):
            live_in[block] = fresh
            for predecessor in predecessors[block]:
                if predecessor not in queued:
                    queued.add(predecessor)
                    work.append(predecessor)
    return live_in, live_out


def _scan(block: Block) -> tuple[set[Value], set[Value]]:
    upward: set[Value] = set()
    defined: set[Value] = set(block.parameters)
    for instruction in block.instructions:
        for operand in instruction.operands:
            if operand.__class__ is Value and operand not in defined:
                upward.add(operand)
        defined.update(instruction.results)
    terminator = block.terminator
    for operand in terminator.operands:
        if operand.__class__ is Value and operand not in defined:
            upward.add(operand)
    for edge in terminator.edges:
        for operand in edge.arguments:
            if operand.__class__ is Value and operand not in defined:
                upward.add(operand)
    return upward, defined
