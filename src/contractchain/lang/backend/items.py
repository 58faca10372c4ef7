"""Assembly: the items that the scheduler emits and the assembler encodes."""

from enum import Enum
from typing import NamedTuple


class ItemKind(Enum):
    """What an item of assembly is."""

    OP = "op"
    """One opcode without immediate."""
    PUSH = "push"
    """A constant."""
    PUSH_LABEL = "push-label"
    LABEL = "label"
    """A jump destination."""
    DATA_OFFSET = "data-offset"
    DATA_SIZE = "data-size"
    IMMUTABLE = "immutable"
    LINK = "link"
    GUARD = "guard"
    """First free byte after the memory that the back end reserves."""
    FRAME = "frame"
    """Address of a spill slot: (function name, slot number)."""

    __hash__ = object.__hash__  # identity: members are singletons


class Label:
    """A place in the code."""

    __slots__ = ("function", "name")

    name: str
    function: str
    """Function whose entry this is, else empty."""

    def __init__(self, name: str, function: str = "") -> None:
        self.name = name
        self.function = function

    def __repr__(self) -> str:
        return f"<label {self.name}>"


class Item(NamedTuple):
    """One item of assembly."""

    kind: ItemKind
    value: object
    """Opcode, constant, label or name, as `kind` says."""
    span: object | None = None
    jump: str = "-"
    """Jump type for source maps: `i` into a function, `o` out of one."""


class Opcode:
    """Opcodes that the back end emits by itself."""

    ADD = 0x01
    SUB = 0x03
    LT = 0x10
    GT = 0x11
    EQ = 0x14
    ISZERO = 0x15
    NOT = 0x19
    SHL = 0x1B
    SHR = 0x1C
    POP = 0x50
    MLOAD = 0x51
    MSTORE = 0x52
    JUMP = 0x56
    JUMPI = 0x57
    JUMPDEST = 0x5B
    PUSH0 = 0x5F
    DUP1 = 0x80
    SWAP1 = 0x90


MIRRORED = {0x10: 0x11, 0x11: 0x10, 0x12: 0x13, 0x13: 0x12}
"""Comparison that holds for the operands in the other order."""
