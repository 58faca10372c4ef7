"""Blocks that are known but not canonical: candidates, and branches that lost.

They live in memory, a bounded number of them, each with its state pinned.
"""

from collections import OrderedDict

from contractchain.chain.executed import ExecutedBlock
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Hash32

MAX_SIDE_BLOCKS = 256


class SideBlocks:
    """Executed blocks by hash; the oldest make room for new ones."""

    def __init__(self, execution: ExecutionLayer, *, limit: int = MAX_SIDE_BLOCKS) -> None:
        self._execution = execution
        self._limit = limit
        self._blocks: OrderedDict[Hash32, ExecutedBlock] = OrderedDict()

    def __len__(self) -> int:
        return len(self._blocks)

    def put(self, block: ExecutedBlock) -> None:
        """Keep a block; the caller's hold on its state comes along."""
        if block.hash in self._blocks:
            self._execution.release(block.state_root)
            return
        self._blocks[block.hash] = block
        while len(self._blocks) > self._limit:
            _, oldest = self._blocks.popitem(last=False)
            self._execution.release(oldest.state_root)

    def find(self, block_hash: Hash32) -> ExecutedBlock | None:
        """Return a block, None if it is not here."""
        return self._blocks.get(block_hash)

    def take(self, block_hash: Hash32) -> ExecutedBlock:
        """Remove a block; the hold on its state goes to the caller."""
        return self._blocks.pop(block_hash)

    def discard(self, block_hash: Hash32) -> None:
        """Forget a block, if it is here."""
        block = self._blocks.pop(block_hash, None)
        if block is not None:
            self._execution.release(block.state_root)

    def clear(self) -> None:
        """Forget all."""
        for block_hash in list(self._blocks):
            self.discard(block_hash)
