"""Damaged files: what was acknowledged is there unharmed, or the store says it is not."""

import os
import random
import shutil
from pathlib import Path

import pytest
from store_cases import DISK_KINDS, check_same, closing, open_kind, require_store
from store_records import make_record

from contractchain.errors import BlockNotFoundError, CorruptStoreError, StoreError
from contractchain.interfaces.store import BlockRecord, Store
from contractchain.store import verify_store

BLOCKS = 60
TRIALS = int(os.environ.get("CTC_DAMAGE_TRIALS", "20"))


@pytest.fixture(params=DISK_KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    require_store(request.param)
    return str(request.param)


def fill(store: Store, count: int = BLOCKS) -> list[BlockRecord]:
    records = [make_record(number) for number in range(count)]
    for record in records:
        store.commit_block(record)
    store.put_metadata("genesis", b"a genesis")
    return records


def data_files(folder: Path) -> list[Path]:
    """Return the files that hold something, without the lock."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock"]
    return [path for path in files if path.stat().st_size]


def check_intact_or_refused(kind: str, folder: Path, records: list[BlockRecord]) -> bool:
    """Return True if everything is there, False if the store says that it is not."""
    try:
        store = open_kind(kind, folder)
    except StoreError as error:
        assert error.path
        assert error.hint or not isinstance(error, CorruptStoreError)
        return False
    for opened in closing(store):
        try:
            verify_store(opened)
        except CorruptStoreError:
            pass
        else:
            check_same(opened, records)
            assert opened.get_metadata("genesis") == b"a genesis"
            return True
        for record in records:  # no block is ever wrong, or quietly missing
            try:
                assert opened.get_record(record.number) == record
            except CorruptStoreError:
                continue
    return False


@pytest.mark.parametrize("closed", [True, False], ids=["after a clean end", "after a crash"])
@pytest.mark.parametrize("harm", ["flip", "cut", "zero", "delete"])
def test_damage_is_refused_or_harmless(kind: str, harm: str, closed: bool, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    store = open_kind(kind, whole)
    records = fill(store)
    if not closed:
        shutil.copytree(whole, tmp_path / "crashed")
    store.close()
    source_folder = whole if closed else tmp_path / "crashed"
    source = random.Random(f"{kind}/{harm}/{closed}")
    refused = 0
    for trial in range(TRIALS):
        folder = tmp_path / f"trial-{trial}"
        shutil.copytree(source_folder, folder)
        files = data_files(folder)
        target = source.choices(files, [path.stat().st_size + 200 for path in files])[0]
        harm_file(target, harm, source)
        refused += not check_intact_or_refused(kind, folder, records)
        shutil.rmtree(folder)
    assert refused > 0


def harm_file(path: Path, harm: str, source: random.Random) -> None:
    data = bytearray(path.read_bytes())
    at = source.randrange(len(data))
    match harm:
        case "flip":
            data[at] ^= 1 << source.randrange(8)
        case "cut":
            del data[at:]
        case "zero":
            end = min(len(data), at + source.choice([1, 16, 512, 4096]))
            data[at:end] = bytes(end - at)
        case _:
            path.unlink()
            return
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["native"], indirect=True)
def test_a_block_cut_short_by_a_crash_is_removed(kind: str, tmp_path: Path) -> None:
    store = open_kind(kind, tmp_path / "store")
    records = fill(store, 5)
    shutil.copytree(tmp_path / "store", tmp_path / "earlier")
    store.commit_block(make_record(5))
    store.close()
    whole = (tmp_path / "store" / "blocks.log").read_bytes()
    before = (tmp_path / "earlier" / "blocks.log").stat().st_size
    for size in range(before, len(whole), 41):
        folder = tmp_path / "torn"
        shutil.copytree(tmp_path / "earlier", folder)
        (folder / "blocks.log").write_bytes(whole[:size])
        for torn in closing(open_kind(kind, folder)):
            check_same(torn, records)
            torn.commit_block(make_record(5, salt=1))
        shutil.rmtree(folder)


@pytest.mark.parametrize("kind", ["native"], indirect=True)
def test_an_acknowledged_block_that_is_cut_off_is_missed(kind: str, tmp_path: Path) -> None:
    store = open_kind(kind, tmp_path)
    fill(store, 5)
    store.close()
    log = tmp_path / "blocks.log"
    whole = log.read_bytes()
    log.write_bytes(whole[:-1])
    with pytest.raises(CorruptStoreError) as caught:
        open_kind(kind, tmp_path)
    assert "block 4" in str(caught.value)
    assert log.read_bytes() == whole[:-1], "a refusal changes nothing"


@pytest.mark.parametrize("kind", ["native"], indirect=True)
def test_damage_before_an_unacknowledged_end_is_not_taken_for_the_end(
    kind: str, tmp_path: Path
) -> None:
    store = open_kind(kind, tmp_path)
    fill(store, 9)
    store.close()
    (tmp_path / "head").unlink()  # nothing says how many blocks were acknowledged
    log = tmp_path / "blocks.log"
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 1
    log.write_bytes(data)
    with pytest.raises(CorruptStoreError):
        open_kind(kind, tmp_path)


@pytest.mark.parametrize("kind", ["native"], indirect=True)
def test_a_lost_index_is_made_again(kind: str, tmp_path: Path) -> None:
    store = open_kind(kind, tmp_path)
    records = [make_record(number, transactions=3000) for number in range(20)]
    for record in records:
        store.commit_block(record)
    store.close()
    assert any((tmp_path / "index").glob("run-*"))
    shutil.rmtree(tmp_path / "index")
    for opened in closing(open_kind(kind, tmp_path)):
        assert verify_store(opened) == 20


def test_a_damaged_checkpoint_gives_way_to_the_one_before(kind: str, tmp_path: Path) -> None:
    for store in closing(open_kind(kind, tmp_path)):
        fill(store, 9)
        store.save_checkpoint(3, bytes(32), [b"older"])
        store.save_checkpoint(6, bytes(32), [b"newer" * 100])
        newest = max(tmp_path.glob("checkpoint-*"))
        whole = newest.read_bytes()
        source = random.Random(1)
        for _ in range(40):
            harm_file(newest, source.choice(["flip", "cut", "zero"]), source)
            if newest.read_bytes() != whole:
                found = store.find_checkpoint(8)
                assert found is not None
                assert list(found.chunks) == [b"older"]
            newest.write_bytes(whole)
        found = store.find_checkpoint(8)
        assert found is not None
        assert found.number == 6


def test_a_checkpoint_that_a_crash_left_unfinished_is_removed(kind: str, tmp_path: Path) -> None:
    open_kind(kind, tmp_path).close()
    leftover = tmp_path / "checkpoint-00000000000000000003.tmp"
    leftover.write_bytes(b"half")
    for store in closing(open_kind(kind, tmp_path)):
        assert store.find_checkpoint(8) is None
    assert not leftover.exists()


def test_a_refused_store_can_be_rolled_back_once_it_opens(tmp_path: Path) -> None:
    for store in closing(open_kind("sqlite", tmp_path)):
        fill(store, 5)
        with pytest.raises(BlockNotFoundError):
            store.get_record(5)
        store.rollback_to(3)
        assert verify_store(store) == 4
