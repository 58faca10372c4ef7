"""Submission of raw transactions in batches that form by themselves.

What arrives in one turn of the loop, from however many connections, is one batch: recovery of its
senders uses every core that is free, and the cost of crossing is shared. A single transaction
waits for nobody. While the chain mines a batch, what arrives makes the next one. Where taking a
transaction mines nothing, it is done on the loop itself: waking another thread and being woken by
it costs more than the work, several times more on a virtual machine with idle cores.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from contractchain.chain import Chain
from contractchain.errors import ContractChainError
from contractchain.rpc.later import Later
from contractchain.types import Hash32

Outcomes = Sequence[Hash32 | ContractChainError]


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
        self._raws: list[bytes] = []
        self._waiting: list[Later[Hash32]] = []
        self._is_busy = False

    def submit(self, raw: bytes) -> Later[Hash32]:
        """Submit one transaction; what comes is its hash, or why the chain does not take it."""
        later: Later[Hash32] = Later()
        self._raws.append(raw)
        self._waiting.append(later)
        if not self._is_busy:
            self._is_busy = True
            loop = asyncio.get_running_loop()
            loop.call_soon(self._flush, loop)
        return later

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        raws, self._raws = self._raws, []
        batch, self._waiting = self._waiting, []
        if self._mines():
            self._writer.submit(self._submit_there, loop, raws, batch)
            return
        self._is_busy = False
        _tell(batch, self._try_submit(raws))

    def _submit_there(
        self, loop: asyncio.AbstractEventLoop, raws: list[bytes], batch: list[Later[Hash32]]
    ) -> None:
        """Submit in the writer's thread, and go on in the loop's."""
        outcomes = self._try_submit(raws)
        loop.call_soon_threadsafe(self._finish, loop, batch, outcomes)

    def _try_submit(self, raws: list[bytes]) -> Outcomes | Exception:
        try:
            return self._chain.submit(raws)
        except Exception as error:  # noqa: BLE001  told to whoever waits
            return error

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: list[Later[Hash32]],
        outcomes: Outcomes | Exception,
    ) -> None:
        if self._waiting:
            self._flush(loop)
        else:
            self._is_busy = False
        _tell(batch, outcomes)


def _tell(batch: list[Later[Hash32]], outcomes: Outcomes | Exception) -> None:
    if isinstance(outcomes, Exception):
        for later in batch:
            later.tell(outcomes)
        return
    for later, outcome in zip(batch, outcomes, strict=True):
        later.tell(outcome)
