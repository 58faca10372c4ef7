"""Types of declared variables: the written type together with its data location."""

from contractchain.lang import ast
from contractchain.lang.evm_version import EvmVersion
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.resolve_types import TypeResolver
from contractchain.lang.semantics.scopes import Scope
from contractchain.lang.semantics.symbols import ContractSymbol, VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    UNKNOWN,
    ArrayType,
    FunctionType,
    FunctionTypeKind,
    MappingType,
    StructType,
    Type,
)

_MEMORY, _STORAGE = ast.DataLocation.MEMORY, ast.DataLocation.STORAGE
_CALLDATA = ast.DataLocation.CALLDATA

_MAX_MEMORY = (1 << 32) - 1
"""Bytes above which a static array is refused outside storage."""

ANY_LOCATION = (_MEMORY, _STORAGE, _CALLDATA)
"""Data locations of local variables."""


def allowed_locations(
    *, visibility: ast.Visibility, takes_storage: bool, is_constructor: bool
) -> tuple[ast.DataLocation, ...]:
    """Return the data locations that parameters of a function may have."""
    internal = (ast.Visibility.INTERNAL, ast.Visibility.PRIVATE)
    out = [_MEMORY]
    if takes_storage or visibility in internal:
        out.append(_STORAGE)
    if not is_constructor:
        out.append(_CALLDATA)
    return tuple(out)


def is_too_large(type_: Type) -> bool:
    """Return whether a static array, anywhere in `type_`, cannot be in memory."""
    seen: set[int] = set()
    pending = [type_]
    while pending:
        current = pending.pop()
        if isinstance(current, ArrayType):
            if _static_bytes(current) > _MAX_MEMORY:
                return True
            pending.append(current.element)
        elif isinstance(current, StructType) and current.symbol.node.node_id not in seen:
            seen.add(current.symbol.node.node_id)
            pending += [member.type for member in current.symbol.members]
    return False


def _static_bytes(type_: Type) -> int:
    """Return the bytes of the head of `type_` in memory."""
    if not isinstance(type_, ArrayType) or type_.length is None:
        return 32
    return _static_bytes(type_.element) * type_.length


