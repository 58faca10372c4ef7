"""A block as soon as there is a transaction. No thread: whoever brings the transaction builds.

Everything that arrives while a block is being built goes into the next one.
"""

from threading import RLock

from contractchain.consensus.production import produce_block, produce_many
from contractchain.consensus.rules import UnsealedRules
from contractchain.errors import ConsensusError, ContractChainError
from contractchain.interfaces.consensus import ChainPort, Clock, EngineStatus, HeaderRules
from contractchain.types import Hash32


class InstantEngine:
    """Builds blocks until the pool has no executable transaction."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules = UnsealedRules()
        self._chain: ChainPort | None = None
        self._producing = RLock()
        self._produced = 0
        self._last_error: str | None = None

    @property
    def name(self) -> str:
        """`instant`."""
        return "instant"

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
        """Build until nothing in the pool can be executed.

        A fault ends that and is kept for `status`; it is raised to the caller as well.
        """
        with self._producing:
            chain = self._chain
            if chain is None:
                return
            try:
                while chain.has_executable_transactions():
                    if produce_block(chain, self._clock, allow_empty=False) is None:
                        return
                    self._produced += 1
            except ContractChainError as error:
                self._last_error = str(error)
                raise

    def mine(self, count: int = 1, *, timestamp: int | None = None) -> tuple[Hash32, ...]:
        """Produce `count` blocks, empty or not."""
        with self._producing:
            if self._chain is None:
                raise ConsensusError("the consensus engine `instant` is stopped")
            hashes = produce_many(self._chain, self._clock, count, timestamp)
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
