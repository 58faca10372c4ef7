"""The fast store: records in a checksummed log, written and indexed by the native extension.

The extension keeps blocks; metadata is one small file that is replaced as a whole. This module
maps faults to errors and adds what all stores on disk share.
"""

import os
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from contractchain.errors import (
    BlockNotFoundError,
    ContractChainError,
    CorruptStoreError,
    EngineUnavailableError,
    InternalError,
    StoreError,
)
from contractchain.interfaces.store import BlockRecord, Checkpoint
from contractchain.store.checkpoints import sync_directory
from contractchain.store.directory import StoreDirectory
from contractchain.store.lock import DataDirectoryLock
from contractchain.store.place import validate_places
from contractchain.store.record import (
    HASH_SIZE,
    decode_block,
    decode_record,
    decode_state_diff,
    encode_record,
)
from contractchain.store.witness import Position
from contractchain.types import Hash32

try:
    from contractchain._native import BlockStore, Fault
except ImportError as error:
    raise EngineUnavailableError(
        engine="native store", reason=str(error), hint="use the store `sqlite`"
    ) from error

LOG_FILE = "blocks.log"
METADATA_FILE = "metadata"
_CHECKSUM_SIZE = 4
_MAX_NUMBER = 1 << 63
_ERRORS: dict[str, type[ContractChainError]] = {
    error.code: error for error in (StoreError, CorruptStoreError)
}


class NativeStore:
    """Implements `contractchain.interfaces.store.Store` on the extension's block store."""

    def __init__(self, path: Path | str, lock: DataDirectoryLock | None = None) -> None:
        """Open the store in the directory `path`, or make it. Errors as `open_store`."""
        self._directory = StoreDirectory.open(Path(path), "native", LOG_FILE, lock)
        self._path = str(self._directory.path / LOG_FILE)
        self._write_lock = threading.Lock()
        try:
            noted = self._directory.witness.read()
            acknowledged = 0 if noted is None else noted.sequence
            with _translated():
                self._blocks = BlockStore(self._directory.path, acknowledged)
                self._directory.witness.check(_to_position(self._blocks.head()))
            self._metadata = _load_metadata(
                self._directory.path / METADATA_FILE,
                required=self._blocks.head_number() is not None,
            )
        except BaseException:
            self._directory.close()
            raise

    @property
    def name(self) -> str:
        return "native"

    def commit_block(self, record: BlockRecord) -> None:
        validate_places(record.number, len(record.transaction_hashes))
        encoded = encode_record(record)
        with self._write_lock, _translated():
            self._blocks.commit(encoded)
            self._directory.witness.write(_to_position((record.number, record.hash)))

    def rollback_to(self, number: int) -> None:
        with self._write_lock, _translated():
            head = self._blocks.head()
            if head is None or not 0 <= number <= head[0]:
                raise BlockNotFoundError(block=str(number))
            if number == head[0]:
                return
            self._directory.checkpoints.remove_above(number)
            self._directory.witness.forget()
            self._blocks.rollback_to(number)
            self._directory.witness.write(_to_position(self._blocks.head()))

    def head_number(self) -> int | None:
        with _translated():
            return self._blocks.head_number()

    def get_record(self, number: int) -> BlockRecord:
        return decode_record(self._get_encoded(number), number, self._path)

    def get_block(self, number: int) -> bytes:
        return decode_block(self._get_encoded(number), number, self._path)

    def iter_state_diffs(self, first: int, last: int) -> Iterator[bytes]:
        for number in range(first, last + 1):
            yield decode_state_diff(self._get_encoded(number), number, self._path)

    def find_number(self, block_hash: Hash32) -> int | None:
        with _translated():
            if len(block_hash) != HASH_SIZE:
                return None
            return self._blocks.find_block(block_hash)

    def find_transaction(self, transaction_hash: Hash32) -> tuple[int, int] | None:
        with _translated():
            if len(transaction_hash) != HASH_SIZE:
                return None
            return self._blocks.find_transaction(transaction_hash)

    def save_checkpoint(self, number: int, state_root: Hash32, chunks: Iterable[bytes]) -> None:
        head = self.head_number()
        if head is None or not 0 <= number <= head:
            raise BlockNotFoundError(block=str(number))
        self._directory.checkpoints.save(number, state_root, chunks)

    def find_checkpoint(self, at_most: int) -> Checkpoint | None:
        head = self.head_number()
        return None if head is None else self._directory.checkpoints.find(min(at_most, head))

    def get_metadata(self, key: str) -> bytes | None:
        self.head_number()
        return self._metadata.get(key)

    def put_metadata(self, key: str, value: bytes) -> None:
        with self._write_lock:
            self.head_number()
            changed = {**self._metadata, key: bytes(value)}
            _save_metadata(self._directory.path / METADATA_FILE, changed)
            self._metadata = changed

    def close(self) -> None:
        with self._write_lock:
            self._blocks.close()
            self._directory.close()

    def _get_encoded(self, number: int) -> bytes:
        with _translated():
            encoded = self._blocks.get(number) if 0 <= number < _MAX_NUMBER else None
        if encoded is None:
            raise BlockNotFoundError(block=str(number))
        return encoded


def _to_position(head: tuple[int, Hash32] | None) -> Position:
    """Return the position of a store whose head this is: it counts blocks, not writes."""
    if head is None:
        return Position(sequence=0)
    number, block_hash = head
    return Position(sequence=number + 1, head=number, head_hash=block_hash)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Fault as fault:
        code, facts = fault.args
        raise _ERRORS.get(code, InternalError)(**facts) from fault


def _load_metadata(path: Path, *, required: bool) -> dict[str, bytes]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        if not required:
            _save_metadata(path, {})
            return {}
        data = b""
    except OSError as error:
        raise StoreError(message=f"the disk refuses: {error.strerror}", path=str(path)) from error
    body = data[_CHECKSUM_SIZE:]
    if zlib.crc32(body) != int.from_bytes(data[:_CHECKSUM_SIZE], "little") or not body:
        raise CorruptStoreError(
            message="the file of metadata is missing or damaged",
            path=str(path),
            hint="restore the data directory from a backup, or delete it and start a new chain",
        )
    return msgspec.msgpack.decode(body, type=dict[str, bytes])


def _save_metadata(path: Path, values: dict[str, bytes]) -> None:
    body = msgspec.msgpack.encode(values)
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(zlib.crc32(body).to_bytes(_CHECKSUM_SIZE, "little") + body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise StoreError(message=f"the disk refuses: {error.strerror}", path=str(path)) from error
