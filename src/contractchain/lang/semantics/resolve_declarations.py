"""Types of everything declared outside function bodies."""

from contractchain.lang import ast
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.function_types import internal_function_type
from contractchain.lang.semantics.getters import getter_type
from contractchain.lang.semantics.resolve_types import TypeResolver
from contractchain.lang.semantics.resolve_variables import VariableResolver, allowed_locations
from contractchain.lang.semantics.scopes import Scope
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
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
from contractchain.lang.semantics.types import (
    UNKNOWN,
    ArrayType,
    FunctionType,
    FunctionTypeKind,
    MappingType,
    StructType,
    Type,
)


class DeclarationResolver:
    """Goes through all declarations of a compilation, value types and structs first."""

    def __init__(self, context: Context, types: TypeResolver, variables: VariableResolver) -> None:
        self._context = context
        self._types = types
        self._variables = variables

    def resolve_all(self) -> None:
        """Set the types of all declarations."""
        symbols = list(self._declarations())
        for symbol, scope in symbols:
            if isinstance(symbol, ValueTypeSymbol):
                self._resolve_value_type(symbol, scope)
        structs = [(symbol, scope) for symbol, scope in symbols if isinstance(symbol, StructSymbol)]
        for struct, scope in structs:
            self._resolve_struct(struct, scope)
        for struct, _ in structs:
            self._check_recursion(struct)
        for struct, _ in structs:
            struct.contains_mapping = _contains_mapping(struct, set())
        for symbol, scope in symbols:
            self._resolve(symbol, scope)

    def _declarations(self) -> list[tuple[Symbol, Scope]]:
        out: list[tuple[Symbol, Scope]] = []
        for unit in self._context.analysis.units.values():
            scope = self._context.file_scope(unit)
            out += [(symbol, scope) for symbol in self._file_level(unit)]
            for contract in unit.contracts:
                inside = self._context.contract_scope(contract)
                out += [(symbol, inside) for symbol in self._parts(contract)]
        return out

    def _file_level(self, unit: UnitScope) -> list[Symbol]:
        symbols = self._context.analysis.symbols
        return [
            symbols[part.node_id]
            for part in unit.node.parts
            if part.node_id in symbols and not isinstance(part, ast.ContractDefinition)
        ]

    def _parts(self, contract: ContractSymbol) -> list[Symbol]:
        symbols = self._context.analysis.symbols
        return [symbols[part.node_id] for part in contract.node.parts if part.node_id in symbols]

    def _resolve(self, symbol: Symbol, scope: Scope) -> None:
        match symbol:
            case VariableSymbol():
                self._variables.resolve_state_variable(symbol, scope)
                if symbol.visibility is ast.Visibility.PUBLIC and symbol.contract is not None:
                    symbol.getter = getter_type(symbol)
            case FunctionSymbol():
                self._resolve_function(symbol, scope)
            case ModifierSymbol():
                self._resolve_modifier(symbol, scope)
            case EventSymbol():
                self._resolve_event(symbol, scope)
            case ErrorSymbol():
                self._resolve_error(symbol, scope)

    def _resolve_value_type(self, symbol: ValueTypeSymbol, scope: Scope) -> None:
        underlying = self._types.resolve(symbol.node.underlying, scope)
        if underlying is not UNKNOWN and not underlying.is_value:
            self._context.type_error(
                8129,
                f"`{underlying.describe()}` is not a value type",
                symbol.node.underlying.span,
            )
            underlying = UNKNOWN
        symbol.underlying = underlying

    # structs

    def _resolve_struct(self, struct: StructSymbol, scope: Scope) -> None:
        struct.members = tuple(
            self._variables.resolve_member(node, scope, struct.contract)
            for node in struct.node.members
        )
        seen: dict[str, VariableSymbol] = {}
        for member in struct.members:
            if member.name in seen:
                self._context.declaration_error(
                    2333,
                    f"`{member.name}` is declared already",
                    member.span,
                    notes=declared_here(seen[member.name], "the first declaration"),
                )
            seen[member.name] = member

    def _check_recursion(self, struct: StructSymbol) -> None:
        if _reaches(struct, struct, set(), through_pointers=False):
            self._context.type_error(
                2046,
                f"the struct `{struct.name}` contains itself",
                struct.span,
                hint="use a mapping or a dynamic array in between",
            )
            for member in struct.members:
                member.type = UNKNOWN
        elif _reaches(struct, struct, set(), through_pointers=True):
            struct.is_recursive = True

    # functions and the like

    def _resolve_function(self, function: FunctionSymbol, scope: Scope) -> None:
        node, contract = function.node, function.contract
        is_constructor = node.kind is ast.FunctionKind.CONSTRUCTOR
        locations = allowed_locations(
            visibility=function.visibility,
            takes_storage=contract is not None
            and (contract.is_library or (is_constructor and contract.is_abstract)),
            is_constructor=is_constructor,
        )
        function.parameters = self._variables.resolve_parameters(
            node.parameters, VariableKind.PARAMETER, scope, contract, locations
        )
        function.returns = self._variables.resolve_parameters(
            node.returns, VariableKind.RETURN, scope, contract, locations
        )
        function.type = internal_function_type(function)
        self._check_hidden_types(function)

    def _check_hidden_types(self, function: FunctionSymbol) -> None:
        """Report a parameter that hides a type which the header names."""
        items = (*function.parameters, *function.returns)
        names = {item.name for item in items} - {""}
        for item in items:
            path = getattr(item.node.type_name, "path", None)
            if isinstance(path, ast.IdentifierPath) and path.names[0] in names:
                self._context.type_error(
                    5172,
                    f"`{path.names[0]}` is a parameter here and no type",
                    item.node.type_name.span,
                    hint="rename the parameter",
                )

    def _resolve_modifier(self, modifier: ModifierSymbol, scope: Scope) -> None:
        modifier.parameters = self._variables.resolve_parameters(
            modifier.node.parameters,
            VariableKind.PARAMETER,
            scope,
            modifier.contract,
            (ast.DataLocation.MEMORY, ast.DataLocation.STORAGE, ast.DataLocation.CALLDATA),
        )

    def _resolve_log(self, symbol: EventSymbol | ErrorSymbol, scope: Scope) -> None:
        symbol.parameters = tuple(
            self._variables.resolve_log_parameter(node, scope, symbol.contract)
            for node in symbol.node.parameters.parameters
        )
        is_event = isinstance(symbol, EventSymbol)
        symbol.type = FunctionType(
            kind=FunctionTypeKind.EVENT if is_event else FunctionTypeKind.ERROR,
            parameters=symbol.parameter_types,
            parameter_names=tuple(item.name for item in symbol.parameters),
            mutability=(ast.StateMutability.NONPAYABLE if is_event else ast.StateMutability.PURE),
            declaration=symbol,
        )

    def _resolve_event(self, event: EventSymbol, scope: Scope) -> None:
        self._resolve_log(event, scope)
        indexed = sum(item.is_indexed for item in event.parameters)
        if event.is_anonymous and indexed > 4:
            self._context.type_error(
                8598, "an anonymous event has at most four indexed parameters", event.span
            )
        elif not event.is_anonymous and indexed > 3:
            self._context.type_error(
                7249, "an event has at most three indexed parameters", event.span
            )

    def _resolve_error(self, error: ErrorSymbol, scope: Scope) -> None:
        self._resolve_log(error, scope)
        if UNKNOWN in error.parameter_types:
            return
        reserved = {"Error(string)": "Error", "Panic(uint256)": "Panic"}
        if error.name in reserved.values():
            self._context.syntax_error(
                1855, f"the language defines `{error.name}` itself", error.span
            )
        elif error.selector in (b"\x00" * 4, b"\xff" * 4):
            self._context.syntax_error(
                2855, "the selector of the error is reserved", error.span, hint="rename it"
            )


