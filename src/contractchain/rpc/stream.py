"""HTTP/1.1 for JSON-RPC on an asyncio protocol: many small POSTs, little work for each.

Parsing is `httptools`. A connection answers in order, one request at a time; what comes in
meanwhile waits, and reading pauses when it is too much. Sizes and times are bounded; `Host` and
`Origin` are checked against DNS rebinding and foreign pages. No other methods than POST, OPTIONS
and `GET /health`, no transfer codings but chunked, no compression. A GET that asks for WebSocket
hands its connection over to `contractchain.rpc.websocket`.

A client sends the same head again and again. A head that was parsed, judged and let in once is
remembered byte by byte, and a request that begins with it and came in one piece is not parsed.

Spec:
    RFC 9112; Fetch standard for the CORS headers. Why not a general server:
    `docs/adr/0004-http-server.md`.
"""

import asyncio
from collections import deque
from typing import cast

import httptools
from websockets.protocol import State

from contractchain.rpc.http_policy import find_refusal
from contractchain.rpc.http_service import MAX_KNOWN_HEAD_BYTES, HttpService, Request
from contractchain.rpc.websocket import WebSocketConnection, shake_hands

MAX_WAITING = 16
"""Pipelined requests that wait on one connection before reading pauses; also how many answers one
connection gets in one turn of the loop."""
REASONS = {
    200: b"OK",
    204: b"No Content",
    400: b"Bad Request",
    403: b"Forbidden",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}
PLAIN_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
UPGRADE_HEADERS = frozenset({b"connection", b"upgrade"})
NOT_JSON_RPC = b"send JSON-RPC by POST\n"


