"""Polling filters: what has happened since the client asked last.

Spec:
    execution-apis, eth_newFilter and its relatives. A filter that nobody polls for five minutes is
    gone, as in geth.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from contractchain.chain import Chain
from contractchain.chain.references import BlockReference, BlockTag
from contractchain.chain.views import HeadChange, LogView
from contractchain.chain.views import LogFilter as ChainLogFilter
from contractchain.errors import NotFoundError, UsageError
from contractchain.rpc.parameters import LogFilter

LIFETIME_S = 300.0
MAX_FILTERS = 10_000
MAX_PENDING_CHANGES = 100_000


@dataclass(slots=True)
class _Filter:
    wanted: LogFilter | None
    """None for a filter on new blocks."""
    polled_at: float
    hashes: list[bytes] = field(default_factory=list)
    """Blocks that have become canonical since the last poll."""


class Filters:
    """The filters of one server."""

    def __init__(self, chain: Chain, clock: Callable[[], float] = time.monotonic) -> None:
        self._chain = chain
        self._clock = clock
        self._filters: dict[int, _Filter] = {}
        self._next_id = 1
        self._lock = threading.Lock()
        self._unsubscribe = chain.subscribe(self._on_head)

    def add(self, wanted: LogFilter | None) -> int:
        """Install a filter on logs, or on blocks if `wanted` is None; return its id.

        Raises:
            UsageError: there are too many.
        """
        with self._lock:
            self._expire()
            if len(self._filters) >= MAX_FILTERS:
                raise UsageError(f"there are {MAX_FILTERS} filters already")
            identifier = self._next_id
            self._next_id += 1
            self._filters[identifier] = _Filter(wanted=wanted, polled_at=self._clock())
            return identifier

    def remove(self, identifier: int) -> bool:
        """Remove a filter; tells whether it was there."""
        with self._lock:
            return self._filters.pop(identifier, None) is not None

    def poll(self, identifier: int) -> list[bytes] | list[LogView]:
        """Return block hashes or logs since the last poll.

        Raises:
            NotFoundError: no such filter.
        """
        with self._lock:
            found = self._get(identifier)
            found.polled_at = self._clock()
            hashes, found.hashes = found.hashes, []
        if found.wanted is None:
            return hashes
        logs: list[LogView] = []
        for block_hash in hashes:
            logs += self._chain.blocks.find_logs(block_hash, block_hash, to_chain(found.wanted))
        return logs

    def logs(self, identifier: int) -> list[LogView]:
        """Return all logs of a filter on logs.

        Raises:
            NotFoundError: no such filter on logs.
        """
        with self._lock:
            wanted = self._get(identifier).wanted
        if wanted is None:
            raise NotFoundError("filter not found")
        return find_logs(self._chain, wanted)

    def close(self) -> None:
        """Stop hearing of new blocks."""
        self._unsubscribe()

    def _get(self, identifier: int) -> _Filter:
        self._expire()
        found = self._filters.get(identifier)
        if found is None:
            raise NotFoundError("filter not found")
        return found

    def _expire(self) -> None:
        oldest = self._clock() - LIFETIME_S
        for identifier in [i for i, f in self._filters.items() if f.polled_at < oldest]:
            del self._filters[identifier]

    def _on_head(self, change: HeadChange) -> None:
        reverted = set(change.reverted)
        with self._lock:
            for installed in self._filters.values():
                if reverted:
                    installed.hashes = [h for h in installed.hashes if h not in reverted]
                if len(installed.hashes) < MAX_PENDING_CHANGES:
                    installed.hashes.extend(change.applied)


def to_chain(wanted: LogFilter) -> ChainLogFilter:
    """Return what the chain is asked for."""
    return ChainLogFilter(addresses=wanted.addresses, topics=wanted.topics)


def find_logs(chain: Chain, wanted: LogFilter) -> list[LogView]:
    """Return the logs that a filter object asks for.

    Raises:
        UsageError: the range is reversed or ends beyond the head.
        BlockNotFoundError: there is no block of that hash.
    """
    if wanted.block_hash is not None:
        return chain.blocks.find_logs(wanted.block_hash, wanted.block_hash, to_chain(wanted))
    head = chain.head().number
    bounds = [_number_of(chain, bound) for bound in (wanted.first, wanted.last)]
    if bounds[0] > bounds[1]:
        raise UsageError(f"the range ends at block {bounds[1]}, before it begins at {bounds[0]}")
    if wanted.last is not BlockTag.PENDING and bounds[1] > head:
        raise UsageError(f"the range ends at block {bounds[1]}, the head is block {head}")
    return chain.blocks.find_logs(wanted.first, wanted.last, to_chain(wanted))


def _number_of(chain: Chain, reference: BlockReference) -> int:
    return reference if isinstance(reference, int) else chain.blocks.get_header(reference).number
