"""Building a block from the pool.

The pool's best transactions are executed in one go; those that turn out invalid are reported, so
that the pool drops them, and those that did not fit wait for a later block.
"""

from dataclasses import dataclass

from contractchain.chain.dao import EXTRA_DATA, execute_block, is_marked
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.importing import to_executed
from contractchain.codec.block import encode_block, encode_header
from contractchain.crypto import keccak256
from contractchain.errors import NonceTooHighError
from contractchain.interfaces.consensus import HeaderRules
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import (
    BlockContext,
    BlockExecution,
    DecodedTransaction,
)
from contractchain.types import Block, ChainConfig, Fork, Hash32, Header


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBlock:
    """A block from the pool and what it says about the pool."""

    executed: ExecutedBlock
    rejected: tuple[Hash32, ...]
    """Transactions that no later block can contain either."""


def build_block(
    context: BlockContext,
    parent_root: Hash32,
    transactions: list[DecodedTransaction],
    *,
    extra_data: bytes,
    config: ChainConfig,
    execution: ExecutionLayer,
    rules: HeaderRules,
) -> BuiltBlock:
    """Return a sealed block; its state is retained for the caller.

    Args:
        context: Environment of the block.
        parent_root: State to start from, which must be held.
        transactions: In the order in which they are tried.
        extra_data: For the header.
        config: Fork schedule.
        execution: Runs them.
        rules: Seal the block.
    """
    raws = [transaction.raw for transaction in transactions]
    if is_marked(context.number, config):
        extra_data = EXTRA_DATA
    result = execute_block(execution, parent_root, context, raws, config=config, strict=False)
    header = build_header(context, result, extra_data)
    encoded_header = encode_header(header)
    included = tuple(raws[index] for index in result.included)
    block = Block(
        header=header,
        hash=keccak256(encoded_header),
        transactions=included,
        withdrawals=context.withdrawals,
    )
    sealed = rules.seal(block)
    encoded = encode_block(sealed, header=encoded_header if sealed is block else None)
    rejected = tuple(
        transactions[index].hash
        for index, error in result.rejected
        if not isinstance(error, NonceTooHighError)
    )
    return BuiltBlock(executed=to_executed(sealed, encoded, result), rejected=rejected)


def build_header(context: BlockContext, result: BlockExecution, extra_data: bytes) -> Header:
    """Return the header of a block as executed, without a seal."""
    is_cancun = context.fork >= Fork.CANCUN
    return Header(
        parent_hash=context.parent_hash,
        beneficiary=context.beneficiary,
        state_root=result.state_root,
        transactions_root=result.transactions_root,
        receipts_root=result.receipts_root,
        logs_bloom=result.logs_bloom,
        difficulty=context.difficulty,
        number=context.number,
        gas_limit=context.gas_limit,
        gas_used=result.gas_used,
        timestamp=context.timestamp,
        extra_data=extra_data,
        prev_randao=context.prev_randao,
        base_fee_per_gas=context.base_fee_per_gas if context.fork >= Fork.LONDON else None,
        withdrawals_root=result.withdrawals_root,
        blob_gas_used=result.blob_gas_used if is_cancun else None,
        excess_blob_gas=context.excess_blob_gas if is_cancun else None,
        parent_beacon_block_root=context.parent_beacon_block_root,
        requests_hash=result.requests_hash,
    )
