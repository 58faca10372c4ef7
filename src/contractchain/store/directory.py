"""What every store on disk has around its database: lock, format, witness, checkpoints.

The database itself belongs to `sqlite` and `native`.
"""

import json
import os
from pathlib import Path
from typing import Self

from contractchain.errors import CorruptStoreError, StoreError, StoreMismatchError
from contractchain.store.checkpoints import CheckpointFiles, sync_directory
from contractchain.store.lock import DataDirectoryLock
from contractchain.store.witness import WITNESS_FILE, HeadWitness

FORMAT = 1
"""Version of the layout on disk, record encoding included."""
FORMAT_FILE = "store.json"


class StoreDirectory:
    """An open store directory of one kind."""

    def __init__(self, path: Path, own_lock: DataDirectoryLock | None) -> None:
        self.path = path
        self.witness = HeadWitness(path)
        self.checkpoints = CheckpointFiles(path)
        self._own_lock = own_lock

    @classmethod
    def open(
        cls, path: Path, kind: str, database: str, lock: DataDirectoryLock | None = None
    ) -> Self:
        """Lock the directory, make it if need be, and check that it is of this kind and format.

        Args:
            path: The directory.
            kind: Name of the store.
            database: Name of the file or folder that holds its blocks.
            lock: A lock that the caller holds and keeps; None takes one in the directory.

        Raises:
            StoreLockedError: another process has it.
            StoreMismatchError: it holds another kind of store, or another format.
            CorruptStoreError: it has lost its format file.
            StoreError: it cannot be made or written.
        """
        own_lock = None if lock is not None else DataDirectoryLock.acquire(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            _check_format(path, kind, database)
            return cls(path, own_lock)
        except OSError as error:
            if own_lock is not None:
                own_lock.release()
            raise StoreError(
                message=f"cannot open the store: {error.strerror}", path=str(path)
            ) from error
        except BaseException:
            if own_lock is not None:
                own_lock.release()
            raise

    def close(self) -> None:
        """Close the witness and give up the lock, if it was taken here."""
        self.witness.close()
        if self._own_lock is not None:
            self._own_lock.release()


def find_store_kind(path: Path | str) -> str | None:
    """Return the name of the kind of store that a directory holds, None if it holds none.

    Raises:
        CorruptStoreError: the format file is not readable.
    """
    said = _read_format(Path(path))
    return None if said is None else said[1]


def _check_format(path: Path, kind: str, database: str) -> None:
    said = _read_format(path)
    if said is None:
        if (path / database).exists() or (path / WITNESS_FILE).exists():
            raise CorruptStoreError(
                message=f"`{FORMAT_FILE}` is missing beside the blocks",
                path=str(path),
                hint="restore the data directory from a backup",
            )
        _write_format(path, kind)
        return
    version, found = said
    if found != kind:
        raise StoreMismatchError(
            message=f"it holds a `{found}` store, not a `{kind}` store",
            path=str(path),
            hint=f"open it as `{found}`, or use another data directory",
        )
    if version != FORMAT:
        raise StoreMismatchError(
            message=f"it has format {version}, this version of contractchain reads {FORMAT}",
            path=str(path),
            hint="use the version of contractchain that wrote it, or another data directory",
        )


def _read_format(path: Path) -> tuple[int, str] | None:
    file = path / FORMAT_FILE
    try:
        said = json.loads(file.read_bytes())
        return int(said["format"]), str(said["store"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptStoreError(
            message="the format file is damaged",
            path=str(file),
            hint=f'it must read like {{"format": {FORMAT}, "store": "sqlite"}}',
        ) from error


def _write_format(path: Path, kind: str) -> None:
    temporary = path / (FORMAT_FILE + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"format": FORMAT, "store": kind}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path / FORMAT_FILE)
    sync_directory(path)
