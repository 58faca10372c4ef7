"""Stores and records for the suites about stores."""

import os
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
