"""What a node can be asked to tell of, and what it tells, as typed values.

A subscription ends with its connection; nothing is subscribed to again behind its reader's back,
because what happened in between would be missing without a word.

Spec:
    geth's real-time events (`eth_subscribe`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from contractchain.chain import LogFilter, LogView
from contractchain.client.rpc_json import (
    NewHead,
    read_bytes,
    read_log,
    read_new_head,
    write_log_filter,
)
from contractchain.client.transport import PushTransport
from contractchain.errors import DecodeError, NodeResponseError
from contractchain.types import Hash32

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T]):
    """A kind of event."""

    parameters: tuple[Any, ...]
    """Of eth_subscribe."""
    read: Callable[[object], T]
    """Makes a value of what the node tells. Raises DecodeError."""


NEW_HEADS: Wanted[NewHead] = Wanted(("newHeads",), read_new_head)
"""Every block that becomes canonical."""
NEW_TRANSACTIONS: Wanted[Hash32] = Wanted(("newPendingTransactions",), read_bytes)
"""The hash of every transaction that can be executed."""


def new_logs(wanted: LogFilter | None = None) -> Wanted[LogView]:
    """Return the kind of the logs that match, all if nothing is given.

    A log whose block is replaced comes again, with `is_removed`.
    """
    return Wanted(("logs", write_log_filter(wanted or LogFilter())), read_log)


class Asks(Protocol):
    """A connection that requests are sent on."""

    @property
    def place(self) -> str:
        """The URL."""
        ...

    def request(self, method: str, *params: Any) -> Any:
        """Return the result of one request."""
        ...


class Subscription(Iterator[T]):
    """Events as they come, without end. Close it, or use it as a context manager."""

    def __init__(
        self, connection: Asks, transport: PushTransport, wanted: Wanted[T], identifier: str
    ) -> None:
        """Take over a subscription; `RemoteConnection.subscribe` makes one."""
        self._connection = connection
        self._transport = transport
        self._wanted = wanted
        self._id: str | None = identifier
        transport.expect(identifier)

    def __next__(self) -> T:
        """Wait for the next event.

        Raises:
            StopIteration: the subscription was closed.
            NodeUnreachableError: the connection is lost, and the subscription with it.
            NodeResponseError: the node told nonsense.
        """
        return self._take(None)

    def take(self, timeout_seconds: float) -> T | None:
        """Return the next event, None if there is none in time. Raises as `__next__` does."""
        try:
            return self._take(timeout_seconds)
        except (TimeoutError, StopIteration):
            return None

    def close(self) -> None:
        """Have the node tell no more. Closing twice is harmless."""
        identifier, self._id = self._id, None
        if identifier is not None:
            self._transport.forget(identifier)
            self._connection.request("eth_unsubscribe", identifier)
            self._transport.forget(identifier)

    def _take(self, timeout_seconds: float | None) -> T:
        if self._id is None:
            raise StopIteration
        told = self._transport.receive(self._id, timeout_seconds)
        try:
            return self._wanted.read(told)
        except DecodeError as error:
            raise NodeResponseError(str(error), url=self._connection.place) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
