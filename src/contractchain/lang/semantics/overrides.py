"""Finds what a contract overrides, what it leaves open and what it offers to the outside."""

from collections.abc import Sequence

from contractchain.crypto import keccak256
from contractchain.lang import ast
from contractchain.lang.semantics.context import Context, declared_here
from contractchain.lang.semantics.override_graph import (
    Overridable,
    OverrideGraph,
    Overriding,
    Signature,
    find_nearest_modifiers,
    leave_out_decided,
)
from contractchain.lang.semantics.override_rules import OverrideRules
from contractchain.lang.semantics.signatures import external_signature
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    EventSymbol,
    FunctionSymbol,
    ModifierSymbol,
    Symbol,
    VariableSymbol,
)
from contractchain.lang.semantics.types import UNKNOWN, Type


class OverrideChecker(OverrideRules):
    """Checks one contract after the other, bases first."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.graph = OverrideGraph()

    def check(self, contract: ContractSymbol) -> None:
        """Check what `contract` overrides, and find out what it leaves unimplemented."""
        for function, signature in self.graph.own(contract):
            self._check_function(contract, function, signature)
        for modifier in contract.modifiers:
            self._check_modifier(contract, modifier)
        self._check_ambiguous(contract)
        self._check_ambiguous_modifiers(contract)
        self._check_kinds(contract)
        contract.unimplemented = tuple(self._find_unimplemented(contract))
        self._collect_interface(contract)

    # functions

    def _check_function(
        self, contract: ContractSymbol, function: Overridable, signature: Signature
    ) -> None:
        bases = self.graph.find_nearest(contract, signature)
        function.overridden = tuple(i for i in bases if isinstance(i, FunctionSymbol))
        node = function.node
        if not bases:
            if node.override is not None:
                self.context.type_error(
                    7792,
                    f"`{function.name or 'this'}` overrides nothing",
                    node.override.span,
                    hint="no base has a function with this name and these parameters",
                )
            return
        for base in bases:
            self.check_pair(function, base)
        self.check_override_list(contract, function, bases)

    # modifiers

    def _check_modifier(self, contract: ContractSymbol, modifier: ModifierSymbol) -> None:
        bases: list[ModifierSymbol] = []
        for direct in contract.bases:
            found = next(
                (
                    item
                    for base in direct.linearised
                    for item in base.modifiers
                    if item.name == modifier.name
                ),
                None,
            )
            if found is not None and found not in bases:
                bases.append(found)
        modifier.overridden = tuple(bases)
        if not bases:
            if modifier.node.override is not None:
                self.context.type_error(
                    7792, f"`{modifier.name}` overrides nothing", modifier.node.override.span
                )
            return
        for base in bases:
            self.check_modifier_pair(modifier, base)
        self.check_override_list(contract, modifier, bases)

    # several bases

    def _check_ambiguous(self, contract: ContractSymbol) -> None:
        """Report what several bases define and the contract does not decide."""
        if len(contract.bases) < 2:
            return
        own = {signature for _, signature in self.graph.own(contract)}
        seen: set[Signature] = set()
        for base in contract.linearised[1:]:
            for _, signature in self.graph.own(base):
                if signature in own or signature in seen:
                    continue
                seen.add(signature)
                inherited: set[Overriding] = set(self.graph.find_nearest(contract, signature))
                self._check_decided(contract, inherited, signature[0])

    def _check_decided(self, contract: ContractSymbol, found: set[Overriding], name: str) -> None:
        """Report if `found`, inherited from several bases, leaves open which one is meant."""
        if len(found) < 2:
            return
        direct = leave_out_decided(found)
        if len(direct) < 2:
            return
        names = sorted({item.contract.name for item in direct if item.contract is not None})
        notes = [note for each in direct for note in declared_here(each, "one of them")]
        self.context.type_error(
            6480,
            f"`{contract.name}` must override `{name}`, which several bases define",
            contract.span,
            hint=f"define it with `override({', '.join(names)})`",
            notes=sorted(notes, key=lambda note: note.span),
        )

    def _check_ambiguous_modifiers(self, contract: ContractSymbol) -> None:
        own = {item.name for item in contract.modifiers}
        inherited = {item.name for base in contract.linearised[1:] for item in base.modifiers}
        for name in sorted(inherited - own):
            self._check_decided(contract, set(find_nearest_modifiers(contract, name)), name)

    def _check_kinds(self, contract: ContractSymbol) -> None:
        """Report a name that is a function in one base and something else in another."""
        known: dict[str, Symbol] = {}
        for base in reversed(contract.linearised):
            for name, symbols in base.own.items():
                for symbol in symbols:
                    if base is not contract and _is_hidden(symbol):
                        continue
                    previous = known.setdefault(name, symbol)
                    if not _can_share(previous, symbol):
                        self._report_clash(previous, symbol)

    def _report_clash(self, previous: Symbol, symbol: Symbol) -> None:
        notes = declared_here(previous, "the first declaration")
        if isinstance(previous, FunctionSymbol) and isinstance(symbol, ModifierSymbol):
            code, message = 5631, f"`{symbol.name}` overrides a function by a modifier"
        elif isinstance(previous, ModifierSymbol) and isinstance(symbol, FunctionSymbol):
            code, message = 1469, f"`{symbol.name}` overrides a modifier by a function"
        else:
            code, message = 9097, f"`{symbol.name}` is declared in a base already"
        if code == 9097:
            self.context.declaration_error(code, message, symbol.span, notes=notes)
        else:
            self.context.type_error(code, message, symbol.span, notes=notes)

    # results

    def _find_unimplemented(self, contract: ContractSymbol) -> list[Symbol]:
        seen: set[Signature] = set()
        modifiers: set[str] = set()
        out: list[Symbol] = []
        for base in contract.linearised:
            for item, signature in self.graph.own(base):
                if signature in seen:
                    continue
                seen.add(signature)
                if isinstance(item, FunctionSymbol) and not item.is_implemented:
                    out.append(item)
            for modifier in base.modifiers:
                if modifier.name not in modifiers:
                    modifiers.add(modifier.name)
                    if modifier.node.body is None:
                        out.append(modifier)
        missing = [item for item in out if _may_lack_body(item)]
        if contract.is_interface or contract.is_abstract or contract.is_library or not missing:
            return out
        first = missing[0]
        notes = [note for item in missing[:3] for note in declared_here(item, "without a body")]
        self.context.type_error(
            3656,
            f"`{contract.name}` does not implement `{first.name}`"
            + (f" and {len(missing) - 1} more" if len(missing) > 1 else ""),
            contract.span,
            hint="implement it, or make the contract `abstract`",
            notes=notes,
        )
        return out

    def _collect_interface(self, contract: ContractSymbol) -> None:
        seen: dict[Signature, Overridable] = {}
        for base in contract.linearised:
            for item, signature in self.graph.own(base):
                is_open = isinstance(item, VariableSymbol) or item.is_part_of_interface
                if is_open:
                    seen.setdefault(signature, item)
        for signature, item in seen.items():
            if UNKNOWN in signature[1] or _has_unknown_member(signature[1]):
                continue
            selector = find_selector(item)
            if selector is None:
                continue
            other = contract.interface.get(selector)
            if other is not None and contract.is_library:
                continue
            if other is not None:
                is_clash = external_signature(other) == external_signature(item)
                self.context.type_error(
                    9914 if is_clash else 1860,
                    f"`{item.name}` and `{other.name}` have the same selector",
                    contract.span,
                    notes=(*declared_here(other), *declared_here(item)),
                )
            contract.interface[selector] = item


def find_selector(item: FunctionSymbol | VariableSymbol) -> bytes | None:
    """Return the selector of a function or getter; `None` when a type of it has no ABI."""
    if isinstance(item, FunctionSymbol):
        types: Sequence[Type] = item.parameter_types
        is_library = item.contract is not None and item.contract.is_library
    else:
        types = item.getter.parameters if item.getter is not None else ()
        is_library = False
    if not is_library and any(type_.abi_type is None for type_ in types):
        return None
    return keccak256(external_signature(item).encode())[:4]


def _is_hidden(symbol: Symbol) -> bool:
    """Return whether contracts derived from its own know nothing of `symbol`."""
    if isinstance(symbol, (FunctionSymbol, VariableSymbol)):
        return symbol.visibility is ast.Visibility.PRIVATE
    return False


def _may_lack_body(symbol: Symbol) -> bool:
    if isinstance(symbol, FunctionSymbol):
        return symbol.is_virtual
    return isinstance(symbol, ModifierSymbol) and symbol.node.is_virtual


def _has_unknown_member(types: tuple[Type, ...]) -> bool:
    return any(item is UNKNOWN for item in types)


def _can_share(first: Symbol, second: Symbol) -> bool:
    if first is second:
        return True
    if isinstance(first, FunctionSymbol):
        is_getter = isinstance(second, VariableSymbol) and second.getter is not None
        return isinstance(second, FunctionSymbol) or is_getter
    if isinstance(first, VariableSymbol) and first.visibility is ast.Visibility.PRIVATE:
        return True
    if isinstance(first, VariableSymbol) and first.getter is not None:
        return isinstance(second, FunctionSymbol)
    return type(first) is type(second) and isinstance(first, (EventSymbol, ModifierSymbol))
