"""Watching blocks: when each transaction's block was first seen, and afterwards its receipt.

While the load runs only block bodies with hashes are read; receipts are fetched when it is over, so
that reading them does not disturb what is measured.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from contractchain.stress.dispatch import Clock
from contractchain.stress.node_api import BlockSummary, NodeApi, NodeError
from contractchain.stress.records import UNKNOWN, Fate, Records

POLL_S = 0.02
"""Seconds between polls of the head: the resolution of inclusion times."""
MAX_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBlock:
    """A block and when the harness first saw it."""

    block: BlockSummary
    seen: int
    """Nanoseconds of the run's clock."""
    ours: int
    """How many of the campaign's transactions it holds."""


class BlockWatcher:
    """Polls the head and stamps the inclusion of the campaign's transactions."""

    def __init__(
        self,
        api: NodeApi,
        records: Records,
        index_by_hash: dict[bytes, int],
        clock: Clock,
        on_included: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._api = api
        self._records = records
        self._index_by_hash = index_by_hash
        self._clock = clock
        self._on_included = on_included
        self.blocks: list[SeenBlock] = []
        self.included = 0
        """Transactions of the campaign seen in blocks."""
        self.head = 0
        """Number of the highest block seen."""
        self.succeeded: set[int] = set()
        """Transactions whose receipt says success, late ones too; filled by `settle`."""

    def follow(self, records: Records, index_by_hash: dict[bytes, int]) -> None:
        """Go on with other rows: those that are left when unused ones have been dropped."""
        self._records = records
        self._index_by_hash = index_by_hash

    async def run(self, after: int, stop: asyncio.Event) -> None:
        """Watch the blocks above number `after` until `stop` is set, and look once more then."""
        self.head = after
        while not stop.is_set():
            self.head = await self.poll(self.head)
            await asyncio.sleep(POLL_S)
        self.head = await self.poll(self.head)

    async def poll(self, after: int) -> int:
        """Look once; returns the number of the highest block seen."""
        try:
            head = await self._api.block_number()
            seen = self._clock.now()
            while after < head:
                last = min(head, after + MAX_AT_ONCE)
                blocks = await self._api.get_blocks(after + 1, last)
                for block in blocks:
                    self._take(block, seen)
                after = last
        except NodeError:
            # A node that is down for a moment shows in the latencies; it does not end the run.
            await asyncio.sleep(POLL_S * 5)
        return after

    def _take(self, block: BlockSummary, seen: int) -> None:
        ours = 0
        for transaction_hash in block.hashes:
            index = self._index_by_hash.get(transaction_hash)
            if index is None:
                continue
            ours += 1
            if self._records.included[index] == UNKNOWN:
                self._records.included[index] = seen
                self._records.block[index] = block.number
                self.included += 1
                self._on_included(index)
        self.blocks.append(SeenBlock(block=block, seen=seen, ours=ours))

    async def settle(self, timeout_ns: int) -> None:
        """Fetch the receipts of all blocks that hold the campaign's transactions.

        A transaction that came into a block later than `timeout_ns` after it was due is a timeout,
        whatever its receipt says.

        Raises:
            NodeError: the node does not give them.
        """
        records = self._records
        for item in self.blocks:
            if not item.ours:
                continue
            for transaction_hash, succeeded, gas_used in await self._api.get_receipts(item.block):
                index = self._index_by_hash.get(transaction_hash)
                if index is None:
                    continue
                records.gas_used[index] = gas_used
                if succeeded:
                    self.succeeded.add(index)
                if records.included[index] - records.due[index] > timeout_ns:
                    records.settle(index, Fate.TIMEOUT, "in a block after its time")
                else:
                    records.settle(index, Fate.CONFIRMED if succeeded else Fate.REVERTED)

    async def settle_missing(self, hashes: list[bytes]) -> None:
        """Say of everything that is in no block what became of it."""
        records = self._records
        asked: list[int] = []
        for index, fate in enumerate(records.fate):
            if fate != Fate.PLANNED:
                continue
            if records.sent[index] == UNKNOWN:
                records.settle(index, Fate.UNSENT, "no free connection before the end")
            elif records.answered[index] == UNKNOWN:
                records.settle(index, Fate.TIMEOUT, "no answer")
            else:
                asked.append(index)
        known = await self._api.call_many(
            "eth_getTransactionByHash", [["0x" + hashes[index].hex()] for index in asked]
        )
        for index, transaction in zip(asked, known, strict=True):
            if transaction is None:
                records.settle(index, Fate.DROPPED, "accepted, then unknown to the node")
            else:
                records.settle(index, Fate.TIMEOUT, "accepted, in no block")
