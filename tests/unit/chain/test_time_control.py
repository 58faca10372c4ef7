"""The chain's time moves with its clock, with an offset, or to a given point."""

import pytest

from chain_cases import START, Clock, Opened
from contractchain.chain.time_control import TimeControl
from contractchain.errors import UsageError


def test_time_passes_with_the_clock() -> None:
    clock = Clock()
    time = TimeControl(clock)
    clock.seconds += 5
    assert time.now() == START + 5


def test_an_increase_stays() -> None:
    time = TimeControl(Clock())
    assert time.increase(100) == 100
    assert time.increase(20) == 120
    assert time.now() == START + 120


@pytest.mark.parametrize("seconds", [-1, 2**64])
def test_time_neither_goes_back_nor_leaves_its_range(seconds: int) -> None:
    with pytest.raises(UsageError):
        TimeControl(Clock()).increase(seconds)


@pytest.mark.parametrize("timestamp", [START, START - 1, 2**64])
def test_the_next_timestamp_is_above_the_heads(timestamp: int) -> None:
    with pytest.raises(UsageError):
        TimeControl(Clock()).set_next(timestamp, after=START)


def test_a_fixed_timestamp_holds_for_one_block_and_time_goes_on_from_there(manual: Opened) -> None:
    manual.chain.set_next_timestamp(START + 1000)
    manual.clock.seconds += 7
    manual.chain.mine()
    assert manual.chain.head().timestamp == START + 1000
    manual.clock.seconds += 3
    manual.chain.mine()
    assert manual.chain.head().timestamp == START + 1010


def test_a_block_is_later_than_its_parent_even_if_the_clock_stands_still(manual: Opened) -> None:
    manual.chain.mine(3)
    assert manual.chain.head().timestamp == START + 3


def test_increased_time_shows_in_the_next_block(manual: Opened) -> None:
    manual.chain.increase_time(3600)
    manual.chain.mine()
    assert manual.chain.head().timestamp == START + 3600


def test_a_fixed_timestamp_below_the_head_is_refused(manual: Opened) -> None:
    manual.chain.mine(5)
    with pytest.raises(UsageError, match="must be above"):
        manual.chain.set_next_timestamp(START + 5)
