"""Opening a store: same head, same root, or a clear refusal; old states come back."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chain_cases import ETHER, Opened, accounts, make_genesis, make_raw, opened_chain
from contractchain.chain.genesis_file import encode_genesis
from contractchain.chain.opening import open_store_of_chain
from contractchain.chain.settings import ChainSettings
from contractchain.codec.state_diff import encode_state_diff
from contractchain.errors import (
    BlockNotFoundError,
    ConfigError,
    CorruptStoreError,
    EngineMismatchError,
    StoreMismatchError,
)
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.store import BlockRecord, Store
from contractchain.store import open_store
from contractchain.types import Fork, Genesis

RECEIVER = accounts()[9].address


@pytest.fixture
def store() -> Store:
    return open_store("memory")


def fill(store: Store, count: int) -> list[bytes]:
    """Mine `count` blocks of one transfer each; returns the state roots."""
    with opened_chain(create_engine("auto"), store=store) as opened:
        for nonce in range(count):
            opened.chain.submit([make_raw(nonce=nonce)])
        return [opened.chain.blocks.get_header(n).state_root for n in range(count + 1)]


def test_a_chain_opens_where_it_ended(store: Store, execution: ExecutionLayer) -> None:
    roots = fill(store, 5)
    with opened_chain(execution, store=store) as opened:
        assert opened.chain.head().number == 5
        assert opened.chain.blocks.get_header().state_root == roots[-1]
        opened.chain.submit([make_raw(nonce=5)])
        assert opened.chain.state.get_account(RECEIVER).balance == 10_000 * ETHER + 6


def test_the_stored_genesis_is_used_if_none_is_given(
    store: Store, execution: ExecutionLayer
) -> None:
    fill(store, 1)
    assert open_store_of_chain(store, execution, None).genesis == make_genesis()


def test_an_empty_store_needs_a_genesis(store: Store, execution: ExecutionLayer) -> None:
    with pytest.raises(ConfigError, match="no genesis"):
        open_store_of_chain(store, execution, None)


def test_another_genesis_is_refused(store: Store, execution: ExecutionLayer) -> None:
    fill(store, 1)
    with pytest.raises(StoreMismatchError):
        open_store_of_chain(store, execution, make_genesis(gas_limit=20_000_000))


def test_another_fork_schedule_is_refused(store: Store, execution: ExecutionLayer) -> None:
    fill(store, 1)
    with pytest.raises(StoreMismatchError):
        open_store_of_chain(store, execution, make_genesis(fork=Fork.CANCUN))


def test_an_interrupted_first_opening_is_made_up_for(
    store: Store, execution: ExecutionLayer
) -> None:
    store.put_metadata("genesis", b"{ half a gene")
    with opened_chain(execution, store=store) as opened:
        assert opened.chain.head().number == 0


def test_a_damaged_genesis_is_refused(store: Store, execution: ExecutionLayer) -> None:
    fill(store, 1)
    store.put_metadata("genesis", b"{}")
    with pytest.raises(CorruptStoreError, match="genesis"):
        open_store_of_chain(store, execution, None)


def test_a_stored_genesis_that_was_exchanged_is_refused(
    store: Store, execution: ExecutionLayer
) -> None:
    fill(store, 1)
    other = encode_genesis(make_genesis(gas_limit=20_000_000))
    store.put_metadata("genesis", other.encode())
    with pytest.raises(StoreMismatchError):
        open_store_of_chain(store, execution, None)


def test_a_store_without_a_seal_is_checked_and_opens(
    store: Store, execution: ExecutionLayer
) -> None:
    fill(store, 1)
    store.put_metadata("genesis-seal", b"")
    assert open_store_of_chain(store, execution, None).genesis == make_genesis()


class CountingEngine:
    """An engine that counts how often state diffs are applied."""

    def __init__(self, engine: ExecutionLayer) -> None:
        self._engine = engine
        self.applied = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def apply_diffs(self, root: bytes, diffs: Sequence[bytes]) -> bytes:
        self.applied += 1
        return self._engine.apply_diffs(root, diffs)


def count_applied(store: Store, genesis: Genesis | None) -> int:
    """Return how often opening a store applies diffs, and check that no state is left over."""
    engine = create_engine("auto")
    counting = CountingEngine(engine)
    opened = open_store_of_chain(store, counting, genesis)  # type: ignore[arg-type]
    assert opened.genesis == make_genesis()
    root = opened.head.block.header.state_root
    assert engine.has_state(root)
    engine.release(root)
    assert not engine.has_state(root)
    return counting.applied


def test_the_state_of_a_new_chain_is_computed_once(store: Store) -> None:
    assert count_applied(store, make_genesis()) == 1


def test_a_genesis_that_is_known_is_not_executed_again(store: Store) -> None:
    fill(store, 1)
    assert count_applied(store, make_genesis()) == count_applied(store, None)


def test_a_genesis_whose_text_was_written_otherwise_is_compared_by_its_block(store: Store) -> None:
    fill(store, 1)
    at_once = count_applied(store, None)
    text = json.dumps(json.loads(encode_genesis(make_genesis())))
    store.put_metadata("genesis", text.encode())
    assert count_applied(store, make_genesis()) == at_once + 1


def test_a_known_genesis_does_not_hide_a_damaged_text(store: Store) -> None:
    fill(store, 1)
    store.put_metadata("genesis", b"{}")
    with pytest.raises(CorruptStoreError, match="genesis"):
        open_store_of_chain(store, create_engine("auto"), make_genesis())


def test_a_checkpoint_shortens_the_replay(store: Store, execution: ExecutionLayer) -> None:
    fill(store, 6)
    whole = open_store_of_chain(store, execution, None)
    root_at_4 = rebuilt_root(store, 4)
    other = create_engine("auto")
    with opened_chain(other, store=store) as opened, opened.chain._retention.hold(4, root_at_4):
        store.save_checkpoint(4, root_at_4, other.export_state(root_at_4))
    fresh = create_engine("auto")
    shortened = open_store_of_chain(store, fresh, None)
    assert shortened.replayed_bytes < whole.replayed_bytes
    assert fresh.has_state(shortened.head.state_root)


def rebuilt_root(store: Store, number: int) -> bytes:
    engine = create_engine("auto")
    with opened_chain(engine, store=store) as opened:
        return opened.chain.blocks.get_header(number).state_root


def test_a_checkpoint_that_lies_is_passed_over(store: Store, execution: ExecutionLayer) -> None:
    roots = fill(store, 3)
    store.save_checkpoint(2, roots[2], [encode_state_diff([], [])])
    store.save_checkpoint(3, roots[3], [b"not a diff"])
    assert open_store_of_chain(store, execution, None).head.state_root == roots[3]


class Tampered:
    """A store that hands out one changed record; everything else is the real one's."""

    def __init__(self, store: Store, number: int, diff: bytes) -> None:
        self._store = store
        self._number = number
        self._diff = diff

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def iter_state_diffs(self, first: int, last: int) -> Iterator[bytes]:
        for number, diff in enumerate(self._store.iter_state_diffs(first, last), first):
            yield self._diff if number == self._number else diff


