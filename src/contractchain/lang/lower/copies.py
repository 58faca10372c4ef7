"""Copies of arrays, `bytes` and structs between data locations."""

from collections import defaultdict

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import calldata, memory, storage
from contractchain.lang.lower.access import element_of, first_of, length_of, member_of, member_place
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import MAX_MEMORY, Panic
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.storage_bytes import load_bytes, store_bytes
from contractchain.lang.lower.storage_clear import clear_elements
from contractchain.lang.lower.unit import name_of
from contractchain.lang.lower.values import (
    Words,
    is_external_function,
    resolve,
    to_right,
)
from contractchain.lang.semantics.types import (
    ArrayType,
    ByteSequenceType,
    FunctionType,
    IntegerType,
    StructType,
    Type,
)


def copy_to_memory(code: Code, words: Words, source: Type, target: Type) -> Operand:
    """Return a new object in memory with the content of one in calldata or storage.

    Args:
        code: Where to emit.
        words: The source.
        source: Its type.
        target: Type of the copy, in memory.
    """
    plain = calldata.sequence_type(source)
    if isinstance(plain, ByteSequenceType):
        if plain.location is DataLocation.STORAGE:
            return load_bytes(code, words[0])
        return code.share("bytes_from_calldata", 1, _bytes_from_calldata, *words)[0]
    name = f"copy_{name_of(plain, target)}"

    def body(inner: Code) -> None:
        source_words = tuple(inner.parameters)
        if isinstance(plain, ArrayType):
            assert isinstance(target, ArrayType)
            pointer = _array_to_memory(inner, source_words, plain, target)
        else:
            assert isinstance(plain, StructType) and isinstance(target, StructType)
            pointer = memory.new_struct(inner, target)
            for label, kind in memory.memory_members(target):
                member = plain.find_member(label)
                assert member is not None
                value = convert(inner, member_of(inner, plain, source_words, label), member, kind)
                position = memory.member_position(inner, target, pointer, label)
                memory.store(inner, position, kind, value)
        inner.ret(pointer)

    return code.share(name, 1, body, *words)[0]


def _bytes_from_calldata(code: Code) -> None:
    start, length = code.parameters
    pointer = memory.allocate_bytes(code, length)
    content = code.add(pointer, 32)
    code.effect(Op.CALLDATACOPY, content, start, length)
    code.mstore(code.add(content, length), 0)
    code.ret(pointer)


def _array_to_memory(code: Code, words: Words, source: ArrayType, target: ArrayType) -> Operand:
    length = length_of(code, source, words)
    pointer = memory.allocate_array(code, target, length)
    first = first_of(code, source, words)
    into = memory.data_start(code, target, pointer)
    if source.location is DataLocation.CALLDATA and _is_any_word(source.element):
        code.effect(Op.CALLDATACOPY, into, first, code.mul(length, 32))
        return pointer
    with code.count(length) as index:
        value = element_of(code, source, words, first, index)
        value = convert(code, value, source.element, target.element)
        memory.store(code, code.add(into, code.mul(index, 32)), target.element, value)
    return pointer


def _is_any_word(item: Type) -> bool:
    """Return whether every word is a clean value of the type."""
    return item.is_value and resolve(item).storage_bytes == 32


def store_reference(code: Code, slot: Operand, target: Type, words: Words, source: Type) -> None:
    """Replace the array, `bytes` or struct at `slot` by a copy of another one.

    Args:
        code: Where to emit.
        slot: Slot of the target.
        target: Its type, in storage.
        words: What to copy.
        source: Type of that, in any location.
    """
    source = calldata.sequence_type(source)
    if isinstance(target, ByteSequenceType):
        store_bytes(code, slot, source, words)
        return
    name = f"store_{name_of(target, source)}"

    def body(inner: Code) -> None:
        slot, *rest = inner.parameters
        if source.location is DataLocation.STORAGE:
            same, other = inner.new_block("same"), inner.new_block("other")
            inner.branch(inner.eq(slot, rest[0]), same, other)
            inner.enter(same)
            inner.ret()
            inner.enter(other)
        if isinstance(target, ArrayType):
            assert isinstance(source, ArrayType)
            _store_array(inner, slot, target, tuple(rest), source)
        else:
            assert isinstance(target, StructType) and isinstance(source, StructType)
            store_struct(inner, slot, target, tuple(rest), source)
        inner.ret()

    code.share(name, 0, body, slot, *words)


