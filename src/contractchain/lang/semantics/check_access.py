"""Checks names, members, indexes, `new` and call options."""

from dataclasses import replace

from contractchain.lang import ast
from contractchain.lang.diagnostics import Note
from contractchain.lang.semantics.annotations import ExpressionInfo, Lookup
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_operators import OperatorChecker
from contractchain.lang.semantics.checking import Arguments
from contractchain.lang.semantics.context import declared_here, suggest
from contractchain.lang.semantics.function_types import (
    external_function_type,
    internal_function_type,
    to_external,
)
from contractchain.lang.semantics.globals import builtin_function
from contractchain.lang.semantics.members import describe_symbol, find_members, member_names
from contractchain.lang.semantics.overloads import describe_candidates, select
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    FunctionSymbol,
    Symbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    BYTES4,
    BYTES32,
    UINT256,
    UNKNOWN,
    AddressType,
    ArraySliceType,
    ArrayType,
    ByteSequenceType,
    BytesType,
    ContractType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    MagicType,
    MappingType,
    RationalType,
    StringType,
    StructType,
    Type,
    TypeType,
)

_CALLDATA = ast.DataLocation.CALLDATA
_MEMORY = ast.DataLocation.MEMORY
_UNKNOWN = "it is spelt differently, declared later, or not imported"

_OLD_NAMES = {
    "now": "write `block.timestamp`",
    "sha3": "write `keccak256`",
    "suicide": "write `selfdestruct`",
    "throw": "write `revert()`",
    "null": "there is no null: a mapping gives zero for unknown keys",
    "nil": "there is no null: a mapping gives zero for unknown keys",
    "None": "there is no null: a mapping gives zero for unknown keys",
    "True": "write `true`",
    "False": "write `false`",
    "self": "write `this` for the contract itself",
    "chainid": "write `block.chainid`",
}


class AccessChecker(OperatorChecker):
    """Checks expressions that name something."""

    # names

    def check_identifier(self, node: ast.Identifier, arguments: Arguments | None) -> ExpressionInfo:
        """Check a plain name."""
        found = self.frame.scope.find(node.name)
        if not found:
            self._report_undeclared(node)
            return ExpressionInfo(type=UNKNOWN)
        candidates = [describe_symbol(item, lookup=_lookup_by_name(item)) for item in found]
        if arguments is None and candidates[0].builtin in (Builtin.REQUIRE, Builtin.REVERT):
            self.context.type_error(
                2144, f"`{node.name}` must be called", node.span, hint="write `()` after it"
            )
        return self._choose(candidates, arguments, node.name, node)

    def _report_undeclared(self, node: ast.Identifier) -> None:
        hint = _OLD_NAMES.get(node.name)
        contract = self.frame.contract
        if hint is None and contract is not None:
            for base in contract.linearised:
                symbols = base.own.get(node.name, ())
                if any(isinstance(item, FunctionSymbol) for item in symbols):
                    hint = f"it is external: call it with `this.{node.name}(...)`"
                    function = next(i for i in symbols if isinstance(i, FunctionSymbol))
                    if function.visibility is ast.Visibility.PRIVATE:
                        hint = f"it is private to `{base.name}`; make it `internal`"
                elif symbols:
                    hint = f"it is private to `{base.name}`; make it `internal`"
        if hint is None:
            hint = suggest(node.name, self.frame.scope.all_names())
        self.context.declaration_error(
            7576, f"`{node.name}` is not declared here", node.span, hint=hint
        )

    def _choose(
        self,
        candidates: list[ExpressionInfo],
        arguments: Arguments | None,
        name: str,
        node: ast.Expression,
    ) -> ExpressionInfo:
        """Return the one of `candidates` that is meant."""
        if len(candidates) == 1:
            return candidates[0]
        if arguments is None:
            self.context.type_error(
                2144,
                f"`{name}` has several overloads, and nothing here tells which one is meant",
                node.span,
                notes=_all_declared(candidates),
            )
            return ExpressionInfo(type=UNKNOWN)
        if UNKNOWN in arguments.types:
            return ExpressionInfo(type=UNKNOWN)
        fitting = select(candidates, arguments)
        if len(fitting) == 1:
            return fitting[0]
        given = ", ".join(str(item) for item in arguments.types)
        if not fitting:
            self.context.type_error(
                9322,
                f"no overload of `{name}` takes ({given})",
                node.span,
                hint="there are " + describe_candidates(name, candidates),
                notes=_all_declared(candidates),
            )
        else:
            self.context.type_error(
                4487,
                f"several overloads of `{name}` take ({given})",
                node.span,
                hint="convert an argument explicitly",
                notes=_all_declared(fitting),
            )
        return ExpressionInfo(type=UNKNOWN)

    # members

    def check_member(self, node: ast.MemberAccess, arguments: Arguments | None) -> ExpressionInfo:
        """Check `object.member`."""
        owner = self.check(node.object)
        if owner.type is UNKNOWN:
            return ExpressionInfo(type=UNKNOWN)
        candidates = [
            replace(item) for item in find_members(owner.type, node.member, self.member_scope)
        ]
        candidates += self._attached(owner.type, node.member)
        if not candidates and node.member == "selector":
            candidates += self._selector_of_base(node, owner)
        if not candidates:
            self._report_member(node, owner.type)
            return ExpressionInfo(type=UNKNOWN)
        info = self._choose(candidates, arguments, node.member, node)
        if isinstance(owner.type, (StructType, AddressType)):
            info.is_pure = info.is_pure and owner.is_pure
        inner = node.object.object if isinstance(node.object, ast.MemberAccess) else None
        if info.builtin is Builtin.FUNCTION_SELECTOR and isinstance(inner, ast.Identifier):
            info.is_pure = info.is_pure or inner.name == "this"
        self._check_member_use(node, owner.type, info)
        return info

    def _selector_of_base(
        self, node: ast.MemberAccess, owner: ExpressionInfo
    ) -> list[ExpressionInfo]:
        """Return the selector of a function named through a base: `Base.f.selector`."""
        function = owner.declaration
        if not isinstance(function, FunctionSymbol) or not function.is_part_of_interface:
            return []
        is_own = function.contract is self.frame.contract
        if is_own and not isinstance(node.object, ast.MemberAccess):
            return []
        return [ExpressionInfo(type=BYTES4, builtin=Builtin.FUNCTION_SELECTOR, is_pure=True)]

    def _attached(self, type_: Type, name: str) -> list[ExpressionInfo]:
        if isinstance(type_, TypeType):
            return []
        out: list[ExpressionInfo] = []
        for function in self.using.find_attached(type_, name, self.frame.unit, self.frame.contract):
            own = internal_function_type(function)
            if function.is_part_of_interface and function.contract is not None:
                is_same = function.contract is self.frame.contract
                if not is_same or function.visibility is ast.Visibility.EXTERNAL:
                    external = external_function_type(function)
                    own = replace(external, kind=FunctionTypeKind.DELEGATE)
            out.append(ExpressionInfo(type=replace(own, is_bound=True), declaration=function))
        return out

    def _check_member_use(self, node: ast.MemberAccess, owner: Type, info: ExpressionInfo) -> None:
        symbol = info.declaration
        if info.builtin is Builtin.TYPE_RUNTIME_CODE and _has_immutables(owner):
            self.context.type_error(
                9274,
                "a contract with immutable variables has no runtime code before it is deployed",
                node.span,
            )
        if (
            isinstance(symbol, FunctionSymbol)
            and info.lookup is Lookup.STATIC
            and isinstance(info.type, FunctionType)
            and info.type.kind is FunctionTypeKind.INTERNAL
            and not symbol.is_implemented
            and isinstance(owner, TypeType)
        ):
            self.context.type_error(
                7501,
                f"`{symbol.name}` has no body in `{owner.actual.describe()}`",
                node.span,
                notes=declared_here(symbol),
            )

    def _report_member(self, node: ast.MemberAccess, owner: Type) -> None:
        name = node.member
        code, hint = 9582, _member_hint(owner, name)
        if name in ("send", "transfer") and isinstance(owner, AddressType):
            code = 9862
        if hint is None:
            names = [
                *member_names(owner, self.member_scope),
                *self.using.attached_names(owner, self.frame.unit, self.frame.contract),
            ]
            hint = suggest(name, names)
        if isinstance(owner, FunctionType) and hint is None and owner.returns:
            hint = "call the function first: `()` is missing"
        self.context.type_error(code, f"`{owner}` has no member `{name}`", node.span, hint=hint)

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


