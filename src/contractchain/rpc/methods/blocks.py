"""Blocks, transactions, receipts and logs that are in the chain."""

from typing import Any

from contractchain.chain.references import BlockReference
from contractchain.errors import BlockNotFoundError
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.filters import find_logs
from contractchain.rpc.objects import block_object, log_object, receipt_object, transaction_object
from contractchain.rpc.parameters import BlockArg, Boolean, FilterArg, HashArg, Quantity


def block_number(context: RpcContext) -> int:
    """Return the number of the head."""
    return context.chain.head().number


def get_block(context: RpcContext, block: BlockArg, full: Boolean = False) -> dict[str, Any] | None:
    """Return a block, null if there is none."""
    try:
        found = context.chain.blocks.get_block(block)
        if full:
            return block_object(found, context.chain.blocks.get_transactions(block))
        return block_object(found, context.chain.blocks.get_transaction_hashes(block))
    except BlockNotFoundError:
        return None


def get_block_by_hash(
    context: RpcContext, block_hash: HashArg, full: Boolean = False
) -> dict[str, Any] | None:
    """Return a block, null if there is none."""
    return get_block(context, block_hash, full)


def get_transaction_count_of(context: RpcContext, block: BlockArg) -> int | None:
    """Return how many transactions a block has, null if there is no such block."""
    try:
        return len(context.chain.blocks.get_block(block).transactions)
    except BlockNotFoundError:
        return None


def get_uncle_count_of(context: RpcContext, block: BlockArg) -> int | None:
    """Return how many uncles a block has, null if there is no such block."""
    try:
        return len(context.chain.blocks.get_block(block).uncles)
    except BlockNotFoundError:
        return None


def get_transaction(context: RpcContext, transaction_hash: HashArg) -> dict[str, Any] | None:
    """Return a transaction, mined or pending."""
    view = context.chain.blocks.find_transaction(transaction_hash)
    return None if view is None else transaction_object(view)


def get_raw_transaction(context: RpcContext, transaction_hash: HashArg) -> bytes | None:
    """Return the encoding of a transaction."""
    view = context.chain.blocks.find_transaction(transaction_hash)
    return None if view is None else view.raw


def get_transaction_in(
    context: RpcContext, block: BlockArg, index: Quantity
) -> dict[str, Any] | None:
    """Return a transaction by its place."""
    try:
        transactions = context.chain.blocks.get_transactions(block)
    except BlockNotFoundError:
        return None
    return transaction_object(transactions[index]) if index < len(transactions) else None


def get_receipt(context: RpcContext, transaction_hash: HashArg) -> dict[str, Any] | None:
    """Return the receipt of a mined transaction, null otherwise."""
    view = context.chain.blocks.find_receipt(transaction_hash)
    return None if view is None else receipt_object(view)


async def get_block_receipts(context: RpcContext, block: BlockArg) -> list[dict[str, Any]] | None:
    """Return the receipts of a block, null if there is no such block."""
    return await context.read(_block_receipts, context, block)


async def get_logs(context: RpcContext, wanted: FilterArg) -> list[dict[str, Any]]:
    """Return the logs that match a filter."""
    logs = await context.read(find_logs, context.chain, wanted)
    return [log_object(log) for log in logs]


def _block_receipts(context: RpcContext, block: BlockReference) -> list[dict[str, Any]] | None:
    try:
        return [receipt_object(view) for view in context.chain.blocks.get_receipts(block)]
    except BlockNotFoundError:
        return None


METHODS: Methods = {
    "eth_blockNumber": block_number,
    "eth_getBlockByNumber": get_block,
    "eth_getBlockByHash": get_block_by_hash,
    "eth_getBlockTransactionCountByNumber": get_transaction_count_of,
    "eth_getBlockTransactionCountByHash": get_transaction_count_of,
    "eth_getUncleCountByBlockNumber": get_uncle_count_of,
    "eth_getUncleCountByBlockHash": get_uncle_count_of,
    "eth_getTransactionByHash": get_transaction,
    "eth_getRawTransactionByHash": get_raw_transaction,
    "eth_getTransactionByBlockNumberAndIndex": get_transaction_in,
    "eth_getTransactionByBlockHashAndIndex": get_transaction_in,
    "eth_getTransactionReceipt": get_receipt,
    "eth_getBlockReceipts": get_block_receipts,
    "eth_getLogs": get_logs,
}