class HttpConnection(asyncio.Protocol):
    """One connection."""

    def __init__(self, service: HttpService) -> None:
        self._service = service
        self._policy = service.policy
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._head_size = 0
        self._is_between = True
        """Whether the next byte begins a request."""
        self._last: Request | None = None
        """The one that the parser has finished last."""
        self._waiting: deque[Request] = deque()
        self._answering: Request | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_advancing = False
        self._is_full = False
        self._is_paused = False
        self._is_closing = False
        self._is_handed_over = False
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._service.connections.add(self)
        self._deadline = self._loop.time() + self._policy.idle_timeout_s
        self._watch()

    def connection_lost(self, error: Exception | None) -> None:
        self._service.connections.discard(self)
        self._is_closing = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._advance()

    def data_received(self, data: bytes) -> None:
        if self._is_closing:
            return
        end = data.find(b"\r\n\r\n", 0, MAX_KNOWN_HEAD_BYTES) + 4 if self._is_between else 0
        if self._service.known_heads.get(data[:end]) == len(data) - end:
            self._take(Request(b"POST", body=data[end:]))
            return
        was_between = self._is_between
        self._parse(data)
        if self._is_handed_over:
            return
        last, self._last = self._last, None
        if was_between and last is not None and last.is_plain and not self._is_closing:
            self._service.remember_head(data, last.body)
        self._advance()

    def _parse(self, data: bytes) -> None:
        self._is_advancing = True  # not before all that has come is in the queue
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._switch(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._refuse(400, b"malformed HTTP request\n")
        finally:
            self._is_advancing = False

    def stop(self) -> None:
        """Close when the requests under way are answered."""
        self._is_closing = True
        if self._answering is None and not self._waiting:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def on_message_begin(self) -> None:
        """Begin a request (called by the parser)."""
        self._is_between = False
        self._request = Request()
        self._head_size = 0
        self._deadline = self._loop.time() + self._policy.body_timeout_s

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
            self._request.expects_continue = True
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        elif lowered in UPGRADE_HEADERS or lowered.startswith(b"sec-websocket-"):
            self._request.upgrade.append((name.decode("latin-1"), value.decode("latin-1")))

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
        self._is_between = True
        self._last = self._request
        self._request = Request()
        self._head_size = 0
        if not self._may_switch(self._last):
            self._take(self._last)

    def _may_switch(self, request: Request) -> bool:
        """Tell whether a request is one for WebSocket, which is answered when all before it are."""
        return self._service.open_session is not None and request.wants_websocket

    def _switch(self, rest: bytes) -> None:
        """Hand the connection over to WebSocket if that is what is asked for.

        Args:
            rest: What came behind the request.
        """
        request, open_session = self._last, self._service.open_session
        if request is None or open_session is None or not self._may_switch(request):
            self._refuse(400, b"no upgrade but to WebSocket is offered here\n")
            return
        if self._answering is not None or self._waiting:
            self._is_closing = True
            return
        if len(self._service.websockets) >= self._policy.max_websockets:
            request.should_keep = False
            self._write(503, b"there are too many WebSocket connections\n", request, b"text/plain")
            return
        protocol, response = shake_hands(self._policy, request.upgrade)
        if not response:
            self._refuse(400, b"malformed WebSocket handshake\n")
            return
        self._transport.write(response)
        self._is_closing = True
        if protocol.state is not State.OPEN:
            self._transport.close()
            return
        self._is_handed_over = True
        self.connection_lost(None)  # for this protocol; the transport lives on
        connection = WebSocketConnection(
            self._policy, protocol, self._transport, self._service.websockets, open_session
        )
        self._transport.set_protocol(connection)
        if rest:
            connection.data_received(rest)

    def _take(self, request: Request) -> None:
        """Answer a request in its turn."""
        self._waiting.append(request)
        self._advance()
        if len(self._waiting) >= MAX_WAITING and not self._is_full:
            self._is_full = True
            self._transport.pause_reading()

    def _advance(self) -> None:
        """Begin with the requests that wait, as far as answers come at once."""
        if self._is_advancing:
            return
        self._is_advancing = True
        try:
            for _ in range(MAX_WAITING):
                if not self._waiting or self._answering is not None or self._is_paused:
                    break
                if self._transport.is_closing():
                    return
                self._answer(self._waiting.popleft())
            else:
                self._loop.call_soon(self._advance)
        finally:
            self._is_advancing = False
        if self._is_full and len(self._waiting) < MAX_WAITING:
            self._is_full = False
            self._transport.resume_reading()
        if self._answering is None and not self._waiting:
            if self._is_closing:
                self._transport.close()
            elif self._is_between:
                self._deadline = self._loop.time() + self._policy.idle_timeout_s

    def _answer(self, request: Request) -> None:
        if request.refusal is None and request.method == b"POST":
            self._answering = request
            task = self._service.start(request.body, self._respond)
            if self._answering is not None:
                self._task = task
        else:
            self._answer_plain(request)

    def _respond(self, answer: bytes) -> None:
        """Write the answer to the request under way."""
        request, self._answering, self._task = self._answering, None, None
        if request is None or self._transport.is_closing():
            return
        if not answer:
            self._write(204, b"", request, None)
        elif request.should_keep and request.origin is None and not self._is_closing:
            self._transport.write(PLAIN_ANSWER % (len(answer), answer))
        else:
            self._write(200, answer, request, b"application/json")
        self._advance()

    def _answer_plain(self, request: Request) -> None:
        if request.refusal is not None:
            self._write(*request.refusal, request, b"text/plain")
        elif request.method == b"OPTIONS":
            self._write(204, b"", request, None)
        elif request.method == b"GET" and request.url.partition(b"?")[0] == b"/health":
            self._write(200, b"ok\n", request, b"text/plain")
        else:
            self._write(405, NOT_JSON_RPC, request, b"text/plain")

    def _write(self, status: int, body: bytes, request: Request, kind: bytes | None) -> None:
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
        if self._answering is not None or self._waiting:
            self._is_closing = True
            return
        self._write(status, text, Request(should_keep=False), b"text/plain")

    def _count_head(self, size: int) -> None:
        self._head_size += size
        if self._head_size > self._policy.max_head_bytes and self._request.refusal is None:
            self._request.refusal = (431, b"the request's head is too large\n")
            self._refuse(431, b"the request's head is too large\n")

    def _watch(self) -> None:
        """Look at the clock again when the time that is allowed may be over.

        Moving a deadline costs less than a timer, and no deadline is nearer than the shortest time.
        """
        policy = self._policy
        now = self._loop.time()
        if self._answering is None and not self._waiting and now >= self._deadline:
            self._time_out()
            return
        wait = min(policy.idle_timeout_s, policy.body_timeout_s)
        if self._deadline > now:
            wait = min(wait, self._deadline - now)
        self._timer = self._loop.call_later(wait, self._watch)

    def _time_out(self) -> None:
        """Give up on a client that sends too slowly, or nothing for too long."""
        if self._transport.is_closing():
            return
        if self._is_between:
            self._transport.close()
        else:
            self._refuse(408, b"the request took too long\n")
