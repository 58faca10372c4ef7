"""Checks calls: of functions, conversions, structs, events, errors and creations."""

from collections.abc import Sequence

from contractchain.lang import ast
from contractchain.lang.semantics.abi_coder import CoderChecker
from contractchain.lang.semantics.annotations import CallInfo, CallKind, ExpressionInfo
from contractchain.lang.semantics.check_builtins import BuiltinChecker
from contractchain.lang.semantics.checking import Arguments
from contractchain.lang.semantics.context import Context, declared_here, suggest
from contractchain.lang.semantics.conversions import is_explicitly_convertible
from contractchain.lang.semantics.overloads import describe_signature, order_named
from contractchain.lang.semantics.resolve_types import TypeResolver
from contractchain.lang.semantics.symbols import FunctionSymbol, Symbol
from contractchain.lang.semantics.types import (
    UNKNOWN,
    VOID,
    AddressType,
    ContractType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    StructType,
    TupleType,
    Type,
    TypeType,
)
from contractchain.lang.semantics.using import UsingTable
from contractchain.lang.source import Span

_MEMORY = ast.DataLocation.MEMORY
_KINDS = {
    FunctionTypeKind.CREATION: CallKind.CREATION,
    FunctionTypeKind.EVENT: CallKind.EVENT,
    FunctionTypeKind.ERROR: CallKind.ERROR,
    FunctionTypeKind.BUILTIN: CallKind.BUILTIN,
}


class CallChecker(BuiltinChecker):
    """Checks `callee(arguments)`."""

    def __init__(self, context: Context, types: TypeResolver, using: UsingTable) -> None:
        super().__init__(context, types, using)
        self._coder = CoderChecker(context)

    def check_call(self, node: ast.FunctionCall) -> ExpressionInfo:
        """Check a call of any kind."""
        self._allow_required_error(node)
        infos = [self.check(item) for item in node.arguments]
        arguments = Arguments(tuple(item.type for item in infos), node.names)
        callee = self.check(node.callee, arguments)
        is_pure = all(item.is_pure for item in infos)
        match callee.type:
            case TypeType(actual=StructType() as struct):
                return self._check_struct(node, struct, is_pure=is_pure)
            case TypeType(actual=target):
                return self._check_conversion(node, target, arguments, is_pure=is_pure)
            case FunctionType() as function:
                return self._check_function(node, callee, function, is_pure=is_pure)
        if callee.type is not UNKNOWN:
            self.context.type_error(5704, f"`{callee.type}` cannot be called", node.span)
        return ExpressionInfo(type=UNKNOWN)

    def _allow_required_error(self, node: ast.FunctionCall) -> None:
        """Let an error stand as the second argument of `require`."""
        is_require = isinstance(node.callee, ast.Identifier) and node.callee.name == "require"
        if is_require and len(node.arguments) == 2:
            self.allowed_logs.add(node.arguments[1].node_id)

    # conversions

    def _check_conversion(
        self, node: ast.FunctionCall, target: Type, arguments: Arguments, *, is_pure: bool
    ) -> ExpressionInfo:
        if len(node.arguments) != 1 or node.names is not None:
            self.context.type_error(
                2558,
                f"a conversion takes one argument, not {len(node.arguments)}",
                node.span,
            )
            return ExpressionInfo(type=target.at(_MEMORY))
        source = arguments.types[0]
        if target.is_reference:
            target = target.at(
                source.location if source.is_reference and source.location else _MEMORY
            )
        if source is not UNKNOWN and not is_explicitly_convertible(source, target):
            self._report_conversion(node, source, target)
        call = CallInfo(kind=CallKind.CONVERSION, arguments=node.arguments, parameters=(target,))
        return ExpressionInfo(type=target, is_pure=is_pure, call=call)

    def _report_conversion(self, node: ast.FunctionCall, source: Type, target: Type) -> None:
        hint: str | None = None
        code = 9640
        match source, target:
            case AddressType(), ContractType():
                code, hint = 7398, f"it can receive ether: write `{target.symbol.name}(payable(x))`"
            case IntegerType(), IntegerType():
                name = f"{'int' if target.is_signed else 'uint'}{source.bits}"
                hint = f"change size and sign in two steps: `{target.describe()}({name}(x))`"
            case IntegerType(), AddressType():
                hint = "an address is a `uint160`: `address(uint160(x))`"
            case AddressType(), IntegerType():
                hint = f"an address is a `uint160`: `{target.describe()}(uint160(x))`"
            case FunctionType(kind=FunctionTypeKind.EXTERNAL), AddressType():
                code, hint = 5030, "take its member: `f.address`"
            case ContractType(), AddressType():
                hint = "it cannot receive ether; to insist: `payable(address(x))`"
        self.context.type_error(
            code, f"`{source}` cannot be converted to `{target}`", node.span, hint=hint
        )

    # structs

    def _check_struct(
        self, node: ast.FunctionCall, struct: StructType, *, is_pure: bool
    ) -> ExpressionInfo:
        symbol = struct.symbol
        made = struct.at(_MEMORY)
        if symbol.contains_mapping:
            self.context.type_error(
                9515,
                f"`{symbol.name}` contains a mapping, so it cannot be made in memory",
                node.span,
                notes=declared_here(symbol),
            )
            return ExpressionInfo(type=made)
        members = made.members
        constructor = FunctionType(
            kind=FunctionTypeKind.BUILTIN,
            parameters=tuple(type_ for _, type_ in members),
            parameter_names=tuple(name for name, _ in members),
            returns=(made,),
        )
        ordered = self.order_arguments(node, constructor, symbol, f"the struct `{symbol.name}`")
        if ordered is None:
            return ExpressionInfo(type=made)
        call = CallInfo(
            kind=CallKind.STRUCT, arguments=tuple(ordered), parameters=constructor.parameters
        )
        return ExpressionInfo(type=made, is_pure=is_pure, call=call)

    # functions

    def _check_function(
        self,
        node: ast.FunctionCall,
        callee: ExpressionInfo,
        function: FunctionType,
        *,
        is_pure: bool,
    ) -> ExpressionInfo:
        kind = function.kind
        if kind is FunctionTypeKind.DELEGATE and self._is_own(callee.declaration):
            self.context.type_error(
                6700,
                "a library cannot call its own functions from outside",
                node.span,
                hint="make the function `internal`, or call it by its name",
            )
        if kind is FunctionTypeKind.DECLARATION:
            self.context.type_error(
                3419,
                "a function cannot be called through the name of a contract that is no base",
                node.span,
                hint="call it on an instance: `C(address).f()`",
            )
            return ExpressionInfo(type=_returned(function))
        if kind in (FunctionTypeKind.EVENT, FunctionTypeKind.ERROR):
            self._check_log_place(node, kind)
        if function.builtin is not None:
            special = self.check_builtin_call(node, function, is_pure=is_pure)
            if special is not None:
                return special
        symbol = callee.declaration
        name = symbol.name if symbol is not None else "the function"
        ordered = self.order_arguments(node, function, symbol, f"`{name}`" if symbol else name)
        if ordered is None:
            return ExpressionInfo(type=_returned(function))
        if self.frame.unit.uses_coder_v1:
            self._coder.check_call(node, function, ordered)
        call = self._call_info(node, callee, function, tuple(ordered))
        is_pure = is_pure and callee.is_pure and _is_pure_builtin(function)
        info = ExpressionInfo(type=_returned(function), is_pure=is_pure, call=call)
        if function.builtin is not None and function.builtin.value == "push":
            info.is_lvalue = not node.arguments
        return info

    def _is_own(self, symbol: Symbol | None) -> bool:
        """Return whether `symbol` is a function of the contract that is checked."""
        if not isinstance(symbol, FunctionSymbol) or symbol.contract is None:
            return False
        return symbol.contract is self.frame.contract

    def _call_info(
        self,
        node: ast.FunctionCall,
        callee: ExpressionInfo,
        function: FunctionType,
        ordered: tuple[ast.Expression, ...],
    ) -> CallInfo:
        receiver: ast.Expression | None = None
        written = strip(node.callee)
        if function.is_bound and isinstance(written, ast.MemberAccess):
            receiver = written.object
        return CallInfo(
            kind=_KINDS.get(function.kind, CallKind.FUNCTION),
            arguments=ordered,
            parameters=function.argument_types,
            type=function,
            target=function.declaration,
            builtin=function.builtin,
            lookup=callee.lookup,
            receiver=receiver,
            receiver_type=function.parameters[0] if receiver is not None else None,
        )

    def _check_log_place(self, node: ast.FunctionCall, kind: FunctionTypeKind) -> None:
        if node.node_id in self.allowed_logs:
            return
        if kind is FunctionTypeKind.EVENT:
            self.context.type_error(
                3132, "an event is emitted", node.span, hint="write `emit` before it"
            )
        else:
            self.context.type_error(
                7757,
                "an error can only stand after `revert` or as second argument of `require`",
                node.span,
                hint="write `revert` before it",
            )

    # arguments

    def order_arguments(
        self,
        node: ast.FunctionCall,
        function: FunctionType,
        symbol: Symbol | None,
        what: str,
    ) -> list[ast.Expression] | None:
        """Return the arguments in the order of the parameters, checked against them.

        Returns:
            `None` after reporting that number or names do not fit.
        """
        signature = describe_signature(symbol.name if symbol is not None else "f", function)
        notes = declared_here(symbol) if symbol is not None else ()
        parameters = function.argument_types
        if len(node.arguments) != len(parameters):
            self.context.type_error(
                6160,
                f"{what} takes {_count(len(parameters), 'argument')} but gets"
                f" {len(node.arguments)}",
                node.span,
                hint=f"its signature is `{signature}`",
                notes=notes,
            )
            return None
        ordered: list[ast.Expression] = list(node.arguments)
        if node.names is not None:
            positions = self._named_positions(node, function, signature)
            if positions is None:
                return None
            ordered = [node.arguments[index] for index in positions]
        names = function.argument_names or ("",) * len(parameters)
        for argument, parameter, name in zip(ordered, parameters, names, strict=True):
            label = f"the argument `{name}`" if name else "the argument"
            self.expect(argument, parameter, label, 9553)
        return ordered

    def _named_positions(
        self, node: ast.FunctionCall, function: FunctionType, signature: str
    ) -> list[int] | None:
        assert node.names is not None
        seen: set[str] = set()
        is_wrong = False
        for name, span in zip(node.names, node.name_spans, strict=True):
            if name in seen:
                self.context.type_error(6995, f"the argument `{name}` is given twice", span)
                is_wrong = True
            elif name not in function.argument_names:
                self.context.type_error(
                    4974,
                    f"there is no parameter `{name}`",
                    span,
                    hint=suggest(name, function.argument_names)
                    or f"the signature is `{signature}`",
                )
                is_wrong = True
            seen.add(name)
        return None if is_wrong else order_named(function, node.names)

    def check_positional(
        self,
        arguments: Sequence[ast.Expression],
        parameters: Sequence[Type],
        names: Sequence[str],
        span: Span,
        what: str,
        code: int,
        type_code: int,
    ) -> bool:
        """Check the arguments of a modifier or base constructor; return whether they fit."""
        for argument in arguments:
            self.check(argument)
        if len(arguments) != len(parameters):
            wanted = ", ".join(
                f"{type_} {name}".strip() for type_, name in zip(parameters, names, strict=True)
            )
            self.context.type_error(
                code,
                f"{what} takes {_count(len(parameters), 'argument')} but gets {len(arguments)}",
                span,
                hint=f"its parameters are `({wanted})`",
            )
            return False
        for argument, parameter in zip(arguments, parameters, strict=True):
            self.expect(argument, parameter, "the argument", type_code)
        return True


def _returned(function: FunctionType) -> Type:
    if len(function.returns) == 1:
        return function.returns[0]
    return TupleType(function.returns) if function.returns else VOID


_IMPURE_BUILTINS = frozenset({"blockhash", "blobhash", "gasleft", "selfdestruct"})


def _is_pure_builtin(function: FunctionType) -> bool:
    if function.kind is not FunctionTypeKind.BUILTIN or function.builtin is None:
        return False
    return function.mutability is ast.StateMutability.PURE and (
        function.builtin.value not in _IMPURE_BUILTINS
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def strip(node: ast.Expression) -> ast.Expression:
    """Return what is inside parentheses and before call options."""
    while True:
        if isinstance(node, ast.FunctionCallOptions):
            node = node.callee
        elif (
            isinstance(node, ast.TupleExpression)
            and len(node.components) == 1
            and not node.is_inline_array
            and node.components[0] is not None
        ):
            node = node.components[0]
        else:
            return node
