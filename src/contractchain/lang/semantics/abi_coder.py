"""What `pragma abicoder v1` rules out: structs and nested dynamic arrays between contracts.

Only the types are restricted. Code is the same with both: that of version 2, as in solc's IR
pipeline.

Spec:
    Solidity documentation, "ABI Coder Pragma".
"""

from contractchain.lang import ast
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    UnitScope,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    UNKNOWN,
    ArrayType,
    ByteSequenceType,
    FunctionType,
    FunctionTypeKind,
    StructType,
    Type,
)

HINT = "write `pragma abicoder v2;`, or leave the pragma out"
_ENCODING = (
    FunctionTypeKind.EXTERNAL,
    FunctionTypeKind.DELEGATE,
    FunctionTypeKind.CREATION,
    FunctionTypeKind.EVENT,
)
"""Functions whose calls encode arguments."""


def needs_coder_v2(type_: Type, *, is_library: bool = False) -> bool:
    """Return whether a value of `type_` can only be encoded by version 2."""
    if is_library and type_.location is ast.DataLocation.STORAGE:
        return False
    if isinstance(type_, StructType):
        return True
    if not isinstance(type_, ArrayType):
        return False
    element = type_.element
    is_nested = isinstance(element, ArrayType) and element.length is None
    is_text = isinstance(element, ByteSequenceType)
    return is_nested or is_text or needs_coder_v2(element, is_library=is_library)


class CoderChecker:
    """Checks what a file that chose version 1 sends and receives."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def check_unit(self, unit: UnitScope) -> None:
        """Check the declarations of `unit`."""
        if not unit.uses_coder_v1:
            return
        for symbols in unit.names.values():
            for symbol in symbols:
                if isinstance(symbol, (EventSymbol, ErrorSymbol)):
                    self._check_log(symbol)
        for contract in unit.contracts:
            self._check_contract(contract)

    def _check_contract(self, contract: ContractSymbol) -> None:
        logs: list[EventSymbol | ErrorSymbol] = [*contract.events, *contract.errors]
        for log in logs:
            self._check_log(log)
        for variable in contract.variables:
            self._check_getter(variable)
        functions = list(contract.functions)
        if contract.constructor is not None and not contract.is_abstract:
            functions.append(contract.constructor)
        for function in functions:
            self._check_function(function, contract)
        if not contract.is_library:
            self._check_inherited(contract)

    def _check_log(self, log: EventSymbol | ErrorSymbol) -> None:
        for item in log.parameters:
            if needs_coder_v2(item.type):
                self._report(3061, item)

    def _check_function(self, function: FunctionSymbol, contract: ContractSymbol) -> None:
        if function.visibility not in (ast.Visibility.PUBLIC, ast.Visibility.EXTERNAL):
            return
        for item in (*function.parameters, *function.returns):
            if needs_coder_v2(item.type, is_library=contract.is_library):
                self._report(4957, item)

    def _report(self, code: int, item: VariableSymbol) -> None:
        self._context.type_error(
            code, f"`{item.type.describe()}` needs ABI coder v2", item.node.span, hint=HINT
        )

    def _check_getter(self, variable: VariableSymbol) -> None:
        if variable.getter is None:
            return
        for type_ in (*variable.getter.parameters, *variable.getter.returns):
            if needs_coder_v2(type_):
                self._context.type_error(
                    2763,
                    f"a getter that returns a `{type_.describe()}` needs ABI coder v2",
                    variable.node.span,
                    hint=HINT,
                )

    def _check_inherited(self, contract: ContractSymbol) -> None:
        for item in contract.interface.values():
            types = (
                (*item.parameter_types, *(result.type for result in item.returns))
                if isinstance(item, FunctionSymbol)
                else (*item.getter.parameters, *item.getter.returns)
                if item.getter is not None
                else ()
            )
            if item.contract is not contract and any(needs_coder_v2(type_) for type_ in types):
                self._context.type_error(
                    6594,
                    f"`{contract.name}` inherits `{item.name}`, which needs ABI coder v2",
                    contract.span,
                    hint=HINT,
                    notes=declared_here(item),
                )
                return

    def check_call(
        self, node: ast.FunctionCall, function: FunctionType, arguments: list[ast.Expression]
    ) -> None:
        """Check what the call `node`, in a file that chose version 1, sends and receives."""
        if function.kind not in _ENCODING:
            return
        is_library = function.kind is FunctionTypeKind.DELEGATE
        for argument, type_ in zip(arguments, function.argument_types, strict=True):
            if type_ is not UNKNOWN and needs_coder_v2(type_, is_library=is_library):
                self._context.type_error(
                    2443, f"`{type_.describe()}` needs ABI coder v2", argument.span, hint=HINT
                )
        for type_ in function.returns:
            if function.kind is not FunctionTypeKind.CREATION and needs_coder_v2(
                type_, is_library=is_library
            ):
                self._context.type_error(
                    2428,
                    f"a `{type_.describe()}` is returned, which needs ABI coder v2",
                    node.span,
                    hint=HINT,
                )