def _inner_structs(type_: Type, *, through_pointers: bool) -> list[StructSymbol]:
    while True:
        if isinstance(type_, ArrayType) and (through_pointers or type_.length is not None):
            type_ = type_.element
        elif isinstance(type_, MappingType) and through_pointers:
            type_ = type_.value
        else:
            break
    return [type_.symbol] if isinstance(type_, StructType) else []


def _reaches(
    start: StructSymbol, target: StructSymbol, seen: set[int], *, through_pointers: bool
) -> bool:
    stack = [start]
    while stack:
        current = stack.pop()
        for member in current.members:
            for inner in _inner_structs(member.type, through_pointers=through_pointers):
                if inner is target:
                    return True
                if inner.node.node_id not in seen:
                    seen.add(inner.node.node_id)
                    stack.append(inner)
    return False


def _contains_mapping(struct: StructSymbol, seen: set[int]) -> bool:
    stack = [struct]
    while stack:
        current = stack.pop()
        for member in current.members:
            inner = member.type
            while isinstance(inner, ArrayType):
                inner = inner.element
            if isinstance(inner, MappingType):
                return True
            if isinstance(inner, StructType) and inner.symbol.node.node_id not in seen:
                seen.add(inner.symbol.node.node_id)
                stack.append(inner.symbol)
    return False
