"""How storage packs values: lower-order first, sharing a slot while they fit."""

from collections.abc import Iterable
from typing import NamedTuple

from contractchain.lang.semantics.types.base import WORD_BYTES, Type


class Place(NamedTuple):
    """Where a variable or member is in storage."""

    slot: int
    """Slot, counted from the start of the struct or contract."""
    offset: int
    """Lowest byte inside the slot, counted from the least significant one."""


def pack(types: Iterable[Type], start: int = 0) -> tuple[list[Place], int]:
    """Lay out `types` one after the other, beginning at slot `start`.

    Returns:
        The place of each, and the first slot after the last of them.

    Spec:
        Solidity documentation, "Layout of State Variables in Storage".
    """
    places: list[Place] = []
    slot, offset = start, 0
    for item in types:
        size = item.storage_bytes
        if not item.is_value or offset + size > WORD_BYTES:
            if offset:
                slot, offset = slot + 1, 0
            if not item.is_value:
                places.append(Place(slot, 0))
                slot += item.storage_slots
                continue
        places.append(Place(slot, offset))
        offset += size
        if offset == WORD_BYTES:
            slot, offset = slot + 1, 0
    return places, slot + (offset > 0)
