"""Notifications of what happens on the chain, for those who subscribed (`eth_subscribe`).

The chain and its pool tell of a change in the thread that makes it; here it is only passed on to
the loop, so that neither waits for a reader. Logs are looked for in another thread, block after
block. What is equal for many subscribers is rendered once.

Spec:
    geth's real-time events: `newHeads` of every block that becomes canonical, `logs` again with
    `removed` when their block is replaced, `newPendingTransactions` of what can be executed.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeAlias, TypeVar

import orjson

from contractchain.chain import Chain
from contractchain.chain.deriving import build_pending_view
from contractchain.chain.views import HeadChange
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.rpc.dispatcher import Respond
from contractchain.rpc.log_matching import list_changed_logs
from contractchain.rpc.objects import header_object, log_object, transaction_object
from contractchain.rpc.parameters import LogFilter
from contractchain.rpc.rendering import render

log = logging.getLogger("contractchain.rpc")
DELIVERIES_PER_TURN = 200
"""Notifications of logs that are sent in one turn of the loop."""
T = TypeVar("T")


class Topic(Enum):
    """What can be subscribed to besides logs."""

    NEW_HEADS = "newHeads"
    PENDING_HASHES = "newPendingTransactions"
    PENDING_TRANSACTIONS = "newPendingTransactions, in full"
    SYNCING = "syncing"


Wanted: TypeAlias = Topic | LogFilter
"""What a subscription is about: a topic, or the logs that match."""


class Read(Protocol):
    """Runs a read that may take long in a thread."""

    async def __call__(self, function: Callable[..., T], *arguments: Any) -> T: ...


class Subscription:
    """What one subscriber wants, and how it is told."""

    __slots__ = ("_prefix", "_push", "id", "wanted")

    def __init__(self, wanted: Wanted, push: Respond) -> None:
        self.id = secrets.token_bytes(16)
        self.wanted = wanted
        self._push = push
        self._prefix = (
            b'{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x%b","result":'
            % self.id.hex().encode()
        )

    def tell(self, result: bytes) -> None:
        """Send a notification with a result in JSON."""
        self._push(self._prefix + result + b"}}")


@dataclass(frozen=True, slots=True)
class _Found:
    """Logs of a change for one subscription, in JSON."""

    subscription: Subscription
    logs: list[bytes]


class Subscriptions:
    """The subscriptions of one server. Belongs to the loop's thread."""

    def __init__(self, chain: Chain, read: Read) -> None:
        """Hear of the chain's changes from now on.

        Args:
            chain: Tells of them.
            read: Runs the search for logs.
        """
        self._chain = chain
        self._read = read
        self._loop: asyncio.AbstractEventLoop | None = None
        """None until somebody subscribes."""
        self._by_wanted: dict[Topic, dict[bytes, Subscription]] = {topic: {} for topic in Topic}
        self._on_logs: dict[bytes, Subscription] = {}
        self._hears_heads = False
        self._changes: asyncio.Queue[HeadChange] = asyncio.Queue()
        self._searching: asyncio.Task[None] | None = None
        self._end_of_heads = chain.subscribe(self._on_head)
        self._end_of_pool: Callable[[], None] | None = None

    def add(self, subscription: Subscription) -> None:
        """Tell a subscriber of changes from now on. Adding it again changes nothing."""
        self._loop = asyncio.get_running_loop()
        wanted = subscription.wanted
        if isinstance(wanted, LogFilter):
            self._on_logs[subscription.id] = subscription
            if self._searching is None:
                self._searching = self._loop.create_task(self._search())
        elif subscription.id not in self._by_wanted[wanted]:
            self._by_wanted[wanted][subscription.id] = subscription
            if wanted is Topic.SYNCING:  # this node never is: said once, right after the id
                self._loop.call_soon(subscription.tell, b"false")
        self._adjust()

    def remove(self, subscription: Subscription) -> None:
        """Tell a subscriber no more."""
        self._on_logs.pop(subscription.id, None)
        for subscribers in self._by_wanted.values():
            subscribers.pop(subscription.id, None)
        self._adjust()

    def close(self) -> None:
        """Stop hearing of changes."""
        self._end_of_heads()
        if self._end_of_pool is not None:
            self._end_of_pool()
        if self._searching is not None:
            self._searching.cancel()

    def _adjust(self) -> None:
        """Hear only of what somebody wants to know: being told costs those who tell."""
        by = self._by_wanted
        self._hears_heads = bool(by[Topic.NEW_HEADS] or self._on_logs)
        wants_pool = bool(by[Topic.PENDING_HASHES] or by[Topic.PENDING_TRANSACTIONS])
        if wants_pool and self._end_of_pool is None:
            self._end_of_pool = self._chain.pool.subscribe(self._on_ready)
        elif not wants_pool and self._end_of_pool is not None:
            self._end_of_pool()
            self._end_of_pool = None

    def _on_head(self, change: HeadChange) -> None:
        """Pass a change of the head on to the loop (called in the writer's thread)."""
        if self._hears_heads and self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._tell_head, change)

    def _on_ready(self, transactions: tuple[DecodedTransaction, ...]) -> None:
        """Pass transactions on to the loop (called in the thread that submits them)."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._tell_ready, transactions)

    def _tell_head(self, change: HeadChange) -> None:
        subscribers = self._by_wanted[Topic.NEW_HEADS].values()
        if subscribers:
            for block in change.applied_blocks:
                _tell(subscribers, _encode(header_object(block.header, block.hash)))
        if self._on_logs:
            self._changes.put_nowait(change)

    def _tell_ready(self, transactions: tuple[DecodedTransaction, ...]) -> None:
        of_hashes = self._by_wanted[Topic.PENDING_HASHES].values()
        in_full = self._by_wanted[Topic.PENDING_TRANSACTIONS].values()
        for transaction in transactions:
            if of_hashes:
                _tell(of_hashes, _encode(transaction.hash))
            if in_full:
                _tell(in_full, _encode(transaction_object(build_pending_view(transaction))))

    async def _search(self) -> None:
        """Find and send the logs of one change after the other."""
        while True:
            change = await self._changes.get()
            wanted = tuple(self._on_logs.values())
            try:
                found = await self._read(self._find, change, wanted)
            except Exception:
                log.exception("no logs of block %d were sent to subscribers", change.number)
                continue
            await self._deliver(found)

    async def _deliver(self, found: Iterable[_Found]) -> None:
        """Send logs, with turns of the loop for others in between."""
        delivered = 0
        for part in found:
            for encoded in part.logs:
                if part.subscription.id in self._on_logs:
                    part.subscription.tell(encoded)
                delivered += 1
                if delivered % DELIVERIES_PER_TURN == 0:
                    await asyncio.sleep(0)

    def _find(self, change: HeadChange, wanted: Iterable[Subscription]) -> list[_Found]:
        """Return the logs of a change for each subscriber (called in a reader's thread)."""
        known: dict[LogFilter, list[bytes]] = {}
        found = []
        for subscription in wanted:
            what = subscription.wanted
            if isinstance(what, LogFilter):
                if what not in known:
                    logs = list_changed_logs(self._chain, change, what)
                    known[what] = [_encode(log_object(log)) for log in logs]
                found.append(_Found(subscription, known[what]))
        return found


def _tell(subscribers: Iterable[Subscription], result: bytes) -> None:
    for subscription in tuple(subscribers):
        subscription.tell(result)


def _encode(value: object) -> bytes:
    return orjson.dumps(render(value))
