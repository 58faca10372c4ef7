"""The time that blocks are stamped with: a clock, an offset, and at most one fixed next value.

Whole seconds only. What happens faster than a second is measured elsewhere, with another clock.
"""

from dataclasses import dataclass

from contractchain.errors import UsageError
from contractchain.interfaces.consensus import Clock

MAX_TIMESTAMP = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeState:
    """What a snapshot keeps of the time."""

    offset: int
    """Seconds added to the clock."""
    fixed: int | None
    """Timestamp of the next block in seconds, if it was set."""


class TimeControl:
    """Says what time it is on the chain. `now` is the clock that engines are given."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._state = TimeState(offset=0, fixed=None)

    @property
    def offset(self) -> int:
        """Seconds by which the chain's time is ahead of the clock."""
        return self._state.offset

    @property
    def state(self) -> TimeState:
        """What `restore` takes."""
        return self._state

    def now(self) -> int:
        """Return the time for the next block, in seconds since the Unix epoch."""
        state = self._state
        return state.fixed if state.fixed is not None else self._clock() + state.offset

    def increase(self, seconds: int) -> int:
        """Move the chain's time forward and return the whole offset, in seconds.

        Raises:
            UsageError: `seconds` is negative, or leads beyond 64 bits.
        """
        if seconds < 0:
            raise UsageError(f"time only moves forward, {seconds} seconds do not")
        if self.now() + seconds > MAX_TIMESTAMP:
            raise UsageError(f"a timestamp is at most {MAX_TIMESTAMP}")
        state = self._state
        fixed = None if state.fixed is None else state.fixed + seconds
        self._state = TimeState(offset=state.offset + seconds, fixed=fixed)
        return self._state.offset

    def set_next(self, timestamp: int, *, after: int) -> None:
        """Fix the timestamp of the next block; time goes on from there.

        Args:
            timestamp: Seconds since the Unix epoch.
            after: Timestamp of the head, which must be exceeded.

        Raises:
            UsageError: not above `after`, or beyond 64 bits.
        """
        if not after < timestamp <= MAX_TIMESTAMP:
            raise UsageError(
                f"the next timestamp must be above {after}, {timestamp} is not"
                if timestamp <= after
                else f"a timestamp is at most {MAX_TIMESTAMP}"
            )
        self._state = TimeState(offset=timestamp - self._clock(), fixed=timestamp)

    def on_block(self) -> None:
        """Hear that a block was adopted: a fixed timestamp has done its work."""
        if self._state.fixed is not None:
            self._state = TimeState(offset=self._state.offset, fixed=None)

    def restore(self, state: TimeState) -> None:
        """Return to an earlier `state`."""
        self._state = state
