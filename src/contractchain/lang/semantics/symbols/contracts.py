"""Contracts, interfaces and libraries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contractchain.lang import ast
from contractchain.lang.semantics.symbols.base import DeclaredSymbol, Symbol
from contractchain.lang.semantics.symbols.callables import (
    ErrorSymbol,
    EventSymbol,
    FunctionSymbol,
    ModifierSymbol,
)
from contractchain.lang.semantics.symbols.variables import VariableSymbol
from contractchain.lang.semantics.types import ContractType, Place, Type

if TYPE_CHECKING:
    from contractchain.lang.semantics.symbols.units import UnitScope


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
class ContractSymbol(DeclaredSymbol[ast.ContractDefinition]):
    """A contract, interface or library."""

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
