"""Which world states are kept, and how one that is not comes back.

Kept are the states of the last canonical blocks, of genesis, and whatever somebody has pinned
(candidates, snapshots, the pending block). Older ones are rebuilt when asked for, from the nearest
state below by applying the stored diffs; the last few rebuilt ones stay.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from contractchain.chain.replay import replay_state
from contractchain.errors import StateUnavailableError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.store import Store
from contractchain.types import Hash32

DEFAULT_WINDOW = 256
"""Canonical blocks whose states are kept."""
MAX_REBUILT = 4


class StateRetention:
    """The holds of one chain on the states of its execution layer."""

    def __init__(
        self, execution: ExecutionLayer, store: Store, *, window: int = DEFAULT_WINDOW
    ) -> None:
        self._execution = execution
        self._store = store
        self._size = max(window, 1)
        self._window: deque[tuple[int, Hash32]] = deque()
        self._rebuilt: OrderedDict[Hash32, int] = OrderedDict()
        self._rebuilding = Lock()

    def adopt(self, number: int, root: Hash32) -> None:
        """Take over the caller's hold on the state of the canonical block `number`."""
        self._window.append((number, root))
        while len(self._window) > self._size:
            self._execution.release(self._window.popleft()[1])

    def cut_to(self, number: int) -> None:
        """Give up the states of canonical blocks above `number`."""
        while self._window and self._window[-1][0] > number:
            self._execution.release(self._window.pop()[1])
        with self._rebuilding:
            for root in [r for r, n in self._rebuilt.items() if n > number]:
                del self._rebuilt[root]
                self._execution.release(root)

    @property
    def newest(self) -> int | None:
        """Highest block whose state is in the window."""
        return self._window[-1][0] if self._window else None

    def pin(self, root: Hash32) -> None:
        """Keep a state until `unpin`. Raises StateUnavailableError if it is not held."""
        self._execution.retain(root)

    def unpin(self, root: Hash32) -> None:
        """Undo one `pin`."""
        self._execution.release(root)

    @contextmanager
    def hold(self, number: int, root: Hash32) -> Iterator[Hash32]:
        """Keep the state of a block for the length of a `with`, rebuilding it if need be.

        Args:
            number: Number of the block; only canonical states can be rebuilt.
            root: Its state root.

        Raises:
            StateUnavailableError: not held, and not that of the canonical block `number`.
        """
        self.acquire(number, root)
        try:
            yield root
        finally:
            self._execution.release(root)

    def acquire(self, number: int, root: Hash32) -> None:
        """Pin a state, rebuilding it if need be. Raises as `hold`."""
        try:
            self._execution.retain(root)
        except StateUnavailableError:
            self._rebuild(number, root)

    def close(self) -> None:
        """Give up every hold."""
        self.cut_to(-1)

    def _rebuild(self, number: int, root: Hash32) -> None:
        """Rebuild a state; one hold is the caller's, another keeps it for the next one."""
        with self._rebuilding:
            if root not in self._rebuilt:
                start = max(((n, r) for r, n in self._rebuilt.items() if n < number), default=None)
                rebuilt = replay_state(self._execution, self._store, number, start=start)
                if rebuilt != root:
                    self._execution.release(rebuilt)
                    raise StateUnavailableError(state_root=root)
                self._rebuilt[root] = number
                if len(self._rebuilt) > MAX_REBUILT:
                    self._execution.release(self._rebuilt.popitem(last=False)[0])
            self._rebuilt.move_to_end(root)
            self._execution.retain(root)
