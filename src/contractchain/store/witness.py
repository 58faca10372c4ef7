"""The last acknowledged write, noted beside the database.

A journal that has lost its end looks like one whose last write was cut short by a crash, and
databases quietly drop such an end. The witness tells the two apart: it is written after a write
is durable and before it is acknowledged, so whatever survives of it names a write that must be
there. It is not synced, which makes it free; an old witness is only a weaker promise.
"""

import os
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from contractchain.errors import CorruptStoreError, StoreError
from contractchain.types import ZERO_HASH, Hash32

WITNESS_FILE = "head"
_SLOT = struct.Struct("<4sIQq32s")
_MAGIC = b"CTCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a store has come."""

    sequence: int
    """Count of all writes ever made, of every kind."""
    head: int | None = None
    """Number of the highest block, None on an empty store."""
    head_hash: Hash32 = ZERO_HASH


class HeadWitness:
    """Two slots, written in turn, so that a damaged one leaves the write before."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / WITNESS_FILE
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        self._file = os.fdopen(descriptor, "r+b", buffering=0)

    def read(self) -> Position | None:
        """Return the newest write that was acknowledged, None if there was none.

        Raises:
            CorruptStoreError: the file is there but neither slot is whole.
        """
        self._file.seek(0)
        data = self._file.read(2 * _SLOT.size + 1)
        if not data:
            return None
        slots = [data[: _SLOT.size], data[_SLOT.size : 2 * _SLOT.size]]
        found = [position for slot in slots if (position := _decode(slot)) is not None]
        if not found:
            raise CorruptStoreError(
                message="the note of the last acknowledged write is damaged",
                path=str(self.path),
                hint="if the blocks are all there, delete this file; else restore a backup",
            )
        return max(found, key=lambda position: position.sequence)

    def write(self, position: Position) -> None:
        """Note a write that is durable; if the disk refuses, the older note stands."""
        head = -1 if position.head is None else position.head
        body = _SLOT.pack(_MAGIC, 0, position.sequence, head, position.head_hash)[8:]
        slot = b"".join((_MAGIC, zlib.crc32(body).to_bytes(4, "little"), body))
        with suppress(OSError):
            self._file.seek(position.sequence % 2 * _SLOT.size)
            self._file.write(slot)

    def forget(self) -> None:
        """Drop the note, durably: what follows may take acknowledged blocks away.

        Raises:
            StoreError: the disk refuses.
        """
        try:
            self._file.truncate(0)
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StoreError(
                message=f"the disk refuses: {error.strerror}", path=str(self.path)
            ) from error

    def check(self, found: Position) -> None:
        """Compare what the database holds with what was acknowledged.

        Raises:
            CorruptStoreError: an acknowledged write is missing or another is in its place.
        """
        noted = self.read()
        if noted is None or found.sequence > noted.sequence:
            return
        if found == noted:
            return
        missing = noted.sequence - found.sequence
        what = f"the last {missing} acknowledged writes are" if missing else "the head block is"
        raise CorruptStoreError(
            message=f"{what} missing: block {_name(noted.head)} was the head, "
            f"block {_name(found.head)} is",
            path=str(self.path.parent),
            hint=f"restore a backup; to accept the loss, delete `{self.path}`",
        )

    def close(self) -> None:
        """Sync the note, so that a clean end leaves a full one, and close the file."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()


def _decode(slot: bytes) -> Position | None:
    if len(slot) != _SLOT.size:
        return None
    magic, crc, sequence, head, head_hash = _SLOT.unpack(slot)
    if magic != _MAGIC or zlib.crc32(slot[8:]) != crc:
        return None
    return Position(sequence=sequence, head=None if head < 0 else head, head_hash=head_hash)


def _name(head: int | None) -> str:
    return "none" if head is None else str(head)
