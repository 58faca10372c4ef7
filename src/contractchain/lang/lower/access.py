"""Elements and members of arrays and structs, wherever they live, one interface for all.

The words of a reference are a pointer (memory), a slot (storage), or an offset and for dynamic
sequences a length (calldata).
"""

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.lower import calldata, memory, storage
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.types import ArrayType, MappingType, StructType, Type


def length_of(code: Code, item: Type, words: Words) -> Operand:
    """Return the number of elements of an array, `bytes` or `string`."""
    item = calldata.sequence_type(item)
    match item.location:
        case DataLocation.CALLDATA:
            return calldata.array_length(item, words)
        case DataLocation.MEMORY:
            return memory.array_length(code, item, words[0])
        case _:
            return storage.array_length(code, item, words[0])


def first_of(code: Code, item: ArrayType, words: Words) -> Operand:
    """Return where the elements begin, to be given to `element_of`."""
    match item.location:
        case DataLocation.CALLDATA:
            return words[0]
        case DataLocation.MEMORY:
            return memory.data_start(code, item, words[0])
        case _:
            return words[0] if item.length is not None else storage.data_slot(code, words[0])


def element_of(code: Code, item: ArrayType, words: Words, first: Operand, index: Operand) -> Words:
    """Return element `index`, which must exist.

    Args:
        code: Where to emit.
        item: Type of the array.
        words: The array.
        first: What `first_of` returned.
        index: Number of the element.
    """
    match item.location:
        case DataLocation.CALLDATA:
            return calldata.element(code, item, words, index, is_copied=True)
        case DataLocation.MEMORY:
            position = code.add(first, code.mul(index, 32))
            return memory.load_clean(code, position, item.element)
        case _:
            place = storage.element_place(code, item, words[0], index, first=first)
            return load_from_storage(code, place, item.element)


def member_of(code: Code, item: StructType, words: Words, name: str) -> Words:
    """Return the member `name`."""
    kind = item.find_member(name)
    assert kind is not None
    match item.location:
        case DataLocation.CALLDATA:
            return calldata.struct_member(code, item, words[0], name)
        case DataLocation.MEMORY:
            position = memory.member_position(code, item, words[0], name)
            return memory.load_clean(code, position, kind)
        case _:
            return load_from_storage(code, member_place(code, item, words[0], name), kind)


def member_place(code: Code, item: StructType, slot: Operand, name: str) -> storage.StoragePlace:
    """Return where the member `name` of the struct at `slot` is."""
    place = item.places[name]
    return storage.StoragePlace(code.add(slot, place.slot), place.offset)


def load_from_storage(code: Code, place: storage.StoragePlace, item: Type) -> Words:
    """Return what is at `place`: a value, or the slot of a reference or mapping."""
    if item.is_reference or isinstance(item, MappingType):
        return (place.slot,)
    return storage.load_value(code, place, item)
