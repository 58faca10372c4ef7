"""What functions do with state and ether, against what their headers say.

Spec:
    Solidity documentation, "State Mutability".
"""

from collections.abc import Callable
from dataclasses import dataclass

from contractchain.lang import ast
from contractchain.lang.ast import StateMutability, yul
from contractchain.lang.semantics.annotations import (
    Analysis,
    CallKind,
    ExpressionInfo,
    YulReferenceKind,
)
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.symbols import (
    BuiltinSymbol,
    ContractSymbol,
    FunctionSymbol,
    ModifierSymbol,
    VariableKind,
    VariableSymbol,
)
from contractchain.lang.semantics.types import (
    ArrayType,
    BytesType,
    ContractType,
    FunctionType,
    MagicKind,
    MagicType,
    RationalType,
    StructType,
)
from contractchain.lang.semantics.yul_builtins import yul_builtins
from contractchain.lang.source import Span

_PURE, _VIEW = StateMutability.PURE, StateMutability.VIEW
_CHANGES, _PAYABLE = StateMutability.NONPAYABLE, StateMutability.PAYABLE
_RANK = {_PURE: 0, _VIEW: 1, _CHANGES: 2, _PAYABLE: 3}
_STORAGE = ast.DataLocation.STORAGE
_PURE_MAGIC = frozenset(
    {
        Builtin.MSG_DATA,
        Builtin.MSG_SIG,
        Builtin.TYPE_MIN,
        Builtin.TYPE_MAX,
        Builtin.TYPE_NAME,
        Builtin.TYPE_INTERFACE_ID,
        Builtin.TYPE_CREATION_CODE,
        Builtin.TYPE_RUNTIME_CODE,
        Builtin.ABI_ENCODE,
        Builtin.ABI_ENCODE_PACKED,
        Builtin.ABI_ENCODE_WITH_SELECTOR,
        Builtin.ABI_ENCODE_WITH_SIGNATURE,
        Builtin.ABI_ENCODE_CALL,
        Builtin.ABI_DECODE,
    }
)
_ADDRESS_READS = (Builtin.ADDRESS_BALANCE, Builtin.ADDRESS_CODE, Builtin.ADDRESS_CODEHASH)


@dataclass(frozen=True, slots=True)
class Effect:
    """The strongest thing that some code does, and where."""

    mutability: StateMutability
    span: Span


_Report = Callable[[StateMutability, Span], None]


