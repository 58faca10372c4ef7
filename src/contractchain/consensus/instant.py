"""A block as soon as there is a transaction. No thread: whoever brings the transaction builds.

Everything that arrives while a block is being built goes into the next one.
"""

from contractchain.consensus.manual import ManualEngine
from contractchain.consensus.production import produce_block
from contractchain.errors import ContractChainError


class InstantEngine(ManualEngine):
    """Builds blocks until the pool has no executable transaction."""

    @property
    def name(self) -> str:
        """`instant`."""
        return "instant"

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
