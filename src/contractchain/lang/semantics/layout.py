"""Where state variables are in storage.

Spec:
    Solidity documentation, "Layout of State Variables in Storage".
"""

from contractchain.lang import ast
from contractchain.lang.semantics.constants import ConstantEvaluator
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.symbols import ContractSymbol, VariableSymbol
from contractchain.lang.semantics.types import (
    UNKNOWN,
    ArrayType,
    BytesType,
    MappingType,
    Place,
    RationalType,
    StringType,
    StructType,
    Type,
    pack,
)

_SLOTS = 1 << 256


def lay_out(context: Context, contract: ContractSymbol, constants: ConstantEvaluator) -> None:
    """Give every state variable of `contract` its place."""
    contract.storage_base = _storage_base(context, contract, constants)
    variables = [
        item
        for base in reversed(contract.linearised)
        for item in base.variables
        if item.mutability is ast.VariableMutability.MUTABLE
    ]
    permanent = [item for item in variables if not item.is_transient]
    transient = [item for item in variables if item.is_transient]
    contract.storage = _place(permanent, contract.storage_base)
    contract.transient_storage = _place(transient, 0)
    _, end = pack((item.type for item in permanent), contract.storage_base)
    if end > _SLOTS:
        context.type_error(7676, f"`{contract.name}` needs too much storage", contract.span)


def _place(variables: list[VariableSymbol], start: int) -> tuple[tuple[VariableSymbol, Place], ...]:
    places, _ = pack((item.type for item in variables), start)
    return tuple(zip(variables, places, strict=True))


def _storage_base(context: Context, contract: ContractSymbol, constants: ConstantEvaluator) -> int:
    node = contract.node.storage_base
    if node is None:
        for base in contract.linearised[1:]:
            if base.node.storage_base is not None:
                context.type_error(
                    8894,
                    f"`{base.name}` chooses its storage layout and cannot be a base",
                    contract.span,
                )
        return 0
    if contract.is_library or contract.is_interface or contract.is_abstract:
        context.type_error(7587, "only a contract can choose its storage layout", node.span)
    value = constants.evaluate(node, context.contract_scope(contract))
    if not isinstance(value, RationalType) or value.value.denominator != 1:
        context.type_error(
            1763, "the base of the storage layout must be a whole number known now", node.span
        )
        return 0
    slot = value.value.numerator
    if not 0 <= slot < _SLOTS:
        context.type_error(6753, "the base of the storage layout is out of range", node.span)
        return 0
    return slot


def describe_storage(contract: ContractSymbol, *, transient: bool = False) -> dict[str, object]:
    """Return the layout in the form of solc's ``storageLayout``."""
    types: dict[str, object] = {}
    entries = contract.transient_storage if transient else contract.storage
    storage = [
        _entry(variable, place, contract.fully_qualified_name, types) for variable, place in entries
    ]
    return {"storage": storage, "types": dict(sorted(types.items())) or None}


def _entry(
    variable: VariableSymbol, place: Place, contract: str, types: dict[str, object]
) -> dict[str, object]:
    return {
        "astId": variable.node.node_id,
        "contract": contract,
        "label": variable.name,
        "offset": place.offset,
        "slot": str(place.slot),
        "type": _describe_type(variable.type, contract, types),
    }


def _describe_type(type_: Type, contract: str, types: dict[str, object]) -> str:
    key = storage_type_key(type_)
    if key in types or type_ is UNKNOWN:
        return key
    entry: dict[str, object] = {}
    types[key] = entry
    size = type_.storage_bytes if type_.is_value else type_.storage_slots * 32
    encoding = "inplace"
    match type_:
        case MappingType():
            encoding = "mapping"
            entry["key"] = _describe_type(type_.key, contract, types)
            entry["value"] = _describe_type(type_.value, contract, types)
        case BytesType() | StringType():
            encoding = "bytes"
        case ArrayType():
            encoding = "inplace" if type_.length is not None else "dynamic_array"
            entry["base"] = _describe_type(type_.element, contract, types)
        case StructType():
            places = type_.places
            entry["members"] = [
                _entry(member, places[member.name], contract, types)
                for member in type_.symbol.members
            ]
    entry["encoding"] = encoding
    entry["label"] = type_.describe()
    entry["numberOfBytes"] = str(size)
    types[key] = dict(sorted(entry.items()))
    return key


def storage_type_key(type_: Type) -> str:
    """Return the identifier of `type_` in a storage layout."""
    if isinstance(type_, (BytesType, StringType)):
        location = type_.location
        return f"t_{type_.describe()}_{location.value}" + (
            "_ptr" if location is ast.DataLocation.MEMORY else ""
        )
    return type_.identifier