class MutabilityChecker:
    """Checks all functions of a compilation."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._analysis: Analysis = context.analysis
        self._modifiers: dict[int, Effect] = {}
        self._builtins = yul_builtins(context.evm_version)

    def check_all(self) -> None:
        """Check every function and modifier."""
        for unit in self._analysis.units.values():
            for function in unit.functions:
                self._check(function)
            for contract in unit.contracts:
                self._check_contract(contract)

    def _check_contract(self, contract: ContractSymbol) -> None:
        specials = (contract.constructor, contract.own_receive, contract.own_fallback)
        for function in (*contract.functions, *(i for i in specials if i is not None)):
            self._check(function)

    def _check(self, function: FunctionSymbol) -> None:
        best = Effect(_PURE, function.span)

        def report(mutability: StateMutability, span: Span) -> None:
            nonlocal best
            if _RANK[mutability] > _RANK[best.mutability]:
                best = Effect(mutability, span)
            self._compare(function, mutability, span)

        for use in function.modifiers:
            for argument in use.arguments:
                self._visit(argument, report)
            effect = self._modifier_effect(use.modifier)
            report(effect.mutability, use.node.span)
        for given in function.node.modifiers:
            symbol = self._analysis.symbols.get(given.path.node_id)
            if isinstance(symbol, ContractSymbol):
                for argument in given.arguments or ():
                    self._visit(argument, report)
        if function.node.body is not None:
            self._visit(function.node.body, report)
            self._suggest(function, best)

    def _suggest(self, function: FunctionSymbol, best: Effect) -> None:
        node = function.node
        is_candidate = (
            _RANK[best.mutability] < _RANK[function.mutability]
            and function.mutability is not _PAYABLE
            and node.body is not None
            and node.body.statements
            and function.kind in (ast.FunctionKind.FUNCTION, ast.FunctionKind.FREE_FUNCTION)
            and not function.is_virtual
        )
        if is_candidate:
            self._context.warning(
                2018, f"`{function.name}` can be `{best.mutability.value}`", function.span
            )

    def _compare(self, function: FunctionSymbol, mutability: StateMutability, span: Span) -> None:
        declared = function.mutability
        if _RANK[mutability] <= _RANK[declared]:
            return
        name = f"`{function.name}`" if function.name else f"this {function.kind.value}"
        if mutability is _VIEW or (mutability is _PAYABLE and declared is _PURE):
            self._context.type_error(
                2527,
                f"{name} is pure, but this reads from state or environment",
                span,
                hint="make it `view`",
            )
        elif mutability is _CHANGES:
            self._context.type_error(
                8961,
                f"{name} is {declared.value}, but this changes the state",
                span,
                hint=f"leave out `{declared.value}`",
            )
        elif self._needs_payable(function):
            self._context.type_error(
                5887,
                f"`msg.value` is used, but {name} is not payable",
                span,
                hint="make it `payable`"
                + ("" if function.kind is ast.FunctionKind.CONSTRUCTOR else " or `internal`"),
            )

    @staticmethod
    def _needs_payable(function: FunctionSymbol) -> bool:
        if function.contract is not None and function.contract.is_library:
            return False
        return function.visibility in (ast.Visibility.PUBLIC, ast.Visibility.EXTERNAL)

    def _modifier_effect(self, modifier: ModifierSymbol) -> Effect:
        key = modifier.node.node_id
        found = self._modifiers.get(key)
        if found is not None:
            return found
        best = Effect(_PURE, modifier.span)
        self._modifiers[key] = best

        def report(mutability: StateMutability, span: Span) -> None:
            nonlocal best
            if _RANK[mutability] > _RANK[best.mutability]:
                best = Effect(mutability, span)

        if modifier.node.body is not None:
            self._visit(modifier.node.body, report)
        self._modifiers[key] = best
        return best

    # code

    def _visit(self, root: ast.Node, report: _Report) -> None:
        stack = [root]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.TypeName):
                continue
            if isinstance(node, ast.MemberAccess) and self._is_own_selector(node):
                continue
            if isinstance(node, ast.Expression):
                self._visit_expression(node, report)
            elif isinstance(node, yul.YulCall):
                builtin = self._builtins.get(node.name.name)
                if builtin is not None:
                    report(StateMutability(builtin.mutability), node.span)
            elif isinstance(node, yul.YulIdentifier):
                self._visit_reference(node, report)
            children = ast.list_children(node)
            stack.extend(reversed(children))

    def _visit_reference(self, node: yul.YulIdentifier, report: _Report) -> None:
        reference = self._analysis.yul_references.get(node.node_id)
        if reference is not None and reference.kind is YulReferenceKind.CONSTANT:
            report(_PURE, node.span)

    def _is_own_selector(self, node: ast.MemberAccess) -> bool:
        """Return whether `node` is `this.f.selector`, which reads nothing."""
        inner = node.object
        return (
            node.member == "selector"
            and isinstance(inner, ast.MemberAccess)
            and isinstance(inner.object, ast.Identifier)
            and inner.object.name == "this"
        )

    def _visit_expression(self, node: ast.Expression, report: _Report) -> None:
        info = self._analysis.expressions.get(node.node_id)
        if info is None:
            return
        match node:
            case ast.Identifier():
                report(self._name_effect(info), node.span)
            case ast.MemberAccess():
                report(self._member_effect(node, info), node.span)
            case ast.IndexAccess() | ast.IndexRangeAccess():
                base = self._analysis.expressions.get(node.base.node_id)
                if base is not None and base.type.location is _STORAGE:
                    report(_CHANGES if info.is_written else _VIEW, node.span)
            case ast.FunctionCall():
                self._visit_call(node, info, report)
        if info.operator is not None:
            report(_without_payment(info.operator.mutability), node.span)

    def _visit_call(self, node: ast.FunctionCall, info: ExpressionInfo, report: _Report) -> None:
        call = info.call
        if call is None or call.kind in (CallKind.CONVERSION, CallKind.STRUCT):
            return
        if call.type is not None:
            report(_without_payment(call.type.mutability), node.span)

    def _name_effect(self, info: ExpressionInfo) -> StateMutability:
        symbol = info.declaration
        if isinstance(symbol, VariableSymbol):
            return self._variable_effect(symbol, is_written=info.is_written)
        is_this = isinstance(symbol, BuiltinSymbol) and symbol.name == "this"
        return _VIEW if is_this and isinstance(info.type, ContractType) else _PURE

    def _variable_effect(self, symbol: VariableSymbol, *, is_written: bool) -> StateMutability:
        if symbol.kind is not VariableKind.STATE or symbol.is_constant:
            return _PURE
        if symbol.is_immutable:
            value = symbol.node.value
            found = None if value is None else self._analysis.expressions.get(value.node_id)
            is_literal = found is not None and isinstance(found.type, RationalType)
            return _PURE if is_literal else _VIEW
        return _CHANGES if is_written else _VIEW

    def _member_effect(self, node: ast.MemberAccess, info: ExpressionInfo) -> StateMutability:
        owner = self._analysis.expressions.get(node.object.node_id)
        if owner is None:
            return _PURE
        match owner.type:
            case MagicType(kind=kind):
                if info.builtin is Builtin.MSG_VALUE:
                    return _PAYABLE
                is_pure = info.builtin in _PURE_MAGIC or kind is MagicKind.ABI
                return _PURE if is_pure else _VIEW
            case StructType(location=location) if location is _STORAGE:
                if isinstance(info.type, FunctionType) and info.type.is_bound:
                    return _PURE
                return _CHANGES if info.is_written else _VIEW
            case ArrayType(length=None, location=location) | BytesType(location=location):
                if info.builtin is Builtin.LENGTH and location is _STORAGE:
                    return _VIEW
                return _PURE
        if info.builtin in _ADDRESS_READS:
            return _VIEW
        if isinstance(info.declaration, VariableSymbol) and not isinstance(info.type, FunctionType):
            return self._variable_effect(info.declaration, is_written=info.is_written)
        return _PURE


def _without_payment(mutability: StateMutability) -> StateMutability:
    return _CHANGES if mutability is _PAYABLE else mutability
