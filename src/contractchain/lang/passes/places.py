"""Places in memory and storage, and whether two of them can be the same.

A place is a base value (None for constants) plus a constant offset. In a memory-safe object a
pointer that comes from the free memory pointer is never below 0x80, where the constants of the
compiler are; in storage a hash never meets a small constant.
"""

from contractchain.lang.ir import WORD, Instruction, Op, Operand, Value
from contractchain.lang.ir.nodes import Block
from contractchain.lang.passes.matching import base_and_offset

Place = tuple[Value | None, int]
"""Base and offset."""

HEAP_START = 0x80
_FREE_POINTER = 0x40
_SMALL_SLOT = 1 << 64


def place_of(operand: Operand) -> Place:
    """Return the place an address stands for."""
    return base_and_offset(operand)


class MemoryAliases:
    """Decides whether ranges of memory may overlap, for one function."""

    def __init__(self, incoming: dict[Block, list[list[Operand]]], *, memory_safe: bool) -> None:
        self.incoming = incoming
        """Argument lists of the edges that enter each block."""
        self.memory_safe = memory_safe
        self.heap: dict[Value, bool] = {}

    def may_overlap(self, a: Place, a_size: int | None, b: Place, b_size: int | None) -> bool:
        """Whether two ranges may share a byte; a size of None is unknown."""
        if a_size == 0 or b_size == 0:
            return False
        if a[0] is b[0]:
            a_end = None if a_size is None else a[1] + a_size
            b_end = None if b_size is None else b[1] + b_size
            if a[1] >= 1 << 255 or b[1] >= 1 << 255:
                return a[0] is not None  # before the base: the order says nothing
            return not (
                (a_end is not None and a_end <= b[1]) or (b_end is not None and b_end <= a[1])
            )
        for low, size, high in ((a, a_size, b), (b, b_size, a)):
            if low[0] is None and size is not None and low[1] + size <= HEAP_START:
                base, offset = high
                if base is not None and offset < 1 << 64 and self.is_heap(base):
                    return False
        return True

    def is_heap(self, value: Value) -> bool:
        """Whether the value is an address that was taken from the free memory pointer."""
        if not self.memory_safe:
            return False
        known = self.heap.get(value)
        if known is None:
            known = self._find_heap(value)
            self.heap[value] = known
        return known

    def _find_heap(self, start: Value) -> bool:
        seen: set[Value] = set()
        work: list[Operand] = [start]
        while work:
            operand = work.pop()
            if isinstance(operand, int):
                if not HEAP_START <= operand < 1 << 64:
                    return False
                continue
            if operand in seen:
                continue
            seen.add(operand)
            if len(seen) > 64:
                return False
            definition = operand.definition
            if isinstance(definition, Block):
                if definition not in self.incoming:
                    return False
                index = definition.parameters.index(operand)
                if not self.incoming[definition]:
                    return False
                work.extend(arguments[index] for arguments in self.incoming[definition])
            elif not isinstance(definition, Instruction):
                return False
            elif definition.op is Op.ADD:
                left, right = definition.operands
                heap = left if isinstance(right, int) else self._pick_heap(left, right)
                if heap is None or (isinstance(right, int) and right >= 1 << 64):
                    return False
                work.append(heap)
            elif definition.op is Op.AND:  # rounded up to whole words
                mask = definition.operands[1]
                if not isinstance(mask, int) or mask >> 64 != WORD >> 64:
                    return False
                work.append(definition.operands[0])
            elif definition.op is Op.MLOAD:
                if definition.operands[0] != _FREE_POINTER:
                    return False
            elif definition.op is not Op.MEMORY_GUARD:
                return False
        return True

    def _pick_heap(self, left: Operand, right: Operand) -> Operand | None:
        """Return the summand that is visibly a pointer."""
        for operand in (left, right):
            base, _ = base_and_offset(operand)
            definition = base.definition if base is not None else None
            if not isinstance(definition, Instruction):
                continue
            if definition.op is Op.MLOAD and definition.operands[0] == _FREE_POINTER:
                return operand
            if definition.op is Op.MEMORY_GUARD:
                return operand
        return None


def may_be_same_slot(a: Place, b: Place) -> bool:
    """Whether two storage slots may be one."""
    if a == b:
        return True
    if a[0] is b[0]:
        return False
    for constant, other in ((a, b), (b, a)):
        if constant[0] is None and constant[1] < _SMALL_SLOT and _is_hash(other):
            return False
    return True


def _is_hash(place: Place) -> bool:
    base, offset = place
    if base is None or offset >= _SMALL_SLOT:
        return False
    definition = base.definition
    return isinstance(definition, Instruction) and definition.op is Op.KECCAK256
