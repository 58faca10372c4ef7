"""Value types with a declaration: enums, contracts, user-defined value types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contractchain.lang.semantics.types.base import Type
from contractchain.lang.semantics.types.elementary import ADDRESS, UINT8

if TYPE_CHECKING:
    from contractchain.lang.semantics.symbols import (
        ContractSymbol,
        EnumSymbol,
        ValueTypeSymbol,
    )


@dataclass(frozen=True, slots=True)
class EnumType(Type):
    """An enum: a number below the count of its names"""

    symbol: EnumSymbol

    def describe(self) -> str:
        return f"enum {self.symbol.qualified_name}"

    @property
    def identifier(self) -> str:
        return f"t_enum({self.symbol.name}){self.symbol.node.node_id}"

    @property
    def is_value(self) -> bool:
        return True

    @property
    def abi_type(self) -> Type | None:
        return UINT8

    @property
    def abi_name(self) -> str:
        return "uint8"

    @property
    def storage_bytes(self) -> int:
        return 1

    @property
    def member_count(self) -> int:
        """Number of names."""
        return len(self.symbol.node.values)


@dataclass(frozen=True, slots=True)
class ContractType(Type):
    """An instance of a contract or interface"""

    symbol: ContractSymbol
    is_super: bool = False
    """Whether it is the type of `super`."""

    def describe(self) -> str:
        prefix = "super " if self.is_super else ""
        kind = "library" if self.symbol.is_library else "contract"
        return f"{kind} {prefix}{self.symbol.name}"

    @property
    def identifier(self) -> str:
        prefix = "super" if self.is_super else "contract"
        return f"t_{prefix}({self.symbol.name}){self.symbol.node.node_id}"

    @property
    def is_value(self) -> bool:
        return not self.is_super

    @property
    def is_payable(self) -> bool:
        """Whether ether can be sent to it without calling a function."""
        return self.symbol.accepts_ether

    @property
    def abi_type(self) -> Type | None:
        return None if self.is_super else ADDRESS

    @property
    def abi_name(self) -> str:
        return "address"

    @property
    def storage_bytes(self) -> int:
        return 20

    @property
    def mobile(self) -> Type | None:
        return None if self.is_super else self


@dataclass(frozen=True, slots=True)
class UserDefinedValueType(Type):
    """`type T is uint256`: the representation of another type, none of its operators"""

    symbol: ValueTypeSymbol

    def describe(self) -> str:
        return self.symbol.qualified_name

    @property
    def underlying(self) -> Type:
        """The type that represents it."""
        return self.symbol.underlying

    @property
    def identifier(self) -> str:
        return f"t_userDefinedValueType({self.symbol.name}){self.symbol.node.node_id}"

    @property
    def is_value(self) -> bool:
        return True

    @property
    def abi_type(self) -> Type | None:
        return self.underlying.abi_type

    @property
    def abi_name(self) -> str:
        return self.underlying.abi_name

    @property
    def storage_bytes(self) -> int:
        return self.underlying.storage_bytes
