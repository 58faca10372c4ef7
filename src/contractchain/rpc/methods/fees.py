"""Prices: what a transaction costs now and what it cost before."""

from typing import Any

from contractchain.chain.references import BlockTag
from contractchain.errors import UsageError
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.parameters import BlockArg, Percentiles, Quantity

MAX_HISTORY = 1024


def gas_price(context: RpcContext) -> int:
    """Return a price for a transaction without a fee cap, in wei per gas."""
    fees = context.chain.suggest_fees()
    return fees.base_fee_per_gas + fees.max_priority_fee_per_gas


def max_priority_fee_per_gas(context: RpcContext) -> int:
    """Return a priority fee that gets a transaction in soon, in wei per gas."""
    return context.chain.suggest_fees().max_priority_fee_per_gas


def base_fee(context: RpcContext) -> int:
    """Return the base fee of the next block, in wei per gas."""
    return context.chain.suggest_fees().base_fee_per_gas


def blob_base_fee(context: RpcContext) -> int:
    """Return the blob base fee of the next block, in wei per blob gas."""
    return context.chain.suggest_fees().blob_base_fee


async def fee_history(
    context: RpcContext,
    count: Quantity,
    newest: BlockArg = BlockTag.LATEST,
    percentiles: Percentiles = (),
) -> dict[str, Any]:
    """Return base fees, fill and priority fees of past blocks (EIP-1559)."""
    if count == 0 or any(not 0 <= p <= 100 for p in percentiles):
        raise UsageError("`blockCount` is at least 1 and percentiles are between 0 and 100")
    if list(percentiles) != sorted(percentiles):
        raise UsageError("the percentiles must ascend")
    return await context.read(_fee_history, context, min(count, MAX_HISTORY), newest, percentiles)


def _fee_history(
    context: RpcContext, count: int, newest: Any, percentiles: tuple[float, ...]
) -> dict[str, Any]:
    blocks = context.chain.blocks
    last = blocks.get_header(newest).number
    first = max(0, last - count + 1)
    headers = [blocks.get_header(number) for number in range(first, last + 1)]
    suggested = context.chain.suggest_fees()
    following = suggested.base_fee_per_gas
    if last < context.chain.head().number:
        following = blocks.get_header(last + 1).base_fee_per_gas or 0
    out: dict[str, Any] = {
        "oldestBlock": first,
        "baseFeePerGas": [h.base_fee_per_gas or 0 for h in headers] + [following],
        "gasUsedRatio": [float(h.gas_used / h.gas_limit) for h in headers],
        "baseFeePerBlobGas": [suggested.blob_base_fee for _ in headers] + [suggested.blob_base_fee],
        "blobGasUsedRatio": [0.0 for _ in headers],
    }
    if percentiles:
        out["reward"] = [_rewards(context, h.number, percentiles) for h in headers]
    return out


def _rewards(context: RpcContext, number: int, percentiles: tuple[float, ...]) -> list[int]:
    """Return the priority fees at percentiles of the gas of a block."""
    base_fee = context.chain.blocks.get_header(number).base_fee_per_gas or 0
    receipts = context.chain.blocks.get_receipts(number)
    paid = sorted((r.effective_gas_price - base_fee, r.gas_used) for r in receipts)
    if not paid:
        return [0 for _ in percentiles]
    total = sum(gas for _, gas in paid)
    out = []
    position, used = 0, paid[0][1]
    for percentile in percentiles:
        threshold = int(total * percentile / 100)
        while used < threshold and position < len(paid) - 1:
            position += 1
            used += paid[position][1]
        out.append(paid[position][0])
    return out


METHODS: Methods = {
    "eth_baseFee": base_fee,
    "eth_gasPrice": gas_price,
    "eth_maxPriorityFeePerGas": max_priority_fee_per_gas,
    "eth_blobBaseFee": blob_base_fee,
    "eth_feeHistory": fee_history,
}
