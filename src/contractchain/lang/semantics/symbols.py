"""Symbols: the declarations of a compilation, with what later phases found out about them.

A symbol wraps the AST node of a declaration. Its plain fields are known when it is made; the
others are filled in exactly once, by the phase that the docstring names, before anything reads
them. Everything is read-only for the phases after `analyse`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import TypeAlias

from contractchain.lang import ast
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.types import (
    UNKNOWN,
    ContractType,
    EnumType,
    FunctionType,
    Place,
    StructType,
    Type,
    UserDefinedValueType,
)
from contractchain.lang.source import NOWHERE, Span


@dataclass(slots=True, kw_only=True, eq=False)
class Symbol:
    """Something that has a name."""

    name: str
    """The name; empty for unnamed parameters, constructors and the like."""

    @property
    def span(self) -> Span:
        """Where the name is written."""
        return NOWHERE


class VariableKind(Enum):
    """Where a variable is declared."""

    STATE = "state variable"
    FILE_CONSTANT = "constant"
    LOCAL = "local variable"
    PARAMETER = "parameter"
    RETURN = "return variable"
    MEMBER = "struct member"


@dataclass(slots=True, kw_only=True, eq=False)
class VariableSymbol(Symbol):
    """A variable of any kind."""

    node: ast.VariableDeclaration
    kind: VariableKind
    contract: ContractSymbol | None = None
    """Contract in which it is declared."""
    type: Type = UNKNOWN
    """Set by type resolution; of state variables, in storage and not a pointer."""
    constant: Fraction | None = None
    """Value of a constant whose initialiser folds to a number; set by constant folding."""
    getter: FunctionType | None = None
    """External function type of the getter of a public state variable; set by type resolution."""
    overridden: tuple[FunctionSymbol, ...] = ()
    """Functions of bases that the getter overrides; set by inheritance."""

    @property
    def span(self) -> Span:
        return self.node.name_span

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


@dataclass(slots=True, kw_only=True, eq=False)
class CallableDeclaration(Symbol):
    """A declaration with parameters; all fields are set by type resolution."""

    contract: ContractSymbol | None = None
    """Contract in which it is declared; `None` at file level."""
    parameters: tuple[VariableSymbol, ...] = ()
    type: FunctionType | None = None
    """Type of the declaration, called from inside."""

    @property
    def parameter_types(self) -> tuple[Type, ...]:
        """Types of the parameters."""
        return tuple(item.type for item in self.parameters)

    @property
    def signature(self) -> str:
        """The signature in the ABI, such as ``transfer(address,uint256)``."""
        return f"{self.name}({','.join(item.type.abi_name for item in self.parameters)})"

    @property
    def selector(self) -> bytes:
        """First four bytes of the hash of the signature."""
        return self.signature_hash[:4]

    @property
    def signature_hash(self) -> bytes:
        """Hash of the signature: topic 0 of an event."""
        from contractchain.crypto import keccak256

        return keccak256(self.signature.encode())


@dataclass(slots=True, kw_only=True, eq=False)
class FunctionSymbol(CallableDeclaration):
    """A function, constructor, `receive`, `fallback` or free function."""

    node: ast.FunctionDefinition
    visibility: ast.Visibility
    """As written, or what is implied: `external` in interfaces, `internal` for free functions."""
    returns: tuple[VariableSymbol, ...] = ()
    """Set by type resolution."""
    modifiers: tuple[ModifierUse, ...] = ()
    """Modifiers in the order in which they wrap the body; set by type checking."""
    overridden: tuple[FunctionSymbol, ...] = ()
    """Functions of bases that it overrides directly; set by inheritance."""

    @property
    def span(self) -> Span:
        return self.node.name_span

    @property
    def kind(self) -> ast.FunctionKind:
        """What kind of function it is."""
        return self.node.kind

    @property
    def mutability(self) -> ast.StateMutability:
        """What it may do with state and ether."""
        return self.node.mutability

    @property
    def is_implemented(self) -> bool:
        """Whether it has a body."""
        return self.node.body is not None

    @property
    def is_virtual(self) -> bool:
        """Whether it may be overridden."""
        if self.node.is_virtual:
            return True
        return self.contract is not None and self.contract.is_interface

    @property
    def is_part_of_interface(self) -> bool:
        """Whether it can be called from outside by its selector."""
        return self.kind is ast.FunctionKind.FUNCTION and self.visibility in (
            ast.Visibility.PUBLIC,
            ast.Visibility.EXTERNAL,
        )

    @property
    def external_type(self) -> FunctionType:
        """Type of the function, called through a message call: `calldata` becomes `memory`."""
        from contractchain.lang.semantics.function_types import external_function_type

        return external_function_type(self)


@dataclass(slots=True, kw_only=True, eq=False)
class ModifierSymbol(CallableDeclaration):
    """A modifier."""

    node: ast.ModifierDefinition
    overridden: tuple[ModifierSymbol, ...] = ()
    """Modifiers of bases that it overrides directly; set by inheritance."""

    @property
    def span(self) -> Span:
        return self.node.name_span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModifierUse:
    """A modifier in the header of a function."""

    node: ast.ModifierInvocation
    modifier: ModifierSymbol
    """The one that the name means where it is written."""
    arguments: tuple[ast.Expression, ...]
    is_virtual: bool
    """Whether the most derived override is used; false for `Base.modifier`."""


@dataclass(slots=True, kw_only=True, eq=False)
class EventSymbol(CallableDeclaration):
    """An event."""

    node: ast.EventDefinition

    @property
    def span(self) -> Span:
        return self.node.name_span

    @property
    def is_anonymous(self) -> bool:
        """Whether the hash of the signature is not a topic."""
        return self.node.is_anonymous


@dataclass(slots=True, kw_only=True, eq=False)
class ErrorSymbol(CallableDeclaration):
    """A custom error."""

    node: ast.ErrorDefinition

    @property
    def span(self) -> Span:
        return self.node.name_span


@dataclass(slots=True, kw_only=True, eq=False)
class StructSymbol(Symbol):
    """A struct."""

    node: ast.StructDefinition
    contract: ContractSymbol | None
    members: tuple[VariableSymbol, ...] = ()
    """Set by type resolution; types in storage."""
    is_recursive: bool = False
    """Whether it contains itself, through arrays or mappings; set by type resolution."""
    contains_mapping: bool = False
    """Whether a mapping is somewhere inside; set by type resolution."""

    @property
    def span(self) -> Span:
        return self.node.name_span

    @property
    def qualified_name(self) -> str:
        """`Contract.Name`, or the name alone at file level."""
        return _qualify(self.contract, self.name)

    @property
    def type(self) -> StructType:
        """The type, in storage."""
        return StructType(self, ast.DataLocation.STORAGE)


@dataclass(slots=True, kw_only=True, eq=False)
class EnumSymbol(Symbol):
    """An enum."""

    node: ast.EnumDefinition
    contract: ContractSymbol | None
    values: tuple[EnumValueSymbol, ...] = ()
    """Its names, in order."""

    @property
    def span(self) -> Span:
        return self.node.name_span

    @property
    def qualified_name(self) -> str:
        """`Contract.Name`, or the name alone at file level."""
        return _qualify(self.contract, self.name)

    @property
    def type(self) -> EnumType:
        """The type."""
        return EnumType(self)


@dataclass(slots=True, kw_only=True, eq=False)
class EnumValueSymbol(Symbol):
    """A name of an enum."""

    node: ast.EnumValue
    enum: EnumSymbol
    value: int
    """Its number."""

    @property
    def span(self) -> Span:
        return self.node.name_span


@dataclass(slots=True, kw_only=True, eq=False)
class ValueTypeSymbol(Symbol):
    """A user-defined value type."""

    node: ast.UserDefinedValueTypeDefinition
    contract: ContractSymbol | None
    underlying: Type = UNKNOWN
    """Set by type resolution."""

    @property
    def span(self) -> Span:
        return self.node.name_span

    @property
    def qualified_name(self) -> str:
        """`Contract.Name`, or the name alone at file level."""
        return _qualify(self.contract, self.name)

    @property
    def type(self) -> UserDefinedValueType:
        """The type."""
        return UserDefinedValueType(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaseArguments:
    """The arguments of the constructor of a base, and who gives them."""

    contract: ContractSymbol
    """Contract that gives them: in its scope they are evaluated."""
    node: ast.ModifierInvocation | ast.InheritanceSpecifier
    arguments: tuple[ast.Expression, ...]

    @property
    def is_from_constructor(self) -> bool:
        """Whether they stand in the constructor's header, and so may use its parameters."""
        return isinstance(self.node, ast.ModifierInvocation)


