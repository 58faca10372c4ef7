"""What all symbols share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from contractchain.lang import ast
from contractchain.lang.source import NOWHERE, Span

if TYPE_CHECKING:
    from contractchain.lang.semantics.symbols.contracts import ContractSymbol

NodeT = TypeVar("NodeT", bound=ast.Declaration)


@dataclass(slots=True, kw_only=True, eq=False)
class Symbol:
    """Something that has a name."""

    name: str
    """The name; empty for unnamed parameters, constructors and the like."""

    @property
    def span(self) -> Span:
        """Where the name is written."""
        return NOWHERE


@dataclass(slots=True, kw_only=True, eq=False)
class DeclaredSymbol(Symbol, Generic[NodeT]):
    """Something that a declaration of the source gives a name."""

    node: NodeT
    """The declaration."""

    @property
    def span(self) -> Span:
        return self.node.name_span


@dataclass(slots=True, kw_only=True, eq=False)
class MemberSymbol(DeclaredSymbol[NodeT]):
    """Something that is declared in a contract or at file level."""

    contract: ContractSymbol | None = None
    """Contract in which it is declared; `None` at file level."""

    @property
    def qualified_name(self) -> str:
        """`Contract.Name`, or the name alone at file level."""
        return self.name if self.contract is None else f"{self.contract.name}.{self.name}"
