"""What crosses the line to the execution layer: plain data."""

from dataclasses import dataclass, field
from typing import NamedTuple

from contractchain.errors import ValidationError
from contractchain.types import (
    EMPTY_TRIE_ROOT,
    ZERO_ADDRESS,
    ZERO_HASH,
    AccessEntry,
    Account,
    Address,
    Authorization,
    Fork,
    Hash32,
    Log,
    Outcome,
    Withdrawal,
)
from contractchain.types.fork import BlobSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRules:
    """What a transaction is checked against when no state is at hand."""

    fork: Fork
    chain_id: int
    max_blobs: int = 0
    """Blobs that one block may carry."""
    base_fee_per_gas: int = 0
    """What the block charges, in wei per gas; 0 leaves it unchecked, as the pool does."""


class DecodedTransaction(NamedTuple):
    """A transaction that passed every check that needs no state.

    A tuple, not a dataclass: thousands are made per second and creation is what costs.
    """

    raw: bytes
    hash: Hash32
    sender: Address
    type: int
    nonce: int
    gas_limit: int
    max_fee_per_gas: int
    """Wei per gas; the gas price of types 0 and 1."""
    max_priority_fee_per_gas: int
    """Wei per gas; the gas price of types 0 and 1."""
    value: int
    """Wei."""
    to: Address | None
    intrinsic_gas: int
    """Least gas limit: the larger of intrinsic and floor gas under the fork."""
    max_fee_per_blob_gas: int
    """Wei per blob gas; 0 unless type 3."""
    blob_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockContext:
    """Everything a block's transactions can see, and what the block itself pays out."""

    fork: Fork
    chain_id: int
    number: int
    timestamp: int
    """Seconds."""
    gas_limit: int
    beneficiary: Address = ZERO_ADDRESS
    base_fee_per_gas: int = 0
    """Wei per gas; 0 before London."""
    prev_randao: Hash32 = ZERO_HASH
    difficulty: int = 0
    """0 after the merge."""
    excess_blob_gas: int = 0
    blob_base_fee: int | None = None
    """Wei per blob gas, where a simulation sets it; None: what `excess_blob_gas` gives."""
    blob_schedule: BlobSchedule | None = None
    """None before Cancun."""
    parent_hash: Hash32 = ZERO_HASH
    ancestor_hashes: bytes = b""
    """Hashes of up to 256 ancestors, the parent first, 32 bytes each, for BLOCKHASH."""
    parent_beacon_block_root: Hash32 | None = None
    """From Cancun on (EIP-4788)."""
    withdrawals: tuple[Withdrawal, ...] | None = None
    """From Shanghai on."""
    uncles: tuple[tuple[int, Address], ...] = ()
    """(number, beneficiary) of each uncle, for rewards before the merge."""
    deposit_contract: Address = ZERO_ADDRESS
    """Whose logs become deposit requests (EIP-6110)."""
    opens: bool = True
    """Whether the system calls before the transactions are made."""
    closes: bool = True
    """Whether withdrawals, rewards and requests follow the transactions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockExecution:
    """A block as executed: all that its header commits to, and what changed."""

    state_root: Hash32
    transactions_root: Hash32
    """Over the included transactions."""
    receipts_root: Hash32
    withdrawals_root: Hash32 | None
    """None before Shanghai."""
    requests_hash: Hash32 | None
    """None before Prague (EIP-7685)."""
    logs_bloom: bytes
    gas_used: int
    blob_gas_used: int
    included: tuple[int, ...]
    """Indexes, into the given transactions, of those that are in the block."""
    hashes: tuple[Hash32, ...]
    """Transaction hashes, one per included transaction."""
    senders: tuple[Address, ...]
    """One per included transaction."""
    receipts: tuple[bytes, ...]
    """EIP-2718 encoded consensus receipts, one per included transaction."""
    failures: tuple[tuple[int, Outcome], ...]
    """`Revert` or `Halt` of each included transaction that failed, by its place in the block."""
    rejected: tuple[tuple[int, ValidationError], ...]
    """Index and reason of each given transaction that is left out for good."""
    skipped: tuple[int, ...]
    """Indexes of given transactions that did not fit; they may fit in a later block."""
    state_diff: bytes
    """Encoded change from the parent state; see `contractchain.codec.state_diff`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A call to simulate."""

    sender: Address = ZERO_ADDRESS
    to: Address | None = None
    """None creates a contract from `data`."""
    value: int = 0
    """Wei."""
    data: bytes = b""
    gas_limit: int | None = None
    """None: the block's gas limit."""
    max_fee_per_gas: int = 0
    """Wei per gas; 0 waives fees and the balance check for them."""
    max_priority_fee_per_gas: int = 0
    access_list: tuple[AccessEntry, ...] = ()
    authorization_list: tuple[Authorization, ...] = ()
    blob_versioned_hashes: tuple[Hash32, ...] = ()
    max_fee_per_blob_gas: int = 0
    """Wei per blob gas; 0 waives that fee, and the call sees a blob base fee of 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """How a simulated call ended."""

    outcome: Outcome
    gas_used: int
    """Gas that a transaction would pay for, intrinsic gas included, refunds deducted."""
    logs: tuple[Log, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedCall:
    """A call that was traced."""

    result: CallResult
    state_diff: bytes
    """Encoded change from the state it ran on, overrides included; what a call leaves no trace of
    otherwise. See `contractchain.codec.state_diff`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTransaction:
    """A block whose last transaction was traced."""

    execution: BlockExecution
    result: CallResult
    """Of the last transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverride:
    """Changes to an account for the length of one simulated call, or from a simulated block on.

    Code at the address of a precompile takes the precompile's place. Balances that no chain can
    have may add up to more than 256 bits; what a transfer does then is each engine's own.
    """

    balance: int | None = None
    nonce: int | None = None
    code: bytes | None = None
    storage: dict[Hash32, Hash32] | None = None
    """Replaces the whole storage."""
    storage_diff: dict[Hash32, Hash32] = field(default_factory=dict)
    """Replaces single slots."""
    move_precompile_to: Address | None = None
    """Where the precompile of this address is called instead, for this call or block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageProof:
    """Proof of one slot; an absent slot has value 0 and a proof of exclusion."""

    slot: Hash32
    value: Hash32
    nodes: tuple[bytes, ...]
    """RLP nodes from the storage root down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProof:
    """Proof of an account and of some of its slots (EIP-1186)."""

    account: Account | None
    nodes: tuple[bytes, ...]
    """RLP nodes from the state root down."""
    storage: tuple[StorageProof, ...] = ()
    storage_root: Hash32 = EMPTY_TRIE_ROOT
