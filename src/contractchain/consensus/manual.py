"""A block only when somebody asks for one."""

from collections.abc import Mapping
from threading import RLock

from contractchain.consensus.production import produce_many
from contractchain.consensus.rules import UnsealedRules
from contractchain.errors import ConsensusError
from contractchain.interfaces.consensus import ChainPort, Clock, EngineStatus, HeaderRules
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.types import Address, Hash32


class ManualEngine:
    """Leaves transactions in the pool until `mine` is called."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules = UnsealedRules()
        self._chain: ChainPort | None = None
        self._producing = RLock()
        self._produced = 0
        self._last_error: str | None = None

    @property
    def name(self) -> str:
        """`manual`."""
        return "manual"

    @property
    def rules(self) -> HeaderRules:
        """No seal."""
        return self._rules

    def start(self, chain: ChainPort) -> None:
        """Begin; what the chain has so far is final."""
        with self._producing:
            self._chain = chain
            head = chain.head()
            chain.set_head(head.hash, finalized=head.hash)

    def stop(self) -> None:
        """End; waits for the block that is being built."""
        with self._producing:
            self._chain = None

    def on_transactions(self) -> None:
        """Do nothing: the next block comes when it is asked for."""

    def mine(
        self,
        count: int = 1,
        *,
        timestamp: int | None = None,
        edits: Mapping[Address, AccountOverride] | None = None,
    ) -> tuple[Hash32, ...]:
        """Produce `count` blocks with whatever is in the pool."""
        with self._producing:
            if self._chain is None:
                raise ConsensusError(f"the consensus engine `{self.name}` is stopped")
            hashes = produce_many(self._chain, self._clock, count, timestamp, edits)
            self._produced += len(hashes)
            return hashes

    def status(self) -> EngineStatus:
        """Return a description of the present state."""
        return EngineStatus(
            engine=self.name,
            running=self._chain is not None,
            blocks_produced=self._produced,
            last_error=self._last_error,
        )
