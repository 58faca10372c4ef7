"""Files, and the names that come from elsewhere: imports and the language."""

from __future__ import annotations

from dataclasses import dataclass, field

from contractchain.lang import ast
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.symbols.base import Symbol
from contractchain.lang.semantics.symbols.callables import FunctionSymbol
from contractchain.lang.semantics.symbols.contracts import ContractSymbol
from contractchain.lang.semantics.symbols.variables import VariableSymbol
from contractchain.lang.semantics.types import Type
from contractchain.lang.source import Span


@dataclass(slots=True, kw_only=True, eq=False)
class ModuleSymbol(Symbol):
    """`import "x" as y`"""

    node: ast.ImportDirective
    unit: UnitScope

    @property
    def span(self) -> Span:
        return self.node.unit_alias_span


@dataclass(slots=True, kw_only=True, eq=False)
class BuiltinSymbol(Symbol):
    """A global name of the language: `msg`, `keccak256`, `this` ..."""

    type: Type
    builtin: Builtin | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Flow:
    """Where the code of a file passes values on to variables of the same type."""

    passed: list[tuple[tuple[VariableSymbol, ...], ast.Expression]] = field(default_factory=list)
    """Variables, and an expression whose values reach them."""
    linked: list[tuple[tuple[VariableSymbol, ...], tuple[VariableSymbol, ...]]] = field(
        default_factory=list
    )
    """Parameters and return values of which the one may stand for the other: of overrides."""
    functions: list[FunctionSymbol] = field(default_factory=list)
    """Functions of all kinds in the file."""
    supers: list[FunctionSymbol] = field(default_factory=list)
    """Functions that are called through `super`."""


@dataclass(slots=True, kw_only=True, eq=False)
class UnitScope:
    """A source unit: its syntax tree and the names visible in it."""

    node: ast.SourceUnit
    names: dict[str, list[Symbol]] = field(default_factory=dict)
    """Declarations of the file, and imported ones."""
    contracts: list[ContractSymbol] = field(default_factory=list)
    """Contracts declared in the file."""
    functions: list[FunctionSymbol] = field(default_factory=list)
    """Free functions declared in the file."""
    imports: dict[int, UnitScope] = field(default_factory=dict)
    """Imported units, by the node id of the directive, in the order of the directives."""
    has_assembly: bool = False
    """Whether any inline assembly is in the file; known when its bodies are checked."""
    written_in_assembly: set[VariableSymbol] = field(default_factory=set)
    """Solidity variables that inline assembly in the file assigns."""
    flow: Flow | None = None
    """Where values in the file go; noted if assembly writes any that may have to be cleaned."""

    uses_coder_v1: bool = False
    """Whether `pragma abicoder v1` is in the file; set with the pragmas."""

    @property
    def name(self) -> str:
        """Source unit name."""
        return self.node.name

    def find_closure(self) -> list[UnitScope]:
        """Return the file and all that it imports, in the order in which they would be read."""
        found = {self.name: self}
        pending = [self]
        for unit in pending:
            for part in unit.node.parts:
                imported = unit.imports.get(part.node_id)
                if imported is not None and imported.name not in found:
                    found[imported.name] = imported
                    pending.append(imported)
        return pending
