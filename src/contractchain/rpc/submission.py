"""Submission of raw transactions in batches that form by themselves.

While the chain takes one batch (and with `instant` mines it), what arrives waits and makes the next
one: a single transaction is never delayed, and under load the cost of crossing is shared.
"""

import asyncio
from concurrent.futures import Executor

from contractchain.chain import Chain
from contractchain.errors import ContractChainError
from contractchain.types import Hash32

Waiting = list[tuple[bytes, "asyncio.Future[Hash32]"]]


class Submitter:
    """Hands raw transactions to the chain, in the order of arrival."""

    def __init__(self, chain: Chain, writer: Executor) -> None:
        self._chain = chain
        self._writer = writer
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
        task = loop.run_in_executor(self._writer, self._chain.submit, raws)
        task.add_done_callback(lambda done: self._finish(loop, batch, done))

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: Waiting,
        done: "asyncio.Future[list[Hash32 | ContractChainError]]",
    ) -> None:
        failure = done.exception()
        if failure is not None:
            for _, future in batch:
                if not future.done():
                    future.set_exception(failure)
        else:
            for (_, future), result in zip(batch, done.result(), strict=True):
                if future.done():
                    continue
                if isinstance(result, ContractChainError):
                    future.set_exception(result)
                else:
                    future.set_result(result)
        if self._waiting:
            self._flush(loop)
        else:
            self._is_busy = False
