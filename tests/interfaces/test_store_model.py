"""Random sequences of writes and reopenings, compared with a list of blocks."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from store_cases import KINDS, check_same, open_kind, require_store
from store_records import make_record

from contractchain.errors import BlockNotFoundError, StoreError
from contractchain.interfaces.store import BlockRecord
from contractchain.store import verify_store

KEPT_CHECKPOINTS = 2
EFFORT = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 1


class StoreMachine(RuleBasedStateMachine):
    """One store and what it should hold."""

    kind = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ctc-store-"))
        self.records: list[BlockRecord] = []
        self.removed: list[BlockRecord] = []
        self.metadata: dict[str, bytes] = {}
        self.checkpoints: dict[int, list[bytes]] = {}
        self.salt = 0

    @initialize()
    def open(self) -> None:
        self.store = open_kind(self.kind, self.folder)

    @rule(transactions=st.sampled_from([0, 1, 1, 2, 40]))
    def commit(self, transactions: int) -> None:
        self.salt += 1
        record = make_record(len(self.records), self.salt, transactions)
        self.store.commit_block(record)
        self.records.append(record)

    @rule(count=st.integers(1, 30))
    def commit_several(self, count: int) -> None:
        for _ in range(count):
            self.commit(1)

    @rule(wrong=st.sampled_from([-1, 1, 5]))
    def refuse_a_wrong_number(self, wrong: int) -> None:
        number = len(self.records) + wrong
        if number >= 0:
            with pytest.raises(StoreError):
                self.store.commit_block(make_record(number, salt=-1))

    @precondition(lambda self: self.records)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self.records) - 1))
        self.store.rollback_to(number)
        self.removed = (self.removed + self.records[number + 1 :])[-50:]
        del self.records[number + 1 :]
        self.checkpoints = {at: kept for at, kept in self.checkpoints.items() if at <= number}

    @rule(beyond=st.integers(0, 3))
    def refuse_a_rollback_above_the_head(self, beyond: int) -> None:
        with pytest.raises(BlockNotFoundError):
            self.store.rollback_to(len(self.records) + beyond)

    @precondition(lambda self: self.records)
    @rule(data=st.data(), chunks=st.lists(st.binary(max_size=300), max_size=4))
    def save_a_checkpoint(self, data: st.DataObject, chunks: list[bytes]) -> None:
        number = data.draw(st.integers(0, len(self.records) - 1))
        self.store.save_checkpoint(number, self.records[number].hash, iter(chunks))
        self.checkpoints[number] = chunks
        for old in sorted(self.checkpoints)[:-KEPT_CHECKPOINTS]:
            del self.checkpoints[old]

    @rule(at_most=st.integers(0, 100))
    def find_a_checkpoint(self, at_most: int) -> None:
        number = max((at for at in self.checkpoints if at <= at_most), default=None)
        found = self.store.find_checkpoint(at_most)
        if number is None:
            assert found is None
        else:
            assert found is not None
            assert found.number == number
            assert found.state_root == self.records[number].hash
            assert list(found.chunks) == self.checkpoints[number]

    @rule(key=st.sampled_from(["a", "b", "c/d"]), value=st.binary(max_size=50))
    def put_metadata(self, key: str, value: bytes) -> None:
        self.store.put_metadata(key, value)
        self.metadata[key] = value

    @precondition(lambda self: self.kind != "memory")
    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = open_kind(self.kind, self.folder)
        check_same(self.store, self.records)

    @precondition(lambda self: self.kind != "memory")
    @rule()
    def reopen_as_a_crash_would_leave_it(self) -> None:
        copy = Path(tempfile.mkdtemp(prefix="ctc-store-"))
        shutil.copytree(self.folder, copy, dirs_exist_ok=True)
        self.store.close()
        shutil.rmtree(self.folder)
        self.folder = copy
        self.store = open_kind(self.kind, self.folder)
        check_same(self.store, self.records)

    @invariant()
    def the_head_is_known(self) -> None:
        if not hasattr(self, "store"):
            return
        assert self.store.head_number() == (len(self.records) - 1 if self.records else None)
        if self.records:
            assert self.store.get_record(len(self.records) - 1) == self.records[-1]
        for key in ("a", "b", "c/d"):
            assert self.store.get_metadata(key) == self.metadata.get(key)

    def teardown(self) -> None:
        try:
            check_same(self.store, self.records)
            verify_store(self.store)
            for record in self.removed:
                assert self.store.find_number(record.hash) is None
                for each in record.transaction_hashes:
                    assert self.store.find_transaction(each) is None
        finally:
            self.store.close()
            shutil.rmtree(self.folder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_behaves_like_a_list_of_blocks(kind: str) -> None:
    require_store(kind)
    machine = type("Machine", (StoreMachine,), {"kind": kind})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=10 * EFFORT, stateful_step_count=25, deadline=None)
    )
