"""What a contract reaches: the events and errors it uses, and the contracts it creates."""

from collections.abc import Iterator

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import Analysis, Lookup
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.context import Context
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    ModifierSymbol,
)
from contractchain.lang.semantics.types import (
    ContractType,
    FunctionType,
    FunctionTypeKind,
    MagicType,
)


class UsageCollector:
    """Follows internal calls from everything that can be called from outside."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._analysis: Analysis = context.analysis

    def collect(self, contract: ContractSymbol) -> None:
        """Set `used_events` and `used_errors` of `contract`."""
        events: dict[int, EventSymbol] = {}
        errors: dict[int, ErrorSymbol] = {}
        for node in self._reachable_nodes(contract):
            info = self._analysis.expressions.get(node.node_id)
            if info is None or info.call is None:
                continue
            target = info.call.target
            if isinstance(target, EventSymbol):
                events[target.node.node_id] = target
            elif isinstance(target, ErrorSymbol):
                errors[target.node.node_id] = target
        bases = contract.linearised
        contract.used_events = tuple(e for e in events.values() if e.contract not in bases)
        contract.used_errors = tuple(e for e in errors.values() if e.contract not in bases)

    def _reachable_nodes(self, contract: ContractSymbol) -> Iterator[ast.Node]:
        pending: list[tuple[ast.Node, ContractSymbol | None]] = []
        seen: set[int] = set()
        for base in contract.linearised:
            if base.constructor is not None:
                pending.append((base.constructor.node, base))
            pending += [(item, base) for item in _values(base)]
            pending += [
                (argument, base)
                for specifier in base.node.bases
                for argument in specifier.arguments or ()
            ]
        for item in contract.interface.values():
            if isinstance(item, FunctionSymbol):
                pending.append((item.node, item.contract))
        for special in (contract.receive, contract.fallback):
            if special is not None:
                pending.append((special.node, special.contract))
        while pending:
            root, owner = pending.pop()
            if root.node_id in seen:
                continue
            seen.add(root.node_id)
            for node in ast.walk(root):
                yield node
                pending += self._followed(node, contract, owner)

    def _followed(
        self, node: ast.Node, contract: ContractSymbol, owner: ContractSymbol | None
    ) -> list[tuple[ast.Node, ContractSymbol | None]]:
        """Return the bodies that `node` leads to."""
        if isinstance(node, ast.ModifierInvocation):
            symbol = self._analysis.symbols.get(node.path.node_id)
            if isinstance(symbol, ModifierSymbol):
                found = contract.resolve_modifier(symbol)
                return [(found.node, found.contract), (symbol.node, symbol.contract)]
            return []
        info = self._analysis.expressions.get(node.node_id)
        if info is None:
            return []
        out: list[tuple[ast.Node, ContractSymbol | None]] = []
        if info.operator is not None:
            out.append((info.operator.node, info.operator.contract))
        function = info.declaration
        is_internal = (
            isinstance(info.type, FunctionType) and info.type.kind is FunctionTypeKind.INTERNAL
        )
        if isinstance(function, FunctionSymbol) and is_internal:
            target: FunctionSymbol | None = function
            if info.lookup is Lookup.VIRTUAL:
                target = contract.resolve_virtual(function)
            elif info.lookup is Lookup.SUPER and owner is not None:
                target = contract.resolve_super(function, owner)
            if target is not None:
                out.append((target.node, target.contract))
        return out


def _values(contract: ContractSymbol) -> Iterator[ast.VariableDeclaration]:
    for variable in contract.variables:
        if variable.node.value is not None:
            yield variable.node


def find_created(
    analysis: Analysis, contract: ContractSymbol
) -> list[tuple[ContractSymbol, ast.Node]]:
    """Return the contracts whose bytecode the code written in `contract` contains."""
    out: list[tuple[ContractSymbol, ast.Node]] = []
    for node in ast.walk(contract.node):
        info = analysis.expressions.get(node.node_id)
        if info is None:
            continue
        if isinstance(node, ast.NewExpression) and isinstance(info.declaration, ContractSymbol):
            out.append((info.declaration, node))
        elif info.builtin in (Builtin.TYPE_CREATION_CODE, Builtin.TYPE_RUNTIME_CODE):
            assert isinstance(node, ast.MemberAccess)
            type_ = analysis.expressions[node.object.node_id].type
            if isinstance(type_, MagicType) and isinstance(type_.argument, ContractType):
                out.append((type_.argument.symbol, node))
    return out


def check_creation_cycles(context: Context) -> None:
    """Report contracts that would contain their own bytecode."""
    analysis = context.analysis
    contracts = analysis.contracts
    own = {item.node.node_id: find_created(analysis, item) for item in contracts}
    edges: dict[int, list[tuple[ContractSymbol, ast.Node]]] = {
        item.node.node_id: [
            edge for base in item.linearised for edge in own.get(base.node.node_id, ())
        ]
        for item in contracts
    }
    for contract in contracts:
        for created, node in own[contract.node.node_id]:
            if created is contract or _reaches(created, contract, edges):
                context.type_error(
                    7813,
                    f"`{contract.name}` would contain its own bytecode, through `{created.name}`",
                    node.span,
                    hint="create one of the contracts outside, and pass its address",
                )


def _reaches(
    start: ContractSymbol,
    target: ContractSymbol,
    edges: dict[int, list[tuple[ContractSymbol, ast.Node]]],
) -> bool:
    stack, seen = [start], {start.node.node_id}
    while stack:
        current = stack.pop()
        for created, _ in edges.get(current.node.node_id, ()):
            if created is target or created.is_derived_from(target):
                return True
            if created.node.node_id not in seen:
                seen.add(created.node.node_id)
                stack.append(created)
    return start.is_derived_from(target)
