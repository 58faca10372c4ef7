"""The storage layout of a contract, in the shape of solc's `storageLayout`."""

from typing import Any

from contractchain.lang.driver.storage_json import variable_json
from contractchain.lang.semantics.symbols import ContractSymbol, VariableSymbol
from contractchain.lang.semantics.types import (
    ArrayType,
    ByteSequenceType,
    MappingType,
    Place,
    StructType,
    Type,
)
from contractchain.types import StorageLayout, StorageVariable

Json = dict[str, Any]


def build_storage_layout(contract: ContractSymbol, *, is_transient: bool = False) -> StorageLayout:
    """Return the places of the state variables and the types they have."""
    entries = contract.transient_storage if is_transient else contract.storage
    types: dict[str, Json] = {}
    variables = tuple(_variable(contract, symbol, place, types) for symbol, place in entries)
    return StorageLayout(storage=variables, types=types)


def _variable(
    contract: ContractSymbol, symbol: VariableSymbol, place: Place, types: dict[str, Json]
) -> StorageVariable:
    return StorageVariable(
        label=symbol.name,
        slot=place.slot,
        offset=place.offset,
        type=_add_type(contract, symbol.type, types),
        contract=contract.fully_qualified_name,
        ast_id=symbol.node.node_id,
    )


def _add_type(contract: ContractSymbol, item: Type, types: dict[str, Json]) -> str:
    key = item.identifier
    if key in types:
        return key
    size = item.storage_bytes if item.is_value else 32 * item.storage_slots
    entry: Json = {"encoding": "inplace", "label": item.describe(), "numberOfBytes": str(size)}
    types[key] = entry
    match item:
        case MappingType():
            entry["encoding"] = "mapping"
            entry["key"] = _add_type(contract, item.key, types)
            entry["value"] = _add_type(contract, item.value, types)
        case ByteSequenceType():
            entry["encoding"] = "bytes"
        case ArrayType():
            entry["encoding"] = "dynamic_array" if item.is_dynamic else "inplace"
            entry["base"] = _add_type(contract, item.element, types)
        case StructType():
            entry["members"] = [
                variable_json(_member(contract, item, name, kind, types))
                for name, kind in item.members
            ]
    return key


def _member(
    contract: ContractSymbol, item: StructType, name: str, kind: Type, types: dict[str, Json]
) -> StorageVariable:
    symbol = next(member for member in item.symbol.members if member.name == name)
    place = item.places[name]
    return StorageVariable(
        label=name,
        slot=place.slot,
        offset=place.offset,
        type=_add_type(contract, kind, types),
        contract=contract.fully_qualified_name,
        ast_id=symbol.node.node_id,
    )
