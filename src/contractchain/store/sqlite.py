"""The store in pure Python: one SQLite database in write-ahead mode, synced at every commit.

A record is one row; hashes are indexed by their first eight bytes. SQLite's pages carry no
checksum, so records carry their own and the witness notes the last acknowledged write. Damage to
an index page that keeps its order is found by `contractchain.store.verify_store` alone.
"""

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from contractchain.errors import BlockNotFoundError, CorruptStoreError, StoreError
from contractchain.interfaces.store import BlockRecord, Checkpoint
from contractchain.store.directory import StoreDirectory
from contractchain.store.lock import DataDirectoryLock
from contractchain.store.place import from_place, hash_prefix, to_place, validate_places
from contractchain.store.record import (
    HASH_SIZE,
    HEAD_SIZE,
    decode_block,
    decode_hashes,
    decode_record,
    decode_state_diff,
    encode_record,
    find_hash,
)
from contractchain.store.witness import Position
from contractchain.types import Hash32

T = TypeVar("T")

DATABASE_FILE = "blocks.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS metadata (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS block (number INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS block_index
    (prefix INTEGER, number INTEGER, PRIMARY KEY (prefix, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS transaction_index
    (prefix INTEGER, place INTEGER, PRIMARY KEY (prefix, place)) WITHOUT ROWID;
INSERT OR IGNORE INTO progress VALUES (0, 0);
"""
_RESTORE_HINT = "restore the data directory from a backup, or delete it and start a new chain"
_CHECKSUM_SIZE = 4
_BUSY_SECONDS = 5.0
_CACHE_KIB = 16 * 1024
_WAL_PAGES = 2000
_WAL_BYTES = 64 * 1024 * 1024
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""SQLITE_ERROR too: our statements are right, so a missing table or column is damage."""


class SqliteStore:
    """Implements `contractchain.interfaces.store.Store` on `sqlite3`.

    One connection writes, another reads, each under its lock: a read does not wait for the disk.
    """

    def __init__(self, path: Path | str, lock: DataDirectoryLock | None = None) -> None:
        """Open the store in the directory `path`, or make it. Errors as `open_store`."""
        self._directory = StoreDirectory.open(Path(path), "sqlite", DATABASE_FILE, lock)
        self._path = str(self._directory.path / DATABASE_FILE)
        self._write_lock = threading.RLock()
        self._read_lock = threading.RLock()
        self._closed = False
        connections: list[sqlite3.Connection] = []
        try:
            with self._translated():
                connections.append(_connect(self._path))
                connections[0].executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
                connections.append(_connect(self._path))
                connections[1].execute("PRAGMA query_only = 1")
            self._writer, self._reader = connections
            self._position = self._load_position()
            self._directory.witness.check(self._position)
        except BaseException:
            for connection in connections:
                connection.close()
            self._directory.close()
            raise

    @property
    def name(self) -> str:
        return "sqlite"

    def commit_block(self, record: BlockRecord) -> None:
        encoded = encode_record(record)
        count = len(record.transaction_hashes)
        validate_places(record.number, count)
        first = to_place(record.number, 0)
        places = zip(
            map(hash_prefix, record.transaction_hashes), range(first, first + count), strict=True
        )
        with self._write_lock:
            self._check_open()
            head = self._position.head
            following = 0 if head is None else head + 1
            if record.number != following:
                raise StoreError(
                    message=f"block {record.number} cannot follow; the next is {following}",
                    path=self._path,
                )
            with self._writing(record.number, record.hash) as database:
                database.execute("INSERT INTO block VALUES (?, ?)", (record.number, encoded))
                database.execute(
                    "INSERT INTO block_index VALUES (?, ?)",
                    (hash_prefix(record.hash), record.number),
                )
                database.executemany("INSERT INTO transaction_index VALUES (?, ?)", places)

    def rollback_to(self, number: int) -> None:
        with self._write_lock:
            self._check_number(number)
            head = self._position.head
            if head is None or head == number:
                return
            self._directory.checkpoints.remove_above(number)
            head_hash = decode_hashes(self._get_encoded(number), number, self._path)[0]
            entries = self._load_entries_above(number, head)
            with self._writing(number, head_hash) as database:
                if entries is None:
                    first = to_place(number + 1, 0)
                    database.execute("DELETE FROM block_index WHERE number > ?", (number,))
                    database.execute("DELETE FROM transaction_index WHERE place >= ?", (first,))
                else:
                    blocks, transactions = entries
                    database.executemany(
                        "DELETE FROM block_index WHERE prefix = ? AND number = ?", blocks
                    )
                    database.executemany(
                        "DELETE FROM transaction_index WHERE prefix = ? AND place = ?",
                        transactions,
                    )
                database.execute("DELETE FROM block WHERE number > ?", (number,))

    def head_number(self) -> int | None:
        self._check_open()
        return self._position.head

    def get_record(self, number: int) -> BlockRecord:
        return decode_record(self._get_encoded(number), number, self._path)

    def get_block(self, number: int) -> bytes:
        return decode_block(self._get_encoded(number), number, self._path)

    def iter_state_diffs(self, first: int, last: int) -> Iterator[bytes]:
        for number in range(first, last + 1):
            yield decode_state_diff(self._get_encoded(number), number, self._path)

    def find_number(self, block_hash: Hash32) -> int | None:
        rows = self._select(
            "SELECT number FROM block_index WHERE prefix = ?", (hash_prefix(block_hash),), int
        )
        return next((number for number in rows if self._has_hash(number, None, block_hash)), None)

    def find_transaction(self, transaction_hash: Hash32) -> tuple[int, int] | None:
        rows = self._select(
            "SELECT place FROM transaction_index WHERE prefix = ?",
            (hash_prefix(transaction_hash),),
            int,
        )
        for number, index in map(from_place, rows):
            if self._has_hash(number, index, transaction_hash):
                return number, index
        return None

    def save_checkpoint(self, number: int, state_root: Hash32, chunks: Iterable[bytes]) -> None:
        self._check_number(number)
        self._directory.checkpoints.save(number, state_root, chunks)

    def find_checkpoint(self, at_most: int) -> Checkpoint | None:
        head = self.head_number()
        return None if head is None else self._directory.checkpoints.find(min(at_most, head))

    def get_metadata(self, key: str) -> bytes | None:
        rows = self._select("SELECT value FROM metadata WHERE key = ?", (key,), bytes)
        if not rows:
            return None
        if rows[0][:_CHECKSUM_SIZE] != _checksum(key, rows[0][_CHECKSUM_SIZE:]):
            raise CorruptStoreError(
                message=f"the metadata `{key}` is damaged", path=self._path, hint=_RESTORE_HINT
            )
        return rows[0][_CHECKSUM_SIZE:]

    def put_metadata(self, key: str, value: bytes) -> None:
        with self._write_lock:
            self._check_open()
            with self._writing(self._position.head, self._position.head_hash) as database:
                database.execute(
                    "INSERT OR REPLACE INTO metadata VALUES (?, ?)",
                    (key, _checksum(key, value) + value),
                )

    def close(self) -> None:
        with self._write_lock, self._read_lock:
            if self._closed:
                return
            self._closed = True
            try:
                with self._translated():
                    self._reader.close()
                    self._writer.close()
            finally:
                self._directory.close()

    @contextmanager
    def _writing(self, head: int | None, head_hash: Hash32) -> Iterator[sqlite3.Connection]:
        """Make the statements of the block one durable write, noted by the witness."""
        after = Position(sequence=self._position.sequence + 1, head=head, head_hash=head_hash)
        with self._translated():
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("UPDATE progress SET sequence = ?", (after.sequence,))
                self._writer.execute("COMMIT")
                self._directory.witness.write(after)
                self._position = after
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                self._position = self._load_position()
                raise

    def _load_position(self) -> Position:
        sequence = max(self._select("SELECT sequence FROM progress", (), int), default=0)
        heads = self._select("SELECT number FROM block ORDER BY number DESC LIMIT 1", (), int)
        if not heads:
            return Position(sequence=sequence)
        head = heads[0]
        head_hash = decode_hashes(self._get_encoded(head), head, self._path)[0]
        return Position(sequence=sequence, head=head, head_hash=head_hash)

    def _load_entries_above(
        self, number: int, head: int
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
        """Return the index entries of the blocks above `number`, None if one is damaged."""
        blocks: list[tuple[int, int]] = []
        transactions: list[tuple[int, int]] = []
        for above in range(number + 1, head + 1):
            try:
                block_hash, hashes = decode_hashes(self._get_encoded(above), above, self._path)
            except CorruptStoreError:
                return None
            blocks.append((hash_prefix(block_hash), above))
            transactions.extend(
                (hash_prefix(each), to_place(above, index)) for index, each in enumerate(hashes)
            )
        return blocks, transactions

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(message="the store is closed", path=self._path)

    def _check_number(self, number: int) -> None:
        head = self.head_number()
        if head is None or not 0 <= number <= head:
            raise BlockNotFoundError(block=str(number))

    def _get_encoded(self, number: int) -> bytes:
        encoded = self._find_encoded(number)
        if encoded is not None:
            return encoded
        self._check_number(number)
        raise CorruptStoreError(
            message=f"the record of block {number} is missing",
            path=self._path,
            hint=_RESTORE_HINT,
        )

    def _has_hash(self, number: int, index: int | None, wanted: Hash32) -> bool:
        """Tell whether a block, or a transaction in it, has the hash; a damaged one raises."""
        head = self.head_number()
        if head is None or not 0 <= number <= head or len(wanted) != HASH_SIZE:
            return False
        with self._read_lock, self._translated():
            self._check_open()
            with self._reader.blobopen("block", "record", number, readonly=True) as record:
                place = find_hash(record.read(HEAD_SIZE), index)
                if place is not None and place < len(record):
                    record.seek(place)
                    if record.read(HASH_SIZE) == wanted:
                        return True
        decode_hashes(self._get_encoded(number), number, self._path)
        return False

    def _find_encoded(self, number: int) -> bytes | None:
        if not 0 <= number < 1 << 63:
            return None
        rows = self._select("SELECT record FROM block WHERE number = ?", (number,), bytes)
        return rows[0] if rows else None

    def _select(self, statement: str, values: tuple[object, ...], kind: type[T]) -> list[T]:
        """Return the values of the one column that is selected, all of this type."""
        with self._read_lock:
            self._check_open()
            with self._translated():
                found = [value for (value,) in self._reader.execute(statement, values)]
        if not all(isinstance(value, kind) for value in found):
            raise CorruptStoreError(
                message="the database is damaged: a value has the wrong type",
                path=self._path,
                hint=_RESTORE_HINT,
            )
        return found

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in _DAMAGE:
                raise CorruptStoreError(
                    message=f"the database is damaged: {error}",
                    path=self._path,
                    hint=_RESTORE_HINT,
                ) from error
            raise StoreError(message=f"the database refuses: {error}", path=self._path) from error
        except OSError as error:
            raise StoreError(
                message=f"the disk refuses: {error.strerror}", path=self._path
            ) from error


def _checksum(key: str, value: bytes) -> bytes:
    return zlib.crc32(value, zlib.crc32(key.encode())).to_bytes(_CHECKSUM_SIZE, "big")


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection
