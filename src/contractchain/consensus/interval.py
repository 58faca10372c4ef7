"""A block every so many seconds, with whatever is in the pool, empty or not.

A thread of its own waits and builds. Blocks are due on a fixed schedule: how long one takes to
build does not move the next. Waiting is injected, so that a test is the clock.
"""

from collections.abc import Callable, Mapping
from threading import Event, RLock, Thread
from time import monotonic

from contractchain.consensus.production import produce_block, produce_many
from contractchain.consensus.rules import UnsealedRules
from contractchain.errors import ConsensusError, ContractChainError
from contractchain.interfaces.consensus import ChainPort, Clock, EngineStatus, HeaderRules
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.types import Address, Hash32

Waiter = Callable[[Event, float], bool]
"""Waits for an event, at most so many seconds; tells whether it has happened."""

MAX_FAULTS_IN_A_ROW = 10
"""After these the engine gives up; whoever looks at `status` sees why."""


def wait_for_event(stopping: Event, seconds: float) -> bool:
    """Wait in real time."""
    return stopping.wait(seconds)


def find_next_due(due: float, interval: float, now: float) -> float:
    """Return the first instant of the schedule after `due` and `now`; missed ones are left out."""
    missed = max(0, (now - due) // interval)
    return due + (missed + 1) * interval


class IntervalEngine:
    """Builds a block per interval."""

    def __init__(self, clock: Clock, *, interval: float, wait: Waiter = wait_for_event) -> None:
        """Prepare an engine.

        Args:
            clock: Says what blocks are stamped with.
            interval: Seconds between blocks.
            wait: Lets the time pass.
        """
        self._clock = clock
        self._interval = interval
        self._wait = wait
        self._rules = UnsealedRules()
        self._chain: ChainPort | None = None
        self._producing = RLock()
        self._stopping = Event()
        self._thread: Thread | None = None
        self._produced = 0
        self._last_error: str | None = None

    @property
    def name(self) -> str:
        """`interval`."""
        return "interval"

    @property
    def rules(self) -> HeaderRules:
        """No seal."""
        return self._rules

    def start(self, chain: ChainPort) -> None:
        """Begin; what the chain has so far is final.

        Raises:
            ConsensusError: it runs already.
        """
        if self._thread is not None:
            raise ConsensusError("the consensus engine `interval` is running already")
        head = chain.head()
        chain.set_head(head.hash, finalized=head.hash)
        self._chain = chain
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="contractchain-interval", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; waits for the block that is being built."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping.set()
            thread.join()
        with self._producing:
            self._chain = None

    def on_transactions(self) -> None:
        """Do nothing: the next block comes when it is due."""

    def mine(
        self,
        count: int = 1,
        *,
        timestamp: int | None = None,
        edits: Mapping[Address, AccountOverride] | None = None,
    ) -> tuple[Hash32, ...]:
        """Produce `count` blocks at once, besides those of the interval."""
        with self._producing:
            if self._chain is None:
                raise ConsensusError("the consensus engine `interval` is stopped")
            hashes = produce_many(self._chain, self._clock, count, timestamp, edits)
            self._produced += len(hashes)
            return hashes

    def status(self) -> EngineStatus:
        """Return a description of the present state."""
        thread = self._thread
        return EngineStatus(
            engine=self.name,
            running=thread is not None and thread.is_alive(),
            blocks_produced=self._produced,
            last_error=self._last_error,
        )

    def _run(self) -> None:
        faults = 0
        due = monotonic() + self._interval
        while not self._wait(self._stopping, max(0.0, due - monotonic())):
            due = find_next_due(due, self._interval, monotonic())
            try:
                with self._producing:
                    if self._chain is not None and not self._stopping.is_set():
                        produce_block(self._chain, self._clock)
                        self._produced += 1
                faults = 0
            except ContractChainError as error:
                self._last_error = str(error)
                faults += 1
                if faults >= MAX_FAULTS_IN_A_ROW:
                    return
            except Exception as error:  # noqa: BLE001  (the outermost frame of this thread)
                self._last_error = f"{type(error).__name__}: {error}"
                return
