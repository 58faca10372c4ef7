"""The environment in which the transactions of a block run, made from its header."""

from dataclasses import replace

from contractchain.chain.fees import (
    calculate_base_fee_per_gas,
    calculate_excess_blob_gas,
    calculate_gas_limit,
)
from contractchain.chain.forks import fork_at, fork_of
from contractchain.interfaces.consensus import BuildAttributes
from contractchain.interfaces.execution_data import BlockContext, Message, TransactionRules
from contractchain.types import ZERO_HASH, Block, ChainConfig, Fork, Hash32, Header
from contractchain.types.fork import BlobSchedule

BLOCKHASH_WINDOW = 256
"""Ancestors whose hashes a contract can ask for."""


def build_context(block: Block, config: ChainConfig, ancestor_hashes: bytes) -> BlockContext:
    """Return the environment of a block that exists."""
    header = block.header
    fork = fork_of(config, header)
    return BlockContext(
        fork=fork,
        chain_id=config.chain_id,
        number=header.number,
        timestamp=header.timestamp,
        gas_limit=header.gas_limit,
        beneficiary=header.beneficiary,
        base_fee_per_gas=header.base_fee_per_gas or 0,
        prev_randao=header.prev_randao,
        difficulty=header.difficulty,
        excess_blob_gas=header.excess_blob_gas or 0,
        blob_schedule=find_blob_schedule(config, fork, header.timestamp),
        parent_hash=header.parent_hash,
        ancestor_hashes=ancestor_hashes,
        parent_beacon_block_root=header.parent_beacon_block_root,
        withdrawals=block.withdrawals,
        uncles=tuple((uncle.number, uncle.beneficiary) for uncle in block.uncles),
        deposit_contract=config.deposit_contract,
    )


def build_call_context(
    block: Block, config: ChainConfig, ancestor_hashes: bytes, message: Message
) -> BlockContext:
    """Return the environment of a call at a block that exists, free of a fee it does not offer."""
    context = build_context(block, config, ancestor_hashes)
    return context if message.max_fee_per_gas else replace(context, base_fee_per_gas=0)


def build_next_context(
    parent: Header,
    parent_hash: Hash32,
    config: ChainConfig,
    attributes: BuildAttributes,
    ancestor_hashes: bytes,
) -> BlockContext:
    """Return the environment of a block that is about to be built on `parent`.

    The gas limit stays the parent's unless `attributes` ask for another, towards which it moves.
    """
    number = parent.number + 1
    fork = fork_at(config, number, attributes.timestamp, attributes.difficulty)
    parent_is_london = fork_of(config, parent) >= Fork.LONDON
    gas_limit = parent.gas_limit
    if fork >= Fork.LONDON and not parent_is_london:
        gas_limit *= 2
    if attributes.gas_limit is not None:
        gas_limit = calculate_gas_limit(gas_limit, attributes.gas_limit)
    schedule = find_blob_schedule(config, fork, attributes.timestamp)
    base_fee = 0
    if fork >= Fork.LONDON:
        base_fee = calculate_base_fee_per_gas(parent, parent_is_london=parent_is_london)
    excess = 0
    if schedule is not None:
        excess = calculate_excess_blob_gas(parent, schedule, is_osaka=fork >= Fork.OSAKA)
    return BlockContext(
        fork=fork,
        chain_id=config.chain_id,
        number=number,
        timestamp=attributes.timestamp,
        gas_limit=gas_limit,
        beneficiary=attributes.beneficiary,
        base_fee_per_gas=base_fee,
        prev_randao=attributes.prev_randao,
        difficulty=attributes.difficulty,
        excess_blob_gas=excess,
        blob_schedule=schedule,
        parent_hash=parent_hash,
        ancestor_hashes=ancestor_hashes,
        parent_beacon_block_root=ZERO_HASH if fork >= Fork.CANCUN else None,
        withdrawals=() if fork >= Fork.SHANGHAI else None,
        deposit_contract=config.deposit_contract,
    )


def build_transaction_rules(context: BlockContext) -> TransactionRules:
    """Return what transactions are checked against before they meet a state."""
    schedule = context.blob_schedule
    return TransactionRules(
        fork=context.fork,
        chain_id=context.chain_id,
        max_blobs=schedule.max if schedule is not None else 0,
    )


def find_blob_schedule(config: ChainConfig, fork: Fork, timestamp: int) -> BlobSchedule | None:
    """Return the blob parameters of a block, None before Cancun."""
    return config.blob_schedule_at(timestamp) if fork >= Fork.CANCUN else None
