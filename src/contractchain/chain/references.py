"""How a block is asked for: by number, by hash, or by one of the tags that everybody uses."""

from enum import Enum
from typing import TypeAlias

from contractchain.codec.hexadecimal import parse_hex
from contractchain.errors import DecodeError, UsageError
from contractchain.types import Hash32


class BlockTag(Enum):
    """A block by its role."""

    EARLIEST = "earliest"
    """Genesis."""
    FINALIZED = "finalized"
    """The highest block that can no longer be replaced."""
    SAFE = "safe"
    """The same block as `FINALIZED`: no engine here distinguishes the two."""
    LATEST = "latest"
    """The head."""
    PENDING = "pending"
    """The block that would be built now."""


BlockReference: TypeAlias = int | Hash32 | BlockTag
"""A canonical number, a hash (32 bytes), or a tag."""


def parse_block_reference(text: str) -> BlockReference:
    """Return the reference that a person or a JSON document wrote.

    Args:
        text: A tag, a decimal or 0x-prefixed number, or a 0x-prefixed hash of 32 bytes.

    Raises:
        UsageError: none of these.
    """
    try:
        return BlockTag(text.lower())
    except ValueError:
        pass
    try:
        if text.startswith(("0x", "0X")):
            return parse_hex(text, "block hash", size=32) if len(text) == 66 else int(text, 16)
        if text.isascii() and text.isdigit():
            return int(text)
    except (DecodeError, ValueError):
        pass
    tags = ", ".join(f"`{tag.value}`" for tag in BlockTag)
    raise UsageError(
        f"`{text}` does not name a block", hint=f"give a number, a block hash, or one of {tags}"
    )


def describe_reference(reference: BlockReference) -> str:
    """Return the reference as people write it."""
    match reference:
        case BlockTag():
            return f"`{reference.value}`"
        case bytes():
            return f"0x{reference.hex()}"
        case _:
            return str(reference)
