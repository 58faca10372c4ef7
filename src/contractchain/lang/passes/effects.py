"""What each instruction reads and writes, in ranges where they are known; functions summarised."""

from contractchain.lang.ir import Effect, Instruction, Object, Op, Operand, Terminator
from contractchain.lang.passes.places import Place, place_of

Range = tuple[Place, int | None]
"""A range of memory: where it starts and its size in bytes, None if unknown."""

EVERYWHERE: Range = ((None, 0), None)
"""All of memory."""

_READS: dict[Op, tuple[int, int | None]] = {
    Op.KECCAK256: (0, 1),
    Op.RETURN: (0, 1),
    Op.REVERT: (0, 1),
    Op.MCOPY: (1, 2),
    Op.LOG0: (0, 1),
    Op.LOG1: (0, 1),
    Op.LOG2: (0, 1),
    Op.LOG3: (0, 1),
    Op.LOG4: (0, 1),
    Op.CREATE: (1, 2),
    Op.CREATE2: (1, 2),
    Op.CALL: (3, 4),
    Op.CALLCODE: (3, 4),
    Op.DELEGATECALL: (2, 3),
    Op.STATICCALL: (2, 3),
}
"""Operands with the start and size of the memory that is read."""
_WRITES: dict[Op, tuple[int, int]] = {
    Op.CALLDATACOPY: (0, 2),
    Op.CODECOPY: (0, 2),
    Op.RETURNDATACOPY: (0, 2),
    Op.EXTCODECOPY: (1, 3),
    Op.MCOPY: (0, 2),
    Op.CALL: (5, 6),
    Op.CALLCODE: (5, 6),
    Op.DELEGATECALL: (4, 5),
    Op.STATICCALL: (4, 5),
}


def _range(operands: list[Operand], start: int, size: int | None) -> Range:
    length = operands[size] if size is not None else 32
    return place_of(operands[start]), length if isinstance(length, int) else None


def memory_read(instruction: Instruction | Terminator) -> Range | None:
    """Return the memory that is read, None if none is."""
    op = instruction.op
    if not op.reads & Effect.MEMORY:
        return None
    if op is Op.MLOAD:
        return place_of(instruction.operands[0]), 32
    where = _READS.get(op)
    return _range(instruction.operands, *where) if where is not None else EVERYWHERE


def memory_written(instruction: Instruction) -> Range | None:
    """Return the memory that may be written, None if none is."""
    op = instruction.op
    if not op.writes & Effect.MEMORY:
        return None
    if op is Op.MSTORE:
        return place_of(instruction.operands[0]), 32
    if op is Op.MSTORE8:
        return place_of(instruction.operands[0]), 1
    where = _WRITES.get(op)
    return _range(instruction.operands, *where) if where is not None else EVERYWHERE


class Summaries:
    """For each function of an object, the effects of a call of it."""

    def __init__(self, obj: Object) -> None:
        self.reads: dict[str, int] = {}
        self.writes: dict[str, int] = {}
        callees: dict[str, set[str]] = {}
        for name, function in obj.functions.items():
            reads = writes = 0
            called: set[str] = set()
            for block in function.blocks:
                for instruction in block.instructions:
                    if instruction.op is Op.INVOKE:
                        called.add(instruction.symbol)
                        continue
                    reads |= instruction.op.reads
                    writes |= instruction.op.writes
                reads |= block.terminator.op.reads
                if block.terminator.op in (Op.STOP, Op.RETURN, Op.SELFDESTRUCT):
                    reads |= Effect.ALL  # what was stored before is seen by the world
            self.reads[name], self.writes[name] = reads, writes
            callees[name] = called
        changed = True
        while changed:
            changed = False
            for name, called in callees.items():
                for callee in called:
                    reads = self.reads[name] | self.reads[callee]
                    writes = self.writes[name] | self.writes[callee]
                    if reads != self.reads[name] or writes != self.writes[name]:
                        self.reads[name], self.writes[name] = reads, writes
                        changed = True

    def says_same(self, other: "Summaries") -> bool:
        """Whether all functions have the same effects in `other`."""
        return self.reads == other.reads and self.writes == other.writes

    def reads_of(self, instruction: Instruction) -> int:
        """Return the state that an instruction reads, calls of functions included."""
        if instruction.op is Op.INVOKE:
            return self.reads.get(instruction.symbol, Effect.ALL)
        return instruction.op.reads

    def writes_of(self, instruction: Instruction) -> int:
        """Return the state that an instruction writes, calls of functions included."""
        if instruction.op is Op.INVOKE:
            return self.writes.get(instruction.symbol, Effect.ALL)
        return instruction.op.writes
