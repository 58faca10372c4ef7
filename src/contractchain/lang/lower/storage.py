"""State in storage: packed values, places of array elements and mapping entries.

Slots and offsets follow solc's storage layout: lower-order bytes first, offset 0 at the right end.
"""

from typing import NamedTuple

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import MAX_MEMORY, SCRATCH, Panic
from contractchain.lang.lower.unit import name_of
from contractchain.lang.lower.values import (
    Words,
    from_right,
    is_external_function,
    resolve,
    to_right,
)
from contractchain.lang.semantics.types import (
    ArrayType,
    ByteSequenceType,
    FunctionType,
    IntegerType,
    Type,
)


class StoragePlace(NamedTuple):
    """Where a value is: a slot, and the lowest byte inside it."""

    slot: Operand
    offset: Operand
    """Bytes from the right end; 0 for anything that does not share its slot."""
    is_transient: bool = False


def load_value(code: Code, place: StoragePlace, item: Type) -> Words:
    """Return the value type at `place`."""
    word = code.op(Op.TLOAD if place.is_transient else Op.SLOAD, place.slot)
    word = code.shr(code.mul(place.offset, 8), word)
    if is_external_function(item):
        return code.and_(code.shr(32, word), (1 << 160) - 1), code.and_(word, 0xFFFFFFFF)
    if item.storage_bytes == 32:
        return (word,)
    return (from_right(code, word, item),)


def store_value(code: Code, place: StoragePlace, item: Type, words: Words) -> None:
    """Write a clean value of a value type to `place`, beside its neighbours."""
    store = Op.TSTORE if place.is_transient else Op.SSTORE
    if is_external_function(item):
        word = code.or_(code.shl(32, words[0]), words[1])
    else:
        word = to_right(code, words[0], item)
    size = item.storage_bytes
    if size == 32:
        code.effect(store, place.slot, word)
        return
    mask = (1 << (8 * size)) - 1
    real = resolve(item)
    if isinstance(real, FunctionType) or (isinstance(real, IntegerType) and real.is_signed):
        word = code.and_(word, mask)
    bits = code.mul(place.offset, 8)
    hole = code.not_(code.shl(bits, mask))
    old = code.op(Op.TLOAD if place.is_transient else Op.SLOAD, place.slot)
    code.effect(store, place.slot, code.or_(code.and_(old, hole), code.shl(bits, word)))


def data_slot(code: Code, slot: Operand) -> Operand:
    """Return the first slot of the elements of the dynamic array at `slot`."""
    code.mstore(SCRATCH, slot)
    return code.op(Op.KECCAK256, SCRATCH, 0x20)


def decode_bytes_length(code: Code, word: Operand) -> Operand:
    """Return the length in the first slot of `bytes` or `string`; bad encodings panic."""
    is_long = code.and_(word, 1)
    half = code.shr(1, word)
    length = code.select(is_long, half, code.and_(half, 0x7F))
    code.panic_if(code.eq(is_long, code.lt(length, 32)), Panic.STORAGE_ENCODING)
    return length


def array_length(code: Code, item: Type, slot: Operand) -> Operand:
    """Return the number of elements of the array, `bytes` or `string` at `slot`."""
    if isinstance(item, ArrayType):
        return item.length if item.length is not None else code.op(Op.SLOAD, slot)
    return code.share(
        "bytes_length",
        1,
        lambda inner: inner.ret(decode_bytes_length(inner, inner.parameters[0])),
        code.op(Op.SLOAD, slot),
    )[0]


def element_place(
    code: Code, item: ArrayType, slot: Operand, index: Operand, *, first: Operand | None = None
) -> StoragePlace:
    """Return where element `index` is, which must exist.

    Args:
        code: Where to emit.
        item: Type of the array.
        slot: Slot of the array.
        index: Number of the element.
        first: Slot of element 0, if it is known already.
    """
    if first is None:
        first = slot if item.length is not None else data_slot(code, slot)
    per_slot = item.elements_per_slot
    if per_slot > 1:
        size = item.element.storage_bytes
        offset = code.mul(modulo(code, index, per_slot), size)
        return StoragePlace(code.add(first, code.div(index, per_slot)), offset)
    slots = 1 if per_slot else item.element.storage_slots
    return StoragePlace(code.add(first, code.mul(index, slots)), 0)


def modulo(code: Code, word: Operand, divisor: int) -> Operand:
    """Return the unsigned remainder by a constant."""
    if divisor & (divisor - 1) == 0:
        return code.and_(word, divisor - 1)
    return word % divisor if isinstance(word, int) else code.op(Op.MOD, word, divisor)


def byte_place(code: Code, slot: Operand, index: Operand) -> StoragePlace:
    """Return where byte `index` of the `bytes` at `slot` is; out of bounds panics."""

    def body(inner: Code) -> None:
        slot, index = inner.parameters
        word = inner.op(Op.SLOAD, slot)
        length = decode_bytes_length(inner, word)
        inner.panic_if(inner.iszero(inner.lt(index, length)), Panic.OUT_OF_BOUNDS)
        found = inner.variable(slot)
        with inner.when(inner.and_(word, 1)):
            inner.set(found, inner.add(data_slot(inner, slot), inner.shr(5, index)))
        inner.ret(inner.get(found), inner.sub(31, inner.and_(index, 31)))

    found, offset = code.share("byte_place", 2, body, slot, index)
    return StoragePlace(found, offset)


def indexed_place(code: Code, item: Type, slot: Operand, index: Operand) -> StoragePlace:
    """Return where element `index` is; out of bounds panics."""
    if isinstance(item, ByteSequenceType):
        return byte_place(code, slot, index)
    assert isinstance(item, ArrayType)
    length = array_length(code, item, slot)
    code.panic_if(code.iszero(code.lt(index, length)), Panic.OUT_OF_BOUNDS)
    return element_place(code, item, slot, index)


def mapping_slot(code: Code, slot: Operand, key: Operand) -> Operand:
    """Return the slot of a mapping entry with a value type as key."""
    code.mstore(SCRATCH, key)
    code.mstore(SCRATCH + 0x20, slot)
    return code.op(Op.KECCAK256, SCRATCH, 0x40)


def push_place(code: Code, item: ArrayType, slot: Operand) -> StoragePlace:
    """Make the array at `slot` one element longer and return where the new element is."""

    def body(inner: Code) -> None:
        slot = inner.parameters[0]
        length = inner.op(Op.SLOAD, slot)
        inner.panic_if(inner.gt(length, MAX_MEMORY - 1), Panic.OUT_OF_MEMORY)
        inner.effect(Op.SSTORE, slot, inner.add(length, 1))
        place = element_place(inner, item, slot, length)
        inner.ret(place.slot, place.offset)

    name = f"push_{name_of(item)}"
    found, offset = code.share(name, 2, body, slot)
    return StoragePlace(found, offset if item.elements_per_slot > 1 else 0)


def clear(code: Code, place: StoragePlace, item: Type) -> None:
    """Set what is at `place` to its initial value; mappings keep their entries."""
    from contractchain.lang.lower.storage_clear import clear_reference

    if item.is_value:
        zero: Words = (0, 0) if is_external_function(item) else (0,)
        store_value(code, place, item, zero)
    elif item.is_reference:
        clear_reference(code, item, place.slot)


def is_storage(item: Type) -> bool:
    """Return whether values of a reference type live in storage."""
    return item.location is DataLocation.STORAGE
