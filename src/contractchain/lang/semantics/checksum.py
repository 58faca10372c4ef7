"""The checksum in the letters of an address.

Spec:
    EIP-55.
"""

from contractchain.crypto import keccak256


def to_checksum(digits: str) -> str:
    """Return the 40 hexadecimal `digits` with upper case where the checksum wants it."""
    lower = digits.lower()
    hashed = keccak256(lower.encode()).hex()
    return "".join(
        char.upper() if int(nibble, 16) >= 8 else char
        for char, nibble in zip(lower, hashed, strict=False)
    )
