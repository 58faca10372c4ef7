"""What only a development chain offers: snapshots, time travel, mining on demand.

Spec:
    The `evm_` namespace of Ganache, Hardhat and anvil.
"""

from contractchain.errors import SnapshotNotFoundError, UsageError
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.parameters import Anything, Boolean, Seconds, SnapshotId, decode_seconds

MAX_BLOCKS = 100_000


async def snapshot(context: RpcContext) -> int:
    """Remember head, pool and time."""
    return await context.write(context.chain.snapshot)


async def revert(context: RpcContext, identifier: SnapshotId) -> bool:
    """Return to a snapshot. An id that is unknown or stale is an error, and nothing changes."""
    try:
        await context.write(context.chain.revert_to, identifier)
    except SnapshotNotFoundError as error:
        raise UsageError(str(error)) from error
    return True


async def evm_mine(context: RpcContext, options: Anything = None) -> str:
    """Produce one block, at a timestamp if one is given."""
    if isinstance(options, dict):
        count = decode_seconds(options.get("blocks", 1))
        timestamp = options.get("timestamp")
    else:
        count, timestamp = 1, options
    await _mine(context, count, None if timestamp is None else decode_seconds(timestamp))
    return "0x0"


async def mine(context: RpcContext, count: Seconds = 1, interval: Seconds = 0) -> None:
    """Produce `count` blocks, `interval` seconds apart."""
    if not interval:
        await _mine(context, count, None)
        return
    for _ in range(_checked(count)):
        await context.write(context.chain.mine, 1)
        await context.write(context.chain.increase_time, interval)


async def increase_time(context: RpcContext, seconds: Seconds) -> str:
    """Move the chain's time forward; the whole offset in decimal, as anvil answers."""
    return str(await context.write(context.chain.increase_time, seconds))


async def set_next_block_timestamp(context: RpcContext, timestamp: Seconds) -> None:
    """Fix the timestamp of the next block."""
    await context.write(context.chain.set_next_timestamp, timestamp)


async def set_automine(context: RpcContext, enabled: Boolean) -> bool:
    """Mine as soon as there is a transaction, or only on demand."""
    await context.write(context.mining.set_automine, enabled)
    return True


async def set_interval_mining(context: RpcContext, seconds: Seconds) -> bool:
    """Produce a block every `seconds`; 0 ends that."""
    await context.write(context.mining.set_interval, seconds)
    return True


def get_automine(context: RpcContext) -> bool:
    """Tell whether blocks are mined as soon as there is a transaction."""
    return context.mining.is_automine


async def _mine(context: RpcContext, count: int, timestamp: int | None) -> None:
    await context.write(context.chain.mine, _checked(count), timestamp=timestamp)


def _checked(count: int) -> int:
    if count > MAX_BLOCKS:
        raise UsageError(f"at most {MAX_BLOCKS} blocks are mined at once")
    return count


METHODS: Methods = {
    "evm_snapshot": snapshot,
    "anvil_snapshot": snapshot,
    "evm_revert": revert,
    "anvil_revert": revert,
    "evm_mine": evm_mine,
    "anvil_mine": mine,
    "hardhat_mine": mine,
    "evm_increaseTime": increase_time,
    "evm_setNextBlockTimestamp": set_next_block_timestamp,
    "anvil_setNextBlockTimestamp": set_next_block_timestamp,
    "evm_setAutomine": set_automine,
    "anvil_setAutomine": set_automine,
    "anvil_getAutomine": get_automine,
    "hardhat_getAutomine": get_automine,
    "evm_setIntervalMining": set_interval_mining,
    "anvil_setIntervalMining": set_interval_mining,
}
