"""Types whose values live in a data location: arrays, `bytes`, `string`, structs, mappings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from contractchain.lang.ast import DataLocation
from contractchain.lang.semantics.types.base import WORD_BYTES, Type
from contractchain.lang.semantics.types.elementary import UINT256, FixedBytesType
from contractchain.lang.semantics.types.packing import Place, pack

if TYPE_CHECKING:
    from contractchain.lang.semantics.symbols import StructSymbol


def _location_name(location: DataLocation, is_pointer: bool) -> str:
    if location is DataLocation.STORAGE:
        return "storage pointer" if is_pointer else "storage ref"
    return str(location.value)


class ReferenceType(Type):
    """A type whose values live in memory, storage or calldata."""

    __slots__ = ()

    @property
    def is_reference(self) -> bool:
        return True

    @property
    def can_be_stored(self) -> bool:
        return True

    def __str__(self) -> str:
        location = self.location
        assert location is not None
        return f"{self.describe()} {_location_name(location, self.is_pointer)}"

    @property
    def _suffix(self) -> str:
        location = self.location
        assert location is not None
        return f"_{location.value}" + ("_ptr" if self.is_pointer else "")

    @property
    def mobile(self) -> Type | None:
        location = self.location
        assert location is not None
        return self.at(location)


class ByteSequenceType(ReferenceType):
    """`bytes` and `string`: one length and packed bytes."""

    __slots__ = ()

    @property
    def abi_type(self) -> Type | None:
        return self.at(DataLocation.MEMORY)

    @property
    def abi_name(self) -> str:
        return self.describe()

    @property
    def is_abi_dynamic(self) -> bool:
        return True

    @property
    def identifier(self) -> str:
        return f"t_{self.describe()}{self._suffix}"


@dataclass(frozen=True, slots=True)
class BytesType(ByteSequenceType):
    """`bytes`"""

    location: DataLocation = DataLocation.MEMORY
    is_pointer: bool = True

    def describe(self) -> str:
        return "bytes"

    @property
    def element(self) -> Type:
        """Type of one element."""
        return FixedBytesType(1)

    def at(self, location: DataLocation, *, is_pointer: bool = True) -> BytesType:
        return BytesType(location, is_pointer)


@dataclass(frozen=True, slots=True)
class StringType(ByteSequenceType):
    """`string`"""

    location: DataLocation = DataLocation.MEMORY
    is_pointer: bool = True

    def describe(self) -> str:
        return "string"

    def at(self, location: DataLocation, *, is_pointer: bool = True) -> StringType:
        return StringType(location, is_pointer)


@dataclass(frozen=True, slots=True)
class ArrayType(ReferenceType):
    """`T[]` and `T[n]`"""

    element: Type
    """Type of one element, in the same data location."""
    length: int | None = None
    """Number of elements of a static array."""
    location: DataLocation = DataLocation.MEMORY
    is_pointer: bool = True

    @property
    def is_dynamic(self) -> bool:
        """Whether the length is part of the value."""
        return self.length is None

    def describe(self) -> str:
        size = "" if self.length is None else str(self.length)
        return f"{self.element.describe()}[{size}]"

    @property
    def identifier(self) -> str:
        size = "dyn" if self.length is None else str(self.length)
        return f"t_array({self.element.identifier}){size}{self._suffix}"

    def at(self, location: DataLocation, *, is_pointer: bool = True) -> ArrayType:
        inner = self.element.at(location, is_pointer=location is not DataLocation.STORAGE)
        return ArrayType(inner, self.length, location, is_pointer)

    @property
    def abi_type(self) -> Type | None:
        inner = self.element.abi_type
        return None if inner is None else ArrayType(inner, self.length, DataLocation.MEMORY)

    @property
    def abi_name(self) -> str:
        size = "" if self.length is None else str(self.length)
        return f"{self.element.abi_name}[{size}]"

    @property
    def is_abi_dynamic(self) -> bool:
        return self.length is None or self.element.is_abi_dynamic

    @property
    def abi_head_bytes(self) -> int:
        if self.length is None or self.element.is_abi_dynamic:
            return WORD_BYTES
        return self.length * self.element.abi_head_bytes

    @property
    def elements_per_slot(self) -> int:
        """How many elements share a storage slot; 0 when one needs whole slots of its own."""
        return WORD_BYTES // self.element.storage_bytes if self.element.is_value else 0

    @property
    def storage_slots(self) -> int:
        if self.length is None:
            return 1
        per_slot = self.elements_per_slot
        if per_slot:
            return max(1, -(-self.length // per_slot))
        return max(1, self.length * self.element.storage_slots)

    @property
    def can_be_stored(self) -> bool:
        return self.element.can_be_stored

    @property
    def contains_mapping(self) -> bool:
        return self.element.contains_mapping


@dataclass(frozen=True, slots=True)
class ArraySliceType(ReferenceType):
    """`x[a:b]` of a calldata array: an offset and a length"""

    array: Type
    """The `ArrayType`, `BytesType` or `StringType` that it is a part of."""

    @property
    def location(self) -> DataLocation:
        return DataLocation.CALLDATA

    def describe(self) -> str:
        return f"{self.array.describe()} slice"

    def __str__(self) -> str:
        return f"{self.array} slice"

    @property
    def identifier(self) -> str:
        return f"{self.array.identifier}_slice"

    @property
    def can_be_stored(self) -> bool:
        return False

    def at(self, location: DataLocation, *, is_pointer: bool = True) -> Type:
        return self.array.at(location, is_pointer=is_pointer)

    @property
    def abi_type(self) -> Type | None:
        return self.array.abi_type

    @property
    def abi_name(self) -> str:
        return self.array.abi_name

    @property
    def is_abi_dynamic(self) -> bool:
        return True

    @property
    def mobile(self) -> Type | None:
        return self


@dataclass(frozen=True, slots=True)
class StructType(ReferenceType):
    """A struct"""

    symbol: StructSymbol
    location: DataLocation = DataLocation.MEMORY
    is_pointer: bool = True

    def describe(self) -> str:
        return f"struct {self.symbol.qualified_name}"

    @property
    def identifier(self) -> str:
        return f"t_struct({self.symbol.name}){self.symbol.node.node_id}{self._suffix}"

    def at(self, location: DataLocation, *, is_pointer: bool = True) -> StructType:
        return StructType(self.symbol, location, is_pointer)

    @property
    def members(self) -> tuple[tuple[str, Type], ...]:
        """Names and types of the members, in this struct's data location."""
        bound = self.location is not DataLocation.STORAGE
        return tuple(
            (member.name, member.type.at(self.location, is_pointer=bound))
            for member in self.symbol.members
        )

    def find_member(self, name: str) -> Type | None:
        """Return the type of the member called `name`, in this struct's data location."""
        for member in self.symbol.members:
            if member.name == name:
                bound = self.location is not DataLocation.STORAGE
                return member.type.at(self.location, is_pointer=bound)
        return None

    def memory_offset(self, name: str) -> int:
        """Return the bytes between the start of the struct in memory and the member `name`."""
        return [member.name for member in self.symbol.members].index(name) * WORD_BYTES

    @property
    def places(self) -> dict[str, Place]:
        """Storage places of the members, slots counted from that of the struct."""
        places, _ = pack(member.type for member in self.symbol.members)
        return dict(zip((member.name for member in self.symbol.members), places, strict=True))

    @property
    def storage_slots(self) -> int:
        return max(1, pack(member.type for member in self.symbol.members)[1])

    @property
    def abi_type(self) -> Type | None:
        if self.symbol.is_recursive:
            return None
        if any(member.type.abi_type is None for member in self.symbol.members):
            return None
        return self.at(DataLocation.MEMORY)

    @property
    def abi_name(self) -> str:
        return "(" + ",".join(member.type.abi_name for member in self.symbol.members) + ")"

    @property
    def is_abi_dynamic(self) -> bool:
        if self.symbol.is_recursive:
            return True
        return any(member.type.is_abi_dynamic for member in self.symbol.members)

    @property
    def abi_head_bytes(self) -> int:
        if self.is_abi_dynamic:
            return WORD_BYTES
        return sum(member.type.abi_head_bytes for member in self.symbol.members)

    @property
    def contains_mapping(self) -> bool:
        return self.symbol.contains_mapping


@dataclass(frozen=True, slots=True)
class MappingType(Type):
    """`mapping(K => V)`; always in storage"""

    key: Type
    value: Type
    """Type of the values, in storage."""
    key_name: str = ""
    value_name: str = ""

    @property
    def location(self) -> DataLocation:
        return DataLocation.STORAGE

    def describe(self) -> str:
        return f"mapping({self.key.describe()} => {self.value.describe()})"

    @property
    def identifier(self) -> str:
        return f"t_mapping({self.key.identifier},{self.value.identifier})"

    @property
    def storage_slots(self) -> int:
        return 1

    @property
    def can_be_stored(self) -> bool:
        return True

    @property
    def contains_mapping(self) -> bool:
        return True

    def at(self, location: DataLocation, *, is_pointer: bool = True) -> Self:
        return self

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, MappingType) and self.key == other.key and self.value == other.value
        )

    def __hash__(self) -> int:
        return hash((self.key, self.value))


LENGTH_TYPE = UINT256
"""Type of `length` and of array indexes."""
