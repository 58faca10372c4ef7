"""Members of contracts, of `super` and of the names of contracts; what a named symbol is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo, Lookup
from contractchain.lang.semantics.function_types import (
    external_function_type,
    internal_function_type,
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
    UNKNOWN,
    ContractType,
    FunctionType,
    FunctionTypeKind,
    MagicType,
    ModifierType,
    ModuleType,
    Type,
    TypeType,
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


def is_external_member(symbol: Symbol) -> bool:
    """Return whether `symbol` can be called through an instance."""
    if isinstance(symbol, FunctionSymbol):
        return symbol.is_part_of_interface
    return isinstance(symbol, VariableSymbol) and symbol.getter is not None


def find_contract_members(
    type_: ContractType, name: str, scope: MemberScope
) -> list[ExpressionInfo]:
    """Return the members of an instance of a contract."""
    if type_.is_super:
        return find_super_members(type_.symbol, name)
    out: list[ExpressionInfo] = []
    seen: set[tuple[Type, ...]] = set()
    for base in type_.symbol.linearised:
        for symbol in base.own.get(name, ()):
            if not is_external_member(symbol):
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


def find_super_members(contract: ContractSymbol, name: str) -> list[ExpressionInfo]:
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


def find_contract_type_members(
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
