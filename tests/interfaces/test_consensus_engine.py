"""What every consensus engine of one node does, on a real chain."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from time import monotonic, sleep

import pytest

from chain_cases import START, Opened, accounts, make_genesis, make_raw, opened_chain
from contractchain.consensus import IntervalEngine
from contractchain.consensus.interval import find_next_due
from contractchain.errors import ConsensusError, ContractChainError, StoreError
from contractchain.execution import create_engine
from contractchain.types import Header

ENGINES = ("instant", "interval")


class Ticker:
    """Lets intervals pass when a test says so, and only then."""

    def __init__(self) -> None:
        self._due = 0
        self._lock = Lock()
        self.stopped = False

    def __call__(self, stopping: Event, seconds: float) -> bool:
        assert seconds >= 0
        while not stopping.is_set():
            with self._lock:
                if self._due:
                    self._due -= 1
                    return False
            stopping.wait(0.002)
        return True

    def tick(self, count: int = 1) -> None:
        with self._lock:
            self._due += count


def until(condition: Callable[[], bool]) -> None:
    """Wait for another thread, at most a while."""
    end = monotonic() + 20
    while not condition():
        assert monotonic() < end, "nothing happened"
        sleep(0.002)


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest) -> Iterator[Opened]:
    with opened_chain(create_engine("auto"), instant=request.param == "instant") as opened:
        assert opened.consensus.name == request.param
        yield opened


def test_a_started_engine_calls_what_is_there_final(opened: Opened) -> None:
    assert opened.chain.head().finalized == opened.chain.head().number
    assert opened.consensus.status().running
    assert opened.consensus.status().last_error is None


def test_mining_on_demand_makes_final_blocks_one_after_the_other(opened: Opened) -> None:
    hashes = opened.consensus.mine(3)
    assert [opened.chain.find_block(n).hash for n in (1, 2, 3)] == list(hashes)
    assert opened.chain.head().finalized == 3
    assert opened.consensus.status().blocks_produced == 3


def test_the_first_of_several_blocks_can_be_given_its_time(opened: Opened) -> None:
    opened.consensus.mine(2, timestamp=START + 100)
    assert opened.chain.blocks.get_header(1).timestamp == START + 100
    assert opened.chain.blocks.get_header(2).timestamp == START + 101


def test_a_time_that_is_past_is_refused_and_nothing_is_produced(opened: Opened) -> None:
    with pytest.raises(ContractChainError):
        opened.consensus.mine(1, timestamp=START)
    assert opened.chain.head().number == 0


def test_blocks_hold_what_waits(opened: Opened) -> None:
    opened.chain.submit([make_raw(nonce=n) for n in range(3)])
    opened.consensus.mine()
    assert opened.chain.state.get_account(accounts()[0].address).nonce == 3


def test_a_stopped_engine_produces_nothing(opened: Opened) -> None:
    opened.consensus.stop()
    opened.chain.submit([make_raw()])
    assert opened.chain.head().number == 0
    assert not opened.consensus.status().running
    with pytest.raises(ConsensusError, match="stopped"):
        opened.consensus.mine()


def test_an_engine_starts_again(opened: Opened) -> None:
    opened.consensus.stop()
    opened.consensus.stop()
    opened.consensus.start(opened.chain)
    opened.consensus.mine()
    assert opened.chain.head().number == 1


def test_its_own_blocks_satisfy_its_rules(opened: Opened) -> None:
    opened.consensus.mine(2)
    headers: list[Header] = [opened.chain.blocks.get_header(n) for n in (1, 2)]
    opened.consensus.rules.verify(headers[1], headers[0])
    assert opened.consensus.rules.find_author(headers[1]) == headers[1].beneficiary


@pytest.mark.parametrize("name", ENGINES)
def test_a_chain_replays_to_the_same_hashes(name: str) -> None:
    with opened_chain(create_engine("auto"), instant=name == "instant") as first:
        for nonce in range(5):
            first.chain.submit([make_raw(nonce=nonce)])
            first.consensus.mine()
        blocks = [first.chain.blocks.get_encoded(n) for n in range(1, 6)]
    with opened_chain(create_engine("auto"), instant=name == "instant") as second:
        for block in blocks:
            second.chain.import_block(block)
        assert [second.chain.blocks.get_encoded(n) for n in range(1, 6)] == blocks


def test_instant_mines_before_it_returns_and_leaves_nothing() -> None:
    with opened_chain(create_engine("auto")) as opened:
        opened.chain.submit([make_raw(nonce=n) for n in (2, 1, 0)])
        assert opened.chain.head().number == 1
        assert len(opened.chain.pool) == 0


def test_instant_makes_no_block_for_what_cannot_be_executed() -> None:
    with opened_chain(create_engine("auto")) as opened:
        opened.chain.submit([make_raw(nonce=5)])
        opened.consensus.on_transactions()
        assert opened.chain.head().number == 0


def test_instant_serves_many_threads_at_once() -> None:
    with opened_chain(create_engine("auto")) as opened:

        def send(sender: int) -> None:
            for nonce in range(6):
                (result,) = opened.chain.submit([make_raw(sender, nonce)])
                assert isinstance(result, bytes)
                assert opened.chain.blocks.find_receipt(result) is not None

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(send, range(8)))
        assert len(opened.chain.pool) == 0
        numbers = range(1, opened.chain.head().number + 1)
        assert sum(len(opened.chain.blocks.get_block(n).transactions) for n in numbers) == 48


def started_interval(ticker: Ticker, opened: Opened) -> IntervalEngine:
    opened.consensus.stop()
    engine = IntervalEngine(opened.clock, interval=2, wait=ticker)
    engine.start(opened.chain)
    return engine


def test_interval_builds_a_block_per_tick_empty_or_not() -> None:
    ticker = Ticker()
    with opened_chain(create_engine("auto"), instant=False) as opened:
        engine = started_interval(ticker, opened)
        ticker.tick()
        until(lambda: opened.chain.head().number == 1)
        opened.chain.submit([make_raw()])
        assert opened.chain.head().number == 1
        ticker.tick(2)
        until(lambda: opened.chain.head().number == 3)
        assert len(opened.chain.blocks.get_block(2).transactions) == 1
        engine.stop()
        ticker.tick(5)
        assert opened.chain.head().number == 3


@pytest.mark.parametrize(
    ("due", "now", "following"),
    [
        pytest.param(10.0, 10.0, 12.0, id="on time"),
        pytest.param(10.0, 9.9, 12.0, id="woken early"),
        pytest.param(10.0, 11.5, 12.0, id="late: the next one is not"),
        pytest.param(10.0, 12.0, 14.0, id="one missed, to the instant"),
        pytest.param(10.0, 17.0, 18.0, id="three missed: no burst makes up for them"),
    ],
)
def test_interval_keeps_its_schedule(due: float, now: float, following: float) -> None:
    assert find_next_due(due, 2, now) == following


def test_interval_shows_a_fault_and_goes_on_when_it_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticker = Ticker()
    with opened_chain(create_engine("auto"), instant=False) as opened:
        engine = started_interval(ticker, opened)
        with monkeypatch.context() as patched:

            def refuse(record: object) -> None:
                raise StoreError(message="no space left on device")

            patched.setattr(opened.store, "commit_block", refuse)
            ticker.tick()
            until(lambda: engine.status().last_error is not None)
            assert engine.status().running
            assert opened.chain.head().number == 0
        ticker.tick()
        until(lambda: opened.chain.head().number == 1)
        engine.stop()


def test_interval_ends_and_says_why_when_a_subscriber_fails() -> None:
    ticker = Ticker()
    with opened_chain(create_engine("auto"), instant=False) as opened:
        engine = started_interval(ticker, opened)

        def fail(change: object) -> None:
            raise ZeroDivisionError("in a subscriber")

        opened.chain.subscribe(fail)
        ticker.tick()
        until(lambda: not engine.status().running)
        assert "in a subscriber" in (engine.status().last_error or "")
        engine.stop()


def test_interval_runs_once_at_a_time() -> None:
    with opened_chain(create_engine("auto"), instant=False) as opened:
        with pytest.raises(ConsensusError, match="running already"):
            opened.consensus.start(opened.chain)
        assert make_genesis() == opened.chain.genesis
