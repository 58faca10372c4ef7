"""Bounds on what one request for traces may take."""

import time

from contractchain.errors import TraceTimeoutError, TraceTooLargeError

DEFAULT_MAX_BYTES = 256 * 2**20
"""Of the traces of one request. While one is made, a node keeps a few times as much in memory."""
DEFAULT_TIMEOUT_MS = 120_000
"""For the traces of one request."""
EVENTS_PER_LOOK = 256
"""After so many events the clock is looked at."""


class TraceBudget:
    """What is left of the size and the time that a request may take."""

    def __init__(
        self, *, max_bytes: int = DEFAULT_MAX_BYTES, timeout_ms: int = DEFAULT_TIMEOUT_MS
    ) -> None:
        self._max_bytes = max_bytes
        self._left_bytes = max_bytes
        self._timeout_ms = timeout_ms
        self._deadline = time.monotonic() + timeout_ms / 1000
        self._events = 0

    def spend(self, size_bytes: int) -> None:
        """Take note of a part of a result.

        Raises:
            TraceTooLargeError: it does not fit any more.
        """
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise TraceTooLargeError(limit_bytes=self._max_bytes)

    def count_event(self) -> None:
        """Take note of an event.

        Raises:
            TraceTimeoutError: the time is over.
        """
        self._events += 1
        if self._events % EVENTS_PER_LOOK == 1 and time.monotonic() > self._deadline:
            raise TraceTimeoutError(timeout_ms=self._timeout_ms)
