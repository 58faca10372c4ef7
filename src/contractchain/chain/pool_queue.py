"""The waiting transactions of one sender, in the order of their nonces."""

from bisect import bisect_left, insort
from typing import NamedTuple

from contractchain.chain.fees import GAS_PER_BLOB
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.types import Address


class PoolEntry(NamedTuple):
    """One waiting transaction. A tuple, for the reason that `DecodedTransaction` is one."""

    transaction: DecodedTransaction
    arrival: int
    """Counts up with every transaction that the pool takes."""
    cost: int
    """Wei that the sender may have to pay at most, value included."""


def calculate_cost(transaction: DecodedTransaction) -> int:
    """Return what a transaction may cost its sender at most, in wei."""
    cost = transaction.gas_limit * transaction.max_fee_per_gas + transaction.value
    if transaction.blob_count:
        cost += transaction.blob_count * GAS_PER_BLOB * transaction.max_fee_per_blob_gas
    return cost


class SenderQueue:
    """Entries by nonce. Those without a gap from the account's nonce on can be executed."""

    __slots__ = ("_nonces", "cost", "entries", "listed", "nonce", "run_end", "sender")

    def __init__(self, sender: Address, nonce: int) -> None:
        self.sender = sender
        self.nonce = nonce
        """Nonce of the account at the head."""
        self.run_end = nonce
        """First nonce that is missing."""
        self.entries: dict[int, PoolEntry] = {}
        self.cost = 0
        """Wei, of all entries together."""
        self.listed: PoolEntry | None = None
        """The entry under which the queue stands in the order of those that can be executed."""
        self._nonces: list[int] = []

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def is_ready(self) -> bool:
        """Whether the next transaction of the account is here."""
        return self.run_end > self.nonce

    @property
    def last_nonce(self) -> int:
        """Highest nonce; the queue must not be empty."""
        return self._nonces[-1]

    def put(self, entry: PoolEntry) -> PoolEntry | None:
        """Add an entry, or replace the one of its nonce and return that."""
        nonce = entry.transaction.nonce
        old = self.entries.get(nonce)
        self.entries[nonce] = entry
        self.cost += entry.cost
        if old is not None:
            self.cost -= old.cost
            return old
        if not self._nonces or nonce > self._nonces[-1]:
            self._nonces.append(nonce)
        else:
            insort(self._nonces, nonce)
        self._extend_run()
        return None

    def remove(self, nonce: int) -> PoolEntry | None:
        """Take out the entry of a nonce; the ones behind it wait for it to come back."""
        entry = self.entries.pop(nonce, None)
        if entry is None:
            return None
        self.cost -= entry.cost
        del self._nonces[bisect_left(self._nonces, nonce)]
        if self.nonce <= nonce < self.run_end:
            self.run_end = nonce
        return entry

    def advance(self, nonce: int) -> list[PoolEntry]:
        """Set the account's nonce and return the entries that are used up by it."""
        gone: list[PoolEntry] = []
        cut = bisect_left(self._nonces, nonce)
        for used in self._nonces[:cut]:
            entry = self.entries.pop(used)
            self.cost -= entry.cost
            gone.append(entry)
        del self._nonces[:cut]
        if nonce < self.nonce or nonce > self.run_end:
            self.run_end = nonce
        self.nonce = nonce
        self._extend_run()
        return gone

    def _extend_run(self) -> None:
        while self.run_end in self.entries:
            self.run_end += 1
