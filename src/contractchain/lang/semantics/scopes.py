"""Where names are looked up: blocks, functions, contracts with their bases, files, the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contractchain.lang import ast
from contractchain.lang.semantics.symbols import (
    ContractSymbol,
    FunctionSymbol,
    ModifierSymbol,
    Symbol,
    UnitScope,
    VariableSymbol,
    override_parameter_types,
)


class Scope:
    """A set of names inside another one."""

    def __init__(self, parent: Scope | None) -> None:
        self.parent = parent
        self.names: dict[str, list[Symbol]] = {}

    def own(self, name: str) -> list[Symbol]:
        """Return what `name` means in this scope alone."""
        return self.names.get(name, [])

    def own_names(self) -> Iterable[str]:
        """Return all names of this scope alone."""
        return self.names

    def declare(self, symbol: Symbol) -> Symbol | None:
        """Give a meaning to a name; return what it meant in this scope already."""
        found = self.names.get(symbol.name)
        if found:
            return found[0]
        self.names[symbol.name] = [symbol]
        return None

    def find(self, name: str) -> list[Symbol]:
        """Return what `name` means here: the declarations of the innermost scope that has it."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.own(name)
            if found:
                return found
            scope = scope.parent
        return []

    def all_names(self) -> Iterator[str]:
        """Yield every name that means something here."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.own_names()
            scope = scope.parent


class BuiltinsScope(Scope):
    """The names of the language."""

    def __init__(self, symbols: Iterable[Symbol]) -> None:
        super().__init__(None)
        for symbol in symbols:
            self.names[symbol.name] = [symbol]


class FileScope(Scope):
    """The names of a file, imported ones included."""

    def __init__(self, unit: UnitScope, parent: Scope) -> None:
        super().__init__(parent)
        self.names = unit.names


class ContractScope(Scope):
    """The names of a contract and its bases; `this` and `super` among them."""

    def __init__(self, contract: ContractSymbol, parent: Scope, extra: Iterable[Symbol]) -> None:
        super().__init__(parent)
        self.contract = contract
        self._cache: dict[str, list[Symbol]] = {}
        self._extra = {symbol.name: [symbol] for symbol in extra}

    def own(self, name: str) -> list[Symbol]:
        found = self._cache.get(name)
        if found is None:
            found = find_in_contract(self.contract, name) or self._extra.get(name, [])
            self._cache[name] = found
        return found

    def own_names(self) -> Iterable[str]:
        for base in self.contract.linearised or (self.contract,):
            yield from base.own
        yield from self._extra


def find_in_contract(contract: ContractSymbol, name: str) -> list[Symbol]:
    """Return what `name` means inside `contract`; overridden functions are left out."""
    out: list[Symbol] = []
    for base in contract.linearised or (contract,):
        for symbol in base.own.get(name, ()):
            if is_visible_by_name(symbol, is_inherited=base is not contract) and not any(
                _hides(other, symbol) for other in out
            ):
                out.append(symbol)
    return out


def is_visible_by_name(symbol: Symbol, *, is_inherited: bool) -> bool:
    """Return whether a member of a contract can be used by its plain name."""
    match symbol:
        case FunctionSymbol():
            if symbol.kind is not ast.FunctionKind.FUNCTION:
                return False
            if symbol.visibility is ast.Visibility.EXTERNAL:
                return False
            return not (is_inherited and symbol.visibility is ast.Visibility.PRIVATE)
        case VariableSymbol():
            return not (is_inherited and symbol.visibility is ast.Visibility.PRIVATE)
    return True


def _hides(derived: Symbol, base: Symbol) -> bool:
    if derived is base:
        return True
    if isinstance(derived, FunctionSymbol) and isinstance(base, FunctionSymbol):
        return override_parameter_types(derived) == override_parameter_types(base)
    if isinstance(derived, VariableSymbol) and isinstance(base, FunctionSymbol):
        return True
    return isinstance(derived, ModifierSymbol) and isinstance(base, ModifierSymbol)
