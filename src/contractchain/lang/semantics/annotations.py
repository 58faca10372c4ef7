"""What analysis found out about the nodes of the syntax tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from contractchain.lang import ast
from contractchain.lang.diagnostics import Diagnostic
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.symbols import (
    CallableSymbol,
    ContractSymbol,
    FunctionSymbol,
    Symbol,
    UnitScope,
    VariableSymbol,
)
from contractchain.lang.semantics.types import FunctionType, RationalType, Type
from contractchain.lang.source import SourceSet
from contractchain.lang.steps import StepLog


class CallKind(Enum):
    """What a call expression does."""

    FUNCTION = "function"
    """Calls a function: internal, external or through a library, as its type says."""
    CREATION = "creation"
    """`new C(...)`"""
    CONVERSION = "conversion"
    """`T(x)`: the target is the type of the call."""
    STRUCT = "struct"
    """`S(...)`: makes a struct in memory."""
    EVENT = "event"
    ERROR = "error"
    BUILTIN = "builtin"


class Lookup(Enum):
    """How the target of a call is found when a contract is deployed."""

    STATIC = "static"
    """It is exactly the declaration."""
    VIRTUAL = "virtual"
    """The most derived override: `ContractSymbol.resolve_virtual`."""
    SUPER = "super"
    """The next one in the linearisation: `ContractSymbol.resolve_super`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInfo:
    """What a `FunctionCall` does and with what."""

    kind: CallKind
    arguments: tuple[ast.Expression, ...]
    """In the order of the parameters, without the object of a bound function."""
    parameters: tuple[Type, ...]
    """Types to which the arguments are converted, one each."""
    type: FunctionType | None = None
    """Type of what is called; `None` for conversions and structs."""
    target: CallableSymbol | None = None
    """Declaration of what is called, where it is known statically."""
    builtin: Builtin | None = None
    lookup: Lookup = Lookup.STATIC
    receiver: ast.Expression | None = None
    """First argument of a bound function: `x` in `x.f(y)` after `using L for T`."""
    receiver_type: Type | None = None
    """Type to which the receiver is converted."""


@dataclass(slots=True, kw_only=True)
class ExpressionInfo:
    """What an expression is."""

    type: Type
    """Type of the value: `RationalType` and `StringLiteralType` for literals."""
    is_lvalue: bool = False
    """Whether it can be assigned."""
    is_written: bool = False
    """Whether it is assigned, changed or deleted where it stands."""
    is_pure: bool = False
    """Whether it depends on nothing but constants, so that a constant can be made of it."""
    declaration: Symbol | None = None
    """Symbol that an identifier or member access names."""
    builtin: Builtin | None = None
    """Value of the language that an identifier or member access names, such as `msg.sender`."""
    lookup: Lookup = Lookup.STATIC
    """How a function that an identifier or member access names is found."""
    call: CallInfo | None = None
    """For calls."""
    operand_type: Type | None = None
    """For unary, binary and compound operators and conditionals: type in which it is computed."""
    operator: FunctionSymbol | None = None
    """Function of a user-defined operator."""

    @property
    def constant(self) -> Fraction | None:
        """Exact value of a literal or of operators on literals."""
        return self.type.value if isinstance(self.type, RationalType) else None


class YulReferenceKind(Enum):
    """What an identifier in inline assembly means."""

    LOCAL = "local"
    """The value of a local Solidity variable; of references, the pointer."""
    SLOT = "slot"
    OFFSET = "offset"
    LENGTH = "length"
    ADDRESS = "address"
    SELECTOR = "selector"
    CONSTANT = "constant"
    """A Solidity constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YulReference:
    """A Solidity declaration that inline assembly uses."""

    kind: YulReferenceKind
    variable: VariableSymbol


@dataclass(slots=True, kw_only=True)
class Analysis:
    """Everything known about a compilation after the front end.

    Nothing in it is reliable when `has_errors`: check that first.
    """

    sources: SourceSet
    units: dict[str, UnitScope] = field(default_factory=dict)
    """Parsed files by source unit name, in the order of the sources."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    """Faults and warnings, in the order of the sources."""
    expressions: dict[int, ExpressionInfo] = field(default_factory=dict)
    """By node id."""
    variables: dict[int, VariableSymbol] = field(default_factory=dict)
    """Symbol of every `VariableDeclaration`, by node id."""
    types: dict[int, Type] = field(default_factory=dict)
    """Type of every `TypeName`, by node id; reference types are in storage."""
    symbols: dict[int, Symbol] = field(default_factory=dict)
    """Symbol of every other declaration, by node id; also of identifier paths."""
    yul_references: dict[int, YulReference] = field(default_factory=dict)
    """Solidity variables in inline assembly, by node id of the `YulIdentifier`."""
    returns: dict[int, FunctionSymbol] = field(default_factory=dict)
    """Function that a return statement leaves, by node id; absent in modifiers."""
    log: StepLog = field(default_factory=StepLog)
    """What was done to find this out."""

    @property
    def has_errors(self) -> bool:
        """Whether anything found makes the program invalid."""
        return any(item.is_error for item in self.diagnostics)

    @property
    def contracts(self) -> list[ContractSymbol]:
        """All contracts of all files, in the order of the sources."""
        return [contract for unit in self.units.values() for contract in unit.contracts]

    def find_contract(self, name: str) -> ContractSymbol | None:
        """Return the contract called `name`, which may be `file:Contract`."""
        for contract in self.contracts:
            if name in (contract.name, contract.fully_qualified_name):
                return contract
        return None

    def info(self, expression: ast.Expression) -> ExpressionInfo:
        """Return what `expression` is."""
        return self.expressions[expression.node_id]

    def type_of(self, expression: ast.Expression) -> Type:
        """Return the type of `expression`."""
        return self.expressions[expression.node_id].type
