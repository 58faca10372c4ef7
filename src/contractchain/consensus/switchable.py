"""One development engine at a time, exchanged while the chain runs: instant, interval or manual.

The engines it holds produce blocks on their own authority and without a seal, so the chain does not
see a difference; engines with validators cannot be exchanged like this.
"""

from collections.abc import Mapping
from threading import RLock

from contractchain.consensus.instant import InstantEngine
from contractchain.consensus.interval import IntervalEngine
from contractchain.consensus.manual import ManualEngine
from contractchain.interfaces.consensus import (
    ChainPort,
    Clock,
    ConsensusEngine,
    EngineStatus,
    HeaderRules,
)
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.types import Address, Hash32


class SwitchableEngine:
    """Hands everything to the engine in force."""

    def __init__(self, clock: Clock, *, automine: bool = True, interval: float = 0) -> None:
        """Prepare.

        Args:
            clock: Says what blocks are stamped with.
            automine: Whether to build as soon as there is a transaction.
            interval: Seconds between blocks; 0 for none. Comes before `automine`.
        """
        self._clock = clock
        self._automine = automine
        self._interval = interval
        self._lock = RLock()
        self._chain: ChainPort | None = None
        self._engine = self._create()

    @property
    def name(self) -> str:
        """Of the engine in force."""
        return self._engine.name

    @property
    def rules(self) -> HeaderRules:
        """Of the engine in force."""
        return self._engine.rules

    @property
    def is_automine(self) -> bool:
        """Whether a block is built as soon as there is a transaction."""
        return self._automine and not self._interval

    def set_automine(self, enabled: bool) -> None:
        """Build as soon as there is a transaction, or not. Ends an interval if enabled."""
        self._switch(automine=enabled, interval=0 if enabled else self._interval)

    def set_interval(self, seconds: float) -> None:
        """Build a block every `seconds`; 0 ends that."""
        self._switch(automine=self._automine, interval=seconds)

    def start(self, chain: ChainPort) -> None:
        """Begin."""
        with self._lock:
            self._chain = chain
            self._engine.start(chain)

    def stop(self) -> None:
        """End."""
        with self._lock:
            self._chain = None
            self._engine.stop()

    def on_transactions(self) -> None:
        """Tell the engine in force."""
        self._engine.on_transactions()

    def mine(
        self,
        count: int = 1,
        *,
        timestamp: int | None = None,
        edits: Mapping[Address, AccountOverride] | None = None,
    ) -> tuple[Hash32, ...]:
        """Produce blocks now."""
        return self._engine.mine(count, timestamp=timestamp, edits=edits)

    def status(self) -> EngineStatus:
        """Return the status of the engine in force."""
        return self._engine.status()

    def _switch(self, *, automine: bool, interval: float) -> None:
        with self._lock:
            self._automine, self._interval = automine, interval
            chain = self._chain
            if chain is None:
                self._engine = self._create()
                return
            self._engine.stop()
            self._engine = self._create()
            self._engine.start(chain)
            self._engine.on_transactions()

    def _create(self) -> ConsensusEngine:
        if self._interval:
            return IntervalEngine(self._clock, interval=self._interval)
        if self._automine:
            return InstantEngine(self._clock)
        return ManualEngine(self._clock)
