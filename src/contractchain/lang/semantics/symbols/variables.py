"""Variables of all kinds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from contractchain.lang import ast
from contractchain.lang.semantics.symbols.base import MemberSymbol
from contractchain.lang.semantics.types import UNKNOWN, FunctionType, Type

if TYPE_CHECKING:
    from contractchain.lang.semantics.symbols.callables import FunctionSymbol


class VariableKind(Enum):
    """Where a variable is declared."""

    STATE = "state variable"
    FILE_CONSTANT = "constant"
    LOCAL = "local variable"
    PARAMETER = "parameter"
    RETURN = "return variable"
    MEMBER = "struct member"


@dataclass(slots=True, kw_only=True, eq=False)
class VariableSymbol(MemberSymbol[ast.VariableDeclaration]):
    """A variable of any kind."""

    kind: VariableKind
    type: Type = UNKNOWN
    """Set by type resolution; of state variables, in storage and not a pointer."""
    constant: Fraction | None = None
    """Value of a constant whose initialiser folds to a number; set by constant folding."""
    getter: FunctionType | None = None
    """External function type of the getter of a public state variable; set by type resolution."""
    overridden: tuple[FunctionSymbol, ...] = ()
    """Functions of bases that the getter overrides; set by inheritance."""

    @property
    def mutability(self) -> ast.VariableMutability:
        """How often it may be assigned."""
        return self.node.mutability

    @property
    def is_constant(self) -> bool:
        """Whether it is `constant`."""
        return self.node.mutability is ast.VariableMutability.CONSTANT

    @property
    def is_immutable(self) -> bool:
        """Whether it is `immutable`."""
        return self.node.mutability is ast.VariableMutability.IMMUTABLE

    @property
    def is_transient(self) -> bool:
        """Whether it is in transient storage."""
        return self.node.location is ast.DataLocation.TRANSIENT

    @property
    def visibility(self) -> ast.Visibility:
        """Who may use it; `internal` where nothing is written."""
        return self.node.visibility or ast.Visibility.INTERNAL

    @property
    def is_indexed(self) -> bool:
        """Whether it is an indexed parameter of an event."""
        return self.node.is_indexed
