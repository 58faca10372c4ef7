"""Use what is known to be in memory and storage: loads of it, and hashes of it, become values.

What is known flows along the edges, loops included: at the head of a loop everything that the loop
may change is forgotten. A store of what is there already is dropped.
"""

from contractchain.crypto import keccak256
from contractchain.lang.ir import Block, Effect, Function, Instruction, Op, Operand, Value
from contractchain.lang.ir.analysis import Dominators
from contractchain.lang.ir.rewrite import incoming_edges, substitute
from contractchain.lang.passes.effects import Summaries, memory_written
from contractchain.lang.passes.places import MemoryAliases, Place, may_be_same_slot, place_of

_Known = dict[tuple[int, Value | None, int], Operand]
"""Content by region (an `Effect`), base and offset."""
_Hashes = dict[tuple[Operand, ...], Operand]
_LARGEST_HASHED = 128
_LOADS = {
    Op.MLOAD: Effect.MEMORY,
    Op.SLOAD: Effect.STORAGE,
    Op.TLOAD: Effect.TRANSIENT,
}
_STORES = {
    Op.MSTORE: Effect.MEMORY,
    Op.SSTORE: Effect.STORAGE,
    Op.TSTORE: Effect.TRANSIENT,
}


def forward_loads(
    function: Function, summaries: Summaries, *, memory_safe: bool, fold_hashes: bool
) -> bool:
    """Replace loads whose result is known; say if there were any."""
    return _Forwarder(function, summaries, memory_safe, fold_hashes).run()


class _Forwarder:
    def __init__(
        self, function: Function, summaries: Summaries, memory_safe: bool, fold_hashes: bool
    ) -> None:
        self.function = function
        self.summaries = summaries
        self.fold_hashes = fold_hashes
        self.dominators = Dominators(function)
        self.predecessors = self.dominators.predecessors
        incoming = {
            block: [edge.arguments for edge in edges]
            for block, edges in incoming_edges(function).items()
        }
        self.aliases = MemoryAliases(incoming, memory_safe=memory_safe)
        self.replaced: dict[Value, Operand] = {}
        self.at_end: dict[Block, tuple[_Known, _Hashes]] = {}
        self.words_of: dict[Value, tuple[Operand, ...]] = {}
        self.changed = False

    def run(self) -> bool:
        for block in self.dominators.order:
            known, hashes = self.enter(block)
            kept = [i for i in block.instructions if self.visit(i, known, hashes)]
            if len(kept) != len(block.instructions):
                block.instructions = kept
                self.changed = True
            self.at_end[block] = known, hashes
        substitute(self.function, self.replaced)
        return self.changed

    def enter(self, block: Block) -> tuple[_Known, _Hashes]:
        """Return what holds at the start of a block."""
        sources = list(dict.fromkeys(self.predecessors[block]))
        done = [self.at_end[source] for source in sources if source in self.at_end]
        if not done:
            return {}, {}
        known, hashes = dict(done[0][0]), dict(done[0][1])
        for other_known, other_hashes in done[1:]:
            known = {k: v for k, v in known.items() if other_known.get(k) == v}
            hashes = {k: v for k, v in hashes.items() if other_hashes.get(k) == v}
        if len(done) < len(sources):
            for inner in self.loop_of(block):
                for instruction in inner.instructions:
                    self.forget(instruction, known)
        return known, hashes

    def loop_of(self, head: Block) -> set[Block]:
        """Return the blocks from which a path leads back to `head` without leaving its loop."""
        loop = {head}
        work = [p for p in self.predecessors[head] if p not in self.at_end]
        while work:
            block = work.pop()
            if block not in loop:
                loop.add(block)
                if not self.dominators.dominates(head, block):
                    return set(self.dominators.order)  # not a natural loop
                work.extend(self.predecessors[block])
        return loop

    def resolve(self, operand: Operand) -> Operand:
        while isinstance(operand, Value) and operand in self.replaced:
            operand = self.replaced[operand]
        return operand

    def place(self, operand: Operand) -> Place:
        return place_of(self.resolve(operand))

    def visit(self, instruction: Instruction, known: _Known, hashes: _Hashes) -> bool:
        """Follow one instruction; return False if it is not needed any more."""
        op = instruction.op
        region = _LOADS.get(op)
        if region is not None:
            base, offset = self.place(instruction.operands[0])
            key = (region, base, offset)
            found = known.get(key)
            if found is not None:
                self.replaced[instruction.result] = found
                return False
            known[key] = instruction.result
            return True
        region = _STORES.get(op)
        if region is not None:
            return self.store(instruction, region, known)
        if op is Op.KECCAK256:
            return self.hash(instruction, known, hashes)
        self.forget(instruction, known)
        return True

    def store(self, instruction: Instruction, region: int, known: _Known) -> bool:
        base, offset = self.place(instruction.operands[0])
        value = self.resolve(instruction.operands[1])
        key = (region, base, offset)
        if known.get(key) == value:
            return False
        self.forget(instruction, known)
        known[key] = value
        return True

    def hash(self, instruction: Instruction, known: _Known, hashes: _Hashes) -> bool:
        base, offset = self.place(instruction.operands[0])
        size = self.resolve(instruction.operands[1])
        if not isinstance(size, int) or size % 32 or not 0 < size <= _LARGEST_HASHED:
            return True
        words = []
        for position in range(0, size, 32):
            word = known.get((Effect.MEMORY, base, offset + position))
            if word is None:
                return True
            words.append(self.resolve(word))
        key = tuple(words)
        found = hashes.get(key)
        if found is None and self.fold_hashes:
            constants = [word for word in words if isinstance(word, int)]
            if len(constants) == len(words):
                content = b"".join(word.to_bytes(32, "big") for word in constants)
                found = int.from_bytes(keccak256(content), "big")
        if found is not None:
            self.replaced[instruction.result] = found
            return False
        hashes[key] = instruction.result
        self.words_of[instruction.result] = key
        return True

    # --- forgetting

    def forget(self, instruction: Instruction, known: _Known) -> None:
        """Drop what an instruction may change."""
        writes = self.summaries.writes_of(instruction)
        if not writes or not known:
            return
        op = instruction.op
        if writes & Effect.MEMORY:
            written = memory_written(instruction)
            if op is Op.MSTORE or op is Op.MSTORE8:
                written = self.place(instruction.operands[0]), 32 if op is Op.MSTORE else 1
            if written is not None and written[1] != 0:
                everything = written[1] is None and written[0] == (None, 0)
                for key in [k for k in known if k[0] == Effect.MEMORY]:
                    if everything or self.aliases.may_overlap(
                        (key[1], key[2]), 32, written[0], written[1]
                    ):
                        del known[key]
        for region, store in ((Effect.STORAGE, Op.SSTORE), (Effect.TRANSIENT, Op.TSTORE)):
            if not writes & region:
                continue
            place = self.place(instruction.operands[0]) if op is store else None
            for key in [k for k in known if k[0] == region]:
                if place is None or self.may_be_same_slot((key[1], key[2]), place):
                    del known[key]

    def may_be_same_slot(self, a: Place, b: Place) -> bool:
        """Whether two slots may be one; hashes of words that differ are different."""
        if not may_be_same_slot(a, b):
            return False
        if a[0] is None or b[0] is None or a[0] is b[0]:
            return True
        first, second = self.words_of.get(a[0]), self.words_of.get(b[0])
        if first is None or second is None or max(a[1], b[1]) >= 1 << 64:
            return True
        if len(first) != len(second):
            return False
        return not any(
            isinstance(x, int) and isinstance(y, int) and x != y
            for x, y in zip(first, second, strict=True)
        )
