"""Polling filters: what has happened since the client asked last.

Spec:
    execution-apis, eth_newFilter and its relatives. A filter that nobody polls for five minutes is
    gone, as in geth.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from contractchain.chain import Chain
from contractchain.chain.references import BlockReference, BlockTag
from contractchain.chain.views import HeadChange, LogView
from contractchain.errors import BlockNotFoundError, NotFoundError, UsageError
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.rpc.log_matching import list_logs, list_removed_logs, to_chain
from contractchain.rpc.parameters import LogFilter

LIFETIME_S = 300.0
MAX_FILTERS = 10_000
MAX_PENDING_CHANGES = 100_000


class Polled(Enum):
    """What a filter can be on besides logs."""

    BLOCKS = "blocks"
    TRANSACTIONS = "pending transactions"


Wanted: TypeAlias = Polled | LogFilter


@dataclass(slots=True)
class _Filter:
    wanted: Wanted
    polled_at: float
    hashes: list[bytes] = field(default_factory=list)
    """Since the last poll: blocks that have become canonical, or pending transactions."""
    removed: list[LogView] = field(default_factory=list)
    """Logs that the client has been told of and that are canonical no more."""


class Filters:
    """The filters of one server."""

    def __init__(self, chain: Chain, clock: Callable[[], float] = time.monotonic) -> None:
        self._chain = chain
        self._clock = clock
        self._filters: dict[int, _Filter] = {}
        self._next_id = 1
        self._lock = threading.Lock()
        self._end_of_heads = chain.subscribe(self._on_head)
        self._end_of_pool: Callable[[], None] | None = None

    def add(self, wanted: Wanted) -> int:
        """Install a filter; return its id.

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
            if wanted is Polled.TRANSACTIONS and self._end_of_pool is None:
                self._end_of_pool = self._chain.pool.subscribe(self._on_ready)
            return identifier

    def remove(self, identifier: int) -> bool:
        """Remove a filter; tells whether it was there."""
        with self._lock:
            was_there = self._filters.pop(identifier, None) is not None
            self._leave_pool()
            return was_there

    def poll(self, identifier: int) -> list[bytes] | list[LogView]:
        """Return hashes of blocks or transactions, or logs, since the last poll.

        Raises:
            NotFoundError: no such filter.
        """
        with self._lock:
            found = self._get(identifier)
            found.polled_at = self._clock()
            hashes, found.hashes = found.hashes, []
            logs, found.removed = found.removed, []
        if not isinstance(found.wanted, LogFilter):
            return hashes
        for block_hash in hashes:
            with suppress(BlockNotFoundError):  # cut off just now
                block = self._chain.blocks.get_executed(block_hash)
                logs += list_logs(self._chain, (block,), found.wanted)
        return logs

    def logs(self, identifier: int) -> list[LogView]:
        """Return all logs of a filter on logs.

        Raises:
            NotFoundError: no such filter on logs.
        """
        with self._lock:
            wanted = self._get(identifier).wanted
        if not isinstance(wanted, LogFilter):
            raise NotFoundError("filter not found")
        return find_logs(self._chain, wanted)

    def close(self) -> None:
        """Stop hearing of new blocks."""
        self._end_of_heads()
        with self._lock:
            self._filters.clear()
            self._leave_pool()

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
        self._leave_pool()

    def _leave_pool(self) -> None:
        """Hear of transactions no longer than somebody wants to: being told costs the pool."""
        if self._end_of_pool is None or any(
            installed.wanted is Polled.TRANSACTIONS for installed in self._filters.values()
        ):
            return
        self._end_of_pool()
        self._end_of_pool = None

    def _on_head(self, change: HeadChange) -> None:
        applied, reverted = change.applied, set(change.reverted)
        with self._lock:
            for installed in self._filters.values():
                if installed.wanted is Polled.TRANSACTIONS:
                    continue
                if reverted:
                    self._take_back(installed, change, reverted)
                if len(installed.hashes) < MAX_PENDING_CHANGES:
                    installed.hashes.extend(applied)

    def _take_back(self, installed: _Filter, change: HeadChange, reverted: set[bytes]) -> None:
        """Forget reverted blocks that were not told of; take back the logs of the others."""
        untold = reverted.intersection(installed.hashes)
        installed.hashes = [h for h in installed.hashes if h not in reverted]
        if isinstance(installed.wanted, LogFilter) and len(installed.removed) < MAX_PENDING_CHANGES:
            told = [block for block in change.reverted_blocks if block.hash not in untold]
            installed.removed += list_removed_logs(self._chain, told, installed.wanted)

    def _on_ready(self, transactions: tuple[DecodedTransaction, ...]) -> None:
        with self._lock:
            for installed in self._filters.values():
                if (
                    installed.wanted is Polled.TRANSACTIONS
                    and len(installed.hashes) < MAX_PENDING_CHANGES
                ):
                    installed.hashes.extend(transaction.hash for transaction in transactions)


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
