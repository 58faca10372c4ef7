"""The pool as it stands to the head: thread-safe, checked against the head's state.

Its lock is the one under which the head moves, so that nobody is admitted against a state that is
no longer the head's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Lock
from typing import TypeAlias

from contractchain.chain.admission import admit_transactions
from contractchain.chain.canonical import CanonicalChain, Tip
from contractchain.chain.fees import calculate_blob_base_fee
from contractchain.chain.head_accounts import HeadAccounts
from contractchain.chain.importing import MAX_BLOCK_BYTES
from contractchain.chain.mempool import Capacity, Mempool, PoolLimits
from contractchain.chain.pool_queue import PoolEntry
from contractchain.errors import ContractChainError, ValidationError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockContext, DecodedTransaction
from contractchain.types import Address, Fork, Hash32

Listener: TypeAlias = Callable[[tuple[DecodedTransaction, ...]], None]
"""Hears of transactions that can be executed from now on."""

HEADER_ALLOWANCE_BYTES = 4096
"""Room in a block for everything but its transactions."""


class TransactionPool:
    """The waiting transactions of one chain."""

    def __init__(
        self,
        canonical: CanonicalChain,
        execution: ExecutionLayer,
        build_next_context: Callable[[], BlockContext],
        limits: PoolLimits | None = None,
    ) -> None:
        self._canonical = canonical
        self._build_next_context = build_next_context
        self._pool = Mempool(limits)
        self._accounts = HeadAccounts(execution)
        self._lock = Lock()
        self._listeners: tuple[Listener, ...] = ()
        self._listeners_lock = Lock()

    def __len__(self) -> int:
        return len(self._pool)

    @property
    def version(self) -> int:
        """Changes with every change of the pool."""
        return self._pool.version

    def admit(
        self, decoded: Sequence[DecodedTransaction | ValidationError]
    ) -> list[Hash32 | ContractChainError]:
        """Take what the head's state allows; returns hash or error in order."""
        listeners = self._listeners
        if not listeners:
            with self._lock:
                return self._admit(decoded)
        with self._lock:
            before = self._find_run_ends(decoded)
            results = self._admit(decoded)
            ready = self._list_newly_ready(before, results)
        if ready:
            for listener in listeners:
                listener(ready)
        return results

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with transactions that can be executed from now on; returns what ends it.

        Told are those that are taken without a gap before them, and those behind a gap when it
        closes; not those that return because their block was replaced. The listener runs in the
        thread that submits: it must be quick and must not wait for others.
        """
        with self._listeners_lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._listeners_lock:
                self._listeners = tuple(item for item in self._listeners if item is not listener)

        return unsubscribe

    def select(
        self, context: BlockContext, max_transactions: int | None
    ) -> list[DecodedTransaction]:
        """Return the transactions that a block with this environment should try."""
        with self._lock:
            return self._pool.select(calculate_capacity(context, max_transactions))

    def has_executable(self) -> bool:
        """Tell whether the next block would get a transaction."""
        with self._lock:
            return len(self._pool) > 0 and self._pool.has_executable(
                calculate_capacity(self._build_next_context())
            )

    def drop(self, hashes: Iterable[Hash32]) -> None:
        """Remove transactions that cannot be executed."""
        with self._lock:
            for transaction_hash in hashes:
                self._pool.remove(transaction_hash)

    def find(self, transaction_hash: Hash32) -> DecodedTransaction | None:
        """Return a waiting transaction."""
        with self._lock:
            return self._pool.find(transaction_hash)

    def find_next_nonce(self, sender: Address) -> int | None:
        """Return the nonce after the sender's waiting ones, None if none can be executed."""
        with self._lock:
            queue = self._pool.find_queue(sender)
            return None if queue is None or not queue.is_ready else queue.run_end

    def list_waiting(self) -> tuple[list[DecodedTransaction], list[DecodedTransaction]]:
        """Return what can be executed now, and what waits behind a gap in its nonces."""
        with self._lock:
            ready: list[DecodedTransaction] = []
            gapped: list[DecodedTransaction] = []
            for entry in self._pool.entries():
                queue = self._pool.find_queue(entry.transaction.sender)
                is_ready = queue is not None and entry.transaction.nonce < queue.run_end
                (ready if is_ready else gapped).append(entry.transaction)
            return ready, gapped

    def entries(self) -> list[PoolEntry]:
        """Return everything in the order of arrival."""
        with self._lock:
            return self._pool.entries()

    def extend_head(self, tip: Tip, senders: set[Address] | None) -> None:
        """Move the head to a descendant.

        Args:
            tip: The head.
            senders: Who sent the transactions of the new blocks; None if any account may differ.
        """
        with self._lock:
            self._canonical.tip = tip
            if len(self._pool):
                senders = set(self._pool.senders) if senders is None else senders
                self._refresh([s for s in senders if self._pool.find_queue(s) is not None])

    def switch_head(
        self, tip: Tip, returned: Sequence[DecodedTransaction | ValidationError]
    ) -> None:
        """Move the head anywhere; transactions of blocks that are canonical no more come back."""
        with self._lock:
            self._canonical.tip = tip
            self._refresh(self._pool.senders)
            self._admit(returned)

    def restore(self, tip: Tip, entries: Sequence[PoolEntry]) -> None:
        """Move the head and bring back earlier content."""
        with self._lock:
            self._canonical.tip = tip
            senders = list({entry.transaction.sender: None for entry in entries})
            self._accounts.move_to(tip.block.state_root)
            accounts = self._accounts.get_many(senders)
            self._pool.restore(
                (entry, accounts[entry.transaction.sender].nonce) for entry in entries
            )

    def _admit(
        self, decoded: Sequence[DecodedTransaction | ValidationError]
    ) -> list[Hash32 | ContractChainError]:
        self._accounts.move_to(self._canonical.tip.block.state_root)
        capacity = calculate_capacity(self._build_next_context())
        return admit_transactions(self._pool, decoded, self._accounts, capacity)

    def _find_run_ends(
        self, decoded: Sequence[DecodedTransaction | ValidationError]
    ) -> dict[Address, int | None]:
        """Return the first missing nonce of each sender, None for one who has nothing here."""
        queues = {tx.sender: self._pool.find_queue(tx.sender) for tx in _decoded_only(decoded)}
        return {s: None if queue is None else queue.run_end for s, queue in queues.items()}

    def _list_newly_ready(
        self, before: dict[Address, int | None], results: Sequence[Hash32 | ContractChainError]
    ) -> tuple[DecodedTransaction, ...]:
        """Return what has no gap before it and was not there, or behind a gap, until now."""
        ready: dict[Hash32, DecodedTransaction] = {}
        for result in results:
            taken = self._pool.find(result) if isinstance(result, bytes) else None
            queue = None if taken is None else self._pool.find_queue(taken.sender)
            if taken is None or queue is None or taken.nonce >= queue.run_end:
                continue
            ready[taken.hash] = taken
            end = before[taken.sender]
            for nonce in range(queue.nonce if end is None else end, queue.run_end):
                waiting = queue.entries[nonce].transaction
                ready[waiting.hash] = waiting
        return tuple(ready.values())

    def _refresh(self, senders: list[Address]) -> None:
        """Compare the queues of senders with their accounts at the head."""
        if not senders:
            return
        self._accounts.move_to(self._canonical.tip.block.state_root)
        accounts = self._accounts.get_many(senders)
        for sender in senders:
            found = accounts[sender]
            self._pool.on_nonce(sender, found.nonce)
            queue = self._pool.find_queue(sender)
            if queue is not None and queue.cost > found.balance:
                for entry in list(queue.entries.values()):
                    if entry.cost > found.balance:
                        self._pool.remove(entry.transaction.hash)


def _decoded_only(
    decoded: Sequence[DecodedTransaction | ValidationError],
) -> Iterator[DecodedTransaction]:
    return (item for item in decoded if isinstance(item, tuple))


def calculate_capacity(context: BlockContext, max_transactions: int | None = None) -> Capacity:
    """Return what a block with this environment offers to the pool."""
    schedule = context.blob_schedule
    blob_base_fee = 0
    if schedule is not None:
        blob_base_fee = calculate_blob_base_fee(context.excess_blob_gas, schedule)
    is_osaka = context.fork >= Fork.OSAKA
    return Capacity(
        gas_limit=context.gas_limit,
        base_fee_per_gas=context.base_fee_per_gas,
        blob_base_fee=blob_base_fee,
        max_blobs=schedule.max if schedule is not None else 0,
        max_size_bytes=MAX_BLOCK_BYTES - HEADER_ALLOWANCE_BYTES if is_osaka else None,
        max_transactions=max_transactions,
    )
