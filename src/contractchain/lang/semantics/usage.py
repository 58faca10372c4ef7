"""What a contract reaches: the events and errors it uses, and the contracts it creates."""

from collections.abc import Iterator

from contractchain.lang import ast
from contractchain.lang.semantics.annotations import Analysis, ExpressionInfo, Lookup
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.context import Context, declared_here
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
        self._telling: dict[int, list[ast.Node]] = {}
        """The nodes under a body that say anything about what is reached, by node id of the body:
        many contracts reach the same bodies."""
        self.created: dict[ContractSymbol, list[tuple[ContractSymbol, ast.Node]]] = {}
        """Contracts whose bytecode a contract contains, and where it asks for it."""

    def collect(self, contract: ContractSymbol) -> None:
        """Set `used_events` and `used_errors` of `contract`."""
        events: dict[int, EventSymbol] = {}
        errors: dict[int, ErrorSymbol] = {}
        for node in self._reachable_nodes(contract):
            info = self._analysis.expressions.get(node.node_id)
            if info is None:
                continue
            created = self._created(node, info)
            if created is not None:
                self.created.setdefault(contract, []).append((created, node))
            if info.call is None:
                continue
            target = info.call.target
            if isinstance(target, EventSymbol):
                events[target.node.node_id] = target
            elif isinstance(target, ErrorSymbol):
                errors[target.node.node_id] = target
        bases = contract.linearised
        contract.used_events = tuple(e for e in events.values() if e.contract not in bases)
        contract.used_errors = tuple(e for e in errors.values() if e.contract not in bases)
        self._check_selectors(contract)

    def _check_selectors(self, contract: ContractSymbol) -> None:
        """Report errors that no caller could tell apart."""
        known: dict[bytes, ErrorSymbol] = {}
        inherited = [error for base in contract.linearised for error in base.errors]
        for error in (*inherited, *contract.used_errors):
            first = known.setdefault(error.selector, error)
            if first.signature != error.signature:
                self._context.type_error(
                    4883,
                    f"`{error.signature}` and `{first.signature}` have the same selector",
                    error.span,
                    notes=declared_here(first, "the other error"),
                )

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
            for node in self._list_telling(root):
                yield node
                pending += self._followed(node, contract, owner)

    def _list_telling(self, root: ast.Node) -> list[ast.Node]:
        found = self._telling.get(root.node_id)
        if found is None:
            found = [node for node in ast.walk(root) if self._is_telling(node)]
            self._telling[root.node_id] = found
        return found

    def _is_telling(self, node: ast.Node) -> bool:
        info = self._analysis.expressions.get(node.node_id)
        if info is None:
            return isinstance(node, ast.ModifierInvocation)
        return (
            info.call is not None
            or info.operator is not None
            or isinstance(info.declaration, FunctionSymbol)
            or isinstance(node, (ast.ModifierInvocation, ast.NewExpression, ast.MemberAccess))
        )

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

    def _created(self, node: ast.Node, info: ExpressionInfo) -> ContractSymbol | None:
        """Return the contract whose bytecode `node` stands for."""
        if isinstance(node, ast.NewExpression) and isinstance(info.declaration, ContractSymbol):
            return info.declaration
        codes = (Builtin.TYPE_CREATION_CODE, Builtin.TYPE_RUNTIME_CODE)
        if info.builtin in codes and isinstance(node, ast.MemberAccess):
            type_ = self._analysis.expressions[node.object.node_id].type
            if isinstance(type_, MagicType) and isinstance(type_.argument, ContractType):
                return type_.argument.symbol
        return None

    def check_cycles(self) -> None:
        """Report contracts that would contain their own bytecode."""
        for contract, places in self.created.items():
            for created, node in places:
                if created is contract or self._reaches(created, contract):
                    self._context.type_error(
                        7813,
                        f"`{contract.name}` would contain its own bytecode,"
                        f" through `{created.name}`",
                        node.span,
                        hint="create one of the contracts outside, and pass its address",
                    )

    def _reaches(self, start: ContractSymbol, target: ContractSymbol) -> bool:
        stack, seen = [start], {start}
        while stack:
            for created, _ in self.created.get(stack.pop(), ()):
                if created is target:
                    return True
                if created not in seen:
                    seen.add(created)
                    stack.append(created)
        return False


def _values(contract: ContractSymbol) -> Iterator[ast.VariableDeclaration]:
    for variable in contract.variables:
        if variable.node.value is not None:
            yield variable.node