@dataclass(slots=True, kw_only=True, eq=False)
class ContractSymbol(Symbol):
    """A contract, interface or library."""

    node: ast.ContractDefinition
    unit: UnitScope
    """File in which it is declared."""
    own: dict[str, list[Symbol]] = field(default_factory=dict)
    """Its own declarations by name."""
    functions: list[FunctionSymbol] = field(default_factory=list)
    """Its own functions, without constructor, `receive` and `fallback`."""
    modifiers: list[ModifierSymbol] = field(default_factory=list)
    events: list[EventSymbol] = field(default_factory=list)
    errors: list[ErrorSymbol] = field(default_factory=list)
    variables: list[VariableSymbol] = field(default_factory=list)
    """Its own state variables and constants, in the order of the source."""
    constructor: FunctionSymbol | None = None
    """Its own constructor."""
    own_receive: FunctionSymbol | None = None
    own_fallback: FunctionSymbol | None = None
    bases: tuple[ContractSymbol, ...] = ()
    """Direct bases as written; set by inheritance."""
    linearised: tuple[ContractSymbol, ...] = ()
    """The contract and all bases, most derived first; set by inheritance."""
    base_arguments: dict[ContractSymbol, BaseArguments] = field(default_factory=dict)
    """Constructor arguments of all bases that get some; set by type checking."""
    interface: dict[bytes, FunctionSymbol | VariableSymbol] = field(default_factory=dict)
    """What can be called from outside, by selector: functions and getters; set by inheritance."""
    storage: tuple[tuple[VariableSymbol, Place], ...] = ()
    """State variables in storage with their places, bases first; set by layout."""
    transient_storage: tuple[tuple[VariableSymbol, Place], ...] = ()
    """The same in transient storage; set by layout."""
    storage_base: int = 0
    """First slot: the value after `layout at`; set by layout."""
    used_events: tuple[EventSymbol, ...] = ()
    """Events emitted that no base declares, for the ABI; set by type checking."""
    used_errors: tuple[ErrorSymbol, ...] = ()
    """Errors reverted with, for the ABI; set by type checking."""
    unimplemented: tuple[Symbol, ...] = ()
    """Functions and modifiers without a body in any base; set by inheritance."""

    @property
    def span(self) -> Span:
        return self.node.name_span

    @property
    def kind(self) -> ast.ContractKind:
        """What it is."""
        return self.node.kind

    @property
    def is_library(self) -> bool:
        """Whether it is a library."""
        return self.node.kind is ast.ContractKind.LIBRARY

    @property
    def is_interface(self) -> bool:
        """Whether it is an interface."""
        return self.node.kind is ast.ContractKind.INTERFACE

    @property
    def is_abstract(self) -> bool:
        """Whether it is marked `abstract`."""
        return self.node.is_abstract

    @property
    def is_deployable(self) -> bool:
        """Whether bytecode is made for it."""
        return not (self.is_abstract or self.is_interface or self.unimplemented)

    @property
    def type(self) -> ContractType:
        """The type of its instances."""
        return ContractType(self)

    @property
    def receive(self) -> FunctionSymbol | None:
        """The `receive` function that applies, inherited ones included."""
        return next((base.own_receive for base in self._chain if base.own_receive), None)

    @property
    def fallback(self) -> FunctionSymbol | None:
        """The `fallback` function that applies, inherited ones included."""
        return next((base.own_fallback for base in self._chain if base.own_fallback), None)

    @property
    def accepts_ether(self) -> bool:
        """Whether plain ether can be sent to it."""
        if self.receive is not None:
            return True
        fallback = self.fallback
        return fallback is not None and fallback.mutability is ast.StateMutability.PAYABLE

    @property
    def fully_qualified_name(self) -> str:
        """`file:Contract`"""
        return f"{self.unit.name}:{self.name}"

    @property
    def _chain(self) -> tuple[ContractSymbol, ...]:
        return self.linearised or (self,)

    def is_derived_from(self, other: ContractSymbol) -> bool:
        """Return whether `other` is the contract itself or one of its bases."""
        return other in self._chain

    def resolve_virtual(self, function: FunctionSymbol) -> FunctionSymbol:
        """Return what a virtual call of `function` reaches when this contract is deployed."""
        if function.contract is None or function.contract.is_library:
            return function
        return find_function_like(self._chain, function) or function

    def resolve_super(
        self, function: FunctionSymbol, caller: ContractSymbol
    ) -> FunctionSymbol | None:
        """Return what `super.f()`, written in `caller`, reaches when this contract is deployed."""
        chain = self._chain
        after = chain[chain.index(caller) + 1 :] if caller in chain else ()
        return find_function_like(after, function, needs_body=True)

    def resolve_modifier(self, modifier: ModifierSymbol) -> ModifierSymbol:
        """Return the override of `modifier` that applies when this contract is deployed."""
        for base in self._chain:
            for item in base.modifiers:
                if item.name == modifier.name:
                    return item
        return modifier


