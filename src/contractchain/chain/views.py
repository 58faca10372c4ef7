"""Transactions, receipts and logs with everything that their place in the chain says of them.

The consensus encodings leave out what can be derived: the contract's address, the price paid, the
place of a log. These views carry it. They are values; nothing here reads a store.
"""

from dataclasses import dataclass, field

from contractchain.chain.executed import ExecutedBlock
from contractchain.types import Address, Hash32, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionView:
    """A transaction in a block, or waiting in the pool."""

    hash: Hash32
    sender: Address
    transaction: Transaction
    raw: bytes
    """EIP-2718 encoded."""
    block_number: int | None = None
    """None while pending."""
    block_hash: Hash32 | None = None
    """None while pending."""
    index: int | None = None
    """Place in the block; None while pending."""
    effective_gas_price: int | None = None
    """Wei per gas that was paid; None while pending."""
    timestamp: int | None = None
    """Seconds; of the block, None while pending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """A log in its block."""

    address: Address
    """Emitter."""
    topics: tuple[Hash32, ...]
    data: bytes
    block_number: int
    block_hash: Hash32
    timestamp: int
    """Seconds; of the block."""
    transaction_hash: Hash32
    transaction_index: int
    index: int
    """Place among all logs of the block."""
    is_removed: bool = False
    """Whether the block has left the canonical chain since the log was announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """The receipt of a transaction in a block."""

    transaction_hash: Hash32
    transaction_index: int
    block_number: int
    block_hash: Hash32
    timestamp: int
    """Seconds; of the block."""
    sender: Address
    to: Address | None
    """None if the transaction created a contract."""
    contract_address: Address | None
    """Address of the contract that the transaction created (or would have)."""
    type: int
    """EIP-2718 type."""
    succeeded: bool
    """False if the transaction reverted or halted."""
    state_root: Hash32 | None
    """Before Byzantium only."""
    gas_used: int
    """By this transaction alone."""
    cumulative_gas_used: int
    """In the block up to and including this transaction."""
    effective_gas_price: int
    """Wei per gas that was paid."""
    logs: tuple[LogView, ...]
    logs_bloom: bytes
    """256 bytes."""
    blob_gas_used: int | None = None
    """None unless the transaction carries blobs."""
    blob_gas_price: int | None = None
    """Wei per blob gas; None unless the transaction carries blobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which logs are wanted; every part that is given must match."""

    addresses: frozenset[Address] = frozenset()
    """Emitters; empty for any."""
    topics: tuple[frozenset[Hash32], ...] = ()
    """Accepted values by position; an empty set accepts any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedFees:
    """Fees with which a transaction sent now is included soon."""

    base_fee_per_gas: int
    """Wei per gas, of the next block."""
    max_priority_fee_per_gas: int
    """Wei per gas."""
    max_fee_per_gas: int
    """Wei per gas; leaves room for the base fee to double."""
    blob_base_fee: int
    """Wei per blob gas, of the next block; 0 before Cancun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadChange:
    """A new head, and what it did to the canonical chain."""

    number: int
    hash: Hash32
    applied_blocks: tuple[ExecutedBlock, ...] = field(repr=False)
    """Blocks that have become canonical, lowest first; empty if the chain was only cut back."""
    reverted_blocks: tuple[ExecutedBlock, ...] = field(default=(), repr=False)
    """Blocks that are no longer canonical, highest first."""

    @property
    def applied(self) -> tuple[Hash32, ...]:
        """Hashes of the blocks that have become canonical, lowest first."""
        return tuple(block.hash for block in self.applied_blocks)

    @property
    def reverted(self) -> tuple[Hash32, ...]:
        """Hashes of the blocks that are no longer canonical, highest first."""
        return tuple(block.hash for block in self.reverted_blocks)
