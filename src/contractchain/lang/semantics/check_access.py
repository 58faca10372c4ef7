"""Checks names and members, and chooses between overloads."""

from dataclasses import replace

from contractchain.lang import ast
from contractchain.lang.diagnostics import Note
from contractchain.lang.evm_version import EvmVersion
from contractchain.lang.semantics.annotations import ExpressionInfo, Lookup
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.check_operators import OperatorChecker
from contractchain.lang.semantics.checking import Arguments
from contractchain.lang.semantics.context import declared_here, suggest
from contractchain.lang.semantics.contract_members import describe_symbol
from contractchain.lang.semantics.function_types import (
    external_function_type,
    internal_function_type,
)
from contractchain.lang.semantics.members import find_members, member_names
from contractchain.lang.semantics.overloads import describe_candidates, select
from contractchain.lang.semantics.symbols import (
    BuiltinSymbol,
    FunctionSymbol,
    ModifierSymbol,
    Symbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    BYTES4,
    UNKNOWN,
    AddressType,
    ArrayType,
    BytesType,
    ContractType,
    FunctionType,
    FunctionTypeKind,
    MagicType,
    MappingType,
    StringType,
    StructType,
    Type,
    TypeType,
)

_CALLDATA = ast.DataLocation.CALLDATA
_MEMORY = ast.DataLocation.MEMORY
_UNKNOWN = "it is spelt differently, declared later, or not imported"

_BLOCK_MEMBERS = {
    Builtin.BLOCK_BLOBBASEFEE,
    Builtin.BLOCK_PREVRANDAO,
    Builtin.BLOCK_DIFFICULTY,
}
"""Members of `block` that not all EVM versions have, or have under this name."""

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
        if not found or not self._has_builtin(found[0]):
            self._report_undeclared(node)
            return ExpressionInfo(type=UNKNOWN)
        if isinstance(found[0], ModifierSymbol):
            self.context.type_error(
                3112,
                f"the modifier `{node.name}` can only stand in the header of a function",
                node.span,
                notes=declared_here(found[0]),
            )
        candidates = [describe_symbol(item, lookup=_lookup_by_name(item)) for item in found]
        if arguments is None and candidates[0].builtin in (Builtin.REQUIRE, Builtin.REVERT):
            self.context.type_error(
                2144, f"`{node.name}` must be called", node.span, hint="write `()` after it"
            )
        return self._choose(candidates, arguments, node.name, node)

    def _has_builtin(self, symbol: Symbol) -> bool:
        """Return whether the EVM version has what `symbol` stands for."""
        is_blob = isinstance(symbol, BuiltinSymbol) and symbol.builtin is Builtin.BLOBHASH
        return not is_blob or self.context.evm_version.has(EvmVersion.CANCUN)

    def _report_undeclared(self, node: ast.Identifier) -> None:
        hint = _OLD_NAMES.get(node.name)
        if node.name == "blobhash":
            hint = "it needs `--evm-version cancun`"
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
                external = external_function_type(function)
                own = replace(external, kind=FunctionTypeKind.DELEGATE)
            out.append(ExpressionInfo(type=replace(own, is_bound=True), declaration=function))
        return out

    def _check_member_use(self, node: ast.MemberAccess, owner: Type, info: ExpressionInfo) -> None:
        symbol = info.declaration
        if info.builtin in _BLOCK_MEMBERS:
            self._check_version(node, info.builtin)
        if info.builtin is Builtin.MSG_DATA and self._is_in_receive:
            self.context.type_error(
                7139, "there is no `msg.data` in `receive`, because it is empty there", node.span
            )
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

    @property
    def _is_in_receive(self) -> bool:
        function = self.frame.function
        return function is not None and function.kind is ast.FunctionKind.RECEIVE

    def _check_version(self, node: ast.MemberAccess, builtin: Builtin) -> None:
        """Report what the EVM version does not know, or knows by another name."""
        has_paris = self.context.evm_version.has(EvmVersion.PARIS)
        if builtin is Builtin.BLOCK_BLOBBASEFEE:
            if not self.context.evm_version.has(EvmVersion.CANCUN):
                self.context.type_error(
                    1006,
                    "there is no `block.blobbasefee` before the EVM version `cancun`",
                    node.span,
                    hint="compile with `--evm-version cancun`",
                )
        elif builtin is Builtin.BLOCK_PREVRANDAO and not has_paris:
            self.context.warning(
                9432,
                "before the EVM version `paris`, `block.prevrandao` is `block.difficulty`",
                node.span,
            )
        elif builtin is Builtin.BLOCK_DIFFICULTY and has_paris:
            self.context.warning(
                8417,
                "since the EVM version `paris`, `block.difficulty` is `block.prevrandao`",
                node.span,
                hint="write `block.prevrandao`",
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
        case MappingType() if name in ("length", "keys", "values"):
            return "a mapping does not know its keys: keep them in an array beside it"
        case MappingType() if name in ("push", "pop", "get", "set"):
            return "write `m[key] = value`, and `delete m[key]`"
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
