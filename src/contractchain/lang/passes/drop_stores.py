"""Drop stores that nobody can read: overwritten first, or the frame ends without looking.

A walk backwards over each function, successors first. A frame that reverts undoes its writes to
storage, so on such a path every store is dead.
"""

from dataclasses import dataclass, field

from contractchain.lang.ir import Block, Effect, Function, Instruction, Kind, Op
from contractchain.lang.ir.analysis import order_blocks
from contractchain.lang.ir.rewrite import incoming_edges
from contractchain.lang.passes.effects import EVERYWHERE, Range, Summaries, memory_read
from contractchain.lang.passes.places import MemoryAliases, Place, may_be_same_slot, place_of

_MOST_EXCEPTIONS = 16
_MOST_ROUNDS = 10


@dataclass(slots=True)
class _Fate:
    """What becomes of the content of one region after a point of the program."""

    all_dead: bool = False
    """Whether nobody reads any of it, except for `read`."""
    read: list[Range] = field(default_factory=list)
    """What may still be read although `all_dead` is set."""
    dead: set[Place] = field(default_factory=set)
    """Words that are overwritten before anybody reads them."""

    def copy(self) -> "_Fate":
        return _Fate(self.all_dead, list(self.read), set(self.dead))

    def join(self, other: "_Fate") -> None:
        """Keep what holds on both of two paths."""
        if self.all_dead and other.all_dead:
            self.read += [r for r in other.read if r not in self.read]
        elif self.all_dead:
            self.dead = {p for p in other.dead if not self.read}
            self.all_dead, self.read = False, []
            return
        elif other.all_dead:
            if other.read:
                self.dead = set()
            return
        self.dead &= other.dead

    def forget(self) -> None:
        """Suppose that everything is read."""
        self.all_dead, self.read, self.dead = False, [], set()


def _dead() -> _Fate:
    return _Fate(all_dead=True)


_MEMORY, _STORAGE, _TRANSIENT = 0, 1, 2
_Fates = tuple[_Fate, _Fate, _Fate]
_STORES = {Op.MSTORE: _MEMORY, Op.SSTORE: _STORAGE, Op.TSTORE: _TRANSIENT}
_LOADS = {Op.SLOAD: _STORAGE, Op.TLOAD: _TRANSIENT}
_REGION_EFFECT = (Effect.MEMORY, Effect.STORAGE, Effect.TRANSIENT)


def drop_stores(function: Function, summaries: Summaries, *, memory_safe: bool) -> bool:
    """Remove dead stores; say if there were any."""
    return _Dropper(function, summaries, memory_safe).run()


class _Dropper:
    def __init__(self, function: Function, summaries: Summaries, memory_safe: bool) -> None:
        self.function = function
        self.summaries = summaries
        incoming = {
            block: [edge.arguments for edge in edges]
            for block, edges in incoming_edges(function).items()
        }
        self.aliases = MemoryAliases(incoming, memory_safe=memory_safe)
        self.at_start: dict[Block, _Fates] = {}

    def run(self) -> bool:
        order = order_blocks(self.function)
        order.reverse()
        self.settle(order)
        changed = False
        for block in order:
            fates = self.leave(block)
            kept = [i for i in reversed(block.instructions) if self.visit(i, fates)]
            if len(kept) != len(block.instructions):
                kept.reverse()
                block.instructions = kept
                changed = True
        return changed

    def settle(self, order: list[Block]) -> None:
        """Find the fates at the start of each block, loops included.

        At first everything is supposed to be dead; what contradicts that is taken back, round by
        round. If it takes too long, what leads into a loop is supposed to be read.
        """
        seen: set[Block] = set()
        has_loop = False
        for block in order:
            has_loop = has_loop or any(t not in seen for t in block.successors)
            seen.add(block)
        if has_loop:
            for block in order:
                self.at_start[block] = (_dead(), _dead(), _dead())
        for _ in range(_MOST_ROUNDS):
            stable = True
            for block in order:
                fates = self.leave(block)
                for instruction in reversed(block.instructions):
                    self.visit(instruction, fates)
                if self.at_start.get(block) != fates:
                    self.at_start[block] = fates
                    stable = False
            if stable or not has_loop:
                return
        self.at_start.clear()
        for block in order:
            fates = self.leave(block)
            for instruction in reversed(block.instructions):
                self.visit(instruction, fates)
            self.at_start[block] = fates

    def leave(self, block: Block) -> _Fates:
        """Return the fates at the end of a block."""
        terminator = block.terminator
        op = terminator.op
        if op.kind is Kind.HALT:
            reverts = op in (Op.REVERT, Op.INVALID)
            memory = _Fate(all_dead=True)
            read = memory_read(terminator)
            if read is not None and read[1] != 0:
                memory.read.append(read)
            return memory, _Fate(all_dead=reverts), _Fate(all_dead=reverts)
        fates: _Fates | None = None
        for edge in terminator.edges:
            other = self.at_start.get(edge.target)
            if other is None:
                return _Fate(), _Fate(), _Fate()
            if fates is None:
                fates = (other[0].copy(), other[1].copy(), other[2].copy())
            else:
                for mine, theirs in zip(fates, other, strict=True):
                    mine.join(theirs)
        return fates if fates is not None else (_Fate(), _Fate(), _Fate())

    def visit(self, instruction: Instruction, fates: _Fates) -> bool:
        """Go back over one instruction; return False if it is a dead store."""
        op = instruction.op
        region = _STORES.get(op)
        if region is not None:
            place = place_of(instruction.operands[0])
            if self.is_dead(region, place, fates[region]):
                return False
            fates[region].dead.add(place)
            return True
        region = _LOADS.get(op)
        if region is not None:
            self.read_slot(fates[region], place_of(instruction.operands[0]))
            return True
        reads = self.summaries.reads_of(instruction)
        if op is Op.MSIZE:
            reads |= Effect.MEMORY
        for index in (_STORAGE, _TRANSIENT):
            if reads & _REGION_EFFECT[index]:
                fates[index].forget()
        if reads & Effect.MEMORY:
            read = memory_read(instruction)
            self.read_memory(fates[_MEMORY], read if read is not None else EVERYWHERE)
        return True

    def is_dead(self, region: int, place: Place, fate: _Fate) -> bool:
        if place in fate.dead:
            return True
        if not fate.all_dead:
            return False
        if region == _MEMORY:
            return not any(self.aliases.may_overlap(place, 32, *read) for read in fate.read)
        return not any(may_be_same_slot(place, read[0]) for read in fate.read)

    def read_memory(self, fate: _Fate, read: Range) -> None:
        if read[1] == 0:
            return
        if read == EVERYWHERE:
            fate.forget()
            return
        fate.dead = {p for p in fate.dead if not self.aliases.may_overlap(p, 32, *read)}
        self.except_(fate, read)

    def read_slot(self, fate: _Fate, place: Place) -> None:
        fate.dead = {p for p in fate.dead if not may_be_same_slot(p, place)}
        self.except_(fate, (place, 1))

    def except_(self, fate: _Fate, read: Range) -> None:
        if not fate.all_dead:
            return
        if len(fate.read) >= _MOST_EXCEPTIONS:
            fate.all_dead, fate.read = False, []
        elif read not in fate.read:
            fate.read.append(read)
