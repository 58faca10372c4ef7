"""Message calls that leave no trace, and how a mined transaction ended."""

from collections.abc import Mapping

from contractchain.chain.canonical import CanonicalChain
from contractchain.chain.context import build_call_context, build_context
from contractchain.chain.dao import execute_block
from contractchain.chain.deriving import calculate_contract_address
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.references import BlockReference, BlockTag
from contractchain.chain.resolving import Resolver
from contractchain.chain.retention import StateRetention
from contractchain.codec.transaction import decode_transaction
from contractchain.errors import InternalError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import (
    AccountOverride,
    BlockContext,
    CallResult,
    Message,
)
from contractchain.types import AccessEntry, Address, ChainConfig, Hash32, Outcome, Success


class Calls:
    """Message calls that leave no trace; `chain.calls`.

    A call at a block runs on the state after the block, in the block's own environment; a call that
    offers no fee sees a base fee of zero there, as in geth. Each raises BlockNotFoundError if there
    is no such block.
    """

    def __init__(
        self,
        execution: ExecutionLayer,
        canonical: CanonicalChain,
        resolver: Resolver,
        retention: StateRetention,
        config: ChainConfig,
    ) -> None:
        self._execution = execution
        self._canonical = canonical
        self._resolver = resolver
        self._retention = retention
        self._config = config

    def call(
        self,
        message: Message,
        at: BlockReference = BlockTag.LATEST,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> CallResult:
        """Execute a call as `eth_call` does."""
        block = self._resolver.get(at)
        with self._retention.hold(block.number, block.state_root) as root:
            return self._execution.call(root, self._environment(block, message), message, overrides)

    def estimate_gas(
        self,
        message: Message,
        at: BlockReference = BlockTag.LATEST,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> int | Outcome:
        """Return the least gas limit that succeeds, or the Revert or Halt it ends with.

        Raises:
            InvalidTransactionError: the sender cannot pay for value and fees.
        """
        block = self._resolver.get(at)
        with self._retention.hold(block.number, block.state_root) as root:
            context = self._environment(block, message)
            return self._execution.estimate_gas(root, context, message, overrides)

    def create_access_list(
        self, message: Message, at: BlockReference = BlockTag.LATEST
    ) -> tuple[tuple[AccessEntry, ...], CallResult]:
        """Return the slots that the call touches (EIP-2930) and its result."""
        block = self._resolver.get(at)
        with self._retention.hold(block.number, block.state_root) as root:
            return self._execution.create_access_list(
                root, self._environment(block, message), message
            )

    def find_outcome(self, transaction_hash: Hash32) -> Outcome | None:
        """Return how a mined transaction ended, revert data included; None if it is not mined.

        A `Success` carries the created address, and no return data: a chain keeps none. For a
        block that was not executed by this process, it is executed again up to the transaction.
        """
        place = self._canonical.find_transaction(transaction_hash)
        if place is None:
            return None
        block, index = place
        failures = block.failures
        if failures is None:
            failures = self._replay(block, index)
        failed = dict(failures).get(index)
        if failed is not None:
            return failed
        transaction = decode_transaction(block.block.transactions[index])
        if transaction.to is not None:
            return Success()
        created = calculate_contract_address(block.senders[index], transaction.nonce)
        return Success(created_address=created)

    def _replay(self, block: ExecutedBlock, index: int) -> tuple[tuple[int, Outcome], ...]:
        parent = self._canonical.find_by_hash(block.header.parent_hash)
        if parent is None:
            raise InternalError(f"block {block.number} has no parent")
        transactions = block.block.transactions[: index + 1]
        with self._retention.hold(parent.number, parent.state_root) as root:
            result = execute_block(
                self._execution,
                root,
                self._context(block),
                transactions,
                config=self._config,
                strict=True,
            )
        self._execution.release(result.state_root)
        return result.failures

    def _environment(self, block: ExecutedBlock, message: Message) -> BlockContext:
        ancestors = self._canonical.list_ancestor_hashes(block.header.parent_hash)
        return build_call_context(block.block, self._config, ancestors, message)

    def _context(self, block: ExecutedBlock) -> BlockContext:
        ancestors = self._canonical.list_ancestor_hashes(block.header.parent_hash)
        return build_context(block.block, self._config, ancestors)
