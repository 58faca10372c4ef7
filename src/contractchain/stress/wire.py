"""A lean HTTP/1.1 client for one purpose: many small POSTs with little work of our own.

One request at a time on a connection, keep-alive, reconnects when the node closes. The general
clients cost ten times as much per request and would be what the harness measures. Parsing is
`httptools`; the head of a response that was parsed once is known by its bytes from then on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

from contractchain.errors import UsageError

MAX_RESPONSE_BYTES = 256_000_000
MAX_KNOWN_HEADS = 64
MAX_KNOWN_HEAD_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where requests go."""

    host: str
    port: int
    path: str = "/"

    @property
    def head(self) -> bytes:
        """The part of a request that never changes."""
        lines = (
            f"POST {self.path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            "Content-Type: application/json",
            "Content-Length: ",
        )
        return "\r\n".join(lines).encode()


def parse_target(url: str) -> Target:
    """Return the target of a URL.

    Raises:
        UsageError: not an http URL with a host.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise UsageError(f"`{url}` is not a URL like http://127.0.0.1:8545")
    try:
        port = parts.port or 80
    except ValueError as error:
        raise UsageError(f"`{url}` has no valid port") from error
    return Target(host=parts.hostname, port=port, path=parts.path or "/")


class WireError(Exception):
    """The connection broke, or what came back was no HTTP 200."""


class Connection(asyncio.Protocol):
    """One connection; `request` must not be called while another is under way."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._head = target.head
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._is_between = True
        """Whether the next byte begins a response."""
        self._known_heads: dict[bytes, int] = {}
        """Heads of responses with status 200 after which the connection stays, and the sizes of
        their bodies."""
        self._whole = b""
        """The data that the parser is at, if it began a response."""
        self._on_done: Callable[[bytes | WireError], None] | None = None

    async def request(self, body: bytes) -> bytes:
        """Send one body and return the response's.

        Raises:
            WireError: no connection, it broke, or the status is not 200.
        """
        await self.ready()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bytes] = loop.create_future()

        def done(result: bytes | WireError) -> None:
            if future.done():
                return
            if isinstance(result, WireError):
                future.set_exception(result)
            else:
                future.set_result(result)

        self.send(body, done)
        return await future

    async def ready(self) -> None:
        """Connect if there is no connection.

        Raises:
            WireError: nobody listens.
        """
        if self._transport is not None and not self._transport.is_closing():
            return
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self, self._target.host, self._target.port)
        except OSError as error:
            raise WireError(f"cannot connect: {error.strerror or error}") from error

    @property
    def is_open(self) -> bool:
        """Whether a request can be written at once."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, body: bytes, on_done: Callable[[bytes | WireError], None]) -> None:
        """Write a request on an open connection; `on_done` hears the body or the fault."""
        transport = self._transport
        if transport is None or transport.is_closing():
            on_done(WireError("not connected"))
            return
        self._on_done = on_done
        transport.write(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)
        self._is_between = True

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._finish(WireError(f"connection lost: {error}" if error else "connection closed"))

    def data_received(self, data: bytes) -> None:
        end = data.find(b"\r\n\r\n", 0, MAX_KNOWN_HEAD_BYTES) + 4 if self._is_between else 0
        if self._known_heads.get(data[:end]) == len(data) - end:
            self._finish(data[end:])
            return
        self._whole = data if self._is_between else b""
        self._is_between = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._finish(WireError(f"malformed HTTP response: {error}"))
            self.close()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body (called by the parser)."""
        self._body.append(body)
        if len(self._body) > 1 and sum(map(len, self._body)) > MAX_RESPONSE_BYTES:
            self._finish(WireError("the response is too large"))
            self.close()

    def on_message_complete(self) -> None:
        """Hand the response on (called by the parser)."""
        status = self._parser.get_status_code()
        should_keep = self._parser.should_keep_alive()
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body = []
        self._parser = httptools.HttpResponseParser(self)
        self._is_between = True
        if not should_keep:
            self.close()
        elif status == 200:
            self._remember_head(body)
        self._finish(body if status == 200 else WireError(f"HTTP status {status}"))

    def _remember_head(self, body: bytes) -> None:
        """Know the head of a response that came in one piece, its body sent as it is."""
        head, blank, rest = self._whole.partition(b"\r\n\r\n")
        if rest == body and blank and len(head) < MAX_KNOWN_HEAD_BYTES - len(blank):
            if len(self._known_heads) >= MAX_KNOWN_HEADS:
                self._known_heads.clear()
            self._known_heads[head + blank] = len(body)

    def _finish(self, result: bytes | WireError) -> None:
        on_done, self._on_done = self._on_done, None
        if on_done is not None:
            on_done(result)
