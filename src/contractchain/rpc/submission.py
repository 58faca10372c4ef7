"""Submission of raw transactions in batches that form by themselves.

While the chain takes one batch (and with `instant` mines it), what arrives waits and makes the next
one: a single transaction is never delayed, and under load the cost of crossing is shared. Where
taking a transaction mines nothing, it is done on the loop itself: waking another thread and being
woken by it costs more than the work, several times more on a virtual machine with idle cores.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from contractchain.chain import Chain
from contractchain.errors import ContractChainError
from contractchain.types import Hash32

Waiting = list[tuple[bytes, "asyncio.Future[Hash32]"]]


class Submitter:
    """Hands raw transactions to the chain, in the order of arrival."""

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
        self._waiting: Waiting = []
        self._is_busy = False

    async def submit(self, raw: bytes) -> Hash32:
        """Submit one transaction and return its hash.

        Raises:
            ContractChainError: why the chain does not take it.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Hash32] = loop.create_future()
        self._waiting.append((raw, future))
        if not self._is_busy:
            self._is_busy = True
            loop.call_soon(self._flush, loop)
        return await future

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting, []
        raws = [raw for raw, _ in batch]
        if not self._mines():
            self._submit_here(batch, raws)
            return
        task = loop.run_in_executor(self._writer, self._chain.submit, raws)
        task.add_done_callback(lambda done: self._finish(loop, batch, done))

    def _submit_here(self, batch: Waiting, raws: list[bytes]) -> None:
        self._is_busy = False
        try:
            results = self._chain.submit(raws)
        except ContractChainError as error:
            _fail(batch, error)
        else:
            _tell(batch, results)

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: Waiting,
        done: "asyncio.Future[list[Hash32 | ContractChainError]]",
    ) -> None:
        failure = done.exception()
        if failure is not None:
            _fail(batch, failure)
        else:
            _tell(batch, done.result())
        if self._waiting:
            self._flush(loop)
        else:
            self._is_busy = False


def _tell(batch: Waiting, results: Sequence[Hash32 | ContractChainError]) -> None:
    for (_, future), result in zip(batch, results, strict=True):
        if future.done():
            continue
        if isinstance(result, ContractChainError):
            future.set_exception(result)
        else:
            future.set_result(result)


def _fail(batch: Waiting, failure: BaseException) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(failure)
