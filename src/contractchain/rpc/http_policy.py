"""What the server lets in: hosts, origins, sizes and times."""

from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPolicy:
    """Limits of one server."""

    max_body_bytes: int = 5_000_000
    """Of a request by HTTP, and of a message by WebSocket."""
    max_head_bytes: int = 32_000
    """Bytes of request line and headers together."""
    body_timeout_s: float = 15.0
    """Seconds in which a request must have arrived whole."""
    idle_timeout_s: float = 75.0
    """Seconds after which a connection without a request is closed."""
    max_websockets: int = 1_000
    """WebSocket connections at a time."""
    max_unsent_bytes: int = 16_000_000
    """Bytes that may wait for the reader of one WebSocket before the next message."""
    ping_interval_s: float = 30.0
    """Seconds of silence after which a WebSocket client is asked whether it is there."""
    close_timeout_s: float = 10.0
    """Seconds that a WebSocket client is given to take what was sent before its connection ends."""
    allowed_hosts: frozenset[str] = LOOPBACK_NAMES
    """Host names that `Host` may carry, without port; `*` allows any."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins of web pages that may call, besides those served from an allowed host; `*` allows
    any."""


def find_refusal(policy: HttpPolicy, host: str, origin: str | None) -> bytes | None:
    """Return why a request is refused for where it comes from, None if it is not."""
    hosts = policy.allowed_hosts
    if "*" not in hosts and _strip_port(host) not in hosts:
        return b"this Host is not served here; start the node with --allow-host\n"
    if origin is None or "*" in policy.allowed_origins or origin in policy.allowed_origins:
        return None
    name = urlsplit(origin).netloc if "://" in origin else origin
    if _strip_port(name) in hosts:
        return None
    return b"this Origin may not call; start the node with --allow-origin\n"


def _strip_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
