"""Checkpoints as files: whole or not there.

A checkpoint is written to a temporary file, synced and renamed, beside the database and without
its lock, so blocks go on being committed meanwhile. Each chunk carries its checksum and the last
frame counts the chunks. The two newest are kept. What a chunk says is not known here.
"""

import os
import re
import struct
import threading
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from contractchain.errors import CorruptStoreError, StoreError
from contractchain.interfaces.store import Checkpoint
from contractchain.types import Hash32

KEPT = 2
_NAME = re.compile(r"checkpoint-(\d{20})")
_HEAD = struct.Struct("<4sIQ32s")
_FRAME = struct.Struct("<II")
_MAGIC = b"CTK1"
_END = 0xFFFFFFFF
_TEMPORARY = ".tmp"


class CheckpointFiles:
    """The checkpoints of one store directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._saving = threading.Lock()
        self._files = threading.Lock()
        self._lowest_rollback: int | None = None
        """Lowest block that the chain was rolled back to since the running save began."""
        for leftover in directory.glob(f"checkpoint-*{_TEMPORARY}"):
            leftover.unlink(missing_ok=True)

    def save(self, number: int, state_root: Hash32, chunks: Iterable[bytes]) -> None:
        """Write a checkpoint and drop all but the two newest.

        Raises:
            StoreError: the disk refuses, or the block was rolled back meanwhile.
        """
        with self._saving:
            self._lowest_rollback = None
            final = self._directory / f"checkpoint-{number:020d}"
            temporary = final.with_name(final.name + _TEMPORARY)
            try:
                _write(temporary, number, state_root, chunks)
                with self._files:
                    if self._is_rolled_back(number):
                        raise StoreError(
                            message=f"block {number} was rolled back while its checkpoint was "
                            "written",
                            path=str(final),
                        )
                    temporary.replace(final)
                    sync_directory(self._directory)
                    self._drop(self._numbers()[:-KEPT])
            except OSError as error:
                raise StoreError(
                    message=f"cannot write a checkpoint: {error.strerror}", path=str(final)
                ) from error
            finally:
                temporary.unlink(missing_ok=True)

    def find(self, at_most: int) -> Checkpoint | None:
        """Return the highest undamaged checkpoint that is not above `at_most`."""
        for number in reversed(self._numbers()):
            path = self._directory / f"checkpoint-{number:020d}"
            if number > at_most:
                continue
            try:
                state_root = _read_root(path, number)
                for _ in _read_chunks(path):
                    pass
            except (CorruptStoreError, OSError):
                continue
            return Checkpoint(number=number, state_root=state_root, chunks=_read_chunks(path))
        return None

    def remove_above(self, number: int) -> None:
        """Remove the checkpoints above `number`, also one that is being written."""
        with self._files:
            if self._lowest_rollback is None or number < self._lowest_rollback:
                self._lowest_rollback = number
            self._drop([found for found in self._numbers() if found > number])

    def _is_rolled_back(self, number: int) -> bool:
        return self._lowest_rollback is not None and self._lowest_rollback < number

    def _numbers(self) -> list[int]:
        names = (_NAME.fullmatch(path.name) for path in self._directory.glob("checkpoint-*"))
        return sorted(int(name[1]) for name in names if name is not None)

    def _drop(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            (self._directory / f"checkpoint-{number:020d}").unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Make the creation and renaming of files in a directory durable, where that is possible."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, number: int, state_root: Hash32, chunks: Iterable[bytes]) -> None:
    body = _HEAD.pack(_MAGIC, 0, number, state_root)[8:]
    with path.open("wb") as file:
        file.write(b"".join((_MAGIC, zlib.crc32(body).to_bytes(4, "little"), body)))
        count = 0
        for chunk in chunks:
            file.write(_FRAME.pack(len(chunk), zlib.crc32(chunk)))
            file.write(chunk)
            count += 1
        file.write(_FRAME.pack(_END, count))
        file.flush()
        os.fsync(file.fileno())


def _read_root(path: Path, number: int) -> Hash32:
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
    if len(head) != _HEAD.size:
        raise _damaged(path)
    magic, crc, got, state_root = _HEAD.unpack(head)
    if magic != _MAGIC or zlib.crc32(head[8:]) != crc or got != number:
        raise _damaged(path)
    return bytes(state_root)


def _read_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size - _HEAD.size
        file.seek(_HEAD.size)
        count = 0
        while True:
            frame = file.read(_FRAME.size)
            left -= _FRAME.size
            if len(frame) != _FRAME.size:
                raise _damaged(path)
            size, crc = _FRAME.unpack(frame)
            if size == _END:
                if crc != count or left:
                    raise _damaged(path)
                return
            if size > left:
                raise _damaged(path)
            chunk = file.read(size)
            left -= size
            if len(chunk) != size or zlib.crc32(chunk) != crc:
                raise _damaged(path)
            count += 1
            yield chunk


def _damaged(path: Path) -> CorruptStoreError:
    return CorruptStoreError(
        message="the checkpoint is damaged",
        path=str(path),
        hint="delete this file; the state is replayed from an older checkpoint or from genesis",
    )
