"""Hex text as people and JSON write it, with a 0x prefix."""

from contractchain.crypto import keccak256
from contractchain.errors import DecodeError


def to_hex(data: bytes) -> str:
    """Return 0x-prefixed lower-case hex."""
    return "0x" + data.hex()


def parse_hex(text: str, what: str = "hex", *, size: int | None = None) -> bytes:
    """Return the bytes of 0x-prefixed hex.

    Args:
        text: With the prefix, an even number of digits.
        what: Name of the thing, for the error.
        size: Required length in bytes.

    Raises:
        DecodeError: no prefix, an odd number of digits, other characters, or the wrong length.
    """
    if not text.startswith(("0x", "0X")):
        raise DecodeError(f"`{_cut(text)}` does not start with 0x", what=what)
    digits = text[2:]
    if len(digits) % 2:
        raise DecodeError(f"`{_cut(text)}` has an odd number of digits", what=what)
    try:
        data = bytes.fromhex(digits)
    except ValueError as error:
        raise DecodeError(
            f"`{_cut(text)}` has characters that are not hex digits", what=what
        ) from error
    if 2 * len(data) != len(digits):  # `fromhex` skips blanks
        raise DecodeError(f"`{_cut(text)}` has characters that are not hex digits", what=what)
    if size is not None and len(data) != size:
        raise DecodeError(f"expected {size} bytes, found {len(data)}", what=what)
    return data


def parse_address(text: str, what: str = "address") -> bytes:
    """Return the 20 bytes of an address; a mixed-case one must carry a right checksum (EIP-55).

    Raises:
        DecodeError: not 20 bytes of hex, or a wrong checksum.
    """
    address = parse_hex(text, what, size=20)
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and text != to_checksum(address):
        raise DecodeError(f"`{text}` has a wrong checksum (EIP-55)", what=what)
    return address


def to_checksum(address: bytes) -> str:
    """Return the mixed-case form of an address (EIP-55)."""
    digits = address.hex()
    digest = keccak256(digits.encode()).hex()
    pairs = zip(digits, digest, strict=False)
    return "0x" + "".join(c.upper() if int(d, 16) > 7 else c for c, d in pairs)


def _cut(text: str) -> str:
    return text if len(text) <= 24 else text[:20] + "…"
