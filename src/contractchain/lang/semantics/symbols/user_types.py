"""Types that a source declares."""

from __future__ import annotations

from dataclasses import dataclass

from contractchain.lang import ast
from contractchain.lang.semantics.symbols.base import DeclaredSymbol, MemberSymbol
from contractchain.lang.semantics.symbols.variables import VariableSymbol
from contractchain.lang.semantics.types import (
    UNKNOWN,
    EnumType,
    StructType,
    Type,
    UserDefinedValueType,
)


@dataclass(slots=True, kw_only=True, eq=False)
class StructSymbol(MemberSymbol[ast.StructDefinition]):
    """A struct."""

    members: tuple[VariableSymbol, ...] = ()
    """Set by type resolution; types in storage."""
    is_recursive: bool = False
    """Whether it contains itself, through arrays or mappings; set by type resolution."""
    contains_mapping: bool = False
    """Whether a mapping is somewhere inside; set by type resolution."""

    @property
    def type(self) -> StructType:
        """The type, in storage."""
        return StructType(self, ast.DataLocation.STORAGE)


@dataclass(slots=True, kw_only=True, eq=False)
class EnumSymbol(MemberSymbol[ast.EnumDefinition]):
    """An enum."""

    values: tuple[EnumValueSymbol, ...] = ()
    """Its names, in order."""

    @property
    def type(self) -> EnumType:
        """The type."""
        return EnumType(self)


@dataclass(slots=True, kw_only=True, eq=False)
class EnumValueSymbol(DeclaredSymbol[ast.EnumValue]):
    """A name of an enum."""

    enum: EnumSymbol
    value: int
    """Its number."""


@dataclass(slots=True, kw_only=True, eq=False)
class ValueTypeSymbol(MemberSymbol[ast.UserDefinedValueTypeDefinition]):
    """A user-defined value type."""

    underlying: Type = UNKNOWN
    """Set by type resolution."""

    @property
    def type(self) -> UserDefinedValueType:
        """The type."""
        return UserDefinedValueType(self)
