"""What survives `kill -9`, in three implementations of `contractchain.interfaces.store.Store`.

`memory` forgets, `sqlite` needs Python only, `native` is the fast one. All keep the same records
with the same checks; `open_store` is the way in.
"""

from enum import StrEnum
from importlib import import_module
from pathlib import Path

from contractchain.errors import StoreMismatchError, UsageError, closest
from contractchain.interfaces.store import Store
from contractchain.store.directory import find_store_kind
from contractchain.store.lock import DataDirectoryLock, LockOwner, find_lock_owner
from contractchain.store.verify import verify_store
from contractchain.types import Hash32

__all__ = [
    "DataDirectoryLock",
    "LockOwner",
    "StoreKind",
    "find_lock_owner",
    "find_store_kind",
    "has_native_store",
    "open_store",
    "verify_store",
]


class StoreKind(StrEnum):
    """The implementations."""

    MEMORY = "memory"
    SQLITE = "sqlite"
    NATIVE = "native"


def open_store(
    kind: StoreKind | str,
    path: Path | str | None = None,
    *,
    lock: DataDirectoryLock | None = None,
    genesis_hash: Hash32 | None = None,
) -> Store:
    """Open the store in a directory, or make an empty one there.

    Args:
        kind: `memory`, `sqlite` or `native`.
        path: Directory of the store; `memory` has none.
        lock: A data directory lock that the caller holds and keeps. None takes a lock in `path`
            until the store is closed.
        genesis_hash: If given, what the hash of block 0 must be, should there be one.

    Raises:
        UsageError: no such kind, or no path.
        StoreLockedError: another process has the directory open.
        StoreMismatchError: it holds another kind of store, another format or another chain.
        CorruptStoreError: what is there fails its checks; nothing is changed.
        EngineUnavailableError: `native` without the extension.
        StoreError: the disk refuses.
    """
    store = _open(kind, path, lock)
    try:
        _check_genesis(store, genesis_hash, path)
    except BaseException:
        store.close()
        raise
    return store


def has_native_store() -> bool:
    """Tell whether the extension with the native store can be loaded."""
    try:
        return hasattr(import_module("contractchain._native"), "BlockStore")
    except ImportError:
        return False


def _open(kind: StoreKind | str, path: Path | str | None, lock: DataDirectoryLock | None) -> Store:
    try:
        kind = StoreKind(kind)
    except ValueError as error:
        raise UsageError(
            message=f"there is no store `{kind}`; choose from memory, sqlite and native",
            hint=closest(str(kind), list(StoreKind)),
        ) from error
    if kind is StoreKind.MEMORY:
        from contractchain.store.memory import MemoryStore

        return MemoryStore()
    if path is None:
        raise UsageError(message=f"the `{kind}` store needs a directory")
    if kind is StoreKind.SQLITE:
        from contractchain.store.sqlite import SqliteStore

        return SqliteStore(path, lock)
    from contractchain.store.native import NativeStore

    return NativeStore(path, lock)


def _check_genesis(store: Store, genesis_hash: Hash32 | None, path: Path | str | None) -> None:
    if genesis_hash is None or store.head_number() is None:
        return
    found = store.get_record(0).hash
    if found != genesis_hash:
        raise StoreMismatchError(
            message=f"it holds another chain: its genesis block is 0x{found.hex()}, not "
            f"0x{genesis_hash.hex()}",
            path=str(path or ""),
            hint="use another data directory, or the genesis this one was made with",
        )
