"""Stores and records for the suites about stores."""

import hashlib
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from contractchain.interfaces.store import BlockRecord, Store
from contractchain.store import has_native_store, open_store

KINDS = ("memory", "sqlite", "native")
DISK_KINDS = ("sqlite", "native")


def require_store(kind: str) -> None:
    """Skip the test, or fail it where the native store is demanded, if `kind` is not built."""
    if kind == "native" and not has_native_store():
        if os.environ.get("CTC_REQUIRE_NATIVE") == "1":
            pytest.fail("CTC_REQUIRE_NATIVE=1, and the native store is not built")
        pytest.skip("the native store is not built")


def open_kind(kind: str, path: Path) -> Store:
    """Open a store of this kind in `path`."""
    return open_store(kind, path)


def closing(store: Store) -> Iterator[Store]:
    """Yield the store and close it afterwards."""
    try:
        yield store
    finally:
        store.close()


def hash_of(*parts: object) -> bytes:
    """Return 32 bytes that depend on nothing but `parts`."""
    return hashlib.sha256(repr(parts).encode()).digest()


def make_record(number: int, salt: int = 0, transactions: int | None = None) -> BlockRecord:
    """Return a record like those of a chain, the same for the same arguments.

    Args:
        number: Of the block.
        salt: Tells blocks of the same number apart.
        transactions: How many; None for a number from 0 to 4 that depends on the rest.
    """
    source = random.Random(f"{number}/{salt}")
    count = source.randrange(5) if transactions is None else transactions
    bloom = bytes(256)
    receipts = []
    for index in range(count):
        some_bloom = bloom if index % 2 else bytes(100) + source.randbytes(3) + bytes(153)
        receipts.append(b"\x02\xf9\x01\x0a\x01\x82\x52\x08\xb9\x01\x00" + some_bloom + b"\xc0")
    return BlockRecord(
        number=number,
        hash=hash_of("block", number, salt),
        block=source.randbytes(240) + bloom + source.randbytes(90 + 110 * count),
        transaction_hashes=tuple(hash_of(number, salt, index) for index in range(count)),
        senders=tuple(source.randbytes(20) for _ in range(count)),
        receipts=tuple(receipts),
        state_diff=source.randbytes(source.randrange(200)),
    )


def check_same(store: Store, records: list[BlockRecord]) -> None:
    """Compare everything that a store says about its blocks with the records."""
    assert store.head_number() == (len(records) - 1 if records else None)
    for record in records:
        assert store.get_record(record.number) == record
        assert store.get_block(record.number) == record.block
        assert store.find_number(record.hash) == record.number
        for index, transaction_hash in enumerate(record.transaction_hashes):
            assert store.find_transaction(transaction_hash) == (record.number, index)
    diffs = list(store.iter_state_diffs(0, len(records) - 1))
    assert diffs == [record.state_diff for record in records]
