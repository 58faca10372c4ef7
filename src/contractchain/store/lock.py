"""The lock of a data directory: one process at a time, found by the others.

The lock is the operating system's, on an open file, so it goes with the process however that
ends. The file also says in JSON who holds it and, if that is a node, under which URL it answers.
Knows nothing of what is in the directory.
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from contractchain.errors import StoreError, StoreLockedError

LOCK_FILE = "lock"
_ATTEMPTS = 6
_PAUSE_SECONDS = 0.02
_WINDOWS_LOCK_AT = 1 << 30
"""The locked byte lies beyond the text: on Windows a locked byte cannot be read by others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOwner:
    """The process that has a data directory open."""

    pid: int | None
    """None if the file does not say."""
    url: str | None
    """Where its node answers JSON-RPC, None if it serves nobody."""


class DataDirectoryLock:
    """Holds a data directory for this process until it is released, or the process ends."""

    def __init__(self, directory: Path, descriptor: int) -> None:
        self.directory = directory
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, directory: Path | str) -> Self:
        """Take the lock; the directory is made if it does not exist.

        Raises:
            StoreLockedError: another process (or another lock of this one) holds it.
            StoreError: the directory cannot be made or written.
        """
        directory = Path(directory)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(
                message=f"cannot open the data directory: {error.strerror}", path=str(directory)
            ) from error
        for attempt in range(_ATTEMPTS):
            if _try_lock(descriptor, shared=False):
                lock = cls(directory, descriptor)
                lock.publish(None)
                return lock
            if attempt + 1 < _ATTEMPTS:  # somebody may only be looking who holds it
                time.sleep(_PAUSE_SECONDS)
        owner = _read_owner(descriptor)
        os.close(descriptor)
        raise StoreLockedError(
            path=str(directory),
            pid=owner.pid,
            hint=f"use the node at {owner.url}" if owner.url else "end that process, or wait",
        )

    def publish(self, url: str | None) -> None:
        """Write into the file that this process holds the lock and answers at `url`.

        Raises:
            StoreError: the lock has been released, or the disk refuses.
        """
        if self._descriptor is None:
            raise StoreError(message="the lock is released", path=str(self.directory))
        text = json.dumps({"pid": os.getpid(), "url": url}).encode() + b"\n"
        try:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, text)
            os.ftruncate(self._descriptor, len(text))
        except OSError as error:
            raise StoreError(
                message=f"cannot write the lock file: {error.strerror}", path=str(self.directory)
            ) from error

    def release(self) -> None:
        """Give the directory up. Releasing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def find_lock_owner(directory: Path | str) -> LockOwner | None:
    """Return who holds the data directory now, None if nobody does."""
    try:
        descriptor = os.open(Path(directory) / LOCK_FILE, os.O_RDWR)
    except OSError:
        return None
    try:
        if _try_lock(descriptor, shared=True):
            return None
        return _read_owner(descriptor)
    finally:
        os.close(descriptor)


def _read_owner(descriptor: int) -> LockOwner:
    for attempt in range(_ATTEMPTS):
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            said = json.loads(os.read(descriptor, 4096).split(b"\n")[0])
        except ValueError:
            said = None  # it is being written
        if isinstance(said, dict):
            pid, url = said.get("pid"), said.get("url")
            return LockOwner(
                pid=pid if isinstance(pid, int) else None,
                url=url if isinstance(url, str) else None,
            )
        if attempt + 1 < _ATTEMPTS:
            time.sleep(_PAUSE_SECONDS)
    return LockOwner(pid=None, url=None)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int, *, shared: bool) -> bool:
        del shared  # msvcrt knows exclusive locks only; the probe gives its lock up at once
        os.lseek(descriptor, _WINDOWS_LOCK_AT, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int, *, shared: bool) -> bool:
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
