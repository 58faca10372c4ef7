"""Signatures from which selectors are made, those of libraries included.

Public library functions may take what the ABI of contracts has not.

Spec:
    Solidity documentation, "Function Signatures and Selectors in Libraries".
"""

from contractchain.lang import ast
from contractchain.lang.semantics.symbols import FunctionSymbol, VariableSymbol
from contractchain.lang.semantics.types import (
    ArrayType,
    ContractType,
    EnumType,
    FunctionType,
    MappingType,
    StructType,
    Type,
    UserDefinedValueType,
)


def external_signature(item: FunctionSymbol | VariableSymbol) -> str:
    """Return the signature of a function or getter."""
    if isinstance(item, FunctionSymbol):
        if item.contract is not None and item.contract.is_library:
            return library_signature(item)
        return item.signature
    getter = item.getter
    assert getter is not None
    return f"{item.name}({','.join(type_.abi_name for type_ in getter.parameters)})"


def library_signature(function: FunctionSymbol) -> str:
    """Return the signature of `function` from which its selector is made."""
    return f"{function.name}({','.join(library_type_name(i.type) for i in function.parameters)})"


def library_type_name(type_: Type) -> str:
    """Return how the signature of a library function names `type_`."""
    name = _base_name(type_)
    in_storage = type_.location is ast.DataLocation.STORAGE
    return f"{name} storage" if in_storage else name


def _base_name(type_: Type) -> str:
    match type_:
        case StructType() | EnumType():
            return type_.symbol.qualified_name
        case ContractType():
            return type_.symbol.name
        case ArrayType():
            size = "" if type_.length is None else str(type_.length)
            return f"{_base_name(type_.element)}[{size}]"
        case MappingType():
            return f"mapping({_mapped_name(type_.key)} => {_mapped_name(type_.value)})"
        case FunctionType():
            return "function"
    return type_.abi_name


def _mapped_name(type_: Type) -> str:
    """Return how a mapping names its keys or values: user-defined types by their own name."""
    if isinstance(type_, UserDefinedValueType):
        return type_.symbol.qualified_name
    return _base_name(type_)
