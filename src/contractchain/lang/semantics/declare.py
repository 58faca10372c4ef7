"""Makes a symbol for every declaration outside functions, and reports names used twice."""

from contractchain.lang import ast
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    EnumSymbol,
    EnumValueSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    ModifierSymbol,
    StructSymbol,
    Symbol,
    UnitScope,
    ValueTypeSymbol,
    VariableKind,
    VariableSymbol,
)

_RESERVED_NAMES = ("this", "super", "_")


def declare_unit(context: Context, node: ast.SourceUnit) -> UnitScope:
    """Return the scope of a file with the symbols of its own declarations."""
    unit = UnitScope(node=node)
    for part in node.parts:
        if isinstance(part, ast.ContractDefinition):
            symbol: Symbol | None = _declare_contract(context, part, unit)
        elif isinstance(part, ast.Declaration):
            symbol = _make_symbol(context, part, None)
        else:
            continue
        if symbol is None:
            continue
        if isinstance(symbol, ContractSymbol):
            unit.contracts.append(symbol)
        elif isinstance(symbol, FunctionSymbol):
            unit.functions.append(symbol)
        _add(context, unit.names, symbol)
    return unit


def _add(context: Context, names: dict[str, list[Symbol]], symbol: Symbol) -> None:
    check_name(context, symbol)
    known = names.setdefault(symbol.name, [])
    is_overload = (
        isinstance(symbol, (FunctionSymbol, EventSymbol))
        and bool(known)
        and type(known[0]) is type(symbol)
    )
    if known and not is_overload:
        context.declaration_error(
            2333,
            f"`{symbol.name}` is declared already",
            symbol.span,
            notes=declared_here(known[0], "the first declaration"),
        )
        return
    known.append(symbol)


def check_name(context: Context, symbol: Symbol) -> None:
    """Report a name that no declaration may have."""
    is_allowed = isinstance(symbol, EventSymbol) or (
        isinstance(symbol, FunctionSymbol) and symbol.visibility is not ast.Visibility.INTERNAL
    )
    if symbol.name in _RESERVED_NAMES and not is_allowed:
        context.declaration_error(
            3726, f"`{symbol.name}` is reserved and cannot be declared", symbol.span
        )


def _declare_contract(
    context: Context, node: ast.ContractDefinition, unit: UnitScope
) -> ContractSymbol:
    contract = ContractSymbol(name=node.name, node=node, unit=unit)
    context.analysis.symbols[node.node_id] = contract
    for part in node.parts:
        if isinstance(part, ast.Declaration):
            symbol = _make_symbol(context, part, contract)
            if symbol is not None:
                _place(context, contract, symbol)
    return contract


def _place(context: Context, contract: ContractSymbol, symbol: Symbol) -> None:
    """Put `symbol` where it belongs in `contract`."""
    match symbol:
        case FunctionSymbol():
            if symbol.kind is not ast.FunctionKind.FUNCTION:
                _place_special(context, contract, symbol)
                return
            contract.functions.append(symbol)
        case ModifierSymbol():
            contract.modifiers.append(symbol)
        case EventSymbol():
            contract.events.append(symbol)
        case ErrorSymbol():
            contract.errors.append(symbol)
        case VariableSymbol():
            contract.variables.append(symbol)
    _add(context, contract.own, symbol)


def _place_special(context: Context, contract: ContractSymbol, symbol: FunctionSymbol) -> None:
    match symbol.kind:
        case ast.FunctionKind.CONSTRUCTOR:
            previous, code, what = contract.constructor, 7997, "constructor"
            contract.constructor = previous or symbol
        case ast.FunctionKind.RECEIVE:
            previous, code, what = contract.own_receive, 4046, "`receive` function"
            contract.own_receive = previous or symbol
        case _:
            previous, code, what = contract.own_fallback, 7301, "`fallback` function"
            contract.own_fallback = previous or symbol
    if previous is not None:
        context.declaration_error(
            code,
            f"a contract has only one {what}",
            symbol.span,
            notes=declared_here(previous, "the first one"),
        )


def _make_symbol(
    context: Context, node: ast.Declaration, contract: ContractSymbol | None
) -> Symbol | None:
    analysis = context.analysis
    symbol: Symbol
    match node:
        case ast.FunctionDefinition():
            symbol = FunctionSymbol(
                name=node.name,
                node=node,
                contract=contract,
                visibility=_visibility(node, contract),
            )
        case ast.ModifierDefinition():
            symbol = ModifierSymbol(name=node.name, node=node, contract=contract)
        case ast.EventDefinition():
            symbol = EventSymbol(name=node.name, node=node, contract=contract)
        case ast.ErrorDefinition():
            symbol = ErrorSymbol(name=node.name, node=node, contract=contract)
        case ast.StructDefinition():
            symbol = StructSymbol(name=node.name, node=node, contract=contract)
        case ast.EnumDefinition():
            symbol = _make_enum(context, node, contract)
        case ast.UserDefinedValueTypeDefinition():
            symbol = ValueTypeSymbol(name=node.name, node=node, contract=contract)
        case ast.VariableDeclaration():
            kind = VariableKind.FILE_CONSTANT if contract is None else VariableKind.STATE
            symbol = VariableSymbol(name=node.name, node=node, kind=kind, contract=contract)
            analysis.variables[node.node_id] = symbol
        case _:
            return None
    analysis.symbols[node.node_id] = symbol
    return symbol


def _make_enum(
    context: Context, node: ast.EnumDefinition, contract: ContractSymbol | None
) -> EnumSymbol:
    enum = EnumSymbol(name=node.name, node=node, contract=contract)
    seen: dict[str, EnumValueSymbol] = {}
    values: list[EnumValueSymbol] = []
    for number, value in enumerate(node.values):
        symbol = EnumValueSymbol(name=value.name, node=value, enum=enum, value=number)
        context.analysis.symbols[value.node_id] = symbol
        if value.name in seen:
            context.declaration_error(
                2333,
                f"`{value.name}` is declared already",
                value.span,
                notes=declared_here(seen[value.name], "the first declaration"),
            )
        seen[value.name] = symbol
        values.append(symbol)
    enum.values = tuple(values)
    if len(node.values) > 256:
        context.type_error(1611, "an enum has at most 256 values", node.name_span)
    return enum


def _visibility(node: ast.FunctionDefinition, contract: ContractSymbol | None) -> ast.Visibility:
    """Return the visibility written, or the one that is meant when none is."""
    if node.visibility is not None:
        return node.visibility
    if contract is None:
        return ast.Visibility.INTERNAL
    if node.kind is ast.FunctionKind.CONSTRUCTOR:
        return ast.Visibility.PUBLIC
    if contract.is_interface or node.kind is not ast.FunctionKind.FUNCTION:
        return ast.Visibility.EXTERNAL
    return ast.Visibility.PUBLIC