def store_any(
    code: Code, place: storage.StoragePlace, target: Type, words: Words, source: Type
) -> None:
    """Write a value, or a copy of a reference, to a place in storage."""
    if target.is_value:
        storage.store_value(code, place, target, convert(code, words, source, target))
    else:
        store_reference(code, place.slot, target, words, source)


def _store_array(
    code: Code, slot: Operand, target: ArrayType, words: Words, source: ArrayType
) -> None:
    length = length_of(code, source, words)
    if target.length is None:
        if not isinstance(length, int):
            code.panic_if(code.gt(length, MAX_MEMORY), Panic.OUT_OF_MEMORY)
        old = code.op(Op.SLOAD, slot)
        code.effect(Op.SSTORE, slot, length)
        first = storage.data_slot(code, slot)
        with code.when(code.lt(length, old)):
            clear_elements(code, target, first, length, old)
    else:
        first = slot
        if length != target.length:
            clear_elements(code, target, first, length, target.length)
    source_first = first_of(code, source, words)
    if target.elements_per_slot > 1:
        _store_packed(code, first, target, words, source, source_first, length)
        return
    with code.count(length) as index:
        value = element_of(code, source, words, source_first, index)
        place = storage.element_place(code, target, slot, index, first=first)
        store_any(code, place, target.element, value, source.element)


def _store_packed(
    code: Code,
    first: Operand,
    target: ArrayType,
    words: Words,
    source: ArrayType,
    source_first: Operand,
    length: Operand,
) -> None:
    """Write elements that share slots, one slot at a time."""
    per_slot, size = target.elements_per_slot, target.element.storage_bytes
    slots = code.div(code.add(length, per_slot - 1), per_slot)
    with code.count(slots) as number:
        start = code.mul(number, per_slot)
        left = code.sub(length, start)
        count = code.select(code.gt(left, per_slot), per_slot, left)
        packed = code.variable(0, "packed")
        with code.count(count) as index:
            value = element_of(code, source, words, source_first, code.add(start, index))
            value = convert(code, value, source.element, target.element)
            bits = code.shl(code.mul(index, 8 * size), to_slot_bits(code, value, target.element))
            code.set(packed, code.or_(code.get(packed), bits))
        code.effect(Op.SSTORE, code.add(first, number), code.get(packed))


def to_slot_bits(code: Code, words: Words, item: Type) -> Operand:
    """Return a value's bytes at the right end of a word, zeros to their left."""
    if is_external_function(item):
        return code.or_(code.shl(32, words[0]), words[1])
    word = to_right(code, words[0], item)
    real = resolve(item)
    if isinstance(real, FunctionType) or (isinstance(real, IntegerType) and real.is_signed):
        word = code.and_(word, (1 << (8 * item.storage_bytes)) - 1)
    return word


def store_struct(
    code: Code, slot: Operand, target: StructType, words: Words, source: StructType
) -> None:
    """Write all members, those that share a slot at once."""
    shared: dict[int, list[tuple[str, int, Type]]] = defaultdict(list)
    for name, member in target.members:
        place = target.places[name]
        if member.is_value:
            shared[place.slot].append((name, place.offset, member))
    for name, member in target.members:
        place = target.places[name]
        if not member.is_value:
            if member.is_reference:
                origin = source.find_member(name)
                assert origin is not None
                value = member_of(code, source, words, name)
                store_any(code, member_place(code, target, slot, name), member, value, origin)
            continue
        group = shared.pop(place.slot, None)
        if group is None:
            continue
        packed: Operand = 0
        for label, offset, kind in group:
            origin = source.find_member(label)
            assert origin is not None
            value = convert(code, member_of(code, source, words, label), origin, kind)
            packed = code.or_(packed, code.shl(8 * offset, to_slot_bits(code, value, kind)))
        code.effect(Op.SSTORE, code.add(slot, place.slot), packed)
