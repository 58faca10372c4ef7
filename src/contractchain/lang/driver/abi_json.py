"""The JSON ABI of a contract, exactly as solc gives it.

Spec:
    Solidity documentation, "Contract ABI Specification", section JSON.
"""

from collections.abc import Sequence
from typing import Any

from contractchain.lang import ast
from contractchain.lang.semantics.signatures import external_signature, library_type_name
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    ArrayType,
    StructType,
    Type,
)

Json = dict[str, Any]


def build_abi(contract: ContractSymbol) -> tuple[Json, ...]:
    """Return the ABI: constructor, errors, events, fallback, functions, receive; by name."""
    is_library = contract.is_library
    entries = [
        _function_entry(item, is_library=is_library)
        for _, item in sorted(contract.interface.items())
        if not is_library or _is_callable_without_library(item)
    ]
    constructor = contract.constructor
    if constructor is not None and not contract.is_abstract:
        entries.append(
            {
                "inputs": _parameters(constructor.parameters),
                "stateMutability": constructor.mutability.value,
                "type": "constructor",
            }
        )
    entries += [
        {"stateMutability": special.mutability.value, "type": special.kind.value}
        for special in (contract.fallback, contract.receive)
        if special is not None
    ]
    entries += [_event_entry(event) for event in list_events(contract)]
    entries += [_error_entry(error) for error in list_errors(contract)]
    entries.sort(key=_order)
    return tuple(entries)


def _is_callable_without_library(item: FunctionSymbol | VariableSymbol) -> bool:
    """Return whether a function of a library makes sense when called as one of a contract."""
    if isinstance(item, VariableSymbol):
        return True
    reads = (ast.StateMutability.VIEW, ast.StateMutability.PURE)
    variables = (*item.parameters, *item.returns)
    return item.mutability in reads and not any(
        i.type.location is ast.DataLocation.STORAGE for i in variables
    )


def _order(entry: Json) -> tuple[str, str]:
    return str(entry["type"]), str(entry.get("name", ""))


def list_events(contract: ContractSymbol) -> list[EventSymbol]:
    """Return the events that the ABI of `contract` lists."""
    own = [event for base in contract.linearised for event in base.events]
    return sorted((*own, *contract.used_events), key=_position)


def list_errors(contract: ContractSymbol) -> list[ErrorSymbol]:
    """Return the errors that the ABI of `contract` lists."""
    own = [error for base in contract.linearised for error in base.errors]
    return sorted((*own, *contract.used_errors), key=_position)


def _position(symbol: EventSymbol | ErrorSymbol) -> tuple[int, int]:
    return symbol.span.file, symbol.span.start


def build_method_identifiers(contract: ContractSymbol) -> dict[str, str]:
    """Return the selectors, in hexadecimal, by signature."""
    pairs = [
        (external_signature(item), selector.hex()) for selector, item in contract.interface.items()
    ]
    return dict(sorted(pairs))


def _function_entry(item: FunctionSymbol | VariableSymbol, *, is_library: bool) -> Json:
    if isinstance(item, FunctionSymbol):
        inputs = _parameters(item.parameters, is_library=is_library)
        outputs = _parameters(item.returns, is_library=is_library)
        mutability = item.mutability
    else:
        getter = item.getter
        assert getter is not None
        inputs = _named_types(getter.parameters, getter.parameter_names)
        outputs = _named_types(getter.returns, getter.return_names)
        mutability = getter.mutability
    return {
        "inputs": inputs,
        "name": item.name,
        "outputs": outputs,
        "stateMutability": mutability.value,
        "type": "function",
    }


def _event_entry(event: EventSymbol) -> Json:
    inputs: list[Json] = []
    for item in event.parameters:
        entry: Json = {"indexed": item.is_indexed}
        entry.update(describe_parameter(item.name, item.type))
        inputs.append(dict(sorted(entry.items())))
    return {
        "anonymous": event.is_anonymous,
        "inputs": inputs,
        "name": event.name,
        "type": "event",
    }


def _error_entry(error: ErrorSymbol) -> Json:
    return {"inputs": _parameters(error.parameters), "name": error.name, "type": "error"}


def _parameters(symbols: Sequence[VariableSymbol], *, is_library: bool = False) -> list[Json]:
    return [describe_parameter(item.name, item.type, is_library=is_library) for item in symbols]


def _named_types(types: Sequence[Type], names: Sequence[str]) -> list[Json]:
    return [describe_parameter(name, type_) for name, type_ in zip(names, types, strict=True)]


def describe_parameter(name: str, type_: Type, *, is_library: bool = False) -> Json:
    """Return how the ABI describes a parameter called `name`."""
    if is_library and (type_.location is ast.DataLocation.STORAGE or type_.contains_mapping):
        text = library_type_name(type_)
        label = f"{type_.describe()} storage pointer" if type_.is_reference else type_.describe()
        return {"internalType": label.removesuffix(" storage pointer"), "name": name, "type": text}
    suffix = ""
    base = type_
    while isinstance(base, ArrayType):
        suffix = f"[{'' if base.length is None else base.length}]{suffix}"
        base = base.element
    entry: Json = {"internalType": type_.describe(), "name": name}
    if isinstance(base, StructType):
        entry["components"] = [
            describe_parameter(
                member.name, member.type.at(ast.DataLocation.MEMORY), is_library=is_library
            )
            for member in base.symbol.members
        ]
        entry["type"] = f"tuple{suffix}"
    elif is_library:
        entry["type"] = library_type_name(type_)
    else:
        entry["type"] = f"{base.abi_name}{suffix}"
    return dict(sorted(entry.items()))
