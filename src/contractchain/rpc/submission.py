"""Submission of raw transactions in batches that form by themselves.

What arrives in one turn of the loop, from however many connections, crosses into the chain
together: other cores begin to recover senders at once, while the loop answers what came before and
reads what comes next. A single transaction waits for nobody.

Where taking a transaction mines nothing, it is done on the loop itself: waking another thread and
being woken by it costs more than the work, several times more on a virtual machine with idle
cores. Where it mines, the writer's thread does it, and what arrives meanwhile is the next batch.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from typing import NamedTuple

from contractchain.chain import Chain
from contractchain.errors import ContractChainError
from contractchain.rpc.later import Later
from contractchain.types import Hash32

Outcomes = Sequence[Hash32 | ContractChainError]

MIN_PART = 4
"""Transactions that arrive together are taken in two or more parts, of so many at least, a turn of
the loop each: answers go out between turns, so that clients send again meanwhile."""
MAX_PART = 64
SMALL = 3
"""So few are decoded by the loop alone."""


class _Batch(NamedTuple):
    """Transactions and who waits for them, in the order of arrival."""

    raws: list[bytes]
    waiting: list[Later[Hash32]]


class Submitter:
    """Hands raw transactions to the chain, in the order of arrival.

    Belongs to the loop's thread.
    """

    def __init__(self, chain: Chain, writer: Executor, mines: Callable[[], bool]) -> None:
        """Prepare.

        Args:
            chain: Takes the transactions.
            writer: Where blocks are mined.
            mines: Tells whether submitting mines.
        """
        self._chain = chain
        self._writer = writer
        self._mines = mines
        self._arrived = _Batch([], [])
        self._begun: deque[_Batch] = deque()
        self._is_mining = False
        self._is_scheduled = False

    def submit(self, raw: bytes) -> Later[Hash32]:
        """Submit one transaction; what comes is its hash, or why the chain does not take it."""
        later: Later[Hash32] = Later()
        self._arrived.raws.append(raw)
        self._arrived.waiting.append(later)
        if not self._is_scheduled:
            self._schedule()
        return later

    def _schedule(self) -> None:
        self._is_scheduled = True
        asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Begin with what has arrived, and take what was begun a turn ago into the chain."""
        self._is_scheduled = False
        arrived, self._arrived = self._arrived, _Batch([], [])
        if self._is_mining:
            self._begin(arrived)
        elif not (arrived.raws or self._begun):
            return
        elif self._mines():
            self._mine(arrived)
        else:
            self._take(arrived)

    def _take(self, arrived: _Batch) -> None:
        """Admit one part on the loop."""
        part = self._begun.popleft() if self._begun else None
        if part is None and len(arrived.raws) < SMALL:
            part = arrived
        else:
            self._begin(arrived)
        if self._begun:
            self._schedule()
        if part is not None:
            _tell(part, self._try_submit(part.raws))

    def _begin(self, arrived: _Batch) -> None:
        """Let other cores begin with a batch, in parts."""
        count = len(arrived.raws)
        size = min(max(count // 2, MIN_PART), MAX_PART)
        for start in range(0, count, size):
            end = start + size
            part = _Batch(arrived.raws[start:end], arrived.waiting[start:end])
            self._begun.append(part)
            with suppress(ContractChainError):  # a hint; whoever decodes hears of any fault
                self._chain.prepare(part.raws)

    def _mine(self, arrived: _Batch) -> None:
        """Have the writer submit all there is."""
        batch = _Batch([], [])
        for part in (*self._begun, arrived):
            batch.raws.extend(part.raws)
            batch.waiting.extend(part.waiting)
        self._begun.clear()
        self._is_mining = True
        self._writer.submit(self._submit_there, asyncio.get_running_loop(), batch)

    def _submit_there(self, loop: asyncio.AbstractEventLoop, batch: _Batch) -> None:
        """Submit in the writer's thread, and go on in the loop's."""
        outcomes = self._try_submit(batch.raws)
        loop.call_soon_threadsafe(self._finish, batch, outcomes)

    def _finish(self, batch: _Batch, outcomes: Outcomes | Exception) -> None:
        self._is_mining = False
        if self._begun or self._arrived.raws:
            self._turn()
        _tell(batch, outcomes)

    def _try_submit(self, raws: list[bytes]) -> Outcomes | Exception:
        try:
            return self._chain.submit(raws)
        except Exception as error:  # noqa: BLE001  told to whoever waits
            return error


def _tell(batch: _Batch, outcomes: Outcomes | Exception) -> None:
    if isinstance(outcomes, Exception):
        for later in batch.waiting:
            later.tell(outcomes)
        return
    for later, outcome in zip(batch.waiting, outcomes, strict=True):
        later.tell(outcome)