class VariableResolver:
    """Makes symbols of variables, with their types."""

    def __init__(self, context: Context, types: TypeResolver) -> None:
        self._context = context
        self._types = types

    def resolve_parameters(
        self,
        nodes: ast.ParameterList | None,
        kind: VariableKind,
        scope: Scope,
        contract: ContractSymbol | None,
        locations: tuple[ast.DataLocation, ...],
    ) -> tuple[VariableSymbol, ...]:
        """Return the symbols of parameters or return values."""
        if nodes is None:
            return ()
        return tuple(
            self.resolve_local(node, kind, scope, contract, locations) for node in nodes.parameters
        )

    def resolve_local(
        self,
        node: ast.VariableDeclaration,
        kind: VariableKind,
        scope: Scope,
        contract: ContractSymbol | None,
        locations: tuple[ast.DataLocation, ...],
    ) -> VariableSymbol:
        """Return the symbol of a local variable or parameter with a data location."""
        symbol = VariableSymbol(name=node.name, node=node, kind=kind, contract=contract)
        self._context.analysis.variables[node.node_id] = symbol
        written = self._types.resolve(node.type_name, scope)
        symbol.type = self._locate(node, written, locations)
        if node.is_indexed:
            self._context.syntax_error(2314, "only parameters of events are indexed", node.span)
        return symbol

    def _locate(
        self,
        node: ast.VariableDeclaration,
        written: Type,
        locations: tuple[ast.DataLocation, ...],
    ) -> Type:
        if written is UNKNOWN:
            return UNKNOWN
        if not (written.is_reference or isinstance(written, MappingType)):
            if node.location is not None:
                self._context.type_error(
                    6651,
                    f"`{written.describe()}` has no data location",
                    node.span,
                    hint=f"leave out `{node.location.value}`",
                )
            return written
        location = node.location
        if location not in locations:
            self._report_location(node, written, locations)
            location = locations[0] if location is None else location
        if location is not _STORAGE and written.contains_mapping:
            self._context.type_error(
                4061,
                f"`{written.describe()}` can only be in storage, because it contains a mapping",
                node.span,
                hint="write `storage`",
            )
            return UNKNOWN if isinstance(written, MappingType) else written.at(_STORAGE)
        located = written.at(location if location is not None else _MEMORY)
        if location is not _STORAGE and is_too_large(located):
            self._context.type_error(
                1534, f"`{written.describe()}` is too large for memory", node.span
            )
        return located

    def _report_location(
        self,
        node: ast.VariableDeclaration,
        written: Type,
        locations: tuple[ast.DataLocation, ...],
    ) -> None:
        if isinstance(written, MappingType):
            hint = "write `storage` after the type"
        else:
            hint = "write " + " or ".join(f"`{item.value}`" for item in locations)
            hint += f" after the type: `{written.describe().removeprefix('struct ')} "
            hint += f"{locations[0].value} {node.name or 'x'}`"
        if node.location is None:
            message = f"the data location of this `{written.describe()}` is missing"
        else:
            message = f"`{node.location.value}` is not possible here"
        self._context.type_error(6651, message, node.span, hint=hint)

    def resolve_member(
        self, node: ast.VariableDeclaration, scope: Scope, contract: ContractSymbol | None
    ) -> VariableSymbol:
        """Return the symbol of a member of a struct."""
        symbol = VariableSymbol(
            name=node.name, node=node, kind=VariableKind.MEMBER, contract=contract
        )
        self._context.analysis.variables[node.node_id] = symbol
        symbol.type = self._types.resolve(node.type_name, scope)
        return symbol

    def resolve_log_parameter(
        self, node: ast.VariableDeclaration, scope: Scope, contract: ContractSymbol | None
    ) -> VariableSymbol:
        """Return the symbol of a parameter of an event or error."""
        symbol = VariableSymbol(
            name=node.name, node=node, kind=VariableKind.PARAMETER, contract=contract
        )
        self._context.analysis.variables[node.node_id] = symbol
        written = self._types.resolve(node.type_name, scope)
        if written is not UNKNOWN and written.contains_mapping:
            self._context.type_error(
                3448, "a type that contains a mapping cannot be a parameter here", node.span
            )
            return symbol
        symbol.type = written.at(_MEMORY)
        if symbol.type is not UNKNOWN and symbol.type.abi_type is None:
            self._context.type_error(
                3417, f"`{written.describe()}` cannot be a parameter here", node.span
            )
        return symbol

    def resolve_state_variable(self, symbol: VariableSymbol, scope: Scope) -> None:
        """Set the type of a state variable or file-level constant."""
        node = symbol.node
        written = self._types.resolve(node.type_name, scope)
        is_in_file = symbol.kind is VariableKind.FILE_CONSTANT
        if is_in_file and (node.visibility is not None or node.override is not None):
            self._context.syntax_error(
                2314,
                "a constant outside contracts has neither visibility nor `override`",
                node.span,
            )
        if symbol.is_constant:
            symbol.type = self._constant_type(symbol, written)
            return
        if symbol.kind is VariableKind.FILE_CONSTANT:
            self._context.declaration_error(
                8342,
                "only constants can be declared outside contracts",
                node.span,
                hint="write `constant` after the type",
            )
        if symbol.is_immutable and written is not UNKNOWN and not written.is_value:
            self._context.type_error(
                6377, f"an immutable variable cannot be a `{written.describe()}`", node.span
            )
        if (
            symbol.is_immutable
            and isinstance(written, FunctionType)
            and (written.kind is FunctionTypeKind.EXTERNAL)
        ):
            self._context.type_error(
                3366, "an immutable variable cannot be an external function", node.span
            )
        if symbol.is_transient:
            self._check_transient(symbol, written)
        symbol.type = written.at(_STORAGE, is_pointer=False)

    def _constant_type(self, symbol: VariableSymbol, written: Type) -> Type:
        node = symbol.node
        if symbol.is_transient:
            self._context.declaration_error(
                2197, "a constant is not in transient storage", node.span
            )
        is_fine = written.is_value or written.describe() in ("string", "bytes")
        if written is not UNKNOWN and not is_fine:
            self._context.type_error(
                9259,
                f"a constant cannot be a `{written.describe()}`",
                node.span,
                hint="constants are value types, `string` and `bytes`",
            )
            return UNKNOWN
        return written.at(_MEMORY)

    def _check_transient(self, symbol: VariableSymbol, written: Type) -> None:
        node = symbol.node
        if not self._context.evm_version.has(EvmVersion.CANCUN):
            self._context.declaration_error(
                7985,
                "there is no transient storage before the EVM version `cancun`",
                node.span,
                hint="compile with `--evm-version cancun`",
            )
        if symbol.is_immutable:
            self._context.declaration_error(
                2197, "an immutable variable is not in transient storage", node.span
            )
        if written is not UNKNOWN and not written.is_value:
            self._context.unimplemented("only value types can be transient", node.span)
        if node.value is not None:
            self._context.declaration_error(
                9825, "a transient variable cannot have an initial value", node.span
            )
