"""Moving the head: forwards, back, or across to another branch.

Every block is committed durably before the head moves to it, and the pool follows in the same
step. A move that the store refuses half-way leaves the head at the last block that was committed.
"""

from collections.abc import Sequence

from contractchain.chain.canonical import CanonicalChain, Tip
from contractchain.chain.checkpointing import Checkpointer
from contractchain.chain.context import build_transaction_rules
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.pool_queue import PoolEntry
from contractchain.chain.retention import StateRetention
from contractchain.chain.side_blocks import MAX_SIDE_BLOCKS, SideBlocks
from contractchain.chain.state_editing import is_state_edit
from contractchain.chain.transaction_pool import TransactionPool
from contractchain.chain.views import HeadChange
from contractchain.errors import (
    BlockNotFoundError,
    ConsensusError,
    StateUnavailableError,
    StoreError,
    ValidationError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import (
    BlockContext,
    DecodedTransaction,
)
from contractchain.types import Hash32


class Adoption:
    """Moves the head of one chain. Its owner sees to it that one move happens at a time."""

    def __init__(
        self,
        *,
        canonical: CanonicalChain,
        side: SideBlocks,
        retention: StateRetention,
        pool: TransactionPool,
        checkpointer: Checkpointer,
        execution: ExecutionLayer,
    ) -> None:
        self._canonical = canonical
        self._side = side
        self._retention = retention
        self._pool = pool
        self._checkpointer = checkpointer
        self._execution = execution

    def extend(self, block_hash: Hash32, finalized: int | None) -> HeadChange:
        """Make a candidate on the head the new head."""
        block = self._side.find(block_hash)
        if block is None:
            raise BlockNotFoundError(block="0x" + block_hash.hex())
        self._canonical.append(block)
        self._retention.adopt(block.number, self._side.take(block_hash).state_root)
        senders = None if is_state_edit(block.header) else set(block.senders)
        self._pool.extend_head(self._tip(block, finalized), senders)
        self._checkpointer.on_commit(block)
        return HeadChange(number=block.number, hash=block.hash, applied_blocks=(block,))

    def switch(
        self,
        block_hash: Hash32,
        finalized: int | None,
        context: BlockContext,
    ) -> HeadChange:
        """Make any known block the head; what it replaces returns to the pool.

        Raises:
            BlockNotFoundError: the block, or one between it and the chain, is not known.
            ConsensusError: a final block would be replaced.
        """
        branch, fork_point = self._trace_branch(block_hash)
        if fork_point < self._canonical.tip.finalized:
            raise ConsensusError(
                f"block {self._canonical.tip.finalized} is final and would be replaced"
            )
        reverted = self._move(branch, fork_point, keep=True)
        tip = self._tip(branch[-1] if branch else self._read_head(fork_point), finalized)
        self._pool.switch_head(tip, self._decode_returned(reverted, context))
        return _describe(tip, branch, reverted)

    def restore(
        self, block_hash: Hash32, finalized: int, entries: Sequence[PoolEntry]
    ) -> HeadChange:
        """Return to a block and to the pool of its time, whatever is final by now.

        Raises:
            BlockNotFoundError: the block is not known any more; nothing changes.
        """
        branch, fork_point = self._trace_branch(block_hash)
        reverted = self._move(branch, fork_point, keep=False)
        head = branch[-1] if branch else self._read_head(fork_point)
        tip = Tip(block=head, finalized=finalized)
        self._pool.restore(tip, entries)
        return _describe(tip, branch, reverted)

    def _trace_branch(self, block_hash: Hash32) -> tuple[list[ExecutedBlock], int]:
        """Return the side blocks up to a block, lowest first, and the number they fork off at."""
        branch: list[ExecutedBlock] = []
        cursor = block_hash
        while (number := self._canonical.find_canonical_number(cursor)) is None:
            block = self._side.find(cursor)
            if block is None:
                raise BlockNotFoundError(block="0x" + cursor.hex())
            branch.append(block)
            cursor = block.header.parent_hash
        branch.reverse()
        return branch, number

    def _move(
        self, branch: list[ExecutedBlock], fork_point: int, *, keep: bool
    ) -> list[ExecutedBlock]:
        """Change the stored chain; returns the blocks that were taken off, highest first."""
        base = self._read_head(fork_point)
        reverted = [
            block
            for number in range(self._canonical.tip.number, fork_point, -1)
            if (block := self._canonical.find_by_number(number)) is not None
        ]
        self._retention.acquire(base.number, base.state_root)
        if reverted:
            try:
                self._canonical.cut_to(fork_point)
            except StoreError:
                self._retention.unpin(base.state_root)
                raise
            if keep:
                self._keep_aside(reverted)
            self._retention.cut_to(fork_point)
        if self._retention.newest == fork_point:
            self._retention.unpin(base.state_root)
        else:
            self._retention.adopt(base.number, base.state_root)
        self._append_branch(base, branch)
        return reverted

    def _append_branch(self, base: ExecutedBlock, branch: list[ExecutedBlock]) -> None:
        head = base
        try:
            for block in branch:
                self._canonical.append(block)
                self._retention.adopt(block.number, self._side.take(block.hash).state_root)
                head = block
        except StoreError:
            self._pool.switch_head(self._tip(head, None), ())
            raise

    def _keep_aside(self, reverted: list[ExecutedBlock]) -> None:
        for block in reversed(reverted[:MAX_SIDE_BLOCKS]):
            try:
                self._retention.pin(block.state_root)
            except StateUnavailableError:
                continue
            self._side.put(block)

    def _read_head(self, number: int) -> ExecutedBlock:
        block = self._canonical.find_by_number(number)
        if block is None:
            raise BlockNotFoundError(block=str(number))
        return block

    def _tip(self, block: ExecutedBlock, finalized: int | None) -> Tip:
        present = self._canonical.tip.finalized
        return Tip(block=block, finalized=present if finalized is None else finalized)

    def _decode_returned(
        self, reverted: list[ExecutedBlock], context: BlockContext
    ) -> Sequence[DecodedTransaction | ValidationError]:
        raws = [raw for block in reversed(reverted) for raw in block.block.transactions]
        return self._execution.decode_many(raws, build_transaction_rules(context)) if raws else []


def _describe(tip: Tip, branch: list[ExecutedBlock], reverted: list[ExecutedBlock]) -> HeadChange:
    return HeadChange(
        number=tip.number,
        hash=tip.hash,
        applied_blocks=tuple(branch),
        reverted_blocks=tuple(reverted),
    )
