"""Transactions that wait for a block.

Per sender they are ordered by nonce; among senders, the next transaction of each competes by the
priority fee it pays at the current base fee, then by arrival. A gap in the nonces makes what is
behind it wait. The pool knows no state: who may enter is decided in
`contractchain.chain.admission`. Not safe by itself against several threads; its owner locks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from contractchain.chain.pool_queue import PoolEntry, SenderQueue, calculate_cost
from contractchain.chain.ready_order import Picker, ReadyOrder
from contractchain.errors import AlreadyKnownError, MempoolFullError, UnderpricedError
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.types import Address, Hash32

REPLACEMENT_PERCENT = 110
"""What a replacement must offer of both fees of the transaction it replaces."""
MIN_TRANSACTION_GAS = 21_000
MAX_MISSES = 64
"""Candidates without enough gas left after which a selection ends, however many more there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """How much the pool holds."""

    total: int = 65_536
    """Transactions."""
    per_sender: int = 32_768
    """Transactions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What a block offers to the transactions of the pool."""

    gas_limit: int
    base_fee_per_gas: int = 0
    """Wei per gas."""
    blob_base_fee: int = 0
    """Wei per blob gas."""
    max_blobs: int = 0
    max_size_bytes: int | None = None
    max_transactions: int | None = None


Rank: TypeAlias = tuple[int, int, int, Hash32]
"""(priority fee, max fee, negated arrival, hash): the smallest is the worst."""


class Mempool:
    """The pool of one chain."""

    def __init__(self, limits: PoolLimits | None = None) -> None:
        self._limits = limits or PoolLimits()
        self._queues: dict[Address, SenderQueue] = {}
        self._ready = ReadyOrder()
        self._by_hash: dict[Hash32, PoolEntry] = {}
        self._arrivals = 0
        self._worst: list[Rank] | None = None
        self.version = 0
        """Changes with every change of the pool."""

    def __len__(self) -> int:
        return len(self._by_hash)

    def __contains__(self, transaction_hash: object) -> bool:
        return transaction_hash in self._by_hash

    @property
    def senders(self) -> list[Address]:
        """Senders that have a transaction here."""
        return list(self._queues)

    def find(self, transaction_hash: Hash32) -> DecodedTransaction | None:
        """Return a waiting transaction."""
        entry = self._by_hash.get(transaction_hash)
        return None if entry is None else entry.transaction

    def find_queue(self, sender: Address) -> SenderQueue | None:
        """Return the queue of a sender, None if nothing waits."""
        return self._queues.get(sender)

    def entries(self) -> list[PoolEntry]:
        """Return everything, in the order of arrival."""
        return sorted(self._by_hash.values(), key=lambda entry: entry.arrival)

    def count_ready(self) -> int:
        """Return how many transactions have no gap before them."""
        return sum(queue.run_end - queue.nonce for queue in self._ready.queues.values())

    def add(
        self, transaction: DecodedTransaction, account_nonce: int, cost: int | None = None
    ) -> None:
        """Take a transaction, or let it replace the one of its nonce.

        Args:
            transaction: Checked against the state.
            account_nonce: Nonce of its sender at the head.
            cost: What it may cost its sender in wei, if that is known.

        Raises:
            AlreadyKnownError: it is here.
            UnderpricedError: it would replace one without raising both fees enough.
            MempoolFullError: the sender's share is used up, or all others here are better.
        """
        if transaction.hash in self._by_hash:
            raise AlreadyKnownError(hash=transaction.hash)
        queue = self._queues.get(transaction.sender)
        old = queue.entries.get(transaction.nonce) if queue is not None else None
        if old is not None:
            _check_replacement(transaction, old.transaction)
        else:
            if queue is not None and len(queue) >= self._limits.per_sender:
                raise MempoolFullError(limit=self._limits.per_sender)
            if len(self._by_hash) >= self._limits.total:
                self._make_room(transaction)
                queue = self._queues.get(transaction.sender)
        if queue is None:
            queue = self._queues[transaction.sender] = SenderQueue(
                transaction.sender, account_nonce
            )
        self._arrivals += 1
        arrival = self._arrivals if old is None else old.arrival
        cost = calculate_cost(transaction) if cost is None else cost
        entry = PoolEntry(transaction, arrival, cost)
        self._insert(queue, entry)

    def on_nonce(self, sender: Address, nonce: int) -> None:
        """Hear which nonce an account has at the new head; drops what is used up."""
        queue = self._queues.get(sender)
        if queue is None:
            return
        for entry in queue.advance(nonce):
            del self._by_hash[entry.transaction.hash]
        self._settle(queue)
        self.version += 1

    def remove(self, transaction_hash: Hash32) -> None:
        """Drop one transaction, if it is here."""
        entry = self._by_hash.pop(transaction_hash, None)
        if entry is None:
            return
        queue = self._queues[entry.transaction.sender]
        queue.remove(entry.transaction.nonce)
        self._settle(queue)
        self.version += 1

    def has_executable(self, capacity: Capacity) -> bool:
        """Tell whether `select` would find anything."""
        best = self._ready.find_highest_max_fee()
        if best is None or best.max_fee_per_gas < capacity.base_fee_per_gas:
            return False
        return _fits(best, capacity) or any(
            _fits(transaction, capacity)
            for queue in self._ready.queues.values()
            if (transaction := queue.entries[queue.nonce].transaction).max_fee_per_gas
            >= capacity.base_fee_per_gas
        )

    def select(self, capacity: Capacity) -> list[DecodedTransaction]:
        """Return the best executable transactions in the order in which a block takes them.

        As many as could possibly fit, judged by the least gas that each can use; how many do fit
        is seen when they run.
        """
        picker = Picker(self._ready, capacity.base_fee_per_gas)
        try:
            return _pick(picker, capacity)
        finally:
            picker.put_back()

    def restore(self, entries: Iterable[tuple[PoolEntry, int]]) -> None:
        """Replace the content by earlier entries, each with its sender's nonce at the head."""
        self._queues.clear()
        self._ready.clear()
        self._by_hash.clear()
        self._worst = None
        self.version += 1
        for entry, nonce in entries:
            if entry.transaction.nonce < nonce:
                continue
            sender = entry.transaction.sender
            queue = self._queues.get(sender)
            if queue is None:
                queue = self._queues[sender] = SenderQueue(sender, nonce)
            self._insert(queue, entry)

    def _insert(self, queue: SenderQueue, entry: PoolEntry) -> None:
        replaced = queue.put(entry)
        if replaced is not None:
            del self._by_hash[replaced.transaction.hash]
        self._by_hash[entry.transaction.hash] = entry
        if self._worst is not None:
            heappush(self._worst, _rank(entry))
        if queue.listed is None or entry.transaction.nonce == queue.nonce:
            self._ready.update(queue)
        self.version += 1

    def _settle(self, queue: SenderQueue) -> None:
        if not queue.entries:
            self._queues.pop(queue.sender, None)
        self._ready.update(queue)

    def _make_room(self, newcomer: DecodedTransaction) -> None:
        """Drop the last transaction of the sender who has the worst one.

        Dropping from the end of a queue opens no gap in it. The ranking is only made once the
        pool is full, and forgets its dead entries when it is made anew.
        """
        if self._worst is None or len(self._worst) > 2 * len(self._by_hash):
            self._worst = [_rank(entry) for entry in self._by_hash.values()]
            heapify(self._worst)
        while self._worst[0][3] not in self._by_hash:
            heappop(self._worst)
        worst = self._worst[0]
        offered = (newcomer.max_priority_fee_per_gas, newcomer.max_fee_per_gas)
        victims = self._queues[self._by_hash[worst[3]].transaction.sender]
        if offered <= worst[:2] or victims.sender == newcomer.sender:
            raise MempoolFullError(limit=self._limits.total)
        self.remove(victims.entries[victims.last_nonce].transaction.hash)


