"""Producing one block after another on one's own authority: shared by `instant` and `interval`."""

from collections.abc import Mapping
from typing import TypeAlias

from contractchain.interfaces.consensus import BuildAttributes, ChainPort, Clock
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.types import Address, Block, Hash32

Edits: TypeAlias = Mapping[Address, AccountOverride] | None


def produce_block(
    chain: ChainPort,
    clock: Clock,
    *,
    timestamp: int | None = None,
    allow_empty: bool = True,
    edits: Edits = None,
) -> Block | None:
    """Build a block and make it the head, final at once.

    Args:
        chain: The chain to extend.
        clock: Says the time; the block is stamped later than its parent in any case.
        timestamp: Seconds; None takes the clock's.
        allow_empty: Whether a block without transactions is adopted, or discarded.
        edits: State that the block sets.

    Returns:
        The block, or None if it was empty and discarded.
    """
    if timestamp is None:
        timestamp = max(clock(), chain.head().timestamp + 1)
    block = chain.build(BuildAttributes(timestamp=timestamp, edits=edits))
    if not block.transactions and not allow_empty:
        chain.discard(block.hash)
        return None
    chain.set_head(block.hash, finalized=block.hash)
    return block


def produce_many(
    chain: ChainPort, clock: Clock, count: int, timestamp: int | None, edits: Edits
) -> tuple[Hash32, ...]:
    """Produce `count` blocks, the first stamped with `timestamp` and with `edits` if given."""
    hashes = []
    for _ in range(count):
        block = produce_block(chain, clock, timestamp=timestamp, edits=edits)
        timestamp, edits = None, None
        if block is not None:
            hashes.append(block.hash)
    return tuple(hashes)
