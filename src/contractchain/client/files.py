"""Files that survive a crash: written whole or not at all, one writer at a time."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from contractchain.errors import StoreError


def write_atomically(path: Path, data: bytes, *, is_durable: bool = True) -> None:
    """Replace a file as a whole; directories on the way are made.

    Args:
        path: The file.
        data: What it shall hold.
        is_durable: Whether to wait until it would survive the loss of power.

    Raises:
        StoreError: the disk refuses; the old file is as it was.
    """
    import tempfile  # only commands that write should wait for it

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                if is_durable:
                    os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        if is_durable:
            _sync_directory(path.parent)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", path=str(path)) from error


def read_file(path: Path) -> bytes | None:
    """Return what a file holds, None if there is none.

    Raises:
        StoreError: it is there but cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}", path=str(path)) from error


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock that stands beside `path`, waiting for it if another process has it.

    Raises:
        StoreError: the lock file cannot be opened.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"cannot be locked: {error.strerror}", path=str(path)) from error
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

    def _sync_directory(path: Path) -> None:
        del path  # a directory cannot be opened there; NTFS journals the rename

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _sync_directory(path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
