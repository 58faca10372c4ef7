"""Strict RLP, and the few conversions that all objects of the protocol need.

Our own and not the `rlp` package: that one decodes lists nested as deep as the interpreter's stack
allows, in quadratic time, and takes a quarter of a second to import. The tests compare the two.

Spec:
    Yellow paper, appendix B.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from contractchain.errors import DecodeError

Item: TypeAlias = "bytes | Sequence[Item]"
"""A byte string or a sequence of items."""

MAX_DEPTH = 64
"""Deepest nesting that any object of the protocol could need, with room to spare."""

SHORT_STRING, SHORT_LIST = 0x80, 0xC0
MAX_SHORT = 55
"""Bytes of payload that a one-byte head can announce."""
_SHORT_HEADS = tuple(bytes((SHORT_STRING + size,)) for size in range(MAX_SHORT + 1))


def encode(item: Item) -> bytes:
    """Return the RLP of a byte string or of nested sequences of byte strings."""
    if isinstance(item, (bytes, bytearray)):
        size = len(item)
        if size == 1 and item[0] < SHORT_STRING:
            return bytes(item)
        return _head(size, SHORT_STRING) + item
    if isinstance(item, str):
        raise TypeError("RLP holds bytes, not text")
    parts: list[bytes] = []
    for child in item:
        if type(child) is not bytes:
            parts.append(encode(child))
            continue
        size = len(child)
        if size > MAX_SHORT:
            parts.append(_head(size, SHORT_STRING))
        elif size != 1 or child[0] >= SHORT_STRING:
            parts.append(_SHORT_HEADS[size])
        parts.append(child)
    return wrap_list(b"".join(parts))


def wrap_list(payload: bytes) -> bytes:
    """Return the RLP of a list whose encoded items, one after the other, are `payload`."""
    return _head(len(payload), SHORT_LIST) + payload


def decode(data: bytes, what: str = "RLP") -> Item:
    """Decode exactly one item; trailing bytes and non-canonical forms are errors.

    Args:
        data: The encoding.
        what: Name of the thing, for the error.

    Raises:
        DecodeError: the data is not canonical RLP, or nests deeper than `MAX_DEPTH`.
    """
    data = bytes(data)
    item, end = _decode_at(data, 0, len(data), 0, what)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} bytes too many", what=what, offset=end)
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


@lru_cache(maxsize=4096)
def _head(size: int, base: int) -> bytes:
    if size <= MAX_SHORT:
        return bytes((base + size,))
    length = encode_int(size)
    return bytes((base + MAX_SHORT + len(length),)) + length


def _decode_at(data: bytes, at: int, end: int, depth: int, what: str) -> tuple[Item, int]:
    """Decode the item at `at`; return it and where it ends, which is at most `end`."""
    if at >= end:
        raise DecodeError("no bytes where an item should be", what=what, offset=at)
    first = data[at]
    if first < SHORT_STRING:
        return data[at : at + 1], at + 1
    is_list = first >= SHORT_LIST
    start, stop = _payload(data, at, end, SHORT_LIST if is_list else SHORT_STRING, what)
    if not is_list:
        payload = data[start:stop]
        if len(payload) == 1 and payload[0] < SHORT_STRING:
            raise DecodeError("a byte below 0x80 stands for itself", what=what, offset=at)
        return payload, stop
    if depth >= MAX_DEPTH:
        raise DecodeError(f"nested deeper than {MAX_DEPTH} lists", what=what, offset=at)
    items = []
    position = start
    while position < stop:
        item, position = _decode_at(data, position, stop, depth + 1, what)
        items.append(item)
    return items, stop


def _payload(data: bytes, at: int, end: int, base: int, what: str) -> tuple[int, int]:
    """Return where the payload of the item at `at` starts and stops."""
    size, start = data[at] - base, at + 1
    if size > MAX_SHORT:
        start += size - MAX_SHORT
        length = data[at + 1 : start]
        size = int.from_bytes(length, "big")
        if start > end or length[0] == 0 or size <= MAX_SHORT:
            raise DecodeError("the length is not in its shortest form", what=what, offset=at)
    if size > end - start:
        raise DecodeError(f"{size} bytes announced, {end - start} are there", what=what, offset=at)
    return start, start + size
