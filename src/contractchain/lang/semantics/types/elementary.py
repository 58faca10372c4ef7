"""Types that are one word, and the types of literals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from contractchain.lang.semantics.types.base import Type


class ValueType(Type):
    """A type whose values are one word and mean themselves in the ABI."""

    __slots__ = ()

    @property
    def is_value(self) -> bool:
        return True

    @property
    def identifier(self) -> str:
        return f"t_{self.describe().replace(' ', '_')}"

    @property
    def abi_type(self) -> Type | None:
        return self

    @property
    def abi_name(self) -> str:
        return self.describe()


@dataclass(frozen=True, slots=True)
class IntegerType(ValueType):
    """`uint8` ... `int256`"""

    bits: int
    """Width: a multiple of 8 up to 256."""
    is_signed: bool

    def describe(self) -> str:
        return f"{'int' if self.is_signed else 'uint'}{self.bits}"

    @property
    def storage_bytes(self) -> int:
        return self.bits // 8

    @property
    def minimum(self) -> int:
        """Smallest value."""
        return -(1 << (self.bits - 1)) if self.is_signed else 0

    @property
    def maximum(self) -> int:
        """Greatest value."""
        return (1 << (self.bits - 1 if self.is_signed else self.bits)) - 1


@dataclass(frozen=True, slots=True)
class BoolType(ValueType):
    """`bool`"""

    def describe(self) -> str:
        return "bool"

    @property
    def storage_bytes(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class AddressType(ValueType):
    """`address` or `address payable`"""

    is_payable: bool = False

    def describe(self) -> str:
        return "address payable" if self.is_payable else "address"

    @property
    def abi_name(self) -> str:
        return "address"

    @property
    def storage_bytes(self) -> int:
        return 20


@dataclass(frozen=True, slots=True)
class FixedBytesType(ValueType):
    """`bytes1` ... `bytes32`; in a word, the bytes are on the left"""

    size: int
    """Number of bytes."""

    def describe(self) -> str:
        return f"bytes{self.size}"

    @property
    def storage_bytes(self) -> int:
        return self.size


@dataclass(frozen=True, slots=True)
class RationalType(Type):
    """The exact value of a number literal, or of operators applied to literals"""

    value: Fraction
    hex_digits: int = 0
    """Digits of a lone hexadecimal literal, which may become `bytesN`; 0 for anything else."""

    def describe(self) -> str:
        if self.value.denominator == 1:
            return f"int_const {_shorten(str(self.value.numerator))}"
        return (
            f"rational_const {_shorten(str(self.value.numerator))}"
            f" / {_shorten(str(self.value.denominator))}"
        )

    @property
    def identifier(self) -> str:
        sign = "minus_" if self.value < 0 else ""
        return f"t_rational_{sign}{abs(self.value.numerator)}_by_{self.value.denominator}"

    @property
    def is_value(self) -> bool:
        return True

    @property
    def mobile(self) -> Type | None:
        return self.integer_type

    @property
    def integer_type(self) -> IntegerType | None:
        """Smallest integer type that holds the value; `None` for fractions and giants."""
        if self.value.denominator != 1:
            return None
        number = self.value.numerator
        is_signed = number < 0
        length = ((-number - 1) if is_signed else number).bit_length() + is_signed
        bits = max(8, (length + 7) // 8 * 8)
        return IntegerType(bits, is_signed) if bits <= 256 else None


def _shorten(digits: str) -> str:
    if len(digits) <= 32:
        return digits
    return f"{digits[:4]}...({len(digits) - 8} digits omitted)...{digits[-4:]}"


@dataclass(frozen=True, slots=True)
class StringLiteralType(Type):
    """A string literal of any kind"""

    value: bytes

    def describe(self) -> str:
        try:
            return f'literal_string "{self.value.decode("utf-8")}"'
        except UnicodeDecodeError:
            return f'literal_string hex"{self.value.hex()}"'

    @property
    def identifier(self) -> str:
        from contractchain.crypto import keccak256

        return f"t_stringliteral_{keccak256(self.value).hex()}"

    @property
    def is_utf8(self) -> bool:
        """Whether the bytes are text, so that they may become a `string`."""
        try:
            self.value.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    @property
    def mobile(self) -> Type | None:
        from contractchain.lang.ast import DataLocation
        from contractchain.lang.semantics.types.reference import BytesType, StringType

        make = StringType if self.is_utf8 else BytesType
        return make(DataLocation.MEMORY)


UINT256 = IntegerType(256, False)
INT256 = IntegerType(256, True)
UINT8 = IntegerType(8, False)
BOOL = BoolType()
ADDRESS = AddressType()
ADDRESS_PAYABLE = AddressType(True)
BYTES32 = FixedBytesType(32)
BYTES4 = FixedBytesType(4)
