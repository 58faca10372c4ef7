"""The JSON ABI of a contract, in solc's order.

Spec:
    Solidity documentation, "Contract ABI Specification", section JSON.
"""

from typing import Any

from contractchain.lang.ast import StateMutability
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import ArrayType, StructType, Type

Json = dict[str, Any]


def build_abi(contract: ContractSymbol) -> tuple[Json, ...]:
    """Return the entries of the ABI: constructor, errors, events, fallback, functions, receive."""
    entries = [
        _function(symbol) if isinstance(symbol, FunctionSymbol) else _getter(symbol)
        for _, symbol in sorted(contract.interface.items())
    ]
    if contract.constructor is not None:
        entries.append(_special("constructor", contract.constructor))
    if contract.fallback is not None:
        entries.append(_special("fallback", contract.fallback))
    if contract.receive is not None:
        entries.append(_special("receive", contract.receive))
    entries += [_event(symbol) for symbol in list_events(contract)]
    entries += [_error(symbol) for symbol in list_errors(contract)]
    entries.sort(key=lambda entry: (entry["type"], entry.get("name", "")))
    return tuple(entries)


def list_events(contract: ContractSymbol) -> list[EventSymbol]:
    """Return the events of the contract and its bases, and those it emits."""
    found = dict.fromkeys(event for base in contract.linearised for event in base.events)
    return list(found | dict.fromkeys(contract.used_events))


def list_errors(contract: ContractSymbol) -> list[ErrorSymbol]:
    """Return the errors of the contract and its bases, and those it reverts with."""
    found = dict.fromkeys(error for base in contract.linearised for error in base.errors)
    return list(found | dict.fromkeys(contract.used_errors))


def build_method_identifiers(contract: ContractSymbol) -> dict[str, str]:
    """Return the selectors in hex by signature, sorted by signature."""
    found = {}
    for selector, symbol in contract.interface.items():
        found[external_signature(symbol)] = selector.hex()
    return dict(sorted(found.items()))


def external_signature(symbol: FunctionSymbol | VariableSymbol) -> str:
    """Return the signature of a function or getter."""
    if isinstance(symbol, FunctionSymbol):
        return symbol.signature
    assert symbol.getter is not None
    return f"{symbol.name}({','.join(item.abi_name for item in symbol.getter.parameters)})"


def _function(symbol: FunctionSymbol) -> Json:
    return {
        "inputs": [_parameter(item.name, item.type) for item in symbol.parameters],
        "name": symbol.name,
        "outputs": [_parameter(item.name, item.type) for item in symbol.returns],
        "stateMutability": symbol.mutability.value,
        "type": "function",
    }


def _getter(symbol: VariableSymbol) -> Json:
    item = symbol.getter
    assert item is not None
    return {
        "inputs": _parameters(item.parameter_names, item.parameters),
        "name": symbol.name,
        "outputs": _parameters(item.return_names, item.returns),
        "stateMutability": StateMutability.VIEW.value,
        "type": "function",
    }


def _special(kind: str, symbol: FunctionSymbol) -> Json:
    entry: Json = {"stateMutability": symbol.mutability.value, "type": kind}
    if kind == "constructor":
        entry["inputs"] = [_parameter(item.name, item.type) for item in symbol.parameters]
    return entry


def _event(symbol: EventSymbol) -> Json:
    return {
        "anonymous": symbol.is_anonymous,
        "inputs": [
            {"indexed": item.is_indexed, **_parameter(item.name, item.type)}
            for item in symbol.parameters
        ],
        "name": symbol.name,
        "type": "event",
    }


def _error(symbol: ErrorSymbol) -> Json:
    return {
        "inputs": [_parameter(item.name, item.type) for item in symbol.parameters],
        "name": symbol.name,
        "type": "error",
    }


def _parameters(names: tuple[str, ...], types: tuple[Type, ...]) -> list[Json]:
    padded = names + ("",) * (len(types) - len(names))
    return [_parameter(name, item) for name, item in zip(padded, types, strict=True)]


def _parameter(name: str, item: Type) -> Json:
    entry: Json = {"internalType": item.describe(), "name": name, "type": _json_type(item)}
    struct, _ = _split(item)
    if struct is not None:
        entry["components"] = [
            _parameter(label, member) for label, member in struct.members if member.abi_type
        ]
    return entry


def _split(item: Type) -> tuple[StructType | None, str]:
    """Return the struct that an array type is of, if it is of one, and the brackets after it."""
    brackets = ""
    while isinstance(item, ArrayType):
        brackets = f"[{'' if item.length is None else item.length}]{brackets}"
        item = item.element
    return (item if isinstance(item, StructType) else None), brackets


def _json_type(item: Type) -> str:
    struct, brackets = _split(item)
    return f"tuple{brackets}" if struct is not None else item.abi_name
