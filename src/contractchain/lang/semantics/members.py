"""Members: what may follow the dot after an expression of some type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo, Lookup
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.function_types import (
    external_function_type,
    internal_function_type,
)
from contractchain.lang.semantics.globals import builtin_function
from contractchain.lang.semantics.magic import (
    MAGIC_MEMBERS,
    find_type_info_member,
    type_info_names,
)
from contractchain.lang.semantics.symbols import (
    BuiltinSymbol,
    ContractSymbol,
    EnumSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    ModifierSymbol,
    ModuleSymbol,
    StructSymbol,
    Symbol,
    ValueTypeSymbol,
    VariableSymbol,
    override_parameter_types,
)
from contractchain.lang.semantics.types import (
    ADDRESS,
    BOOL,
    BYTES4,
    BYTES32,
    UINT8,
    UINT256,
    UNKNOWN,
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
    ModifierType,
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


def describe_symbol(symbol: Symbol, *, lookup: Lookup = Lookup.STATIC) -> ExpressionInfo:
    """Return what an expression is that names `symbol`."""
    match symbol:
        case VariableSymbol():
            return ExpressionInfo(
                type=symbol.type,
                is_lvalue=not symbol.is_constant,
                is_pure=symbol.is_constant,
                declaration=symbol,
            )
        case FunctionSymbol():
            own = symbol.type or internal_function_type(symbol)
            return ExpressionInfo(type=own, is_pure=True, declaration=symbol, lookup=lookup)
        case EventSymbol() | ErrorSymbol():
            return ExpressionInfo(type=symbol.type or UNKNOWN, is_pure=True, declaration=symbol)
        case ModifierSymbol():
            parameters = ModifierType(symbol.parameter_types)
            return ExpressionInfo(type=parameters, declaration=symbol)
        case ContractSymbol() | StructSymbol() | EnumSymbol() | ValueTypeSymbol():
            named = TypeType(symbol.type)
            return ExpressionInfo(type=named, is_pure=True, declaration=symbol)
        case ModuleSymbol():
            return ExpressionInfo(type=ModuleType(symbol.unit), is_pure=True, declaration=symbol)
        case BuiltinSymbol():
            return ExpressionInfo(
                type=symbol.type,
                is_pure=isinstance(symbol.type, (FunctionType, MagicType)),
                declaration=symbol,
                builtin=symbol.builtin,
            )
    return ExpressionInfo(type=UNKNOWN)


@dataclass(frozen=True, slots=True)
class MemberScope:
    """From where a member is looked up."""

    contract: ContractSymbol | None


def find_members(type_: Type, name: str, scope: MemberScope) -> list[ExpressionInfo]:
    """Return what `.name` on a value of `type_` may be; several for overloaded functions."""
    match type_:
        case AddressType():
            found = _address_member(type_, name)
        case ContractType():
            return _contract_members(type_, name, scope)
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
                if any(_is_external_member(item) for item in symbols)
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


# contracts


def _is_external_member(symbol: Symbol) -> bool:
    if isinstance(symbol, FunctionSymbol):
        return symbol.is_part_of_interface
    return isinstance(symbol, VariableSymbol) and symbol.getter is not None


def _contract_members(type_: ContractType, name: str, scope: MemberScope) -> list[ExpressionInfo]:
    if type_.is_super:
        return _super_members(type_.symbol, name)
    out: list[ExpressionInfo] = []
    seen: set[tuple[Type, ...]] = set()
    for base in type_.symbol.linearised:
        for symbol in base.own.get(name, ()):
            if not _is_external_member(symbol):
                continue
            if isinstance(symbol, FunctionSymbol):
                signature = override_parameter_types(symbol)
                external = external_function_type(symbol)
            elif isinstance(symbol, VariableSymbol) and symbol.getter is not None:
                signature = symbol.getter.parameters
                external = symbol.getter
            else:
                continue
            if signature not in seen:
                seen.add(signature)
                out.append(ExpressionInfo(type=external, declaration=symbol))
    return out


def _super_members(contract: ContractSymbol, name: str) -> list[ExpressionInfo]:
    out: list[ExpressionInfo] = []
    seen: set[tuple[Type, ...]] = set()
    for base in contract.linearised[1:]:
        for symbol in base.own.get(name, ()):
            if not isinstance(symbol, FunctionSymbol) or not symbol.is_implemented:
                continue
            if symbol.visibility in (ast.Visibility.PRIVATE, ast.Visibility.EXTERNAL):
                continue
            signature = override_parameter_types(symbol)
            if signature not in seen:
                seen.add(signature)
                out.append(describe_symbol(symbol, lookup=Lookup.SUPER))
    return out


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
            return _contract_type_members(contract, name, scope)
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


def _contract_type_members(
    contract: ContractSymbol, name: str, scope: MemberScope
) -> list[ExpressionInfo]:
    """Return the members of the name of a contract: more of them in derived contracts."""
    inside = scope.contract is not None and scope.contract.is_derived_from(contract)
    found = [
        _contract_type_member(symbol, contract, is_inside=inside, is_own=contract is scope.contract)
        for symbol in contract.own.get(name, ())
    ]
    if not any(found):
        inherited = [
            symbol
            for base in contract.linearised[1:]
            for symbol in base.own.get(name, ())
            if isinstance(symbol, _NAMED_TYPES)
        ]
        found = [describe_symbol(symbol) for symbol in inherited]
    return [item for item in found if item is not None]


def _contract_type_member(
    symbol: Symbol, contract: ContractSymbol, *, is_inside: bool, is_own: bool
) -> ExpressionInfo | None:
    match symbol:
        case FunctionSymbol():
            return _contract_type_function(symbol, contract, is_inside=is_inside)
        case VariableSymbol():
            if symbol.visibility is ast.Visibility.PRIVATE and not (is_inside and is_own):
                return None
            is_open = contract.is_library and symbol.visibility is not ast.Visibility.PRIVATE
            return describe_symbol(symbol) if is_inside or is_open else None
        case ModifierSymbol():
            return None
    return describe_symbol(symbol)


def _contract_type_function(
    symbol: FunctionSymbol, contract: ContractSymbol, *, is_inside: bool
) -> ExpressionInfo | None:
    if symbol.kind is not ast.FunctionKind.FUNCTION:
        return None
    if contract.is_library:
        if symbol.visibility is ast.Visibility.PRIVATE and not is_inside:
            return None
        own = internal_function_type(symbol)
        if symbol.visibility in _PUBLIC and not (
            is_inside and symbol.visibility is ast.Visibility.PUBLIC
        ):
            own = replace(external_function_type(symbol), kind=FunctionTypeKind.DELEGATE)
        return ExpressionInfo(type=own, is_pure=True, declaration=symbol)
    if is_inside and symbol.visibility not in (
        ast.Visibility.PRIVATE,
        ast.Visibility.EXTERNAL,
    ):
        return describe_symbol(symbol)
    if symbol.visibility in _PUBLIC:
        own = replace(external_function_type(symbol), kind=FunctionTypeKind.DECLARATION)
        return ExpressionInfo(type=own, is_pure=True, declaration=symbol)
    return None
