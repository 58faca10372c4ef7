"""Checks calls of builtins whose arguments follow rules of their own."""

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import CallInfo, CallKind, ExpressionInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_indexes import IndexChecker
from contractchain.lang.semantics.conversions import is_implicitly_convertible
from contractchain.lang.semantics.symbols import ErrorSymbol
from contractchain.lang.semantics.types import (
    BOOL,
    UNKNOWN,
    VOID,
    AddressType,
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
    MappingType,
    RationalType,
    StringLiteralType,
    StringType,
    StructType,
    TupleType,
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


class BuiltinChecker(IndexChecker):
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
                return self._check_encode(node, builtin, function, is_pure=is_pure)
            case Builtin.ABI_ENCODE_CALL:
                return self._check_encode_call(node, function, is_pure=is_pure)
            case Builtin.ABI_DECODE:
                return self._check_decode(node, function, is_pure=is_pure)
            case Builtin.BYTES_CONCAT | Builtin.STRING_CONCAT:
                return self._check_concat(node, builtin, function, is_pure=is_pure)
            case Builtin.ARRAY_PUSH:
                return self._check_push(node, function)
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
            return ExpressionInfo(type=_returns(function))
        return None

    def _done(
        self,
        node: ast.FunctionCall,
        function: FunctionType,
        parameters: tuple[Type, ...],
        returns: Type,
        *,
        is_pure: bool,
        arguments: tuple[ast.Expression, ...] | None = None,
    ) -> ExpressionInfo:
        call = CallInfo(
            kind=CallKind.BUILTIN,
            arguments=node.arguments if arguments is None else arguments,
            parameters=parameters,
            type=function,
            builtin=function.builtin,
        )
        return ExpressionInfo(type=returns, is_pure=is_pure, call=call)

    def _type_at(self, node: ast.Expression) -> Type:
        return self.analysis.expressions[node.node_id].type

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
        return self._done(node, function, tuple(parameters), VOID, is_pure=False)

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
        type_ = self._type_at(node.arguments[0])
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

    # abi

    def _check_encode(
        self, node: ast.FunctionCall, builtin: Builtin, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo:
        parameters: list[Type] = []
        arguments = node.arguments
        fixed = len(function.parameters)
        if len(arguments) < fixed:
            self.context.type_error(
                6160,
                f"`{builtin.value}` needs at least {fixed} argument",
                node.span,
            )
            return ExpressionInfo(type=_returns(function))
        for index, argument in enumerate(arguments):
            if index < fixed:
                self.expect(argument, function.parameters[index], "the argument", 9553)
                wanted = function.parameters[index]
                given = self._type_at(argument)
                is_text = wanted.is_reference and given.is_reference
                parameters.append(given if is_text else wanted)
                continue
            parameters.append(
                self._encodable(argument, is_packed=builtin is Builtin.ABI_ENCODE_PACKED)
            )
        return self._done(node, function, tuple(parameters), _returns(function), is_pure=is_pure)

    def _encodable(self, node: ast.Expression, *, is_packed: bool) -> Type:
        """Return the type as which `node` is encoded, after reporting if there is none."""
        type_ = self._type_at(node)
        if type_ is UNKNOWN:
            return UNKNOWN
        if isinstance(type_, RationalType):
            if type_.value.denominator != 1:
                self.context.type_error(6090, "a fraction cannot be encoded", node.span)
                return UNKNOWN
            if is_packed:
                self.context.type_error(
                    7279,
                    "a literal has no size in packed encoding",
                    node.span,
                    hint="convert it explicitly: `uint256(...)`",
                )
                return UNKNOWN
        if isinstance(type_, StringLiteralType):
            return type_.mobile or UNKNOWN
        mobile = type_.mobile
        has_options = isinstance(type_, FunctionType) and (type_.has_value or type_.has_gas)
        is_bad = mobile is None or mobile.abi_type is None or isinstance(mobile, TupleType)
        is_bad = is_bad or has_options
        if is_bad or (mobile is not None and mobile.contains_mapping):
            self.context.type_error(2056, f"`{type_}` cannot be encoded", node.span)
            return UNKNOWN
        assert mobile is not None
        if is_packed and not _is_packable(mobile):
            self.context.type_error(
                9578,
                f"`{mobile.describe()}` has no packed encoding",
                node.span,
                hint="use `abi.encode`",
            )
        return mobile

    def _check_encode_call(
        self, node: ast.FunctionCall, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo:
        result = _returns(function)
        if len(node.arguments) != 2:
            self.context.type_error(
                6219,
                "`abi.encodeCall` takes a function and a tuple of its arguments",
                node.span,
                hint="write `abi.encodeCall(c.f, (a, b))`",
            )
            return ExpressionInfo(type=result)
        target = self._type_at(node.arguments[0])
        if not isinstance(target, FunctionType) or target.kind not in (
            FunctionTypeKind.EXTERNAL,
            FunctionTypeKind.DECLARATION,
        ):
            if target is not UNKNOWN:
                hint = None
                if isinstance(target, FunctionType):
                    hint = "name it through `this` or its contract"
                self.context.type_error(
                    5511,
                    f"the first argument must be an external function but is `{target}`",
                    node.arguments[0].span,
                    hint=hint,
                )
            return ExpressionInfo(type=result)
        values = self._tuple_parts(node.arguments[1], len(target.argument_types))
        if values is None:
            return ExpressionInfo(type=result)
        for value, parameter in zip(values, target.argument_types, strict=True):
            self.expect(value, parameter, "the argument", 5407)
        return self._done(
            node,
            function,
            (target, *target.argument_types),
            result,
            is_pure=is_pure,
            arguments=(node.arguments[0], *values),
        )

    def _tuple_parts(self, node: ast.Expression, wanted: int) -> list[ast.Expression] | None:
        if isinstance(node, ast.TupleExpression) and not node.is_inline_array:
            parts = [item for item in node.components if item is not None]
            if len(parts) != wanted:
                self.context.type_error(
                    7788,
                    f"the function takes {wanted} arguments but the tuple has {len(parts)}",
                    node.span,
                )
                return None
            return parts
        if isinstance(self._type_at(node), TupleType):
            self.context.type_error(9062, "the arguments must be written out as a tuple", node.span)
            return None
        if wanted != 1:
            self.context.type_error(
                7515,
                f"the function takes {wanted} arguments",
                node.span,
                hint="write them as a tuple: `(a, b)`",
            )
            return None
        return [node]

    def _check_decode(
        self, node: ast.FunctionCall, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo:
        if len(node.arguments) != 2:
            self.context.type_error(
                5782,
                "`abi.decode` takes the data and a tuple of types",
                node.span,
                hint="write `abi.decode(data, (uint256, address))`",
            )
            return ExpressionInfo(type=UNKNOWN)
        data = self._type_at(node.arguments[0])
        fits = is_implicitly_convertible(data, BytesType(_MEMORY)) or is_implicitly_convertible(
            data, BytesType(ast.DataLocation.CALLDATA)
        )
        if not fits:
            self.context.type_error(
                1956, f"the data must be `bytes` but is `{data}`", node.arguments[0].span
            )
        types = self._decoded_types(node.arguments[1])
        if types is None:
            return ExpressionInfo(type=UNKNOWN)
        result = types[0] if len(types) == 1 else TupleType(types)
        return self._done(
            node,
            function,
            (data,),
            result,
            is_pure=is_pure,
            arguments=node.arguments[:1],
        )

    def _decoded_types(self, node: ast.Expression) -> tuple[Type, ...] | None:
        if not isinstance(node, ast.TupleExpression) or node.is_inline_array:
            self.context.type_error(
                6444,
                "the second argument of `abi.decode` must be a tuple of types",
                node.span,
                hint="write `(uint256, address)`",
            )
            return None
        out: list[Type] = []
        for item in node.components:
            type_ = UNKNOWN if item is None else self._type_at(item)
            if not isinstance(type_, TypeType):
                if item is not None and type_ is not UNKNOWN:
                    self.context.type_error(1039, "this is not the name of a type", item.span)
                out.append(UNKNOWN)
                continue
            actual = type_.actual.at(_MEMORY)
            if isinstance(actual, AddressType):
                actual = AddressType(True)
            if actual.abi_type is None or isinstance(actual, MappingType):
                assert item is not None
                self.context.type_error(9611, f"`{actual.describe()}` cannot be decoded", item.span)
            out.append(actual)
        return tuple(out)

    # concat, push

    def _check_concat(
        self, node: ast.FunctionCall, builtin: Builtin, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo:
        parameters: list[Type] = []
        is_string = builtin is Builtin.STRING_CONCAT
        for argument in node.arguments:
            type_ = self._type_at(argument)
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
        return self._done(node, function, tuple(parameters), _returns(function), is_pure=is_pure)

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
        array = UNKNOWN if receiver is None else self._type_at(receiver)
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


def _returns(function: FunctionType) -> Type:
    return function.returns[0] if len(function.returns) == 1 else TupleType(function.returns)


def _is_bytes(type_: Type) -> bool:
    return isinstance(type_, (BytesType, FixedBytesType))


def _is_packable(type_: Type) -> bool:
    if isinstance(type_, StructType):
        return False
    element = getattr(type_, "element", None)
    if element is None or isinstance(type_, BytesType):
        return True
    return isinstance(element, Type) and element.is_value
