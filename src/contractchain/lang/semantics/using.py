"""`using ... for`: functions attached to types, and user-defined operators."""

from collections.abc import Iterator
from dataclasses import dataclass

from contractchain.lang import ast
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.conversions import is_implicitly_convertible
from contractchain.lang.semantics.paths import resolve_path
from contractchain.lang.semantics.resolve_types import TypeResolver
from contractchain.lang.semantics.scopes import Scope
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    FunctionSymbol,
    Symbol,
    UnitScope,
)
from contractchain.lang.semantics.types import (
    BOOL,
    UNKNOWN,
    ContractType,
    EnumType,
    FunctionType,
    FunctionTypeKind,
    RationalType,
    StringLiteralType,
    StructType,
    Type,
    UserDefinedValueType,
)

_STORAGE = ast.DataLocation.STORAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One function that a directive attaches to a type."""

    function: FunctionSymbol
    name: str
    """Name by which it is called."""
    type: Type | None
    """Type it is attached to, in storage; `None` for all types."""
    operator: str | None
    span_id: int
    """Node id of the directive."""


class UsingTable:
    """All attachments, by the place where they hold."""

    def __init__(self, context: Context, types: TypeResolver) -> None:
        self._context = context
        self._types = types
        self._by_contract: dict[int, list[Attachment]] = {}
        self._by_unit: dict[str, list[Attachment]] = {}
        self._global: list[Attachment] = []

    def resolve_all(self) -> None:
        """Resolve the directives of all files."""
        for unit in self._context.analysis.units.values():
            scope: Scope = self._context.file_scope(unit)
            entries = self._by_unit.setdefault(unit.name, [])
            for part in unit.node.parts:
                if isinstance(part, ast.UsingDirective):
                    entries += self._resolve(part, scope, unit, None)
            for contract in unit.contracts:
                inside = self._context.contract_scope(contract)
                own = self._by_contract.setdefault(contract.node.node_id, [])
                for part in contract.node.parts:
                    if isinstance(part, ast.UsingDirective):
                        own += self._resolve(part, inside, unit, contract)

    def _resolve(
        self,
        node: ast.UsingDirective,
        scope: Scope,
        unit: UnitScope,
        contract: ContractSymbol | None,
    ) -> list[Attachment]:
        attached = self._attached_type(node, scope, contract)
        if contract is not None and contract.is_interface:
            self._context.syntax_error(9088, "`using` cannot stand in an interface", node.span)
        if node.is_global:
            self._check_global(node, attached, unit, contract)
        if attached is UNKNOWN:
            return []
        out: list[Attachment] = []
        if node.library is not None:
            out = self._library_functions(node, attached, scope)
        for item in node.items:
            function = self._resolve_item(item, scope, attached, node, contract)
            if function is not None:
                out.append(
                    Attachment(
                        function=function,
                        name=item.path.names[-1],
                        type=attached,
                        operator=item.operator,
                        span_id=node.node_id,
                    )
                )
        if node.is_global:
            self._check_repeated(node, out)
            self._global += out
        return out

    def _check_repeated(self, node: ast.UsingDirective, found: list[Attachment]) -> None:
        """Report operators that two functions define for the same operands."""
        groups: dict[tuple[str, int], list[FunctionSymbol]] = {}
        for entry in (*self._global, *found):
            key = entry.operator or "", len(entry.function.parameters)
            same = groups.setdefault(key, [])
            is_new = entry.operator is not None and entry.type == found[0].type
            if is_new and entry.function not in same:
                same.append(entry.function)
        for item in node.items:
            for (operator, _), functions in groups.items():
                symbol = self._context.analysis.symbols.get(item.node_id)
                if len(functions) > 1 and item.operator == operator and symbol in functions:
                    others = [other for other in functions if other is not symbol]
                    self._context.type_error(
                        4705,
                        f"`{operator}` is defined twice for this type",
                        item.path.span,
                        notes=declared_here(others[0], "the other definition"),
                    )

    def _attached_type(
        self, node: ast.UsingDirective, scope: Scope, contract: ContractSymbol | None
    ) -> Type | None:
        if node.type_name is None:
            if contract is None:
                self._context.syntax_error(8118, "at file level, `using` needs a type", node.span)
            elif node.library is None:
                self._context.syntax_error(
                    3349, "functions are attached to a type, not to `*`", node.span
                )
            return None
        path = getattr(node.type_name, "path", None)
        if isinstance(path, ast.IdentifierPath):
            found = resolve_path(self._context, path, scope, is_silent=True)
            is_library = (
                bool(found) and isinstance(found[0], ContractSymbol) and (found[0].is_library)
            )
            if is_library and contract is None:
                self._context.type_error(
                    8841,
                    f"the library `{path.text}` is no type",
                    node.span,
                )
                return UNKNOWN
        return self._types.resolve(node.type_name, scope)

    def _check_global(
        self,
        node: ast.UsingDirective,
        attached: Type | None,
        unit: UnitScope,
        contract: ContractSymbol | None,
    ) -> None:
        if contract is not None:
            self._context.syntax_error(3367, "`global` can only be used at file level", node.span)
            return
        if attached is None:
            self._context.syntax_error(2854, "`global` needs a type", node.span)
            return
        if attached is UNKNOWN:
            return
        is_fine = False
        if isinstance(attached, (StructType, EnumType, UserDefinedValueType)):
            is_fine = attached.symbol.contract is None and _is_in_file(attached.symbol, node)
        elif isinstance(attached, ContractType):
            self._context.type_error(
                8841,
                "`global` works on structs, enums and user-defined value types only",
                node.span,
            )
            return
        if not is_fine:
            self._context.type_error(
                4117, "`global` needs a type that this file defines at file level", node.span
            )

    def _library_functions(
        self, node: ast.UsingDirective, attached: Type | None, scope: Scope
    ) -> list[Attachment]:
        assert node.library is not None
        found = resolve_path(self._context, node.library, scope)
        if not found:
            return []
        library = found[0]
        if not isinstance(library, ContractSymbol) or not library.is_library:
            self._context.type_error(
                4357,
                f"`{node.library.text}` is not a library",
                node.library.span,
                hint="to attach a function, put it in braces: `using {f} for T`",
            )
            return []
        return [
            Attachment(
                function=item,
                name=item.name,
                type=attached,
                operator=None,
                span_id=node.node_id,
            )
            for item in library.functions
            if item.parameters
        ]

    def _resolve_item(
        self,
        item: ast.UsingItem,
        scope: Scope,
        attached: Type | None,
        node: ast.UsingDirective,
        contract: ContractSymbol | None,
    ) -> FunctionSymbol | None:
        found = resolve_path(self._context, item.path, scope)
        if not found:
            return None
        if len(found) > 1:
            self._context.declaration_error(
                7920, f"`{item.path.text}` has several overloads", item.path.span
            )
            return None
        function = found[0]
        if not isinstance(function, FunctionSymbol) or not (
            function.contract is None or function.contract.is_library
        ):
            self._context.type_error(
                4167,
                "only functions at file level or in libraries can be attached",
                item.path.span,
                notes=declared_here(function),
            )
            return None
        self._context.analysis.symbols[item.node_id] = function
        if not function.parameters:
            self._context.type_error(
                4731,
                f"`{function.name}` has no parameter, so it cannot be attached",
                item.path.span,
                notes=declared_here(function),
            )
            return None
        if function.visibility is ast.Visibility.PRIVATE and function.contract is not contract:
            self._context.type_error(
                6772, f"`{function.name}` is private to its library", item.path.span
            )
            return None
        if not self._check_first_parameter(item, function, attached):
            return None
        if item.operator is not None:
            self._check_operator(item, function, attached, node)
        return function

    def _check_first_parameter(
        self, item: ast.UsingItem, function: FunctionSymbol, attached: Type | None
    ) -> bool:
        if attached is None or item.operator is not None:
            return True
        first = function.parameters[0].type
        if is_implicitly_convertible(attached.at(_STORAGE), first):
            return True
        if attached.is_reference and is_implicitly_convertible(
            attached.at(first.location or _STORAGE), first
        ):
            return True
        self._context.type_error(
            3100,
            f"`{function.name}` cannot be attached to `{attached.describe()}`:"
            f" its first parameter is a `{first}`",
            item.path.span,
            notes=declared_here(function),
        )
        return False

    def _check_operator(
        self,
        item: ast.UsingItem,
        function: FunctionSymbol,
        attached: Type | None,
        node: ast.UsingDirective,
    ) -> None:
        if not node.is_global:
            self._context.type_error(
                3320,
                "operators can only be defined by a global `using`",
                item.span,
                hint="add `global` at the end",
            )
        if not isinstance(attached, UserDefinedValueType):
            self._context.type_error(
                5332, "operators can only be defined for user-defined value types", item.span
            )
            return
        operator = item.operator or ""
        counts = {"-": (1, 2), "~": (1,)}.get(operator, (2,))
        types = tuple(parameter.type for parameter in function.parameters)
        if function.contract is not None or function.mutability is not ast.StateMutability.PURE:
            self._context.type_error(
                7775, "an operator is defined by a pure function at file level", item.path.span
            )
        if len(types) not in counts or any(type_ != attached for type_ in types):
            self._context.type_error(
                1884,
                f"`{operator}` needs {' or '.join(str(count) for count in counts)}"
                f" parameters of type `{attached.describe()}`",
                item.path.span,
                notes=declared_here(function),
            )
        wanted = BOOL if operator in ("==", "!=", "<", ">", "<=", ">=") else attached
        if tuple(result.type for result in function.returns) != (wanted,):
            self._context.type_error(
                7743,
                f"`{operator}` must return one `{wanted.describe()}`",
                item.path.span,
                notes=declared_here(function),
            )

    # questions

    def _entries(self, unit: UnitScope, contract: ContractSymbol | None) -> Iterator[Attachment]:
        if contract is not None:
            yield from self._by_contract.get(contract.node.node_id, ())
        yield from self._by_unit.get(unit.name, ())
        yield from self._global

    def find_attached(
        self, type_: Type, name: str, unit: UnitScope, contract: ContractSymbol | None
    ) -> list[FunctionSymbol]:
        """Return the functions called `name` that are attached to values of `type_`."""
        out: list[FunctionSymbol] = []
        for entry in self._entries(unit, contract):
            function = entry.function
            if entry.name != name or entry.operator is not None or function in out:
                continue
            if entry.type is not None and not _is_same(entry.type, type_):
                continue
            if is_implicitly_convertible(type_, function.parameters[0].type):
                out.append(function)
        return out

    def attached_names(
        self, type_: Type, unit: UnitScope, contract: ContractSymbol | None
    ) -> list[str]:
        """Return the names of all functions attached to values of `type_`."""
        return [
            entry.name
            for entry in self._entries(unit, contract)
            if entry.type is None or _is_same(entry.type, type_)
        ]

    def find_operator(self, type_: Type, operator: str, operands: int) -> list[FunctionSymbol]:
        """Return the functions that define `operator` for `type_`."""
        out: list[FunctionSymbol] = []
        for entry in self._global:
            if (
                entry.operator == operator
                and entry.type == type_
                and len(entry.function.parameters) == operands
                and entry.function not in out
            ):
                out.append(entry.function)
        return out


def _is_in_file(symbol: Symbol, node: ast.UsingDirective) -> bool:
    return symbol.span.file == node.span.file


def _is_same(attached: Type, type_: Type) -> bool:
    if isinstance(type_, (RationalType, StringLiteralType)):
        return False
    if isinstance(type_, FunctionType) and type_.kind in (
        FunctionTypeKind.INTERNAL,
        FunctionTypeKind.EXTERNAL,
    ):
        type_ = type_.as_value()
    return attached.at(_STORAGE) == type_.at(_STORAGE)
