"""Numbers that solc's memory layout and error encoding fix."""

from enum import IntEnum

SCRATCH = 0x00
"""Two words of memory that anything may overwrite."""
FREE_MEMORY = 0x40
"""Where the free memory pointer is."""
ZERO_SLOT = 0x60
"""A word of memory that is always 0: the empty dynamic array."""
MAX_MEMORY = (1 << 64) - 1
"""Greatest length or offset that is accepted for something in memory."""

PANIC_SELECTOR = 0x4E487B71 << 224
"""`Panic(uint256)`, left-aligned."""
ERROR_SELECTOR = 0x08C379A0 << 224
"""`Error(string)`, left-aligned."""


class Panic(IntEnum):
    """Codes of `Panic(uint256)`."""

    ASSERT = 0x01
    ARITHMETIC = 0x11
    DIVISION_BY_ZERO = 0x12
    ENUM = 0x21
    STORAGE_ENCODING = 0x22
    EMPTY_POP = 0x31
    OUT_OF_BOUNDS = 0x32
    OUT_OF_MEMORY = 0x41
    INVALID_FUNCTION = 0x51


ETHER_REFUSED = "Ether sent to non-payable function"
"""Reason given on request."""
HALT_BYTES = 0x80
"""Memory that may be overwritten freely when the frame ends: what lies below the heap."""
