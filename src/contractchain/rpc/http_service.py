"""Requests by HTTP as they arrive, and what the connections of one server share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contractchain.rpc.http_policy import HttpPolicy
from contractchain.rpc.websocket import OpenSession, WebSocketConnection

if TYPE_CHECKING:
    from contractchain.rpc.stream import HttpConnection

Respond = Callable[[bytes], None]
Start = Callable[[bytes, Respond], "asyncio.Task[None] | None"]
"""Begins to answer a body. The response is taken once, at once or later; the task, if there is
one, is cancelled when nobody waits for it any more."""

MAX_KNOWN_HEADS = 256
MAX_KNOWN_HEAD_BYTES = 1024


@dataclass(slots=True)
class Request:
    """One request, as far as it has arrived."""

    method: bytes = b""
    url: bytes = b""
    host: str = ""
    origin: str | None = None
    body: bytes = b""
    refusal: tuple[int, bytes] | None = None
    """Status and text, if it is refused whatever else it holds."""
    should_keep: bool = True
    expects_continue: bool = False
    upgrade: list[tuple[str, str]] = field(default_factory=list)
    """Headers that are about an upgrade."""

    @property
    def is_plain(self) -> bool:
        """Whether all there is to do is to answer its body and to stay connected."""
        return (
            self.method == b"POST"
            and self.refusal is None
            and self.origin is None
            and self.should_keep
            and not self.expects_continue
        )

    @property
    def wants_websocket(self) -> bool:
        """Whether the connection is to be handed over."""
        return (
            self.method == b"GET"
            and self.refusal is None
            and any(
                name.lower() == "upgrade" and value.lower() == "websocket"
                for name, value in self.upgrade
            )
        )


class HttpService:
    """What the connections of one server share."""

    def __init__(
        self, start: Start, policy: HttpPolicy, open_session: OpenSession | None = None
    ) -> None:
        """Prepare.

        Args:
            start: Begins to answer a body.
            policy: What is let in.
            open_session: Begins to answer a WebSocket connection; None: there are none.
        """
        self.start = start
        self.policy = policy
        self.open_session = open_session
        self.connections: set[HttpConnection] = set()
        """Those that are open."""
        self.websockets: set[WebSocketConnection] = set()
        """Those that were handed over and are open."""
        self.known_heads: dict[bytes, int] = {}
        """Heads of plain requests that were let in, with the size of the body they announce."""

    def list_open(self) -> "list[HttpConnection | WebSocketConnection]":
        """Return all connections that are open."""
        return [*self.connections, *self.websockets]

    def remember_head(self, data: bytes, body: bytes) -> None:
        """Let requests with the head of `data` in from now on without parsing them.

        Only if `data` was one whole request and nothing else, its body sent as it is.
        """
        head, blank, rest = data.partition(b"\r\n\r\n")
        head += blank
        if rest == body and len(head) <= MAX_KNOWN_HEAD_BYTES:
            if len(self.known_heads) >= MAX_KNOWN_HEADS:
                self.known_heads.clear()
            self.known_heads[head] = len(body)
