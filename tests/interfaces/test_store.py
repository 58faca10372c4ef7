"""What every store does, whatever it is made of."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from store_cases import DISK_KINDS, KINDS, check_same, closing, open_kind, require_store
from store_records import make_record

from contractchain.errors import (
    BlockNotFoundError,
    StoreError,
    StoreLockedError,
    StoreMismatchError,
    UsageError,
)
from contractchain.interfaces.store import BlockRecord, Store
from contractchain.store import find_store_kind, open_store, verify_store

on_disk = pytest.mark.parametrize("kind", DISK_KINDS, indirect=True)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    require_store(request.param)
    return str(request.param)


@pytest.fixture
def store(kind: str, tmp_path: Path) -> Iterator[Store]:
    yield from closing(open_kind(kind, tmp_path / "store"))


def fill(store: Store, count: int, transactions: int | None = None) -> list[BlockRecord]:
    records = [make_record(number, transactions=transactions) for number in range(count)]
    for record in records:
        store.commit_block(record)
    return records


def test_a_store_says_its_name(store: Store, kind: str) -> None:
    assert store.name == kind


def test_an_empty_store_has_no_head(store: Store) -> None:
    assert store.head_number() is None
    assert store.find_checkpoint(10) is None
    assert store.find_number(bytes(32)) is None
    assert store.find_transaction(bytes(32)) is None
    assert verify_store(store) == 0


def test_committed_blocks_are_read_back_whole(store: Store) -> None:
    check_same(store, fill(store, 30))
    assert verify_store(store) == 30


def test_a_block_of_many_transactions_is_read_back_whole(store: Store) -> None:
    fill(store, 1)
    store.commit_block(record := make_record(1, transactions=3000))
    assert store.get_record(1) == record
    assert store.find_transaction(record.transaction_hashes[2999]) == (1, 2999)


def test_a_bare_record_is_read_back_whole(store: Store) -> None:
    record = BlockRecord(number=0, hash=bytes(32), block=b"")
    store.commit_block(record)
    assert store.get_record(0) == record


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 100_000])
def test_runs_of_zeros_are_kept_exactly(store: Store, size: int) -> None:
    record = BlockRecord(
        number=0,
        hash=bytes(32),
        block=b"\x01" + bytes(size) + b"\x02" + bytes(size),
        receipts=(bytes(size), b"\x03" + bytes(200), bytes(56), b""),
        state_diff=bytes(size),
    )
    store.commit_block(record)
    assert store.get_record(0) == record


@pytest.mark.parametrize("number", [0, 1, 4, 6, 2**40])
def test_a_block_out_of_order_is_refused_and_changes_nothing(store: Store, number: int) -> None:
    records = fill(store, 5)
    with pytest.raises(StoreError):
        store.commit_block(make_record(number, salt=9))
    check_same(store, records)


def test_the_first_block_must_be_genesis(store: Store) -> None:
    with pytest.raises(StoreError):
        store.commit_block(make_record(1))
    assert store.head_number() is None


@pytest.mark.parametrize(
    "change",
    [
        {"hash": bytes(31)},
        {"transaction_hashes": (bytes(31), bytes(33))},
        {"senders": (bytes(19), bytes(21))},
        {"number": -1},
    ],
)
def test_a_malformed_record_is_refused(store: Store, change: dict[str, object]) -> None:
    with pytest.raises(StoreError):
        store.commit_block(replace(make_record(0), **change))  # type: ignore[arg-type]
    assert store.head_number() is None


@pytest.mark.parametrize("number", [-1, 5, 2**63, 2**80])
def test_a_block_that_is_not_there_is_not_found(store: Store, number: int) -> None:
    fill(store, 5)
    with pytest.raises(BlockNotFoundError):
        store.get_record(number)
    with pytest.raises(BlockNotFoundError):
        store.get_block(number)
    with pytest.raises(BlockNotFoundError):
        store.rollback_to(number)
    with pytest.raises(BlockNotFoundError):
        store.save_checkpoint(number, bytes(32), [])
    with pytest.raises(BlockNotFoundError):
        list(store.iter_state_diffs(min(number, 4), max(number, 4)))


def test_unknown_hashes_are_not_found(store: Store) -> None:
    records = fill(store, 5, transactions=1)
    near = records[3].transaction_hashes[0][:8] + bytes(24)
    assert store.find_transaction(near) is None
    assert store.find_transaction(b"") is None
    assert store.find_number(records[3].hash[:8] + bytes(24)) is None
    assert store.find_number(b"short") is None


def test_hashes_that_begin_alike_are_told_apart(store: Store) -> None:
    hashes = [bytes(31) + bytes((last,)) for last in range(9)]
    blocks = [bytes(8) + bytes(23) + bytes((last,)) for last in range(10, 13)]
    for number, block_hash in enumerate(blocks):
        store.commit_block(
            BlockRecord(
                number=number,
                hash=block_hash,
                block=b"",
                transaction_hashes=tuple(hashes[3 * number : 3 * number + 3]),
            )
        )
    assert [store.find_number(each) for each in blocks] == [0, 1, 2]
    assert store.find_number(bytes(8)) is None
    assert store.find_transaction(bytes(33)) is None
    assert [store.find_transaction(each) for each in hashes] == [
        (at // 3, at % 3) for at in range(9)
    ]


def test_state_diffs_come_in_order(store: Store) -> None:
    records = fill(store, 9)
    assert list(store.iter_state_diffs(2, 5)) == [record.state_diff for record in records[2:6]]
    assert list(store.iter_state_diffs(5, 4)) == []


def test_rolling_back_removes_blocks_and_their_hashes(store: Store) -> None:
    records = fill(store, 10, transactions=2)
    store.rollback_to(6)
    check_same(store, records[:7])
    for record in records[7:]:
        assert store.find_number(record.hash) is None
        assert store.find_transaction(record.transaction_hashes[0]) is None


def test_rolling_back_to_the_head_changes_nothing(store: Store) -> None:
    records = fill(store, 3)
    store.rollback_to(2)
    check_same(store, records)


def test_another_branch_can_follow_a_rollback(store: Store) -> None:
    records = fill(store, 6)
    store.rollback_to(2)
    branch = [make_record(number, salt=7) for number in range(3, 9)]
    for record in branch:
        store.commit_block(record)
    check_same(store, records[:3] + branch)


def test_metadata_is_kept_and_replaced(store: Store) -> None:
    assert store.get_metadata("genesis") is None
    store.put_metadata("genesis", b"one")
    store.put_metadata("genesis", b"two")
    store.put_metadata("empty", b"")
    assert store.get_metadata("genesis") == b"two"
    assert store.get_metadata("empty") == b""


def test_the_highest_checkpoint_not_above_is_found(store: Store) -> None:
    fill(store, 9)
    store.save_checkpoint(2, b"\x02" * 32, [b"a", b"", b"b" * 70_000])
    store.save_checkpoint(6, b"\x06" * 32, iter([b"c"]))
    assert store.find_checkpoint(1) is None
    found = store.find_checkpoint(5)
    assert found is not None
    assert (found.number, found.state_root) == (2, b"\x02" * 32)
    assert list(found.chunks) == [b"a", b"", b"b" * 70_000]
    highest = store.find_checkpoint(10**9)
    assert highest is not None
    assert (highest.number, list(highest.chunks)) == (6, [b"c"])


def test_two_checkpoints_are_kept(store: Store) -> None:
    fill(store, 9)
    for number in (1, 4, 7):
        store.save_checkpoint(number, bytes(32), [b"state"])
    assert store.find_checkpoint(3) is None
    assert store.find_checkpoint(6) is not None


def test_a_checkpoint_whose_state_breaks_off_does_not_count(store: Store) -> None:
    fill(store, 5)
    store.save_checkpoint(1, bytes(32), [b"whole"])

    def breaking() -> Iterator[bytes]:
        yield b"first half"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        store.save_checkpoint(3, bytes(32), breaking())
    found = store.find_checkpoint(4)
    assert found is not None
    assert found.number == 1


def test_rolling_back_removes_checkpoints_above(store: Store) -> None:
    fill(store, 9)
    store.save_checkpoint(3, bytes(32), [b"low"])
    store.save_checkpoint(6, bytes(32), [b"high"])
    store.rollback_to(5)
    for number in range(6, 9):
        store.commit_block(make_record(number, salt=1))
    found = store.find_checkpoint(8)
    assert found is not None
    assert found.number == 3


def test_a_block_rolled_back_during_its_checkpoint_leaves_none(store: Store) -> None:
    fill(store, 9)

    def rolling_back() -> Iterator[bytes]:
        yield b"of another branch"
        store.rollback_to(2)
        for number in range(3, 9):
            store.commit_block(make_record(number, salt=1))

    with pytest.raises(StoreError):
        store.save_checkpoint(6, bytes(32), rolling_back())
    assert store.find_checkpoint(8) is None


def test_blocks_are_committed_while_a_checkpoint_is_written(store: Store) -> None:
    fill(store, 2)

    def slow() -> Iterator[bytes]:
        for number in range(2, 6):
            store.commit_block(make_record(number))
            yield b"chunk"

    store.save_checkpoint(1, bytes(32), slow())
    assert store.head_number() == 5
    assert store.find_checkpoint(1) is not None


def test_a_closed_store_says_so(store: Store) -> None:
    fill(store, 2)
    store.close()
    store.close()
    with pytest.raises(StoreError):
        store.commit_block(make_record(2))
    with pytest.raises(StoreError):
        store.head_number()
    with pytest.raises(StoreError):
        store.get_record(0)
    with pytest.raises(StoreError):
        store.get_metadata("x")
    with pytest.raises(StoreError):
        store.find_transaction(bytes(32))


def test_threads_read_whole_blocks_while_one_commits(store: Store) -> None:
    fill(store, 1)
    done = threading.Event()
    faults: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                head = store.head_number()
                assert head is not None
                expected = make_record(head, transactions=3 if head else None)
                assert store.get_record(head) == expected
                assert store.find_number(expected.hash) == head
                for index, each in enumerate(expected.transaction_hashes):
                    assert store.find_transaction(each) == (head, index)
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            faults.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 120):
        store.commit_block(make_record(number, transactions=3))
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []


@on_disk
def test_everything_is_there_after_reopening(kind: str, tmp_path: Path) -> None:
    with_store = open_kind(kind, tmp_path)
    records = fill(with_store, 12)
    with_store.put_metadata("genesis", b"value")
    with_store.save_checkpoint(5, b"\x05" * 32, [b"state"])
    with_store.close()
    for store in closing(open_kind(kind, tmp_path)):
        check_same(store, records)
        assert store.get_metadata("genesis") == b"value"
        found = store.find_checkpoint(11)
        assert found is not None
        assert list(found.chunks) == [b"state"]
        store.commit_block(make_record(12))
        assert store.head_number() == 12


@on_disk
def test_a_directory_is_open_once(kind: str, tmp_path: Path) -> None:
    first = open_kind(kind, tmp_path)
    with pytest.raises(StoreLockedError):
        open_kind(kind, tmp_path)
    first.close()
    open_kind(kind, tmp_path).close()


@on_disk
def test_another_genesis_is_refused(kind: str, tmp_path: Path) -> None:
    genesis = make_record(0)
    for store in closing(open_store(kind, tmp_path, genesis_hash=genesis.hash)):
        store.commit_block(genesis)
    with pytest.raises(StoreMismatchError):
        open_store(kind, tmp_path, genesis_hash=bytes(32))
    open_store(kind, tmp_path, genesis_hash=genesis.hash).close()


@on_disk
def test_another_kind_of_store_is_refused(kind: str, tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text('{"format": 1, "store": "another"}')
    with pytest.raises(StoreMismatchError):
        open_kind(kind, tmp_path)
    assert find_store_kind(tmp_path) == "another"


@on_disk
def test_another_format_is_refused(kind: str, tmp_path: Path) -> None:
    open_kind(kind, tmp_path).close()
    (tmp_path / "store.json").write_text(f'{{"format": 99, "store": "{kind}"}}')
    with pytest.raises(StoreMismatchError):
        open_kind(kind, tmp_path)


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_store("sqlit", tmp_path)
    assert caught.value.hint is not None
    assert "sqlite" in caught.value.hint


def test_a_store_on_disk_needs_a_path() -> None:
    with pytest.raises(UsageError):
        open_store("sqlite")


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        open_store("sqlite", tmp_path / "file" / "store")
