"""The counters of the stress ladder."""

from typing import Any

import pytest

from contractchain.testing import reverts

Fixture = Any


@pytest.fixture(scope="module")
def counter(deploy: Fixture) -> Fixture:
    return deploy("Counter")


def test_a_counter_starts_at_zero(counter: Fixture) -> None:
    assert counter.count() == 0


def test_each_increment_adds_one(counter: Fixture, accounts: Fixture) -> None:
    for sender in accounts[:3]:
        counter.increment(sender=sender)
    assert counter.count() == 3


def test_what_another_test_did_is_undone(counter: Fixture) -> None:
    assert counter.count() == 0


def test_an_increment_of_a_used_slot_costs_little_more_than_the_slot(counter: Fixture) -> None:
    counter.increment()
    # 21,000 intrinsic, 5,000 the slot, 64 for the selector; the rest is what the compiler adds.
    assert 26_064 < counter.increment().gas_used < 26_400


def test_ether_is_refused(counter: Fixture) -> None:
    with reverts(""):
        counter.increment(value=1)


def test_an_event_tells_who_incremented(deploy: Fixture, accounts: Fixture) -> None:
    logged = deploy("CounterWithLog")
    logged.increment()
    result = logged.increment(sender=accounts[2])
    assert result.events == (logged.events.Incremented(by=accounts[2], count=2),)
    assert logged.count() == 2


def test_each_sender_has_a_slot_of_its_own(deploy: Fixture, accounts: Fixture) -> None:
    sharded = deploy("ShardedCounter")
    for place, sender in enumerate(accounts[:4]):
        for _ in range(place):
            sharded.increment(sender=sender)
    sharded.add(10, sender=accounts[0])
    assert [sharded.countOf(sender) for sender in accounts[:4]] == [10, 1, 2, 3]
    assert sharded.total(list(accounts[:4])) == 16


def test_an_overflow_panics(deploy: Fixture, accounts: Fixture) -> None:
    sharded = deploy("ShardedCounter")
    sharded.add(2**256 - 1)
    with reverts(0x11):
        sharded.increment()
    assert sharded.countOf(accounts[0]) == 2**256 - 1
