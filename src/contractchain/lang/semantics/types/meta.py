"""Types of expressions that are not values: tuples, type names, modules, magic objects."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from contractchain.lang.semantics.types.base import Type

if TYPE_CHECKING:
    from contractchain.lang.semantics.symbols import UnitScope


@dataclass(frozen=True, slots=True)
class TupleType(Type):
    """Several values, some of which may be left out; no value at all is the empty tuple"""

    components: tuple[Type | None, ...] = ()

    def describe(self) -> str:
        return f"tuple({','.join('' if item is None else str(item) for item in self.components)})"

    @property
    def identifier(self) -> str:
        inner = "_$_".join("" if item is None else item.identifier for item in self.components)
        return f"t_tuple({inner})"

    @property
    def mobile(self) -> Type | None:
        mobile = tuple(None if item is None else item.mobile for item in self.components)
        for before, after in zip(self.components, mobile, strict=True):
            if before is not None and after is None:
                return None
        return TupleType(mobile)


@dataclass(frozen=True, slots=True)
class TypeType(Type):
    """The name of a type, used as an expression"""

    actual: Type

    def describe(self) -> str:
        return f"type({self.actual.describe()})"

    @property
    def identifier(self) -> str:
        return f"t_type({self.actual.identifier})"

    @property
    def mobile(self) -> Type | None:
        return None


@dataclass(frozen=True, slots=True)
class ModuleType(Type):
    """`import "x" as y`: the names of a source unit"""

    unit: UnitScope

    def describe(self) -> str:
        return f'module "{self.unit.name}"'

    @property
    def identifier(self) -> str:
        return f"t_module({self.unit.name})"

    @property
    def mobile(self) -> Type | None:
        return None


class MagicKind(Enum):
    """An object that the language provides."""

    MESSAGE = "msg"
    BLOCK = "block"
    TRANSACTION = "tx"
    ABI = "abi"
    TYPE_INFO = "type"


@dataclass(frozen=True, slots=True)
class MagicType(Type):
    """`msg`, `block`, `tx`, `abi` or `type(T)`"""

    kind: MagicKind
    argument: Type | None = None
    """`T` of `type(T)`."""

    def describe(self) -> str:
        if self.argument is not None:
            return f"type({self.argument.describe()})"
        return self.kind.value

    @property
    def identifier(self) -> str:
        return f"t_magic_{self.kind.value}"

    @property
    def mobile(self) -> Type | None:
        return None


@dataclass(frozen=True, slots=True)
class UnknownType(Type):
    """What an expression has after a fault was reported: it fits everywhere, silently"""

    def describe(self) -> str:
        return "<unknown>"

    @property
    def identifier(self) -> str:
        return "t_unknown"

    @property
    def is_value(self) -> bool:
        return True


UNKNOWN = UnknownType()
VOID = TupleType()
