"""Snapshots bring back head, state, pool, fees and time, or change nothing."""

import pytest

from chain_cases import START, Opened, accounts, make_raw
from contractchain.errors import SnapshotNotFoundError


def test_a_revert_brings_back_head_state_and_base_fee(manual: Opened) -> None:
    manual.chain.mine(2)
    before = manual.chain.head()
    fees = manual.chain.suggest_fees()
    snapshot = manual.chain.snapshot()
    manual.chain.submit([make_raw()])
    manual.chain.mine(5)
    manual.chain.revert_to(snapshot)
    assert manual.chain.head() == before
    assert manual.chain.suggest_fees() == fees
    assert manual.chain.state.get_account(accounts()[0].address).nonce == 0
    assert manual.store.head_number() == 2


def test_a_revert_brings_back_the_pool(manual: Opened) -> None:
    manual.chain.submit([make_raw(nonce=0), make_raw(nonce=1), make_raw(1, nonce=4)])
    snapshot = manual.chain.snapshot()
    manual.chain.mine()
    manual.chain.submit([make_raw(nonce=2)])
    manual.chain.revert_to(snapshot)
    ready, gapped = manual.chain.pool.list_waiting()
    assert [tx.nonce for tx in ready] == [0, 1]
    assert [tx.nonce for tx in gapped] == [4]
    manual.chain.mine()
    assert manual.chain.state.get_account(accounts()[0].address).nonce == 2


def test_a_revert_brings_back_the_time(manual: Opened) -> None:
    snapshot = manual.chain.snapshot()
    manual.chain.increase_time(1000)
    manual.chain.set_next_timestamp(START + 5000)
    manual.chain.mine()
    manual.chain.revert_to(snapshot)
    manual.clock.seconds += 9
    manual.chain.mine()
    assert manual.chain.head().timestamp == START + 9


def test_a_snapshot_is_used_up_and_so_are_later_ones(manual: Opened) -> None:
    first = manual.chain.snapshot()
    manual.chain.mine()
    second = manual.chain.snapshot()
    manual.chain.revert_to(first)
    for stale in (first, second, 99):
        head = manual.chain.head()
        with pytest.raises(SnapshotNotFoundError) as caught:
            manual.chain.revert_to(stale)
        assert caught.value.snapshot == stale
        assert manual.chain.head() == head
    assert manual.chain.snapshot() > second


def test_a_snapshot_far_back_keeps_its_state(manual: Opened) -> None:
    snapshot = manual.chain.snapshot()
    manual.chain.submit([make_raw()])
    manual.chain.mine(300)
    manual.chain.revert_to(snapshot)
    assert manual.chain.head().number == 0
    assert manual.chain.state.get_account(accounts()[0].address).nonce == 0
    manual.chain.submit([make_raw()])
    manual.chain.mine()
    assert manual.chain.state.get_account(accounts()[0].address).nonce == 1


def test_many_rounds_of_snapshot_and_revert_leave_no_state_behind(instant: Opened) -> None:
    roots = set()
    for step in range(5):
        snapshot = instant.chain.snapshot()
        instant.chain.submit([make_raw(value=step + 1)])
        roots.add(instant.chain.blocks.get_header().state_root)
        instant.chain.revert_to(snapshot)
    assert instant.chain.head().number == 0
    assert not any(instant.execution.has_state(root) for root in roots)
