"""Members: what may follow the dot after an expression of some type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.contract_members import (
    MemberScope,
    describe_symbol,
    find_contract_members,
    find_contract_type_members,
    is_external_member,
)
from contractchain.lang.semantics.globals import builtin_function
from contractchain.lang.semantics.magic import (
    MAGIC_MEMBERS,
    find_type_info_member,
    type_info_names,
)
from contractchain.lang.semantics.symbols import (
    EnumSymbol,
    ErrorSymbol,
    EventSymbol,
    StructSymbol,
    ValueTypeSymbol,
)
from contractchain.lang.semantics.types import (
    ADDRESS,
    BOOL,
    BYTES4,
    BYTES32,
    UINT8,
    UINT256,
    AddressType,
    ArraySliceType,
    ArrayType,
    BytesType,
    ContractType,
    EnumType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    MagicKind,
    MagicType,
    ModuleType,
    StringType,
    StructType,
    Type,
    TypeType,
    UserDefinedValueType,
)

_STORAGE = ast.DataLocation.STORAGE
_PURE, _VIEW = ast.StateMutability.PURE, ast.StateMutability.VIEW
_CHANGES, _PAYABLE = ast.StateMutability.NONPAYABLE, ast.StateMutability.PAYABLE
_NAMED_TYPES = (StructSymbol, EnumSymbol, ValueTypeSymbol, EventSymbol, ErrorSymbol)
_PUBLIC = (ast.Visibility.PUBLIC, ast.Visibility.EXTERNAL)


def find_members(type_: Type, name: str, scope: MemberScope) -> list[ExpressionInfo]:
    """Return what `.name` on a value of `type_` may be; several for overloaded functions."""
    match type_:
        case AddressType():
            found = _address_member(type_, name)
        case ContractType():
            return find_contract_members(type_, name, scope)
        case ArrayType() | BytesType() | StringType() | ArraySliceType():
            found = _array_member(type_, name)
        case FixedBytesType():
            found = _value(UINT8, Builtin.LENGTH, is_pure=True) if name == "length" else None
        case StructType():
            found = _struct_member(type_, name)
        case FunctionType():
            found = _function_member(type_, name)
        case TypeType():
            return _type_members(type_.actual, name, scope)
        case ModuleType():
            return [describe_symbol(item) for item in type_.unit.names.get(name, ())]
        case MagicType():
            found = _magic_member(type_, name)
        case _:
            found = None
    return [] if found is None else [found]


def member_names(type_: Type, scope: MemberScope) -> Iterable[str]:
    """Return the names of the members of `type_`, for suggestions."""
    match type_:
        case AddressType():
            return (
                "balance",
                "code",
                "codehash",
                "call",
                "delegatecall",
                "staticcall",
                "send",
                "transfer",
            )
        case ContractType():
            return [
                name
                for base in type_.symbol.linearised
                for name, symbols in base.own.items()
                if any(is_external_member(item) for item in symbols)
            ]
        case ArrayType() | BytesType():
            return ("length", "push", "pop")
        case StructType():
            return [member.name for member in type_.symbol.members]
        case FunctionType():
            return ("selector", "address")
        case ModuleType():
            return type_.unit.names
        case MagicType():
            if type_.kind is MagicKind.TYPE_INFO and type_.argument is not None:
                return type_info_names(type_.argument)
            return MAGIC_MEMBERS[type_.kind]
        case TypeType(actual=EnumType(symbol=enum)):
            return [value.name for value in enum.node.values]
        case TypeType(actual=ContractType(symbol=contract)):
            return [name for base in contract.linearised for name in base.own]
        case TypeType(actual=UserDefinedValueType()):
            return ("wrap", "unwrap")
        case TypeType(actual=BytesType() | StringType()):
            return ("concat",)
    return ()


def _value(type_: Type, builtin: Builtin, *, is_pure: bool = False) -> ExpressionInfo:
    return ExpressionInfo(type=type_, builtin=builtin, is_pure=is_pure)


def _function(
    builtin: Builtin,
    parameters: tuple[Type, ...],
    returns: tuple[Type, ...],
    mutability: ast.StateMutability,
    *,
    is_variadic: bool = False,
) -> ExpressionInfo:
    type_ = builtin_function(builtin, parameters, returns, mutability, is_variadic=is_variadic)
    return ExpressionInfo(type=type_, builtin=builtin, is_pure=True)


def _address_member(type_: AddressType, name: str) -> ExpressionInfo | None:
    data = BytesType()
    match name:
        case "balance":
            return _value(UINT256, Builtin.ADDRESS_BALANCE)
        case "code":
            return _value(data, Builtin.ADDRESS_CODE)
        case "codehash":
            return _value(BYTES32, Builtin.ADDRESS_CODEHASH)
        case "call":
            return _function(Builtin.ADDRESS_CALL, (data,), (BOOL, data), _PAYABLE)
        case "delegatecall":
            return _function(Builtin.ADDRESS_DELEGATECALL, (data,), (BOOL, data), _CHANGES)
        case "staticcall":
            return _function(Builtin.ADDRESS_STATICCALL, (data,), (BOOL, data), _VIEW)
        case "send" if type_.is_payable:
            return _function(Builtin.ADDRESS_SEND, (UINT256,), (BOOL,), _CHANGES)
        case "transfer" if type_.is_payable:
            return _function(Builtin.ADDRESS_TRANSFER, (UINT256,), (), _CHANGES)
    return None


def _array_member(type_: Type, name: str) -> ExpressionInfo | None:
    if name == "length" and not isinstance(type_, StringType):
        if isinstance(type_, ArraySliceType) and isinstance(type_.array, StringType):
            return None
        is_static = isinstance(type_, ArrayType) and type_.length is not None
        return _value(UINT256, Builtin.LENGTH, is_pure=is_static)
    is_growing = isinstance(type_, BytesType) or (
        isinstance(type_, ArrayType) and type_.length is None
    )
    if not is_growing or type_.location is not _STORAGE:
        return None
    assert isinstance(type_, (ArrayType, BytesType))
    if name == "push":
        element = type_.element
        return _function(Builtin.ARRAY_PUSH, (element,), (element,), _CHANGES, is_variadic=True)
    if name == "pop":
        return _function(Builtin.ARRAY_POP, (), (), _CHANGES)
    return None


def _struct_member(type_: StructType, name: str) -> ExpressionInfo | None:
    member = next((item for item in type_.symbol.members if item.name == name), None)
    found = type_.find_member(name)
    if member is None or found is None:
        return None
    is_lvalue = type_.location is not ast.DataLocation.CALLDATA
    return ExpressionInfo(type=found, is_lvalue=is_lvalue, declaration=member)


def _function_member(type_: FunctionType, name: str) -> ExpressionInfo | None:
    kind, declaration = type_.kind, type_.declaration
    if name == "selector":
        match kind:
            case FunctionTypeKind.EXTERNAL:
                return _value(BYTES4, Builtin.FUNCTION_SELECTOR)
            case FunctionTypeKind.DECLARATION | FunctionTypeKind.DELEGATE:
                return _value(BYTES4, Builtin.FUNCTION_SELECTOR, is_pure=True)
            case FunctionTypeKind.EVENT:
                if isinstance(declaration, EventSymbol) and not declaration.is_anonymous:
                    return _value(BYTES32, Builtin.EVENT_SELECTOR, is_pure=True)
            case FunctionTypeKind.ERROR:
                return _value(BYTES4, Builtin.ERROR_SELECTOR, is_pure=True)
    if name == "address" and kind is FunctionTypeKind.EXTERNAL:
        return _value(ADDRESS, Builtin.FUNCTION_ADDRESS)
    return None


def _magic_member(type_: MagicType, name: str) -> ExpressionInfo | None:
    if type_.kind is MagicKind.TYPE_INFO:
        assert type_.argument is not None
        return find_type_info_member(type_.argument, name)
    found = MAGIC_MEMBERS[type_.kind].get(name)
    return None if found is None else replace(found)


def _type_members(actual: Type, name: str, scope: MemberScope) -> list[ExpressionInfo]:
    """Return the members of the name of a type."""
    match actual:
        case EnumType(symbol=enum):
            return [
                ExpressionInfo(type=actual, is_pure=True, declaration=value)
                for value in enum.values
                if value.name == name
            ]
        case ContractType(symbol=contract):
            return find_contract_type_members(contract, name, scope)
        case UserDefinedValueType():
            if name == "wrap":
                return [_function(Builtin.WRAP, (actual.underlying,), (actual,), _PURE)]
            if name == "unwrap":
                return [_function(Builtin.UNWRAP, (actual,), (actual.underlying,), _PURE)]
        case BytesType() if name == "concat":
            return [_function(Builtin.BYTES_CONCAT, (), (BytesType(),), _PURE, is_variadic=True)]
        case StringType() if name == "concat":
            return [_function(Builtin.STRING_CONCAT, (), (StringType(),), _PURE, is_variadic=True)]
    return []
