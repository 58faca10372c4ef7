"""Checks calls of `abi.encode...` and `abi.decode`."""

from contractchain.lang import ast
from contractchain.lang.semantics.abi_coder import needs_coder_v2
from contractchain.lang.semantics.annotations import CallInfo, CallKind, ExpressionInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_indexes import IndexChecker
from contractchain.lang.semantics.conversions import is_implicitly_convertible
from contractchain.lang.semantics.resolve_variables import is_too_large
from contractchain.lang.semantics.types import (
    UNKNOWN,
    AddressType,
    BytesType,
    FunctionType,
    FunctionTypeKind,
    MappingType,
    RationalType,
    StringLiteralType,
    StructType,
    TupleType,
    Type,
    TypeType,
)

_MEMORY = ast.DataLocation.MEMORY
_ONE_BYTES_ = {
    Builtin.KECCAK256,
    Builtin.SHA256,
    Builtin.RIPEMD160,
    Builtin.ADDRESS_CALL,
    Builtin.ADDRESS_DELEGATECALL,
    Builtin.ADDRESS_STATICCALL,
}


class AbiCallChecker(IndexChecker):
    """Checks what is encoded and decoded."""

    def make_builtin_call(
        self,
        node: ast.FunctionCall,
        function: FunctionType,
        parameters: tuple[Type, ...],
        returns: Type,
        *,
        is_pure: bool,
        arguments: tuple[ast.Expression, ...] | None = None,
    ) -> ExpressionInfo:
        """Return what a call of a builtin is whose arguments are fine."""
        call = CallInfo(
            kind=CallKind.BUILTIN,
            arguments=node.arguments if arguments is None else arguments,
            parameters=parameters,
            type=function,
            builtin=function.builtin,
        )
        return ExpressionInfo(type=returns, is_pure=is_pure, call=call)

    def type_at(self, node: ast.Expression) -> Type:
        """Return the type of a checked expression."""
        return self.analysis.expressions[node.node_id].type

    def check_encode(
        self, node: ast.FunctionCall, builtin: Builtin, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo:
        """Check `abi.encode` and its relatives that take any values."""
        parameters: list[Type] = []
        arguments = node.arguments
        fixed = len(function.parameters)
        if len(arguments) < fixed:
            self.context.type_error(
                6160,
                f"`{builtin.value}` needs at least {fixed} argument",
                node.span,
            )
            return ExpressionInfo(type=single_or_tuple(function))
        for index, argument in enumerate(arguments):
            if index < fixed:
                self.expect(argument, function.parameters[index], "the argument", 9553)
                wanted = function.parameters[index]
                given = self.type_at(argument)
                is_text = wanted.is_reference and given.is_reference
                parameters.append(given if is_text else wanted)
                continue
            parameters.append(
                self._encodable(argument, is_packed=builtin is Builtin.ABI_ENCODE_PACKED)
            )
        return self.make_builtin_call(
            node, function, tuple(parameters), single_or_tuple(function), is_pure=is_pure
        )

    def _encodable(self, node: ast.Expression, *, is_packed: bool) -> Type:
        """Return the type as which `node` is encoded, after reporting if there is none."""
        type_ = self.type_at(node)
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
        is_old = self.frame.unit.uses_coder_v1 and mobile is not None and needs_coder_v2(mobile)
        if is_bad or is_old or (mobile is not None and mobile.contains_mapping):
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

    def check_encode_call(
        self, node: ast.FunctionCall, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo:
        """Check `abi.encodeCall`."""
        result = single_or_tuple(function)
        if len(node.arguments) != 2:
            self.context.type_error(
                6219,
                "`abi.encodeCall` takes a function and a tuple of its arguments",
                node.span,
                hint="write `abi.encodeCall(c.f, (a, b))`",
            )
            return ExpressionInfo(type=result)
        target = self.type_at(node.arguments[0])
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
        return self.make_builtin_call(
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
        if isinstance(self.type_at(node), TupleType):
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

    def check_decode(
        self, node: ast.FunctionCall, function: FunctionType, *, is_pure: bool
    ) -> ExpressionInfo:
        """Check `abi.decode`."""
        if len(node.arguments) != 2:
            self.context.type_error(
                5782,
                "`abi.decode` takes the data and a tuple of types",
                node.span,
                hint="write `abi.decode(data, (uint256, address))`",
            )
            return ExpressionInfo(type=UNKNOWN)
        data = self.type_at(node.arguments[0])
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
        return self.make_builtin_call(
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
            type_ = UNKNOWN if item is None else self.type_at(item)
            if not isinstance(type_, TypeType):
                if item is not None and type_ is not UNKNOWN:
                    self.context.type_error(1039, "this is not the name of a type", item.span)
                out.append(UNKNOWN)
                continue
            actual = type_.actual.at(_MEMORY)
            if isinstance(actual, AddressType):
                actual = AddressType(True)
            is_old = self.frame.unit.uses_coder_v1 and needs_coder_v2(actual)
            if actual.abi_type is None or isinstance(actual, MappingType) or is_old:
                assert item is not None
                self.context.type_error(9611, f"`{actual.describe()}` cannot be decoded", item.span)
            elif is_too_large(actual):
                assert item is not None
                self.context.type_error(
                    6118, f"`{actual.describe()}` is too large for memory", item.span
                )
            out.append(actual)
        return tuple(out)


def single_or_tuple(function: FunctionType) -> Type:
    """Return the type of the value of a call of `function`."""
    return function.returns[0] if len(function.returns) == 1 else TupleType(function.returns)


def _is_packable(type_: Type) -> bool:
    if isinstance(type_, StructType):
        return False
    element = getattr(type_, "element", None)
    if element is None or isinstance(type_, BytesType):
        return True
    return isinstance(element, Type) and element.is_value
