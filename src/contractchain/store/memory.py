"""The store that forgets: for tests and for chains that are thrown away.

Keeps one encoded record per block and two hash tables, not objects. It encodes and checks records
exactly as the stores on disk do.
"""

import threading
from collections.abc import Iterable, Iterator

from contractchain.errors import BlockNotFoundError, StoreError
from contractchain.interfaces.store import BlockRecord, Checkpoint
from contractchain.store.checkpoints import KEPT
from contractchain.store.place import from_place, to_place, validate_places
from contractchain.store.record import (
    decode_block,
    decode_hashes,
    decode_record,
    decode_state_diff,
    encode_record,
)
from contractchain.types import Hash32

_PATH = "memory"


class MemoryStore:
    """Implements `contractchain.interfaces.store.Store` without a disk."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._records: list[bytes] = []
        self._numbers: dict[Hash32, int] = {}
        self._places: dict[Hash32, int] = {}
        self._metadata: dict[str, bytes] = {}
        self._checkpoints: dict[int, tuple[Hash32, tuple[bytes, ...]]] = {}
        self._closed = False

    @property
    def name(self) -> str:
        return "memory"

    def commit_block(self, record: BlockRecord) -> None:
        encoded = encode_record(record)
        validate_places(record.number, len(record.transaction_hashes))
        with self._lock:
            self._check_open()
            if record.number != len(self._records):
                raise StoreError(
                    message=f"block {record.number} cannot follow; the next is {len(self._records)}"
                )
            first = to_place(record.number, 0)
            places = zip(
                record.transaction_hashes,
                range(first, first + len(record.transaction_hashes)),
                strict=True,
            )
            self._places.update(places)
            self._numbers[record.hash] = record.number
            self._records.append(encoded)

    def rollback_to(self, number: int) -> None:
        with self._lock:
            self._get_encoded(number)
            for above in range(len(self._records) - 1, number, -1):
                block_hash, hashes = decode_hashes(self._records[above], above, _PATH)
                self._numbers.pop(block_hash, None)
                for transaction_hash in hashes:
                    self._places.pop(transaction_hash, None)
                del self._records[above]
            for at in [at for at in self._checkpoints if at > number]:
                del self._checkpoints[at]

    def head_number(self) -> int | None:
        with self._lock:
            self._check_open()
            return len(self._records) - 1 if self._records else None

    def get_record(self, number: int) -> BlockRecord:
        return decode_record(self._get_encoded(number), number, _PATH)

    def get_block(self, number: int) -> bytes:
        return decode_block(self._get_encoded(number), number, _PATH)

    def iter_state_diffs(self, first: int, last: int) -> Iterator[bytes]:
        for number in range(first, last + 1):
            yield decode_state_diff(self._get_encoded(number), number, _PATH)

    def find_number(self, block_hash: Hash32) -> int | None:
        with self._lock:
            self._check_open()
            return self._numbers.get(block_hash)

    def find_transaction(self, transaction_hash: Hash32) -> tuple[int, int] | None:
        with self._lock:
            self._check_open()
            place = self._places.get(transaction_hash)
        return None if place is None else from_place(place)

    def save_checkpoint(self, number: int, state_root: Hash32, chunks: Iterable[bytes]) -> None:
        block = self._get_encoded(number)
        kept = (state_root, tuple(chunks))
        with self._lock:
            self._check_open()
            if number >= len(self._records) or self._records[number] is not block:
                raise StoreError(
                    message=f"block {number} was rolled back while its checkpoint was written",
                    path=_PATH,
                )
            self._checkpoints[number] = kept
            for old in sorted(self._checkpoints)[:-KEPT]:
                del self._checkpoints[old]

    def find_checkpoint(self, at_most: int) -> Checkpoint | None:
        with self._lock:
            self._check_open()
            number = max((at for at in self._checkpoints if at <= at_most), default=None)
            if number is None:
                return None
            state_root, chunks = self._checkpoints[number]
        return Checkpoint(number=number, state_root=state_root, chunks=iter(chunks))

    def get_metadata(self, key: str) -> bytes | None:
        with self._lock:
            self._check_open()
            return self._metadata.get(key)

    def put_metadata(self, key: str, value: bytes) -> None:
        with self._lock:
            self._check_open()
            self._metadata[key] = bytes(value)

    def close(self) -> None:
        with self._lock:
            self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(message="the store is closed", path=_PATH)

    def _get_encoded(self, number: int) -> bytes:
        with self._lock:
            self._check_open()
            if not 0 <= number < len(self._records):
                raise BlockNotFoundError(block=str(number))
            return self._records[number]
