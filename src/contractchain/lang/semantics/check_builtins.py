"""Checks calls of builtins whose arguments follow rules of their own."""

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import CallInfo, CallKind, ExpressionInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_abi_calls import AbiCallChecker, single_or_tuple
from contractchain.lang.semantics.conversions import is_implicitly_convertible
from contractchain.lang.semantics.symbols import ErrorSymbol
from contractchain.lang.semantics.types import (
    BOOL,
    UNKNOWN,
    VOID,
    ArraySliceType,
    BytesType,
    ContractType,
    EnumType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    MagicKind,
    MagicType,
    RationalType,
    StringLiteralType,
    StringType,
    Type,
    TypeType,
)

_MEMORY = ast.DataLocation.MEMORY
_ONE_BYTES = {
    Builtin.KECCAK256,
    Builtin.SHA256,
    Builtin.RIPEMD160,
    Builtin.ADDRESS_CALL,
    Builtin.ADDRESS_DELEGATECALL,
    Builtin.ADDRESS_STATICCALL,
}


class BuiltinChecker(AbiCallChecker):
    """Checks the builtins that are not plain functions."""

    def check_builtin_call(
        self, node: ast.FunctionCall, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo | None:
        """Check a call of a builtin; `None` if its parameters say it all."""
        builtin = function.builtin
        assert builtin is not None
        if function.is_variadic and node.names is not None:
            self.context.type_error(2627, f"`{builtin.value}` takes no named arguments", node.span)
            return ExpressionInfo(type=UNKNOWN)
        match builtin:
            case Builtin.REQUIRE | Builtin.REVERT:
                return self._check_require(node, builtin, function)
            case Builtin.TYPE:
                return self._check_type(node)
            case (
                Builtin.ABI_ENCODE
                | Builtin.ABI_ENCODE_PACKED
                | Builtin.ABI_ENCODE_WITH_SELECTOR
                | Builtin.ABI_ENCODE_WITH_SIGNATURE
            ):
                return self.check_encode(node, builtin, function, is_pure=is_pure)
            case Builtin.ABI_ENCODE_CALL:
                return self.check_encode_call(node, function, is_pure=is_pure)
            case Builtin.ABI_DECODE:
                return self.check_decode(node, function, is_pure=is_pure)
            case Builtin.BYTES_CONCAT | Builtin.STRING_CONCAT:
                return self._check_concat(node, builtin, function, is_pure=is_pure)
            case Builtin.ARRAY_PUSH:
                return self._check_push(node, function)
        if builtin in (Builtin.ADDMOD, Builtin.MULMOD) and len(node.arguments) == 3:
            self._check_modulus(node.arguments[2])
        if builtin in _ONE_BYTES and len(node.arguments) != 1:
            self.context.type_error(
                6138 if not node.arguments else 8922,
                f"`{builtin.value}` takes one `bytes` argument but gets {len(node.arguments)}",
                node.span,
                hint=(
                    'write `""` for empty data'
                    if not node.arguments
                    else f"encode them first: `{builtin.value}(abi.encode(...))`"
                ),
            )
            return ExpressionInfo(type=single_or_tuple(function))
        return None

    def _check_modulus(self, node: ast.Expression) -> None:
        value = self.type_resolver.constants.evaluate(node, self.frame.scope)
        if isinstance(value, RationalType) and value.value == 0:
            self.context.type_error(4195, "the modulus is zero", node.span)

    # require, revert

    def _check_require(
        self, node: ast.FunctionCall, builtin: Builtin, function: FunctionType
    ) -> ExpressionInfo:
        arguments = node.arguments
        condition = 1 if builtin is Builtin.REQUIRE else 0
        if not condition <= len(arguments) <= condition + 1:
            wanted = "`require(bool condition, string memory message)`"
            self.context.type_error(
                6160,
                f"`{builtin.value}` gets {len(arguments)} arguments",
                node.span,
                hint=f"its signature is {wanted if condition else '`revert(string memory)`'}",
            )
            return ExpressionInfo(type=VOID)
        parameters: list[Type] = []
        if condition:
            self.expect(arguments[0], BOOL, "the condition", 9553)
            parameters.append(BOOL)
        if len(arguments) > condition:
            parameters.append(self._check_reason(arguments[-1], allows_error=bool(condition)))
        return self.make_builtin_call(node, function, tuple(parameters), VOID, is_pure=False)

    def _check_reason(self, node: ast.Expression, *, allows_error: bool) -> Type:
        info = self.analysis.expressions[node.node_id]
        if info.call is not None and info.call.kind is CallKind.ERROR and allows_error:
            return info.type
        type_ = info.type
        if isinstance(type_, FunctionType) and type_.kind is FunctionTypeKind.ERROR:
            self.context.type_error(
                9553, "the error must be called", node.span, hint="write `()` after it"
            )
            return UNKNOWN
        text = StringType(_MEMORY)
        hint_kind = "a `string` or an error" if allows_error else "a `string`"
        if not is_implicitly_convertible(type_, text):
            hint = None
            if not allows_error and isinstance(info.declaration, ErrorSymbol):
                hint = "leave out the parentheses: `revert MyError();`"
            self.context.type_error(
                9553, f"the reason must be {hint_kind} but is `{type_}`", node.span, hint=hint
            )
        return text

    # type(T)

    def _check_type(self, node: ast.FunctionCall) -> ExpressionInfo:
        if len(node.arguments) != 1:
            self.context.type_error(
                8885, f"`type` takes one argument but gets {len(node.arguments)}", node.span
            )
            return ExpressionInfo(type=UNKNOWN)
        type_ = self.type_at(node.arguments[0])
        if type_ is UNKNOWN:
            return ExpressionInfo(type=UNKNOWN)
        if isinstance(type_, TypeType):
            actual = type_.actual
            is_contract = isinstance(actual, ContractType) and not actual.is_super
            if is_contract or isinstance(actual, (IntegerType, EnumType)):
                call = CallInfo(
                    kind=CallKind.BUILTIN,
                    arguments=node.arguments,
                    parameters=(type_,),
                    builtin=Builtin.TYPE,
                )
                magic = MagicType(MagicKind.TYPE_INFO, actual)
                return ExpressionInfo(type=magic, is_pure=True, call=call)
        self.context.type_error(
            4259,
            f"`type` takes the name of a contract, an integer type or an enum, not `{type_}`",
            node.arguments[0].span,
        )
        return ExpressionInfo(type=UNKNOWN)

    # concat, push

    def _check_concat(
        self, node: ast.FunctionCall, builtin: Builtin, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo:
        parameters: list[Type] = []
        is_string = builtin is Builtin.STRING_CONCAT
        for argument in node.arguments:
            type_ = self.type_at(argument)
            inner = type_.array if isinstance(type_, ArraySliceType) else type_
            if isinstance(type_, StringLiteralType):
                mobile: Type = StringType(_MEMORY) if is_string else BytesType(_MEMORY)
                if is_string and not type_.is_utf8:
                    self._report_concat(argument, builtin, type_)
                parameters.append(mobile)
                continue
            fits = isinstance(inner, StringType) if is_string else _is_bytes(inner)
            if not fits and type_ is not UNKNOWN:
                self._report_concat(argument, builtin, type_)
            parameters.append(type_)
        return self.make_builtin_call(
            node, function, tuple(parameters), single_or_tuple(function), is_pure=is_pure
        )

    def _report_concat(self, node: ast.Expression, builtin: Builtin, type_: Type) -> None:
        is_string = builtin is Builtin.STRING_CONCAT
        self.context.type_error(
            9977 if is_string else 8015,
            f"`{builtin.value}` takes {'`string`' if is_string else '`bytes` and `bytesN`'},"
            f" not `{type_}`",
            node.span,
        )

    def _check_push(self, node: ast.FunctionCall, function: FunctionType) -> ExpressionInfo:
        element = function.parameters[0]
        receiver = node.callee.object if isinstance(node.callee, ast.MemberAccess) else None
        array = UNKNOWN if receiver is None else self.type_at(receiver)
        if len(node.arguments) > 1:
            self.context.type_error(
                6160, f"`push` takes at most one argument but gets {len(node.arguments)}", node.span
            )
            return ExpressionInfo(type=UNKNOWN)
        if node.arguments:
            if element.contains_mapping:
                self.context.type_error(
                    8871, "elements that contain a mapping are added by `push()`", node.span
                )
            self.expect(node.arguments[0], element, "the new element", 9553)
        call = CallInfo(
            kind=CallKind.BUILTIN,
            arguments=node.arguments,
            parameters=(element,) if node.arguments else (),
            type=function,
            builtin=Builtin.ARRAY_PUSH,
            receiver=receiver,
            receiver_type=array,
        )
        if node.arguments:
            return ExpressionInfo(type=VOID, call=call)
        return ExpressionInfo(type=element, is_lvalue=True, call=call)


def _is_bytes(type_: Type) -> bool:
    return isinstance(type_, (BytesType, FixedBytesType))
