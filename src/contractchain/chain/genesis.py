"""The first block of a chain and the state it starts from.

Spec:
    geth `core.Genesis.ToBlock`; EIP-1559, 4895, 4844, 4788, 7685 for the later fields.
"""

import hashlib
from dataclasses import dataclass

from contractchain.chain.bulk import without_cycle_collection
from contractchain.chain.fees import INITIAL_BASE_FEE
from contractchain.chain.forks import fork_of_genesis
from contractchain.codec.block import hash_header
from contractchain.codec.state_diff import AccountChange, encode_state_diff
from contractchain.crypto import keccak256
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import (
    EMPTY_CODE_HASH,
    EMPTY_TRIE_ROOT,
    ZERO_HASH,
    Address,
    Block,
    Fork,
    Genesis,
    GenesisAccount,
    Hash32,
    Header,
)

EMPTY_REQUESTS_HASH: Hash32 = hashlib.sha256(b"").digest()
"""Commitment to no execution requests (EIP-7685)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenesisBlock:
    """The first block with the allocation as a state diff from the empty state."""

    block: Block
    state_diff: bytes


def build_genesis_block(genesis: Genesis, execution: ExecutionLayer) -> GenesisBlock:
    """Return the genesis block; its state is retained once in `execution`, for the caller."""
    diff = encode_allocation(genesis)
    header = build_genesis_header(genesis, execution.apply_diffs(EMPTY_TRIE_ROOT, [diff]))
    withdrawals = () if header.withdrawals_root is not None else None
    block = Block(header=header, hash=hash_header(header), withdrawals=withdrawals)
    return GenesisBlock(block=block, state_diff=diff)


def encode_allocation(genesis: Genesis) -> bytes:
    """Return the allocation as a state diff from the empty state."""
    codes = {account.code for _, account in genesis.alloc if account.code}
    hashes = {code: keccak256(code) for code in codes} | {b"": EMPTY_CODE_HASH}

    def change_of(address: Address, account: GenesisAccount) -> AccountChange:
        slots = ((slot, int.from_bytes(value, "big")) for slot, value in account.storage)
        return AccountChange(
            address=address,
            nonce=account.nonce,
            balance=account.balance,
            code_hash=hashes[account.code],
            slots=tuple((slot, value) for slot, value in slots if value),
        )

    with without_cycle_collection():
        return encode_state_diff((change_of(*entry) for entry in genesis.alloc), codes)


def build_genesis_header(genesis: Genesis, state_root: Hash32) -> Header:
    """Return the header of the genesis block."""
    fork = fork_of_genesis(genesis)
    base_fee = genesis.base_fee_per_gas
    is_cancun = fork >= Fork.CANCUN
    return Header(
        parent_hash=genesis.parent_hash,
        beneficiary=genesis.beneficiary,
        state_root=state_root,
        difficulty=genesis.difficulty,
        number=genesis.number,
        gas_limit=genesis.gas_limit,
        timestamp=genesis.timestamp,
        extra_data=genesis.extra_data,
        prev_randao=genesis.prev_randao,
        nonce=genesis.nonce,
        base_fee_per_gas=(INITIAL_BASE_FEE if base_fee is None else base_fee)
        if fork >= Fork.LONDON
        else None,
        withdrawals_root=EMPTY_TRIE_ROOT if fork >= Fork.SHANGHAI else None,
        blob_gas_used=(genesis.blob_gas_used or 0) if is_cancun else None,
        excess_blob_gas=(genesis.excess_blob_gas or 0) if is_cancun else None,
        parent_beacon_block_root=(genesis.parent_beacon_block_root or ZERO_HASH)
        if is_cancun
        else None,
        requests_hash=EMPTY_REQUESTS_HASH if fork >= Fork.PRAGUE else None,
    )
