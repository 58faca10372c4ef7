"""Blocks, headers, receipts and transactions in their consensus encoding (`debug_getRaw…`)."""

from contractchain.codec.block import encode_header
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.methods.blocks import get_raw_transaction
from contractchain.rpc.parameters import BlockArg


def get_raw_block(context: RpcContext, block: BlockArg) -> bytes:
    """Return the RLP of a block."""
    return context.chain.blocks.get_encoded(block)


def get_raw_header(context: RpcContext, block: BlockArg) -> bytes:
    """Return the RLP of a header."""
    return encode_header(context.chain.blocks.get_header(block))


def get_raw_receipts(context: RpcContext, block: BlockArg) -> list[bytes]:
    """Return the receipts of a block, EIP-2718 encoded."""
    return list(context.chain.blocks.get_encoded_receipts(block))


METHODS: Methods = {
    "debug_getRawBlock": get_raw_block,
    "debug_getRawHeader": get_raw_header,
    "debug_getRawReceipts": get_raw_receipts,
    "debug_getRawTransaction": get_raw_transaction,
}
