"""Types of what can be called."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from contractchain.lang.ast import StateMutability
from contractchain.lang.semantics.types.base import Type

if TYPE_CHECKING:
    from contractchain.lang.semantics.builtins import Builtin
    from contractchain.lang.semantics.symbols import CallableSymbol


class FunctionTypeKind(Enum):
    """How a function is reached."""

    INTERNAL = "internal"
    """A jump."""
    EXTERNAL = "external"
    """A message call; the value is an address and a selector."""
    DELEGATE = "delegatecall"
    """A public or external function of a library."""
    DECLARATION = "declaration"
    """A function named through its contract: it has a selector but cannot be called."""
    CREATION = "creation"
    """`new C`."""
    EVENT = "event"
    ERROR = "error"
    BUILTIN = "builtin"


_LOGS = (FunctionTypeKind.EVENT, FunctionTypeKind.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionType(Type):
    """A function, event, error, builtin or creation"""

    kind: FunctionTypeKind
    parameters: tuple[Type, ...] = ()
    returns: tuple[Type, ...] = ()
    mutability: StateMutability = StateMutability.NONPAYABLE
    parameter_names: tuple[str, ...] = field(default=(), compare=False)
    return_names: tuple[str, ...] = field(default=(), compare=False)
    declaration: CallableSymbol | None = field(default=None, compare=False)
    """What it is the type of; `None` for the value of a variable."""
    builtin: Builtin | None = None
    """Which builtin, for the kind `BUILTIN`."""
    is_bound: bool = False
    """Whether the first parameter is the object before the dot."""
    is_variadic: bool = False
    """Whether any number of arguments of any type is taken."""
    has_gas: bool = False
    """Whether `{gas: ...}` is given."""
    has_value: bool = False
    """Whether `{value: ...}` is given."""
    has_salt: bool = False
    """Whether `{salt: ...}` is given."""

    @property
    def argument_types(self) -> tuple[Type, ...]:
        """Types of the arguments between the parentheses."""
        return self.parameters[1:] if self.is_bound else self.parameters

    @property
    def argument_names(self) -> tuple[str, ...]:
        """Names of the arguments between the parentheses, empty where there is none."""
        return self.parameter_names[1:] if self.is_bound else self.parameter_names

    @property
    def is_value(self) -> bool:
        return self.kind in (FunctionTypeKind.INTERNAL, FunctionTypeKind.EXTERNAL)

    def describe(self) -> str:
        return self._text(
            ",".join(item.describe() for item in self.argument_types),
            ",".join(item.describe() for item in self.returns),
        )

    def __str__(self) -> str:
        return self._text(
            ",".join(str(item) for item in self.argument_types),
            ",".join(str(item) for item in self.returns),
        )

    def _text(self, parameters: str, returns: str) -> str:
        word = self.kind.value if self.kind in _LOGS else "function"
        text = f"{word} ({parameters})"
        if self.mutability is not StateMutability.NONPAYABLE and self.kind not in _LOGS:
            text += f" {self.mutability.value}"
        if self.kind is FunctionTypeKind.EXTERNAL:
            text += " external"
        return text + (f" returns ({returns})" if returns else "")

    @property
    def identifier(self) -> str:
        parameters = ",".join(item.identifier for item in self.parameters)
        returns = ",".join(item.identifier for item in self.returns)
        return (
            f"t_function_{self.kind.value}_{self.mutability.value}({parameters})returns({returns})"
        )

    @property
    def abi_type(self) -> Type | None:
        return self if self.kind is FunctionTypeKind.EXTERNAL else None

    @property
    def abi_name(self) -> str:
        return "function"

    @property
    def storage_bytes(self) -> int:
        return 24 if self.kind is FunctionTypeKind.EXTERNAL else 8

    @property
    def mobile(self) -> Type | None:
        has_options = self.has_gas or self.has_value or self.has_salt
        if not self.is_value or self.is_bound or has_options:
            return None
        return self.as_value()

    def as_value(self) -> FunctionType:
        """Return the type of a variable that holds the function."""
        return FunctionType(
            kind=self.kind,
            parameters=self.parameters,
            returns=self.returns,
            mutability=self.mutability,
        )

    def with_options(self, *, gas: bool, value: bool, salt: bool) -> FunctionType:
        """Return the type of the function after call options."""
        return replace(
            self,
            has_gas=self.has_gas or gas,
            has_value=self.has_value or value,
            has_salt=self.has_salt or salt,
        )


@dataclass(frozen=True, slots=True)
class ModifierType(Type):
    """A modifier"""

    parameters: tuple[Type, ...]

    def describe(self) -> str:
        return f"modifier ({','.join(str(item) for item in self.parameters)})"

    @property
    def identifier(self) -> str:
        return f"t_modifier({','.join(item.identifier for item in self.parameters)})"

    @property
    def mobile(self) -> Type | None:
        return None
