"""The types that random programs use, and what leads from one to another."""

import random
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """Sorts of types."""

    UINT = "uint"
    INT = "int"
    BOOL = "bool"
    ADDRESS = "address"
    FIXED_BYTES = "bytesN"
    ENUM = "enum"
    WRAPPED = "user-defined value type"
    BYTES = "bytes"
    STRING = "string"
    ARRAY = "array"
    STRUCT = "struct"
    MAPPING = "mapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type of Solidity."""

    kind: Kind
    name: str
    """As it is written, without location."""
    bits: int = 0
    """Of numbers; of `bytesN` too; how many members an enum has."""
    inner: "Type | None" = None
    """Element of an array, value of a mapping, what a user-defined value type is underneath."""
    key: "Type | None" = None
    size: int | None = None
    """Of a static array."""
    members: tuple[tuple[str, "Type"], ...] = ()

    @property
    def is_value(self) -> bool:
        """Whether it has no location."""
        return self.kind not in _REFERENCES

    @property
    def is_number(self) -> bool:
        """Whether it can be counted with."""
        return self.kind in (Kind.UINT, Kind.INT)

    @property
    def has_mapping(self) -> bool:
        """Whether it exists in storage only."""
        if self.kind is Kind.MAPPING:
            return True
        parts = [self.inner] if self.inner is not None else []
        parts += [member for _, member in self.members]
        return any(part.has_mapping for part in parts)

    @property
    def words(self) -> int:
        """Size in words, roughly; dynamic parts count as two."""
        if self.kind is Kind.STRUCT:
            return sum(member.words for _, member in self.members)
        if self.kind is Kind.ARRAY and self.inner is not None:
            return (self.size or 2) * self.inner.words
        return 1 if self.is_value else 2


_REFERENCES = (Kind.BYTES, Kind.STRING, Kind.ARRAY, Kind.STRUCT, Kind.MAPPING)


def uint(bits: int) -> Type:
    """Return an unsigned type."""
    return Type(kind=Kind.UINT, name=f"uint{bits}", bits=bits)


def int_(bits: int) -> Type:
    """Return a signed type."""
    return Type(kind=Kind.INT, name=f"int{bits}", bits=bits)


def fixed_bytes(size: int) -> Type:
    """Return `bytesN`."""
    return Type(kind=Kind.FIXED_BYTES, name=f"bytes{size}", bits=8 * size)


def array_of(inner: Type, size: int | None) -> Type:
    """Return an array, static if it has a size."""
    text = "" if size is None else str(size)
    return Type(kind=Kind.ARRAY, name=f"{inner.name}[{text}]", inner=inner, size=size)


def mapping_of(key: Type, value: Type) -> Type:
    """Return a mapping."""
    name = f"mapping({key.name} => {value.name})"
    return Type(kind=Kind.MAPPING, name=name, key=key, inner=value)


BOOL = Type(kind=Kind.BOOL, name="bool")
ADDRESS = Type(kind=Kind.ADDRESS, name="address", bits=160)
BYTES = Type(kind=Kind.BYTES, name="bytes")
STRING = Type(kind=Kind.STRING, name="string")
UINT = uint(256)
INT = int_(256)
BYTES1, BYTES4, BYTES32 = fixed_bytes(1), fixed_bytes(4), fixed_bytes(32)
WIDTHS = (8, 8, 16, 32, 64, 128, 160, 248, 256, 256, 256)


@dataclass(slots=True, kw_only=True)
class TypePool:
    """The types one program uses: those of the language, and what it declares itself."""

    random: random.Random
    enums: list[Type] = field(default_factory=list)
    wrapped: list[Type] = field(default_factory=list)
    structs: list[Type] = field(default_factory=list)

    def number(self) -> Type:
        """Return a number type."""
        bits = self.random.choice(WIDTHS)
        return uint(bits) if self.random.random() < 0.65 else int_(bits)

    def value(self) -> Type:
        """Return a value type."""
        pick = self.random
        own = [*self.enums, *self.wrapped]
        roll = pick.random()
        if roll < 0.6:
            return self.number()
        if roll < 0.7:
            return BOOL
        if roll < 0.77:
            return ADDRESS
        if roll < 0.88 or not own:
            return fixed_bytes(pick.choice([1, 4, 8, 20, 31, 32, 32]))
        return pick.choice(own)

    def data(self, depth: int = 2) -> Type:
        """Return a type without mappings."""
        pick = self.random
        roll = pick.random()
        if depth == 0 or roll < 0.4:
            return self.value()
        if roll < 0.6:
            return pick.choice([BYTES, STRING])
        if roll < 0.75 and self.structs:
            return pick.choice([s for s in self.structs if not s.has_mapping] or [STRING])
        return array_of(self.data(depth - 1), pick.choice([None, None, 1, 2, 3]))

    def reference(self) -> Type:
        """Return a type without mappings that has a location."""
        while True:
            found = self.data()
            if not found.is_value and found.words <= 24:
                return found

    def storage(self, depth: int = 2) -> Type:
        """Return a type of a state variable."""
        roll = self.random.random()
        if depth and roll < 0.25:
            key = STRING if roll < 0.04 else BYTES if roll < 0.06 else self.value()
            return mapping_of(key, self.storage(depth - 1))
        if depth and roll < 0.35 and self.structs:
            return self.random.choice(self.structs)
        if depth and roll < 0.45:
            return array_of(self.storage(depth - 1), self.random.choice([None, None, 2, 3]))
        return self.data(depth)