def _pick(picker: Picker, capacity: Capacity) -> list[DecodedTransaction]:
    chosen: list[DecodedTransaction] = []
    gas, blobs, size = capacity.gas_limit, capacity.max_blobs, capacity.max_size_bytes
    most = capacity.max_transactions
    misses = 0
    while gas >= MIN_TRANSACTION_GAS and misses < MAX_MISSES:
        found = picker.pop() if most is None or len(chosen) < most else None
        if found is None:
            break
        entry, queue = found
        transaction = entry.transaction
        if (
            not _fits(transaction, capacity)
            or transaction.blob_count > blobs
            or (size is not None and len(transaction.raw) > size)
        ):
            continue
        if transaction.intrinsic_gas > gas:
            misses += 1
            continue
        if size is not None:
            size -= len(transaction.raw)
        gas -= transaction.intrinsic_gas
        blobs -= transaction.blob_count
        chosen.append(transaction)
        following = transaction.nonce + 1
        if following < queue.run_end:
            picker.offer(queue.entries[following], queue)
    return chosen


def _fits(transaction: DecodedTransaction, capacity: Capacity) -> bool:
    """Tell whether an empty block could take a transaction that pays the base fee."""
    return transaction.gas_limit <= capacity.gas_limit and (
        not transaction.blob_count or transaction.max_fee_per_blob_gas >= capacity.blob_base_fee
    )


def _rank(entry: PoolEntry) -> Rank:
    transaction = entry.transaction
    return (
        transaction.max_priority_fee_per_gas,
        transaction.max_fee_per_gas,
        -entry.arrival,
        transaction.hash,
    )


def _check_replacement(new: DecodedTransaction, old: DecodedTransaction) -> None:
    offers = (
        (new.max_fee_per_gas, old.max_fee_per_gas),
        (new.max_priority_fee_per_gas, old.max_priority_fee_per_gas),
    )
    for got, present in offers:
        required = max(-(-present * REPLACEMENT_PERCENT // 100), present + 1)
        if got < required:
            raise UnderpricedError(got=got, required=required)
