"""Strict RLP on the `rlp` package, with our errors and the few conversions all objects need.

Spec:
    Yellow paper, appendix B.
"""

from collections.abc import Sequence
from typing import TypeAlias

import rlp as _rlp
from rlp.exceptions import DecodingError

from contractchain.errors import DecodeError

Item: TypeAlias = "bytes | Sequence[Item]"
"""A byte string or a sequence of items."""

MAX_DEPTH = 64
"""Deepest nesting that any object of the protocol could need, with room to spare."""


def encode(item: Item) -> bytes:
    """Return the RLP of a byte string or of nested sequences of byte strings.

    Written out here because the package's encoder, which finds out the kind of every item anew,
    takes ten times as long.
    """
    if isinstance(item, (bytes, bytearray)):
        size = len(item)
        if size == 1 and item[0] < 0x80:
            return bytes(item)
        return (bytes((0x80 + size,)) if size < 56 else _long_prefix(0xB7, size)) + item
    return wrap_list(b"".join([encode(child) for child in item]))


def wrap_list(payload: bytes) -> bytes:
    """Return the RLP of a list whose encoded items, one after the other, are `payload`."""
    size = len(payload)
    return (bytes((0xC0 + size,)) if size < 56 else _long_prefix(0xF7, size)) + payload


def _long_prefix(offset: int, size: int) -> bytes:
    length = encode_int(size)
    return bytes((offset + len(length),)) + length


def decode(data: bytes, what: str = "RLP") -> Item:
    """Decode exactly one item; trailing bytes and non-canonical forms are errors.

    Args:
        data: The encoding.
        what: Name of the thing, for the error.

    Raises:
        DecodeError: the data is not canonical RLP, or nests deeper than `MAX_DEPTH`.
    """
    try:
        item: Item = _rlp.decode(data, strict=True)
    except DecodingError as error:
        raise DecodeError(str(error).rstrip("."), what=what) from error
    except (RecursionError, IndexError, OverflowError, MemoryError) as error:
        raise DecodeError("nested too deeply or cut short", what=what) from error
    return item


def encode_int(value: int) -> bytes:
    """Return the minimal big-endian bytes of a non-negative integer; zero is empty."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def as_bytes(item: Item, what: str, *, size: int | None = None) -> bytes:
    """Return `item` as a byte string, of `size` bytes if given, or raise DecodeError."""
    if not isinstance(item, bytes):
        raise DecodeError("expected a byte string, found a list", what=what)
    if size is not None and len(item) != size:
        raise DecodeError(f"expected {size} bytes, found {len(item)}", what=what)
    return item


def as_int(item: Item, what: str, *, bits: int = 256) -> int:
    """Return `item` as a canonical integer of at most `bits` bits, or raise DecodeError."""
    data = as_bytes(item, what)
    if data[:1] == b"\x00":
        raise DecodeError("integer with leading zeros", what=what)
    if len(data) * 8 > bits:
        raise DecodeError(f"integer longer than {bits} bits", what=what)
    return int.from_bytes(data, "big")


def as_list(item: Item, what: str, *, length: int | None = None) -> Sequence[Item]:
    """Return `item` as a list, of `length` items if given, or raise DecodeError."""
    if isinstance(item, bytes):
        raise DecodeError("expected a list, found a byte string", what=what)
    if length is not None and len(item) != length:
        raise DecodeError(f"expected {length} fields, found {len(item)}", what=what)
    return item
