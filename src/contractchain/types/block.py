"""Blocks and headers."""

from dataclasses import dataclass

from contractchain.types.primitives import (
    EMPTY_TRIE_ROOT,
    ZERO_ADDRESS,
    ZERO_HASH,
    Address,
    Hash32,
)

EMPTY_UNCLES_HASH: Hash32 = bytes.fromhex(
    "1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
)
"""keccak256 of the RLP of an empty list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A block header; fields that a fork has not introduced yet are None.

    Spec:
        Yellow paper, section 4.3; EIP-1559, 4399, 4895, 4844, 4788, 7685.
    """

    parent_hash: Hash32
    """Hash of the parent header."""
    uncles_hash: Hash32 = EMPTY_UNCLES_HASH
    """keccak256 of the RLP of the list of uncle headers."""
    beneficiary: Address = ZERO_ADDRESS
    """Receives the priority fees."""
    state_root: Hash32 = EMPTY_TRIE_ROOT
    """Root of the state trie after the block."""
    transactions_root: Hash32 = EMPTY_TRIE_ROOT
    """Root of the trie of encoded transactions by index."""
    receipts_root: Hash32 = EMPTY_TRIE_ROOT
    """Root of the trie of encoded receipts by index."""
    logs_bloom: bytes = bytes(256)
    """Union of the blooms of the receipts, 256 bytes."""
    difficulty: int = 0
    """0 after the merge."""
    number: int = 0
    """Parent's number plus one."""
    gas_limit: int = 30_000_000
    """Gas."""
    gas_used: int = 0
    """Gas."""
    timestamp: int = 0
    """Seconds since the Unix epoch."""
    extra_data: bytes = b""
    """At most 32 bytes, unless the consensus engine says otherwise."""
    prev_randao: Hash32 = ZERO_HASH
    """Mix hash before the merge (EIP-4399)."""
    nonce: bytes = bytes(8)
    """8 bytes; zero after the merge."""
    base_fee_per_gas: int | None = None
    """Wei per gas, from London on."""
    withdrawals_root: Hash32 | None = None
    """Root of the trie of withdrawals, from Shanghai on."""
    blob_gas_used: int | None = None
    """Gas, from Cancun on."""
    excess_blob_gas: int | None = None
    """Gas, from Cancun on."""
    parent_beacon_block_root: Hash32 | None = None
    """From Cancun on (EIP-4788)."""
    requests_hash: Hash32 | None = None
    """Commitment to the execution requests, from Prague on (EIP-7685)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A withdrawal of a validator's stake (EIP-4895)."""

    index: int
    validator_index: int
    address: Address
    amount_gwei: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A sealed block. Transactions stay encoded: most readers never look inside."""

    header: Header
    hash: Hash32
    """Hash of the header."""
    transactions: tuple[bytes, ...] = ()
    """EIP-2718 encoded."""
    uncles: tuple[Header, ...] = ()
    """Empty after the merge."""
    withdrawals: tuple[Withdrawal, ...] | None = None
    """None before Shanghai."""

    @property
    def number(self) -> int:
        """Number of the header."""
        return self.header.number
