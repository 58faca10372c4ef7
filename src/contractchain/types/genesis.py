"""The first block and the state it starts from."""

from collections.abc import Collection
from dataclasses import dataclass

from contractchain.types.fork import ChainConfig
from contractchain.types.primitives import ZERO_ADDRESS, ZERO_HASH, Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class GenesisAccount:
    """An account that exists from the start (`alloc` of geth's genesis.json)."""

    balance: int = 0
    """Wei."""
    nonce: int = 0
    code: bytes = b""
    storage: tuple[tuple[Hash32, Hash32], ...] = ()
    """(slot, value) pairs of 32 bytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    """Everything that defines a chain, in the terms of geth's genesis.json."""

    config: ChainConfig
    alloc: Collection[tuple[Address, GenesisAccount]] = ()
    """By address; a tuple, or what equals one."""
    gas_limit: int = 30_000_000
    difficulty: int = 0
    timestamp: int = 0
    """Seconds since the Unix epoch."""
    beneficiary: Address = ZERO_ADDRESS
    extra_data: bytes = b""
    prev_randao: Hash32 = ZERO_HASH
    nonce: bytes = bytes(8)
    number: int = 0
    parent_hash: Hash32 = ZERO_HASH
    base_fee_per_gas: int | None = None
    """None: 1 gwei if London is active at genesis."""
    blob_gas_used: int | None = None
    excess_blob_gas: int | None = None
    parent_beacon_block_root: Hash32 | None = None
