"""The block that would be built now, made when somebody asks and kept until head or pool change."""

from collections import deque
from collections.abc import Callable
from threading import Lock

from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.retention import StateRetention

KEPT = 4
"""Pending blocks whose states are kept, for readers that are slower than the chain."""


class PendingBlock:
    """The speculative block of one chain; it is no candidate and never adopted."""

    def __init__(
        self,
        retention: StateRetention,
        identify: Callable[[], object],
        build: Callable[[], ExecutedBlock],
    ) -> None:
        """Start with nothing built.

        Args:
            retention: Keeps the states.
            identify: Returns what the block depends on; equal means that it is still right.
            build: Builds it; the hold on its state comes along.
        """
        self._retention = retention
        self._identify = identify
        self._build = build
        self._lock = Lock()
        self._made: deque[tuple[object, ExecutedBlock]] = deque()

    def get(self) -> ExecutedBlock:
        """Return the block."""
        with self._lock:
            identity = self._identify()
            if self._made and self._made[-1][0] == identity:
                return self._made[-1][1]
            block = self._build()
            self._made.append((identity, block))
            if len(self._made) > KEPT:
                self._retention.unpin(self._made.popleft()[1].state_root)
            return block

    def clear(self) -> None:
        """Give up the states."""
        with self._lock:
            while self._made:
                self._retention.unpin(self._made.pop()[1].state_root)
