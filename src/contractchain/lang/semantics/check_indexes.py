"""Checks indexes, slices, `new` and call options."""

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import ExpressionInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_access import AccessChecker
from contractchain.lang.semantics.checking import Arguments
from contractchain.lang.semantics.context import declared_here
from contractchain.lang.semantics.function_types import (
    to_external,
)
from contractchain.lang.semantics.globals import builtin_function
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
)
from contractchain.lang.semantics.types import (
    BYTES32,
    UINT256,
    UNKNOWN,
    ArraySliceType,
    ArrayType,
    ByteSequenceType,
    BytesType,
    ContractType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    MappingType,
    RationalType,
    StringType,
    Type,
    TypeType,
)

_CALLDATA = ast.DataLocation.CALLDATA
_MEMORY = ast.DataLocation.MEMORY


class IndexChecker(AccessChecker):
    """Checks what stands after an expression in brackets or braces, and `new`."""

    # indexes

    def check_index(self, node: ast.IndexAccess) -> ExpressionInfo:
        """Check `base[index]`, which may be a type."""
        base = self.check(node.base)
        type_ = base.type
        if isinstance(type_, TypeType):
            return self._check_array_type(node, type_)
        if type_ is UNKNOWN:
            if node.index is not None:
                self.check(node.index)
            return ExpressionInfo(type=UNKNOWN)
        if node.index is None:
            self.context.type_error(9689, "the index is missing", node.span)
            return ExpressionInfo(type=UNKNOWN)
        if isinstance(type_, MappingType):
            self.check_expecting(node.index, type_.key, "the key")
            return ExpressionInfo(type=type_.value, is_lvalue=True)
        index = self.check(node.index)
        inner = type_.array if isinstance(type_, ArraySliceType) else type_
        is_lvalue = type_.location is not _CALLDATA
        match inner:
            case ArrayType():
                self._check_bounds(node.index, index.type, inner.length, 3383)
                return ExpressionInfo(
                    type=inner.element,
                    is_lvalue=is_lvalue,
                    is_pure=base.is_pure and index.is_pure,
                )
            case BytesType():
                self._check_bounds(node.index, index.type, None, 3383)
                return ExpressionInfo(
                    type=inner.element,
                    is_lvalue=is_lvalue,
                    is_pure=base.is_pure and index.is_pure,
                )
            case FixedBytesType():
                self._check_bounds(node.index, index.type, inner.size, 1859)
                return ExpressionInfo(
                    type=FixedBytesType(1), is_pure=base.is_pure and index.is_pure
                )
            case StringType():
                self.context.type_error(
                    9961,
                    "a string has no index access",
                    node.span,
                    hint="convert it: `bytes(s)[i]`",
                )
            case _:
                self.context.type_error(2614, f"`{type_}` has no index access", node.span)
        return ExpressionInfo(type=UNKNOWN)

    def _check_bounds(
        self, node: ast.Expression, type_: Type, length: int | None, code: int
    ) -> None:
        self.expect(node, UINT256, "the index")
        if isinstance(type_, RationalType) and length is not None and type_.value >= length:
            self.context.type_error(
                code, f"the index is {type_.value} but the length is {length}", node.span
            )

    def _check_array_type(self, node: ast.IndexAccess, base: TypeType) -> ExpressionInfo:
        if isinstance(base.actual, ContractType) and base.actual.symbol.is_library:
            self.context.type_error(2876, "there are no arrays of libraries", node.span)
            return ExpressionInfo(type=UNKNOWN)
        length: int | None = None
        if node.index is not None:
            self.check(node.index)
            length = self.type_resolver.array_length(node.index, self.frame.scope)
            if length is None:
                return ExpressionInfo(type=UNKNOWN)
        array = ArrayType(base.actual, length, _MEMORY).at(_MEMORY)
        return ExpressionInfo(type=TypeType(array), is_pure=True)

    def check_slice(self, node: ast.IndexRangeAccess) -> ExpressionInfo:
        """Check `base[start:stop]`."""
        base = self.check(node.base)
        for bound in (node.start, node.stop):
            if bound is not None:
                self.check_expecting(bound, UINT256, "the bound of a slice")
        type_ = base.type
        if type_ is UNKNOWN:
            return ExpressionInfo(type=UNKNOWN)
        array = type_.array if isinstance(type_, ArraySliceType) else type_
        if not isinstance(array, (ArrayType, ByteSequenceType)):
            self.context.type_error(4781, f"`{type_}` cannot be sliced", node.span)
            return ExpressionInfo(type=UNKNOWN)
        is_static = isinstance(array, ArrayType) and array.length is not None
        if array.location is not _CALLDATA or is_static:
            self.context.type_error(
                1227,
                "only dynamic arrays in calldata can be sliced",
                node.span,
                hint="declare the parameter `calldata`" if not is_static else None,
            )
            return ExpressionInfo(type=UNKNOWN)
        if isinstance(array, ArrayType) and array.element.is_abi_dynamic:
            self.context.type_error(
                2148, "an array of dynamic elements cannot be sliced", node.span
            )
        return ExpressionInfo(type=ArraySliceType(array))

    # new and options

    def check_new(self, node: ast.NewExpression) -> ExpressionInfo:
        """Check `new T`."""
        type_ = self.type_resolver.resolve(node.type_name, self.frame.scope)
        match type_:
            case ContractType(symbol=contract):
                return self._check_creation(node, contract)
            case ArrayType() | BytesType() | StringType():
                if isinstance(type_, ArrayType) and type_.length is not None:
                    self.context.type_error(
                        3904,
                        "`new` makes dynamic arrays; this one has a length in its type",
                        node.span,
                    )
                if type_.contains_mapping:
                    self.context.type_error(
                        1164, "an array that contains a mapping cannot be in memory", node.span
                    )
                function = builtin_function(
                    Builtin.NEW_ARRAY,
                    (UINT256,),
                    (type_.at(_MEMORY),),
                    ast.StateMutability.PURE,
                )
                return ExpressionInfo(type=function, is_pure=True, builtin=Builtin.NEW_ARRAY)
        if type_ is not UNKNOWN:
            self.context.type_error(
                8807, f"`new` works on contracts and arrays, not on `{type_}`", node.span
            )
        return ExpressionInfo(type=UNKNOWN)

    def _check_creation(self, node: ast.NewExpression, contract: ContractSymbol) -> ExpressionInfo:
        if contract.is_interface:
            self.context.type_error(
                2971, f"`{contract.name}` is an interface and cannot be created", node.span
            )
        elif contract.is_abstract or contract.unimplemented:
            self.context.type_error(
                4614,
                f"`{contract.name}` is abstract and cannot be created",
                node.span,
                notes=declared_here(contract),
            )
        constructor = contract.constructor
        parameters = () if constructor is None else constructor.parameters
        is_payable = (
            constructor is not None and constructor.mutability is ast.StateMutability.PAYABLE
        )
        function = FunctionType(
            kind=FunctionTypeKind.CREATION,
            parameters=tuple(to_external(item.type) for item in parameters),
            parameter_names=tuple(item.name for item in parameters),
            returns=(contract.type,),
            mutability=(
                ast.StateMutability.PAYABLE if is_payable else ast.StateMutability.NONPAYABLE
            ),
            declaration=contract,
        )
        return ExpressionInfo(type=function, declaration=contract)

    def check_options(
        self, node: ast.FunctionCallOptions, arguments: Arguments | None
    ) -> ExpressionInfo:
        """Check `f{value: v}`."""
        callee = self.check(node.callee, arguments)
        for option in node.options:
            self.check(option)
        type_ = callee.type
        if type_ is UNKNOWN:
            return callee
        bare = (
            Builtin.ADDRESS_CALL,
            Builtin.ADDRESS_DELEGATECALL,
            Builtin.ADDRESS_STATICCALL,
        )
        if not isinstance(type_, FunctionType):
            self.context.type_error(
                2622, f"`{type_}` is no function, so it takes no options", node.span
            )
            return ExpressionInfo(type=UNKNOWN)
        is_external = type_.kind in (FunctionTypeKind.EXTERNAL, FunctionTypeKind.CREATION)
        if not is_external and type_.builtin not in bare:
            self.context.type_error(
                2193, "only external calls and creations take options", node.span
            )
            return ExpressionInfo(type=UNKNOWN)
        if type_.has_gas or type_.has_value or type_.has_salt:
            self.context.type_error(
                1645, "options are given twice", node.span, hint="put them in one `{...}`"
            )
        for name, option in zip(node.names, node.options, strict=True):
            self._check_option(name, option, type_, node)
        given = set(node.names)
        if len(given) < len(node.names):
            self.context.type_error(9886, "an option is given twice", node.span)
        changed = type_.with_options(
            gas="gas" in given, value="value" in given, salt="salt" in given
        )
        return ExpressionInfo(
            type=changed,
            declaration=callee.declaration,
            builtin=callee.builtin,
            lookup=callee.lookup,
        )

    def _check_option(
        self,
        name: str,
        option: ast.Expression,
        type_: FunctionType,
        node: ast.FunctionCallOptions,
    ) -> None:
        is_creation = type_.kind is FunctionTypeKind.CREATION
        match name:
            case "gas":
                if is_creation:
                    self.context.type_error(9903, "`new` takes no `gas` option", node.span)
                self.expect(option, UINT256, "the `gas` option")
            case "value":
                self._check_value_option(type_, node)
                self.expect(option, UINT256, "the `value` option")
            case "salt":
                if not is_creation:
                    self.context.type_error(2721, "only `new` takes a `salt` option", node.span)
                self.expect(option, BYTES32, "the `salt` option")
            case _:
                self.context.type_error(
                    9318,
                    f"there is no call option `{name}`",
                    node.span,
                    hint="there are `value`, `gas` and `salt`",
                )

    def _check_value_option(self, type_: FunctionType, node: ast.FunctionCallOptions) -> None:
        if type_.builtin is Builtin.ADDRESS_STATICCALL:
            self.context.type_error(2842, "a static call takes no `value` option", node.span)
        elif type_.builtin is Builtin.ADDRESS_DELEGATECALL:
            self.context.type_error(6189, "a delegate call takes no `value` option", node.span)
        elif type_.mutability is not ast.StateMutability.PAYABLE:
            what = "constructor" if type_.kind is FunctionTypeKind.CREATION else "function"
            symbol = type_.declaration
            self.context.type_error(
                7006,
                f"ether can only be sent to a payable {what}",
                node.span,
                hint=f"make the {what} `payable`",
                notes=declared_here(symbol) if symbol is not None else (),
            )