@pytest.mark.parametrize("diff", [b"", b"\xc0", encode_state_diff([], [])])
def test_a_state_that_does_not_come_to_the_headers_root_is_refused(
    store: Store, execution: ExecutionLayer, diff: bytes
) -> None:
    fill(store, 3)
    tampered: Store = Tampered(store, 2, diff)  # type: ignore[assignment]
    with pytest.raises(CorruptStoreError):
        open_store_of_chain(tampered, execution, None)


def test_a_block_that_does_not_decode_is_refused(store: Store, execution: ExecutionLayer) -> None:
    fill(store, 1)
    store.commit_block(BlockRecord(number=2, hash=b"\x02" * 32, block=b"\xc0"))
    with pytest.raises(CorruptStoreError, match="block 2"):
        open_store_of_chain(store, execution, None)


def test_states_beyond_the_window_are_rebuilt_for_reading(execution: ExecutionLayer) -> None:
    with opened_chain(execution, settings=ChainSettings(state_window=2)) as opened:
        for nonce in range(6):
            opened.chain.submit([make_raw(nonce=nonce)])
        assert not execution.has_state(opened.chain.blocks.get_header(2).state_root)
        balances = [opened.chain.state.get_account(RECEIVER, at=n).balance for n in range(7)]
        assert balances == [10_000 * ETHER + n for n in range(7)]
        assert opened.chain.calls.find_outcome(bytes(32)) is None


def test_no_state_is_left_in_the_engine_after_closing(execution: ExecutionLayer) -> None:
    with opened_chain(execution, instant=False) as opened:
        roots = [opened.chain.blocks.get_header().state_root]
        opened.chain.snapshot()
        opened.build()
        opened.chain.submit([make_raw()])
        opened.chain.mine(2)
        roots += [opened.chain.blocks.get_header(n).state_root for n in (1, 2)]
    assert not any(execution.has_state(root) for root in roots)


def test_verification_runs_everything_again(manual: Opened) -> None:
    for nonce in range(3):
        manual.chain.submit([make_raw(nonce=nonce)])
        manual.chain.mine()
    done = manual.chain.verify(0, 3, create_engine("auto"))
    assert (done.blocks, done.transactions, done.gas_used) == (3, 3, 63_000)
    with pytest.raises(BlockNotFoundError):
        manual.chain.verify(1, 4, create_engine("auto"))


def test_verification_finds_what_was_tampered_with(store: Store, execution: ExecutionLayer) -> None:
    fill(store, 2)
    record = store.get_record(2)
    store.rollback_to(1)
    store.commit_block(
        BlockRecord(
            number=2,
            hash=record.hash,
            block=record.block,
            transaction_hashes=record.transaction_hashes,
            senders=(bytes(20),),
            receipts=record.receipts,
            state_diff=record.state_diff,
        )
    )
    with opened_chain(execution, store=store) as opened:
        with pytest.raises(EngineMismatchError) as caught:
            opened.chain.verify(1, 2, create_engine("auto"))
        assert caught.value.field_name == "senders"


def test_a_chain_on_disk_opens_where_it_ended(tmp_path: Path, execution: ExecutionLayer) -> None:
    store = open_store("sqlite", tmp_path)
    roots = fill(store, 3)
    store.close()
    store = open_store("sqlite", tmp_path)
    with opened_chain(execution, store=store) as opened:
        assert opened.chain.blocks.get_header().state_root == roots[-1]
    store.close()
