"""Points to which the chain can return: head, pool and time."""

from dataclasses import dataclass

from contractchain.chain.canonical import Tip
from contractchain.chain.pool_queue import PoolEntry
from contractchain.chain.retention import StateRetention
from contractchain.chain.time_control import TimeState
from contractchain.errors import SnapshotNotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is remembered."""

    tip: Tip
    time: TimeState
    entries: tuple[PoolEntry, ...]
    """The pool, in the order of arrival."""


class Snapshots:
    """The snapshots of one chain, by ids that count up and are never used twice."""

    def __init__(self, retention: StateRetention) -> None:
        self._retention = retention
        self._taken: dict[int, Snapshot] = {}
        self._last = 0

    def put(self, snapshot: Snapshot) -> int:
        """Remember a snapshot and return its id."""
        self._retention.pin(snapshot.tip.block.state_root)
        self._last += 1
        self._taken[self._last] = snapshot
        return self._last

    def get(self, snapshot_id: int) -> Snapshot:
        """Return a snapshot.

        Raises:
            SnapshotNotFoundError: never taken, or gone with a revert to an earlier one.
        """
        snapshot = self._taken.get(snapshot_id)
        if snapshot is None:
            raise SnapshotNotFoundError(snapshot=snapshot_id)
        return snapshot

    def discard_from(self, snapshot_id: int) -> None:
        """Forget a snapshot and all later ones."""
        for taken in [i for i in self._taken if i >= snapshot_id]:
            self._retention.unpin(self._taken.pop(taken).tip.block.state_root)
