"""The next transactions of all senders, best first, at whatever the base fee is.

What a transaction leaves to the beneficiary is `min(priority, max_fee - base_fee)`. Sorting by that
would have to be done anew with every base fee. Here two orders are kept that need not: by priority
fee and by maximum fee. What has not been seen yet in either can pay no more than the top of both,
so the best of what has been seen is often known after one look (Fagin's threshold algorithm). The
cost is that of the transactions chosen, whatever the number of senders.
"""

from heapq import heapify, heappop, heappush
from itertools import count
from typing import TypeAlias

from contractchain.chain.pool_queue import PoolEntry, SenderQueue
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.types import Address

Item: TypeAlias = tuple[int, int, int, PoolEntry, SenderQueue]
"""(negated fee, arrival, serial number against ties, entry, its queue)."""
SLACK = 64
"""Dead items that a heap may hold besides as many as it has live ones."""


class ReadyOrder:
    """The queues whose first transaction can be executed as far as its nonce goes."""

    def __init__(self) -> None:
        self.queues: dict[Address, SenderQueue] = {}
        self._by_priority: list[Item] = []
        self._by_max_fee: list[Item] = []
        self._serial = count()

    def update(self, queue: SenderQueue) -> None:
        """Hear that the front of a queue may have changed."""
        if not queue.is_ready:
            self.queues.pop(queue.sender, None)
            queue.listed = None
            return
        entry = queue.entries[queue.nonce]
        self.queues[queue.sender] = queue
        if queue.listed is not entry:
            queue.listed = entry
            heappush(self._by_priority, self._rank_by_priority(entry, queue))
            heappush(self._by_max_fee, self._rank_by_max_fee(entry, queue))
            if len(self._by_priority) > 2 * len(self.queues) + SLACK:
                self._rebuild()

    def clear(self) -> None:
        """Forget all."""
        self.queues.clear()
        self._by_priority.clear()
        self._by_max_fee.clear()

    def find_highest_max_fee(self) -> DecodedTransaction | None:
        """Return the first transaction that offers the most, None if there is none."""
        heap = self._by_max_fee
        while heap and not _is_live(heap[0]):
            heappop(heap)
        return heap[0][3].transaction if heap else None

    def _rank_by_priority(self, entry: PoolEntry, queue: SenderQueue) -> Item:
        fee = entry.transaction.max_priority_fee_per_gas
        return -fee, entry.arrival, next(self._serial), entry, queue

    def _rank_by_max_fee(self, entry: PoolEntry, queue: SenderQueue) -> Item:
        fee = entry.transaction.max_fee_per_gas
        return -fee, entry.arrival, next(self._serial), entry, queue

    def _rebuild(self) -> None:
        """Drop what is dead."""
        heads = [(queue.entries[queue.nonce], queue) for queue in self.queues.values()]
        self._by_priority = [self._rank_by_priority(entry, queue) for entry, queue in heads]
        self._by_max_fee = [self._rank_by_max_fee(entry, queue) for entry, queue in heads]
        heapify(self._by_priority)
        heapify(self._by_max_fee)


class Picker:
    """Takes transactions from a `ReadyOrder` best first, and puts them all back at the end."""

    def __init__(self, order: ReadyOrder, base_fee: int) -> None:
        self._order = order
        self._base_fee = base_fee
        self._by_priority = order._by_priority
        self._by_max_fee = order._by_max_fee
        self._seen: set[int] = set()
        self._taken: tuple[list[Item], list[Item]] = ([], [])
        self._candidates: list[Item] = []
        self._serial = count()

    def pop(self) -> tuple[PoolEntry, SenderQueue] | None:
        """Return the best that is left and can pay the base fee."""
        candidates = self._candidates
        while True:
            by_priority = self._top(self._by_priority, 0)
            by_max_fee = self._top(self._by_max_fee, 1)
            if by_priority is None or by_max_fee is None or -by_max_fee[0] < self._base_fee:
                return heappop(candidates)[3:] if candidates else None
            if candidates:
                best = candidates[0][:2]
                fee_bound = (by_max_fee[0] + self._base_fee, by_max_fee[1])
                if best <= by_priority[:2] or best <= fee_bound:
                    return heappop(candidates)[3:]
            for item in (by_priority, by_max_fee):
                if item[1] not in self._seen:
                    self._seen.add(item[1])
                    self.offer(item[3], item[4])

    def offer(self, entry: PoolEntry, queue: SenderQueue) -> None:
        """Let an entry compete, if it can pay the base fee: one from an order, or a successor."""
        transaction = entry.transaction
        room = transaction.max_fee_per_gas - self._base_fee
        if room >= 0:
            tip = min(room, transaction.max_priority_fee_per_gas)
            item = (-tip, entry.arrival, next(self._serial), entry, queue)
            heappush(self._candidates, item)

    def put_back(self) -> None:
        """Restore the orders."""
        for heap, taken in zip((self._by_priority, self._by_max_fee), self._taken, strict=True):
            for item in taken:
                heappush(heap, item)

    def _top(self, heap: list[Item], side: int) -> Item | None:
        """Return the first item that is alive and not seen yet; moves the others out of the way."""
        while heap:
            item = heap[0]
            if not _is_live(item):
                heappop(heap)
            elif item[1] in self._seen:
                self._taken[side].append(heappop(heap))
            else:
                return item
        return None


def _is_live(item: Item) -> bool:
    return item[4].listed is item[3]
