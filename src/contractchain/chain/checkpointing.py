"""When a whole state is written, so that opening replays little.

A checkpoint is due when the diffs since the last one outweigh it several times: writing then costs
a fixed share of what the blocks themselves cost, however large the state grows.
"""

from collections.abc import Iterable, Iterator

from contractchain.chain.executed import ExecutedBlock
from contractchain.errors import StoreError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.store import Store

DIFFS_PER_CHECKPOINT = 4
"""Bytes of diffs that one byte of checkpoint must save."""
MIN_DIFF_BYTES = 256 * 1024
MIN_DIFF_BYTES_ON_CLOSE = 32 * 1024


class Checkpointer:
    """Counts what was committed and writes checkpoints of one chain."""

    def __init__(self, execution: ExecutionLayer, store: Store, *, pending_bytes: int) -> None:
        """Start with the bytes of diffs after the newest checkpoint that the store holds."""
        self._execution = execution
        self._store = store
        self._pending_bytes = pending_bytes
        self._last_bytes = 0
        self.last_error: str | None = None
        """Why the last checkpoint was not written. The chain needs none to be whole."""

    def on_commit(self, block: ExecutedBlock) -> None:
        """Hear that a block was committed and is the head; writes a checkpoint if one is due."""
        self._pending_bytes += len(block.state_diff)
        due = max(MIN_DIFF_BYTES, DIFFS_PER_CHECKPOINT * self._last_bytes)
        if self._pending_bytes >= due:
            self._save(block)

    def on_close(self, head: ExecutedBlock) -> None:
        """Write a last checkpoint if the next opening would profit."""
        if self._pending_bytes >= max(MIN_DIFF_BYTES_ON_CLOSE, self._last_bytes):
            self._save(head)

    def _save(self, block: ExecutedBlock) -> None:
        self._last_bytes = 0
        self._pending_bytes = 0
        chunks = self._count(self._execution.export_state(block.state_root))
        try:
            self._store.save_checkpoint(block.number, block.state_root, chunks)
        except StoreError as error:
            self.last_error = str(error)

    def _count(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._last_bytes += len(chunk)
            yield chunk