def find_function_like(
    chain: tuple[ContractSymbol, ...], function: FunctionSymbol, *, needs_body: bool = False
) -> FunctionSymbol | None:
    """Return the first function in `chain` with the name and parameters of `function`."""
    types = override_parameter_types(function)
    for base in chain:
        for item in base.functions:
            if (
                item.name == function.name
                and (not needs_body or item.is_implemented)
                and item.visibility is not ast.Visibility.PRIVATE
                and override_parameter_types(item) == types
            ):
                return item
            if item is function:
                return item
    return None


def override_parameter_types(function: FunctionSymbol) -> tuple[Type, ...]:
    """Return the parameter types as overriding compares them: `calldata` is `memory`."""
    return tuple(
        item.type.at(ast.DataLocation.MEMORY)
        if item.type.location is ast.DataLocation.CALLDATA
        else item.type
        for item in function.parameters
    )


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
    """Imported units, by the node id of the directive."""

    @property
    def name(self) -> str:
        """Source unit name."""
        return self.node.name


def _qualify(contract: ContractSymbol | None, name: str) -> str:
    return name if contract is None else f"{contract.name}.{name}"


CallableSymbol: TypeAlias = (
    FunctionSymbol | EventSymbol | ErrorSymbol | VariableSymbol | ContractSymbol
)
"""What a `FunctionType` can be the type of; a variable stands for its getter."""
