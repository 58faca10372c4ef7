"""Which functions and modifiers a contract inherits, and which of them decide for others."""

from typing import TypeAlias

from contractchain.lang.semantics.function_types import to_external
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    FunctionSymbol,
    ModifierSymbol,
    VariableSymbol,
    override_parameter_types,
)
from contractchain.lang.semantics.types import Type

Signature = tuple[str, tuple[Type, ...]]
"""Name and parameter types."""
Overridable: TypeAlias = FunctionSymbol | VariableSymbol
"""A function, or a state variable with a getter."""
Overriding: TypeAlias = FunctionSymbol | VariableSymbol | ModifierSymbol
"""What can override and be overridden."""


def override_signature(symbol: FunctionSymbol | VariableSymbol) -> Signature:
    """Return name and parameter types, by which overriding compares."""
    if isinstance(symbol, FunctionSymbol):
        if not symbol.name:
            return symbol.kind.value, ()
        return symbol.name, tuple(to_external(item) for item in override_parameter_types(symbol))
    getter = symbol.getter
    return symbol.name, () if getter is None else getter.parameters


def own_functions(contract: ContractSymbol) -> list[Overridable]:
    """Return the functions and getters that `contract` itself declares.

    Private functions are among them: derived contracts cannot call them, and still may not
    declare their signature again.
    """
    specials = [item for item in (contract.own_receive, contract.own_fallback) if item is not None]
    getters = [item for item in contract.variables if item.getter is not None]
    return [*contract.functions, *specials, *getters]


class OverrideGraph:
    """What contracts declare and inherit by signature; asked again, it remembers.

    All types of all declarations must be known.
    """

    def __init__(self) -> None:
        self._own: dict[ContractSymbol, tuple[tuple[Overridable, Signature], ...]] = {}
        self._first: dict[ContractSymbol, dict[Signature, Overridable]] = {}
        self._nearest: dict[tuple[ContractSymbol, Signature], tuple[Overridable, ...]] = {}

    def own(self, contract: ContractSymbol) -> tuple[tuple[Overridable, Signature], ...]:
        """Return the functions and getters of `contract` itself, with their signatures."""
        found = self._own.get(contract)
        if found is None:
            found = tuple((item, override_signature(item)) for item in own_functions(contract))
            self._own[contract] = found
        return found

    def find_nearest(
        self, contract: ContractSymbol, signature: Signature
    ) -> tuple[Overridable, ...]:
        """Return the nearest function with this signature on every path to a base."""
        key = contract, signature
        found = self._nearest.get(key)
        if found is None:
            out: dict[Overridable, None] = {}
            for base in contract.bases:
                own = self._first_of(base).get(signature)
                nearest = self.find_nearest(base, signature) if own is None else (own,)
                out.update(dict.fromkeys(nearest))
            found = self._nearest[key] = tuple(out)
        return found

    def _first_of(self, contract: ContractSymbol) -> dict[Signature, Overridable]:
        """Return what `contract` itself declares, the first by signature."""
        found = self._first.get(contract)
        if found is None:
            found = self._first[contract] = {}
            for item, signature in self.own(contract):
                found.setdefault(signature, item)
        return found


def find_nearest_modifiers(contract: ContractSymbol, name: str) -> list[ModifierSymbol]:
    """Return the nearest modifier called `name` on every path to a base."""
    out: list[ModifierSymbol] = []
    for base in contract.bases:
        own = [item for item in base.modifiers if item.name == name]
        for item in own[:1] or find_nearest_modifiers(base, name):
            if item not in out:
                out.append(item)
    return out


def leave_out_decided(
    found: set[Overriding],
) -> set[Overriding]:
    """Leave out what lies behind a function through which every path leads.

    Such a function decides for everything that it overrides.
    """
    bases: dict[Overriding, tuple[Overriding, ...]] = {}
    pending = list(found)
    while pending:
        item = pending.pop()
        if item not in bases:
            bases[item] = item.overridden
            pending += item.overridden
    edges: dict[object, set[object]] = {item: set() for item in bases}
    edges["top"], edges["bottom"] = set(), set()
    for item, above in bases.items():
        for other in above or ("bottom",):
            edges[item].add(other)
            edges[other].add(item)
    for item in found:
        edges["top"].add(item)
        edges[item].add("top")
    rest = set(found)
    for item in bases:
        if _disconnects(edges, item):
            rest -= _all_overridden(item)
            has_body = isinstance(item, VariableSymbol) or item.node.body is not None
            if not has_body:
                rest.discard(item)
    return rest


def _disconnects(edges: dict[object, set[object]], removed: object) -> bool:
    seen: set[object] = {"top", removed}
    stack: list[object] = ["top"]
    while stack:
        for other in edges[stack.pop()]:
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return len(seen) < len(edges)


def _all_overridden(
    item: Overriding,
) -> set[Overriding]:
    out: set[Overriding] = set()
    pending: list[Overriding] = list(item.overridden)
    while pending:
        current = pending.pop()
        if current not in out:
            out.add(current)
            pending += current.overridden
    return out
