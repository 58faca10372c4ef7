"""Getters of public state variables."""

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.lower import storage
from contractchain.lang.lower.abi_encode import Typed
from contractchain.lang.lower.access import load_from_storage, member_place
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.names import evaluate_variable
from contractchain.lang.lower.places import hashed_entry, variable_place
from contractchain.lang.lower.storage import StoragePlace
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.symbols import VariableSymbol
from contractchain.lang.semantics.types import (
    ArrayType,
    ByteSequenceType,
    MappingType,
    StructType,
    Type,
)


def lower_getter(frame: Frame, symbol: VariableSymbol, keys: list[Words]) -> list[Typed]:
    """Return what the getter of `symbol` returns for `keys`."""
    if symbol.is_constant or symbol.is_immutable:
        kind = symbol.type if symbol.type.is_value else symbol.type.at(DataLocation.MEMORY)
        return [(evaluate_variable(frame, symbol), kind)]
    code = frame.code
    place = variable_place(frame, symbol)
    assert isinstance(place, StoragePlace)
    item = symbol.type
    for key in keys:
        if isinstance(item, MappingType):
            place = StoragePlace(_entry(frame, item, place.slot, key), 0)
            item = item.value
        else:
            assert isinstance(item, ArrayType)
            length = storage.array_length(code, item, place.slot)
            code.revert_if(code.iszero(code.lt(key[0], length)))
            place = storage.element_place(code, item, place.slot, key[0])
            item = item.element
    if not isinstance(item, StructType):
        return [(load_from_storage(code, place, item), item)]
    item = item.at(DataLocation.STORAGE)
    return [
        (load_from_storage(code, member_place(code, item, place.slot, name), kind), kind)
        for name, kind in item.members
        if _is_returned(kind)
    ]


def _is_returned(item: Type) -> bool:
    """Return whether a member of a struct is part of what the getter returns."""
    return not isinstance(item, (MappingType, ArrayType))


def _entry(frame: Frame, item: MappingType, slot: Operand, key: Words) -> Operand:
    if isinstance(item.key, ByteSequenceType):
        return hashed_entry(frame, slot, key, item.key.at(DataLocation.MEMORY))
    return storage.mapping_slot(frame.code, slot, key[0])