def _has_immutables(type_: Type) -> bool:
    argument = type_.argument if isinstance(type_, MagicType) else None
    return isinstance(argument, ContractType) and any(
        variable.is_immutable for base in argument.symbol.linearised for variable in base.variables
    )


def _lookup_by_name(symbol: Symbol) -> Lookup:
    if isinstance(symbol, FunctionSymbol):
        contract = symbol.contract
        if contract is not None and not contract.is_library:
            return Lookup.VIRTUAL
    return Lookup.STATIC


def _all_declared(candidates: list[ExpressionInfo]) -> list[Note]:
    notes: list[Note] = []
    for item in candidates:
        if item.declaration is not None:
            notes += declared_here(item.declaration, "a candidate")
    return notes


def _member_hint(owner: Type, name: str) -> str | None:
    match owner:
        case AddressType() if name in ("send", "transfer"):
            return "convert it first: `payable(...)`"
        case ContractType() if name in (
            "balance",
            "code",
            "codehash",
            "call",
            "send",
            "transfer",
            "delegatecall",
            "staticcall",
        ):
            return f"convert the contract first: `address(...).{name}`"
        case StringType() if name == "length":
            return "convert it first: `bytes(s).length`"
        case ArrayType() | BytesType() if name in ("push", "pop"):
            return "only dynamic arrays in storage can grow and shrink"
        case TypeType(actual=ContractType(symbol=contract)):
            for base in contract.linearised:
                if base.own.get(name):
                    symbol = base.own[name][0]
                    if isinstance(symbol, VariableSymbol):
                        return f"state variables of `{contract.name}` cannot be reached from here"
                    return f"`{name}` cannot be reached from here: it is not `public`"
        case ContractType(symbol=contract):
            for base in contract.linearised:
                if base.own.get(name):
                    return f"`{name}` is not `public` or `external` in `{base.name}`"
    return None
