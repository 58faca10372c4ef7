"""Declarations with parameters: functions, modifiers, events and errors."""

from __future__ import annotations

from dataclasses import dataclass

from contractchain.lang import ast
from contractchain.lang.semantics.symbols.base import MemberSymbol, NodeT
from contractchain.lang.semantics.symbols.variables import VariableSymbol
from contractchain.lang.semantics.types import FunctionType, Type


@dataclass(slots=True, kw_only=True, eq=False)
class CallableDeclaration(MemberSymbol[NodeT]):
    """A declaration with parameters; all fields are set by type resolution."""

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
class FunctionSymbol(CallableDeclaration[ast.FunctionDefinition]):
    """A function, constructor, `receive`, `fallback` or free function."""

    visibility: ast.Visibility
    """As written, or what is implied: `external` in interfaces, `internal` for free functions."""
    returns: tuple[VariableSymbol, ...] = ()
    """Set by type resolution."""
    modifiers: tuple[ModifierUse, ...] = ()
    """Modifiers in the order in which they wrap the body; set by type checking."""
    overridden: tuple[FunctionSymbol, ...] = ()
    """Functions of bases that it overrides directly; set by inheritance."""

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
class ModifierSymbol(CallableDeclaration[ast.ModifierDefinition]):
    """A modifier."""

    overridden: tuple[ModifierSymbol, ...] = ()
    """Modifiers of bases that it overrides directly; set by inheritance."""


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
class EventSymbol(CallableDeclaration[ast.EventDefinition]):
    """An event."""

    @property
    def is_anonymous(self) -> bool:
        """Whether the hash of the signature is not a topic."""
        return self.node.is_anonymous


@dataclass(slots=True, kw_only=True, eq=False)
class ErrorSymbol(CallableDeclaration[ast.ErrorDefinition]):
    """A custom error."""
