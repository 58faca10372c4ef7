"""The HTTP adapter: an ASGI application around `Dispatcher.handle`.

Checks what a browser could abuse (`Host` against DNS rebinding, `Origin`), limits the size of a
body and the time it may take to arrive, and knows no JSON.

Spec:
    ASGI 3.0; Fetch standard for the CORS headers.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Handle = Callable[[bytes], Awaitable[bytes]]

DRAINED = 4
"""How many times the limit is read of a body that is refused for its size."""
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPolicy:
    """What the server lets in."""

    max_body_bytes: int = 5_000_000
    body_timeout_s: float = 15.0
    """Seconds in which a body must have arrived."""
    allowed_hosts: frozenset[str] = LOOPBACK_NAMES
    """Host names that `Host` may carry, without port; `*` allows any."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins of web pages that may call, besides those served from an allowed host; `*` allows
    any."""


class HttpApplication:
    """An ASGI application that answers POST with JSON-RPC and GET /health with `ok`."""

    def __init__(self, handle: Handle, policy: HttpPolicy | None = None) -> None:
        self._handle = handle
        self._policy = policy or HttpPolicy()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _answer_lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        refusal = self._find_refusal(headers, origin)
        if refusal is not None:
            await _respond(send, 403, refusal, b"text/plain")
            return
        cors = _cors_headers(origin)
        match scope["method"]:
            case "POST":
                await self._answer_post(receive, send, cors)
            case "OPTIONS":
                await _respond(send, 204, b"", b"text/plain", cors)
            case "GET" if scope["path"] == "/health":
                await _respond(send, 200, b"ok\n", b"text/plain", cors)
            case _:
                await _respond(send, 405, b"send JSON-RPC by POST\n", b"text/plain", cors)

    async def _answer_post(
        self,
        receive: Receive,
        send: Send,
        cors: list[tuple[bytes, bytes]],
    ) -> None:
        limit = self._policy.max_body_bytes
        too_large = f"the body is larger than {limit} bytes\n".encode()
        try:
            body = await self._read_body(receive)
        except TimeoutError:
            await _respond(send, 408, b"the body took too long\n", b"text/plain", cors, close=True)
            return
        if body is None:
            return
        if len(body) > limit:
            await _respond(send, 413, too_large, b"text/plain", cors, close=True)
            return
        answer = await self._handle(body)
        await _respond(send, 200 if answer else 204, answer, b"application/json", cors)

    async def _read_body(self, receive: Receive) -> bytes | None:
        """Return the body; None if the client went away.

        Of a body over the limit only the first part is returned, one byte more than the limit at
        least. The rest is read and dropped for a while, so that the client is there to hear why.
        """
        policy = self._policy
        async with asyncio.timeout(policy.body_timeout_s):
            chunks: list[bytes] = []
            size = 0
            more = True
            while more and size <= policy.max_body_bytes * DRAINED:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                chunk: bytes = message.get("body", b"")
                if size <= policy.max_body_bytes:
                    chunks.append(chunk)
                size += len(chunk)
                more = message.get("more_body", False)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _find_refusal(self, headers: dict[bytes, bytes], origin: bytes | None) -> bytes | None:
        hosts = self._policy.allowed_hosts
        host = headers.get(b"host", b"").decode("latin-1")
        if "*" not in hosts and _strip_port(host) not in hosts:
            return b"this Host is not served here; start the node with --allow-host\n"
        if origin is None or "*" in self._policy.allowed_origins:
            return None
        text = origin.decode("latin-1")
        if text in self._policy.allowed_origins:
            return None
        name = urlsplit(text).netloc if "://" in text else text
        if _strip_port(name) in hosts:
            return None
        return b"this Origin may not call; start the node with --allow-origin\n"


def _strip_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()


def _cors_headers(origin: bytes | None) -> list[tuple[bytes, bytes]]:
    if origin is None:
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", b"POST, OPTIONS"),
        (b"access-control-allow-headers", b"content-type"),
        (b"vary", b"origin"),
    ]


async def _respond(
    send: Send,
    status: int,
    body: bytes,
    content_type: bytes,
    extra: list[tuple[bytes, bytes]] | None = None,
    *,
    close: bool = False,
) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        *(extra or ()),
    ]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
