"""Requests by WebSocket, and the notifications that come in between, on `websockets`.

Uses no proxy and no compression. A connection that the node has closed is opened again for the next
request, once, unless something is subscribed to on it: what was missed meanwhile is nowhere, so
whoever reads a subscription is told that it has ended and where, and may begin anew.
"""

import time
from collections import deque
from contextlib import ExitStack

import orjson
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from contractchain.client.transport import MAX_ANSWER_BYTES, NodeAddress, describe_failure
from contractchain.errors import NodeResponseError, NodeUnreachableError

MAX_UNREAD = 100_000
"""Notifications of one subscription that wait to be read."""


class WebSocketTransport:
    """One connection, used by one thread at a time."""

    def __init__(self, address: NodeAddress, timeout_seconds: float) -> None:
        self._address = address
        self._url = address.shown
        self._timeout_seconds = timeout_seconds
        self._open = ExitStack()
        self._client: ClientConnection | None = None
        self._unread: dict[str, deque[object]] = {}
        """Results by subscription, also of one whose reader has not begun yet."""

    def exchange(self, body: bytes, identifier: int) -> tuple[str, bytes]:
        """Return the answer to a request; notifications that come before it are kept."""
        try:
            try:
                self._connect().send(body, text=True)
                return "WebSocket", self._read_answer(identifier)
            except ConnectionClosed:
                if self._unread:
                    raise
                self.close()
                self._connect().send(body, text=True)
                return "WebSocket", self._read_answer(identifier)
        except ConnectionClosed as error:
            raise self._describe_end(error) from error
        except (OSError, WebSocketException) as error:
            self.close()
            raise describe_failure(error, self._url) from error

    def expect(self, subscription: str) -> None:
        """Keep what comes for a subscription until it is received."""
        self._unread.setdefault(subscription, deque())

    def receive(self, subscription: str, timeout_seconds: float | None) -> object:
        """Return the next result that a subscription is told; None waits for ever."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        unread = self._unread.get(subscription, deque())
        while not unread:
            if self._client is None or subscription not in self._unread:
                raise NodeUnreachableError("the connection is closed", url=self._url)
            left = None if deadline is None else max(deadline - time.monotonic(), 0)
            try:
                self._keep(self._client.recv(left, decode=False))
            except ConnectionClosed as error:
                raise self._describe_end(error) from error
        return unread.popleft()

    def forget(self, subscription: str) -> None:
        """Drop what has come for a subscription."""
        self._unread.pop(subscription, None)

    def close(self) -> None:
        """Close the connection."""
        self._client = None
        self._unread.clear()
        self._open.close()

    def _connect(self) -> ClientConnection:
        if self._client is None:
            address = self._address
            host = f"[{address.host}]" if ":" in address.host else address.host
            port = "" if address.port is None else f":{address.port}"
            scheme = "wss" if address.is_secure else "ws"
            headers = {"Authorization": address.authorization} if address.authorization else None
            self._client = self._open.enter_context(
                connect(
                    f"{scheme}://{host}{port}{address.target}",
                    additional_headers=headers,
                    open_timeout=self._timeout_seconds,
                    close_timeout=1,
                    max_size=MAX_ANSWER_BYTES,
                    compression=None,
                    proxy=None,
                )
            )
        return self._client

    def _read_answer(self, identifier: int) -> bytes:
        deadline = time.monotonic() + self._timeout_seconds
        client = self._connect()
        while True:
            message = bytes(client.recv(max(deadline - time.monotonic(), 0), decode=False))
            if not self._keep(message):
                document = _parse(message)
                if not isinstance(document, dict) or document.get("id") in (identifier, None):
                    return message

    def _keep(self, message: bytes | str) -> bool:
        """Keep a notification for its reader; tells whether the message is one."""
        document = _parse(message)
        if not isinstance(document, dict) or document.get("method") != "eth_subscription":
            return False
        told = document.get("params")
        if isinstance(told, dict):
            unread = self._unread.setdefault(str(told.get("subscription")), deque())
            if len(unread) >= MAX_UNREAD:
                raise NodeResponseError(f"{MAX_UNREAD} notifications were not read", url=self._url)
            unread.append(told.get("result"))
        return True

    def _describe_end(self, error: ConnectionClosed) -> NodeUnreachableError:
        self.close()
        told = error.rcvd
        reason = f": {told.reason} (code {told.code})" if told is not None else ""
        return NodeUnreachableError(
            f"the node has closed the connection{reason}",
            url=self._url,
            hint="what happened since is in its blocks and logs; subscribe again",
        )


def _parse(message: bytes | str) -> object:
    try:
        return orjson.loads(message)
    except ValueError:
        return None
