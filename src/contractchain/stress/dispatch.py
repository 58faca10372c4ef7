"""Sending: the open loop that keeps to its schedule, and the closed loop of virtual users.

Requests are ready before the clock starts; the loops only write bytes and stamp times. The open
loop never waits for an answer: a transaction that is due while every connection is busy waits in
line, and its latency counts from when it was due.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from contractchain.stress.failures import name_rejection
from contractchain.stress.records import Fate, Records
from contractchain.stress.wire import Connection, Target, WireError

INTERNAL_CODES = frozenset({-32700, -32600, -32601, -32602, -32603})
"""JSON-RPC codes that say nothing about the transaction."""


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Answer(msgspec.Struct):
    result: Any = None
    error: _Error | None = None


_decoder = msgspec.json.Decoder(_Answer)


@dataclass(slots=True)
class Clock:
    """Nanoseconds since the start of a run, from the one monotonic clock of the harness."""

    start: int = 0

    def begin(self) -> None:
        """Make this instant zero."""
        self.start = time.perf_counter_ns()

    def now(self) -> int:
        """Return nanoseconds since `begin`."""
        return time.perf_counter_ns() - self.start


class Sender:
    """Common part of both loops: connections, stamps and the fates that answers decide."""

    def __init__(
        self,
        target: Target,
        bodies: list[bytes],
        records: Records,
        clock: Clock,
        connections: int,
        on_answered: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._bodies = bodies
        self._records = records
        self._clock = clock
        self._on_answered = on_answered
        self._connections = [Connection(target) for _ in range(connections)]
        self.in_flight = 0
        """Requests without an answer."""

    async def connect(self) -> None:
        """Open all connections.

        Raises:
            WireError: nobody listens.
        """
        await asyncio.gather(*(c.ready() for c in self._connections))

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            connection.close()

    def _record_answer(self, index: int, result: bytes | WireError) -> None:
        records = self._records
        records.answered[index] = self._clock.now()
        if isinstance(result, WireError):
            records.settle(index, Fate.RPC_ERROR, str(result))
            return
        try:
            answer = _decoder.decode(result)
        except msgspec.DecodeError:
            records.settle(index, Fate.RPC_ERROR, "malformed JSON-RPC response")
            return
        if answer.error is not None:
            code, message = answer.error.code, answer.error.message
            if code in INTERNAL_CODES:
                records.settle(index, Fate.RPC_ERROR, f"{code}: {message[:80]}")
            else:
                records.settle(index, Fate.REJECTED, name_rejection(message))
        elif answer.result is None:
            records.settle(index, Fate.RPC_ERROR, "response without result")


class OpenLoop(Sender):
    """Sends every transaction at its due time, or as soon after as a connection is free."""

    _idle: list[Connection]
    _line: deque[int]

    async def run(self, deadline_ns: int) -> None:
        """Dispatch the whole schedule, then wait for the answers until `deadline_ns`."""
        self._idle = list(self._connections)
        self._line = deque()
        await self._dispatch()
        while (self.in_flight or self._line) and self._clock.now() < deadline_ns:
            await asyncio.sleep(0.005)
        self._line.clear()

    async def _dispatch(self) -> None:
        due, noticed = self._records.due, self._records.noticed
        count = len(due)
        index = 0
        now = self._clock.now
        while index < count:
            instant = now()
            while index < count and due[index] <= instant:
                noticed[index] = instant
                if self._idle:
                    self._write(index, self._idle.pop())
                else:
                    self._line.append(index)
                index += 1
                instant = now()
            if index < count:
                await asyncio.sleep(max(0, due[index] - now()) / 1e9)

    def _write(self, index: int, connection: Connection) -> None:
        self._records.sent[index] = self._clock.now()
        self.in_flight += 1
        connection.send(self._bodies[index], lambda result: self._finish(index, connection, result))

    def _finish(self, index: int, connection: Connection, result: bytes | WireError) -> None:
        self.in_flight -= 1
        self._record_answer(index, result)
        self._on_answered(index)
        if connection.is_open:
            self._reuse(connection)
        else:
            asyncio.get_running_loop().create_task(self._reopen(connection))

    def _reuse(self, connection: Connection) -> None:
        if self._line:
            self._write(self._line.popleft(), connection)
        else:
            self._idle.append(connection)

    async def _reopen(self, connection: Connection) -> None:
        for pause in (0.0, 0.05, 0.2, 1.0):
            await asyncio.sleep(pause)
            try:
                await connection.ready()
            except WireError:
                continue
            self._reuse(connection)
            return


class ClosedLoop(Sender):
    """Virtual users: each sends its next transaction when the last one is done."""

    async def run(
        self,
        *,
        users: int,
        duration_ns: int,
        think_ns: int,
        wait_until_done: Callable[[int], "asyncio.Future[None]"],
    ) -> None:
        """Run the users until the time is over or the transactions are used up.

        Args:
            users: How many; user `u` sends the transactions `u`, `u + users`, …
            duration_ns: When no further transaction is begun.
            think_ns: Pause after each transaction.
            wait_until_done: Returns a future that is done when a transaction is in a block or
                will never be.
        """

        async def user(number: int) -> None:
            connection = self._connections[number]
            for index in range(number, len(self._bodies), users):
                ready = self._clock.now()
                if ready >= duration_ns:
                    return
                self._records.due[index] = ready
                self._records.noticed[index] = ready
                await self._send(index, connection)
                self._on_answered(index)
                if self._records.fate[index] == Fate.PLANNED:
                    await wait_until_done(index)
                if think_ns:
                    await asyncio.sleep(think_ns / 1e9)

        await asyncio.gather(*(user(number) for number in range(users)))

    async def _send(self, index: int, connection: Connection) -> None:
        self._records.sent[index] = self._clock.now()
        self.in_flight += 1
        try:
            result: bytes | WireError = await connection.request(self._bodies[index])
        except WireError as error:
            result = error
        self.in_flight -= 1
        self._record_answer(index, result)
