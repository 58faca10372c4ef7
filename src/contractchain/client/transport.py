"""How requests get to a node and answers back: what HTTP and WebSocket have in common."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit

from contractchain.errors import NodeUnreachableError, UsageError

MAX_ANSWER_BYTES = 256 << 20
SCHEMES = ("http", "https", "ws", "wss")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAddress:
    """A URL in its parts."""

    shown: str
    """The URL without user and password."""
    is_websocket: bool
    is_secure: bool
    host: str
    port: int | None
    """None: that of the scheme."""
    target: str
    """Path and query."""
    authorization: str | None = field(default=None, repr=False)
    """Value of the header, if the URL holds user and password."""


class Transport(Protocol):
    """Takes requests to a node."""

    def exchange(self, body: bytes, identifier: int) -> tuple[str, bytes]:
        """Return the answer to a request, and what its transport says of it, for a message.

        Raises:
            NodeUnreachableError: nobody answers, or not in time.
            NodeResponseError: the answer is too large.
        """
        ...

    def close(self) -> None:
        """Let go of the connection. Closing twice is harmless."""
        ...


class PushTransport(Transport, Protocol):
    """Brings notifications, too."""

    def expect(self, subscription: str) -> None:
        """Keep what comes for a subscription until it is received."""
        ...

    def receive(self, subscription: str, timeout_seconds: float | None) -> object:
        """Return the next result that a subscription is told.

        Raises:
            TimeoutError: none comes in time.
            NodeUnreachableError: the connection is lost.
        """
        ...

    def forget(self, subscription: str) -> None:
        """Drop what has come for a subscription."""
        ...


def parse_url(url: str) -> NodeAddress:
    """Return the parts of a node's URL.

    Raises:
        UsageError: not such a URL.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"`{url}` is not a URL: {error}") from error
    if parts.scheme not in SCHEMES or not host:
        raise UsageError(
            f"`{url}` is not the URL of a node",
            hint="write e.g. http://127.0.0.1:8545 or ws://127.0.0.1:8545",
        )
    authorization = None
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + b64encode(secret.encode()).decode()
    return NodeAddress(
        shown=parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(),
        is_websocket=parts.scheme in ("ws", "wss"),
        is_secure=parts.scheme in ("https", "wss"),
        host=host,
        port=port,
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        authorization=authorization,
    )


def describe_failure(error: BaseException, url: str) -> NodeUnreachableError:
    """Return the error that says why a node is not reached."""
    if isinstance(error, TimeoutError):
        reason = "no answer in time"
    elif isinstance(error, ConnectionRefusedError):
        reason = "connection refused"
    else:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return NodeUnreachableError(reason, url=url, hint="is the node running there?")
