"""HTTP/1.1 for JSON-RPC on an asyncio protocol: many small POSTs, little work for each.

Parsing is `httptools`. A connection answers in order, one request at a time; what comes in
meanwhile waits, and reading pauses when it is too much. Sizes and times are bounded; `Host` and
`Origin` are checked against DNS rebinding and foreign pages. No other methods than POST, OPTIONS
and `GET /health`, no transfer codings but chunked, no compression.

Spec:
    RFC 9112; Fetch standard for the CORS headers. Why not a general server:
    `docs/adr/0004-http-server.md`.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import httptools

from contractchain.rpc.http_policy import HttpPolicy, find_refusal

Handle = Callable[[bytes], Awaitable[bytes]]

MAX_WAITING = 16
"""Pipelined requests that wait on one connection before reading pauses."""
REASONS = {
    200: b"OK",
    204: b"No Content",
    400: b"Bad Request",
    403: b"Forbidden",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    431: b"Request Header Fields Too Large",
}
NOT_JSON_RPC = b"send JSON-RPC by POST\n"


@dataclass(slots=True)
class _Request:
    """One request, as far as it has arrived."""

    method: bytes = b""
    url: bytes = b""
    host: str = ""
    origin: str | None = None
    body: bytes = b""
    refusal: tuple[int, bytes] | None = None
    """Status and text, if it is refused whatever else it holds."""
    should_keep: bool = True


class HttpConnection(asyncio.Protocol):
    """One connection."""

    def __init__(
        self, handle: Handle, policy: HttpPolicy, connections: "set[HttpConnection]"
    ) -> None:
        """Prepare.

        Args:
            handle: Answers a body.
            policy: What is let in.
            connections: Where the connection registers while it is open.
        """
        self._handle = handle
        self._policy = policy
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._parser = httptools.HttpRequestParser(self)
        self._request = _Request()
        self._head_size = 0
        self._waiting: deque[_Request] = deque()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_closing = False
        self._can_write = asyncio.Event()
        self._can_write.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)
        self._restart_timer(self._policy.idle_timeout_s)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        self._is_closing = True
        self._can_write.set()
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def data_received(self, data: bytes) -> None:
        if self._is_closing:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(400, b"no upgrade is offered here\n")
        except httptools.HttpParserError:
            self._refuse(400, b"malformed HTTP request\n")

    def stop(self) -> None:
        """Close when the request under way is answered."""
        self._is_closing = True
        if self._task is None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request (called by the parser)."""
        self._request = _Request()
        self._head_size = 0
        self._restart_timer(self._policy.body_timeout_s)

    def on_url(self, url: bytes) -> None:
        """Take a part of the target (called by the parser)."""
        self._request.url += url
        self._count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header (called by the parser)."""
        self._count_head(len(name) + len(value))
        lowered = name.lower()
        if lowered == b"host":
            self._request.host = value.decode("latin-1")
        elif lowered == b"origin":
            self._request.origin = value.decode("latin-1")
        elif lowered == b"expect" and value.lower() == b"100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_headers_complete(self) -> None:
        """Judge the head (called by the parser)."""
        request = self._request
        request.method = self._parser.get_method()
        request.should_keep = self._parser.should_keep_alive()
        reason = find_refusal(self._policy, request.host, request.origin)
        if reason is not None:
            request.refusal = (403, reason)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body (called by the parser). Of too large a body nothing is kept."""
        request = self._request
        if request.refusal is not None:
            return
        request.body = body if not request.body else request.body + body
        limit = self._policy.max_body_bytes
        if len(request.body) > limit:
            request.refusal = (413, b"the body is larger than %d bytes\n" % limit)
            request.should_keep = False
            request.body = b""

    def on_message_complete(self) -> None:
        """Answer, or wait for the answers before (called by the parser)."""
        self._stop_timer()
        self._waiting.append(self._request)
        self._request = _Request()
        self._head_size = 0
        if self._task is None:
            self._answer_next()
        elif len(self._waiting) >= MAX_WAITING:
            self._transport.pause_reading()

    def _answer_next(self) -> None:
        """Begin with the next request that waits."""
        while self._waiting and not self._transport.is_closing():
            request = self._waiting.popleft()
            if request.refusal is None and request.method == b"POST":
                self._task = self._loop.create_task(self._answer(request))
                return
            self._answer_plain(request)
        if self._is_closing and not self._transport.is_closing():
            self._transport.close()
        elif not self._transport.is_closing():
            self._restart_timer(self._policy.idle_timeout_s)

    async def _answer(self, request: _Request) -> None:
        answer = await self._handle(request.body)
        if not self._can_write.is_set():
            await self._can_write.wait()
        self._task = None
        if self._transport.is_closing():
            return
        if answer:
            self._write(200, answer, request, b"application/json")
        else:
            self._write(204, b"", request, None)
        if len(self._waiting) < MAX_WAITING:
            self._transport.resume_reading()
        self._answer_next()

    def _answer_plain(self, request: _Request) -> None:
        if request.refusal is not None:
            self._write(*request.refusal, request, b"text/plain")
        elif request.method == b"OPTIONS":
            self._write(204, b"", request, None)
        elif request.method == b"GET" and request.url.partition(b"?")[0] == b"/health":
            self._write(200, b"ok\n", request, b"text/plain")
        else:
            self._write(405, NOT_JSON_RPC, request, b"text/plain")

    def _write(self, status: int, body: bytes, request: _Request, kind: bytes | None) -> None:
        lines = [b"HTTP/1.1 %d %b" % (status, REASONS[status])]
        if kind is not None:
            lines.append(b"content-type: " + kind)
        if status != 204:
            lines.append(b"content-length: %d" % len(body))
        if request.origin is not None and status != 403:
            lines += (
                b"access-control-allow-origin: " + request.origin.encode("latin-1"),
                b"access-control-allow-methods: POST, OPTIONS",
                b"access-control-allow-headers: content-type",
                b"vary: origin",
            )
        keep = request.should_keep and not self._is_closing
        if not keep:
            lines.append(b"connection: close")
        self._transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        if not keep:
            self._is_closing = True
            self._transport.close()

    def _refuse(self, status: int, text: bytes) -> None:
        """Answer what is no request and close."""
        if self._task is not None:
            self._is_closing = True
            return
        self._write(status, text, _Request(should_keep=False), b"text/plain")

    def _count_head(self, size: int) -> None:
        self._head_size += size
        if self._head_size > self._policy.max_head_bytes and self._request.refusal is None:
            self._request.refusal = (431, b"the request's head is too large\n")
            self._refuse(431, b"the request's head is too large\n")

    def _restart_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self._loop.call_later(seconds, self._time_out)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        """Give up on a client that sends too slowly, or nothing for too long."""
        if self._task is not None or self._transport.is_closing():
            return
        if self._request.method or self._head_size:
            self._refuse(408, b"the request took too long\n")
        else:
            self._transport.close()
