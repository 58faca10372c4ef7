"""What every semantic type answers."""

from __future__ import annotations

from contractchain.lang.ast import DataLocation

WORD_BYTES = 32


class Type:
    """The type of an expression or variable.

    Types are immutable values: two types are the same type exactly when they are equal.
    """

    __slots__ = ()

    def describe(self) -> str:
        """Return the name of the type as a programmer writes it, without data location."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.describe()

    @property
    def identifier(self) -> str:
        """Solc's type identifier, such as ``t_uint256``."""
        raise NotImplementedError

    @property
    def is_value(self) -> bool:
        """Whether values of the type are one word, copied when assigned."""
        return False

    @property
    def is_reference(self) -> bool:
        """Whether values live in a data location: arrays, `bytes`, `string`, structs."""
        return False

    @property
    def location(self) -> DataLocation | None:
        """Data location of a reference type."""
        return None

    @property
    def is_pointer(self) -> bool:
        """Whether assigning to a variable of the type rebinds it instead of copying."""
        return True

    def at(self, location: DataLocation, *, is_pointer: bool = True) -> Type:
        """Return the type with its values in `location`; value types return themselves."""
        return self

    @property
    def abi_type(self) -> Type | None:
        """Type that stands for this one in the ABI; `None` where the ABI has none."""
        return None

    @property
    def abi_name(self) -> str:
        """Name in ABI signatures, such as ``(uint256,bytes)[]``."""
        raise NotImplementedError

    @property
    def is_abi_dynamic(self) -> bool:
        """Whether the ABI encodes values behind an offset."""
        return False

    @property
    def abi_head_bytes(self) -> int:
        """Bytes in the head of an ABI tuple: 32 for dynamic types."""
        return WORD_BYTES

    @property
    def storage_bytes(self) -> int:
        """Bytes in a storage slot, for types that share slots; 32 for all others."""
        return WORD_BYTES

    @property
    def storage_slots(self) -> int:
        """Whole slots in storage; 1 for types that share slots."""
        return 1

    @property
    def can_be_stored(self) -> bool:
        """Whether a state variable may have the type."""
        return self.is_value

    @property
    def memory_bytes(self) -> int:
        """Bytes of the value as an element of a memory array or struct: a word or a pointer."""
        return WORD_BYTES

    @property
    def contains_mapping(self) -> bool:
        """Whether values hold a mapping somewhere, and so cannot leave storage."""
        return False

    @property
    def mobile(self) -> Type | None:
        """Type of a variable that takes a value of this type; `None` where none can."""
        return self
