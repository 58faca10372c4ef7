"""ABI bytes -> Python values, bounded in work by the length of the data.

As strict as Solidity's own decoder: words must be in range, the padding behind `bytes` and
`string` is not looked at. Offsets that overlap are read, but not without end.

Spec:
    Solidity documentation, "Contract ABI Specification", formal specification of the encoding.
"""

from collections.abc import Sequence
from typing import assert_never

from contractchain.codec.abi.types import (
    WORD_BYTES,
    AbiType,
    AddressWord,
    Array,
    Bool,
    Bytes,
    FixedBytes,
    Integer,
    Parameter,
    String,
    Tuple,
    head_size_bytes,
    is_dynamic,
)
from contractchain.errors import DecodeError


def decode_arguments(
    parameters: Sequence[Parameter], data: bytes, what: str = "ABI data"
) -> tuple[object, ...]:
    """Return the values of an encoded list of arguments.

    Args:
        parameters: What is expected.
        data: The encoding, without selector.
        what: Name of the thing, for the error.

    Returns:
        `int`, `bool`, `str`, `bytes` (addresses: 20 bytes), tuples for arrays and tuples.

    Raises:
        DecodeError: too short, a word out of range, an offset or a length outside the data.
    """
    reader = _Reader(data, what)
    return reader.read_sequence([parameter.type for parameter in parameters], 0)


class _Reader:
    """Reads one buffer; `budget` bounds what overlapping offsets could make of it."""

    def __init__(self, data: bytes, what: str) -> None:
        self._data = data
        self._what = what
        self._budget = 4 * len(data) + 4096

    def read_sequence(self, kinds: Sequence[AbiType], base: int) -> tuple[object, ...]:
        values = []
        head = base
        for kind in kinds:
            if is_dynamic(kind):
                place = base + self._read_word(head)
                values.append(self._read(kind, place, at=head))
            else:
                values.append(self._read(kind, head, at=head))
            head += head_size_bytes(kind)
        return tuple(values)

    def _read(self, kind: AbiType, place: int, *, at: int) -> object:
        self._spend(WORD_BYTES, at)
        match kind:
            case Integer():
                return self._read_integer(kind, place)
            case Bool():
                word = self._read_word(place)
                if word > 1:
                    raise self._fault(f"a bool is {word}", place)
                return word == 1
            case AddressWord():
                return self._read_address(place)
            case FixedBytes():
                word_bytes = self._slice(place, WORD_BYTES)
                if any(word_bytes[kind.size :]):
                    raise self._fault(f"`{kind.canonical}` is not padded with zeros", place)
                return word_bytes[: kind.size]
            case Bytes():
                return self._read_blob(place)
            case String():
                return self._read_blob(place).decode(errors="backslashreplace")
            case Array():
                return self._read_array(kind, place)
            case Tuple():
                return self.read_sequence([c.type for c in kind.components], place)
            case _:
                assert_never(kind)

    def _read_integer(self, kind: Integer, place: int) -> int:
        word = int.from_bytes(self._slice(place, WORD_BYTES), "big", signed=kind.signed)
        if not kind.least <= word <= kind.greatest:
            raise self._fault(f"{word} is out of range for `{kind.canonical}`", place)
        return word

    def _read_address(self, place: int) -> bytes:
        word = self._slice(place, WORD_BYTES)
        if any(word[:12]):
            raise self._fault("an address is not padded with zeros", place)
        return word[12:]

    def _read_blob(self, place: int) -> bytes:
        length = self._read_word(place)
        self._spend(min(length, len(self._data)), place)
        return self._slice(place + WORD_BYTES, length)

    def _read_array(self, kind: Array, place: int) -> tuple[object, ...]:
        length = kind.length
        if length is None:
            length = self._read_word(place)
            place += WORD_BYTES
        size = head_size_bytes(kind.element)
        if length * max(size, 1) > max(len(self._data) - place, 0):
            raise self._fault(f"an array of {length} elements does not fit", place)
        return self.read_sequence([kind.element] * length, place)

    def _read_word(self, place: int) -> int:
        return int.from_bytes(self._slice(place, WORD_BYTES), "big")

    def _slice(self, place: int, size: int) -> bytes:
        if place + size > len(self._data):
            if place > len(self._data):
                raise self._fault(f"an offset points outside the {len(self._data)} bytes", None)
            raise self._fault(f"expected {size} bytes, {len(self._data) - place} are left", place)
        return self._data[place : place + size]

    def _spend(self, size_bytes: int, place: int) -> None:
        self._budget -= size_bytes
        if self._budget < 0:
            raise self._fault("offsets overlap too often", place)

    def _fault(self, message: str, place: int | None) -> DecodeError:
        return DecodeError(message, what=self._what, offset=place)
