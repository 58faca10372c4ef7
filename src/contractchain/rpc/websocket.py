"""WebSocket for JSON-RPC on an asyncio protocol: requests as they come, notifications in between.

Framing and handshake are those of `websockets`, without its I/O. A connection begins as HTTP
(`contractchain.rpc.stream`) and is handed over when the upgrade is accepted. Most of what comes is
one whole message in one piece; that is read here, and everything else by the library. Requests of
one connection are under way together and answered as they are done. What is sent to it is bounded:
who reads too slowly is told so and closed, and nobody else waits for it. No compression, no
subprotocols.

Spec:
    RFC 6455.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from websockets.datastructures import Headers
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from contractchain.rpc.dispatcher import Respond
from contractchain.rpc.http_policy import HttpPolicy

try:
    from websockets.speedups import apply_mask
except ImportError:  # where it was not compiled
    from websockets.utils import apply_mask

log = logging.getLogger("contractchain.rpc")
MAX_UNDER_WAY = 128
"""Requests of one connection under way at a time."""
MAX_WAITING = 16
"""Messages that wait before reading pauses; also how many are begun in one turn of the loop."""
WHOLE_TEXT = 0x81
MASKED, SIZE = 0x80, 0x7F
SMALL = 125
"""Bytes of a message whose size is in the second byte of its frame."""
DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


class Session(Protocol):
    """What one connection talks to."""

    def start(self, body: bytes, respond: Respond) -> "asyncio.Task[None] | None":
        """Begin to answer a message; `respond` is called once, at once or later."""
        ...

    def close(self) -> None:
        """Forget the connection."""
        ...


class OpenSession(Protocol):
    """Makes the session of a connection, which sends notifications by `push`."""

    def __call__(self, push: Respond) -> Session: ...


def shake_hands(
    policy: HttpPolicy, headers: Iterable[tuple[str, str]]
) -> tuple[ServerProtocol, bytes]:
    """Answer the request for an upgrade.

    Args:
        policy: Limits of the connection.
        headers: Those of the request that are about the upgrade; where it comes from, and what it
            asks for, is judged elsewhere.

    Returns:
        The protocol, and the response in bytes, empty if the headers cannot be read. The request
        is refused if the protocol is not open then.
    """
    protocol = ServerProtocol(max_size=policy.max_body_bytes, logger=_Errors(log))
    protocol.receive_data(Request("/", Headers(headers)).serialize())
    for request in protocol.events_received():
        if isinstance(request, Request):
            protocol.send_response(protocol.accept(request))
    return protocol, b"".join(protocol.data_to_send())


def find_message(data: bytes) -> bytes | None:
    """Return the text of a frame if `data` is just that: one whole message, as most pieces are."""
    if len(data) < 6 or data[0] != WHOLE_TEXT or not data[1] & MASKED:
        return None
    end = _find_end(data, 0)
    if end != len(data):
        return None
    start = {126: 8, 127: 14}.get(data[1] & SIZE, 6)
    return apply_mask(data[start:], data[start - 4 : start])


def measure_rest(data: bytes, rest: int) -> int | None:
    """Return how many bytes are missing of the last frame of `data`, None if it does not say.

    Args:
        data: Frames.
        rest: Bytes that belong to the frame before.
    """
    at = rest
    while at < len(data):
        end = _find_end(data, at)
        if end is None:
            return None
        at = end
    return at - len(data)


def _find_end(data: bytes, at: int) -> int | None:
    """Return where the frame ends that begins at a place, None if its head is not whole."""
    head = data[at : at + 10]
    if len(head) < 2:
        return None
    size, start = head[1] & SIZE, 2
    if size > SMALL:
        start = 4 if size == SMALL + 1 else 10
        if len(head) < start:
            return None
        size = int.from_bytes(head[2:start], "big")
    return at + start + (4 if head[1] & MASKED else 0) + size


def _head_of_text(size: int) -> bytes:
    """Return the head of a frame from the server that holds a whole message."""
    if size <= SMALL:
        return bytes((WHOLE_TEXT, size))
    if size < 1 << 16:
        return bytes((WHOLE_TEXT, SMALL + 1)) + size.to_bytes(2, "big")
    return bytes((WHOLE_TEXT, SMALL + 2)) + size.to_bytes(8, "big")


class _Errors(logging.LoggerAdapter[logging.Logger]):
    """Lets through what goes wrong, and not that connections come and go."""

    def isEnabledFor(self, level: int) -> bool:
        return level >= logging.WARNING and super().isEnabledFor(level)


class WebSocketConnection(asyncio.Protocol):
    """One connection, from the end of its handshake on."""

    def __init__(
        self,
        policy: HttpPolicy,
        protocol: ServerProtocol,
        transport: asyncio.Transport,
        connections: "set[WebSocketConnection]",
        open_session: OpenSession,
    ) -> None:
        """Take over a transport; `data_received` is called with what came behind the handshake.

        Args:
            policy: Limits.
            protocol: Open.
            transport: Its protocol is set by the caller.
            connections: Where the connection is listed as long as it is open.
            open_session: Makes what answers the messages.
        """
        self._policy = policy
        self._protocol = protocol
        self._transport = transport
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._session = open_session(self.push)
        self._parts: list[bytes] = []
        """Of a message that has not come whole."""
        self._rest: int | None = 0
        """Bytes that are missing of the frame that is coming; None: that cannot be told."""
        self._waiting: deque[bytes] = deque()
        self._under_way = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_advancing = False
        self._is_full = False
        self._is_paused = False
        self._is_stopping = False
        self._is_ending = False
        """Whether we have begun to close: what comes from here on is not answered."""
        self._is_heard = True
        self._is_asked = False
        """Whether a ping was sent since something came last."""
        connections.add(self)
        self._timer = self._loop.call_later(policy.ping_interval_s, self._watch)

    @property
    def _is_open(self) -> bool:
        return self._protocol.state is State.OPEN and not self._transport.is_closing()

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        self._timer.cancel()
        self._waiting.clear()
        self._session.close()
        for task in self._tasks:
            task.cancel()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._advance()

    def data_received(self, data: bytes) -> None:
        self._is_heard = True
        is_between = self._rest == 0 and not self._parts
        message = find_message(data) if is_between else None
        if message is not None and len(message) <= self._policy.max_body_bytes and self._is_open:
            self._waiting.append(message)
            self._advance()
        else:
            self._read(data)
        if len(self._waiting) >= MAX_WAITING and not self._is_full:
            self._is_full = True
            self._transport.pause_reading()

    def _read(self, data: bytes) -> None:
        """Take what is not simply one message."""
        self._rest = None if self._rest is None else measure_rest(data, self._rest)
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode in DATA:
                self._take(event)
        self._flush()
        self._advance()

    def eof_received(self) -> bool:
        self._protocol.receive_eof()
        self._flush()
        return False

    def push(self, message: bytes) -> None:
        """Send a message that nobody asked for now; too slow a reader is closed instead."""
        if not self._is_open:
            return
        if self._transport.get_write_buffer_size() > self._policy.max_unsent_bytes:
            self._give_up()
            return
        self._transport.write(_head_of_text(len(message)) + message)

    def stop(self) -> None:
        """Close when the requests under way are answered."""
        self._is_stopping = True
        self._session.close()
        if not self._under_way and not self._waiting:
            self._close(CloseCode.GOING_AWAY, "the node stops")

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def _take(self, frame: Frame) -> None:
        """Take a message, or a part of one."""
        data = bytes(frame.data)
        if not frame.fin:
            self._parts.append(data)
            return
        if self._parts:
            data = b"".join((*self._parts, data))
            self._parts.clear()
        if not self._is_ending:
            self._waiting.append(data)

    def _advance(self) -> None:
        """Begin with messages that wait, as many as may be under way."""
        if self._is_advancing:
            return
        self._is_advancing = True
        try:
            for _ in range(MAX_WAITING):
                if not self._waiting or self._is_paused or self._under_way >= MAX_UNDER_WAY:
                    break
                self._begin(self._waiting.popleft())
            else:
                self._loop.call_soon(self._advance)
        finally:
            self._is_advancing = False
        if self._is_full and len(self._waiting) < MAX_WAITING:
            self._is_full = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
        if self._is_stopping and not self._under_way and not self._waiting:
            self._close(CloseCode.GOING_AWAY, "the node stops")

    def _begin(self, message: bytes) -> None:
        self._under_way += 1
        task = self._session.start(message, self._respond)
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _respond(self, answer: bytes) -> None:
        self._under_way -= 1
        if answer:
            self.push(answer)
        if self._waiting or self._is_stopping:
            self._advance()

    def _give_up(self) -> None:
        """Close on a client that does not read; what waits for it is dropped after a while."""
        size = self._transport.get_write_buffer_size()
        self._close(CloseCode.POLICY_VIOLATION, f"{size} bytes wait to be read, that is too slow")

    def _close(self, code: CloseCode, reason: str) -> None:
        """Send a close frame; the connection ends when the client answers it, or after a while."""
        self._is_ending = True
        if self._is_open:
            self._session.close()
            self._waiting.clear()
            self._protocol.send_close(code, reason)
            self._flush()
            self._loop.call_later(self._policy.close_timeout_s, self._transport.abort)

    def _flush(self) -> None:
        """Write what the protocol has to say; its last word ends the connection."""
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            elif not self._transport.is_closing():
                self._transport.close()
                self._loop.call_later(self._policy.close_timeout_s, self._transport.abort)

    def _watch(self) -> None:
        """Ask a client that has been silent whether it is there, and give up if it is not."""
        if self._is_heard or self._is_full:
            self._is_heard = self._is_asked = False
        elif self._is_asked:
            self._protocol.fail(CloseCode.INTERNAL_ERROR, "no answer to a ping")
            self._flush()
            return
        elif self._is_open:
            self._is_asked = True
            self._protocol.send_ping(b"")
            self._flush()
        self._timer = self._loop.call_later(self._policy.ping_interval_s, self._watch)
