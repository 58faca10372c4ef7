"""What happened to each transaction, one row each, in nanoseconds of one monotonic clock.

Every transaction that was planned ends in exactly one `Fate`; `count_fates` adds up to the plan.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum


class Fate(IntEnum):
    """How a planned transaction ended."""

    PLANNED = 0
    """Not yet decided; none is left when a run ends."""
    CONFIRMED = 1
    """In a block, succeeded."""
    REVERTED = 2
    """In a block, failed."""
    REJECTED = 3
    """The node answered with an error that concerns the transaction."""
    RPC_ERROR = 4
    """No usable answer: connection broken, HTTP status, malformed or internal error."""
    TIMEOUT = 5
    """Accepted or unanswered, and in no block when its time was up."""
    DROPPED = 6
    """Accepted once; when its time was up, the node did not know it any more."""
    UNSENT = 7
    """Never written to a connection before the run ended."""


UNKNOWN = -1
"""In a time column: has not happened."""


@dataclass(slots=True)
class Records:
    """The columns of a run; row `i` is transaction `i` of the plan."""

    due: "array[int]"
    """Planned instant; for a closed loop, the instant at which the user was ready."""
    noticed: "array[int]"
    """The harness's own loop came to it: how late it was is no fault of the node."""
    sent: "array[int]"
    """First byte handed to the connection."""
    answered: "array[int]"
    """Response complete."""
    included: "array[int]"
    """Its block was first seen by the harness."""
    fate: bytearray
    step: bytearray
    block: "array[int]"
    gas_used: "array[int]"
    reason: list[str] = field(default_factory=list)
    """Why it was rejected or failed; empty otherwise."""

    @classmethod
    def planned(cls, due: list[int], steps: list[int]) -> "Records":
        """Return records of a plan with nothing done yet."""
        count = len(due)

        def column() -> "array[int]":
            return array("q", [UNKNOWN]) * count

        return cls(
            due=array("q", due),
            noticed=column(),
            sent=column(),
            answered=column(),
            included=column(),
            fate=bytearray(count),
            step=bytearray(steps),
            block=column(),
            gas_used=column(),
            reason=[""] * count,
        )

    def select(self, rows: Sequence[int]) -> "Records":
        """Return the records of some rows, in their order."""

        def part(column: "array[int]") -> "array[int]":
            return array("q", (column[row] for row in rows))

        return Records(
            due=part(self.due),
            noticed=part(self.noticed),
            sent=part(self.sent),
            answered=part(self.answered),
            included=part(self.included),
            fate=bytearray(self.fate[row] for row in rows),
            step=bytearray(self.step[row] for row in rows),
            block=part(self.block),
            gas_used=part(self.gas_used),
            reason=[self.reason[row] for row in rows],
        )

    def __len__(self) -> int:
        return len(self.due)

    def settle(self, index: int, fate: Fate, reason: str = "") -> None:
        """Record how a transaction ended; what a receipt says is the last word."""
        self.fate[index] = fate
        self.reason[index] = reason

    def count_fates(self) -> dict[Fate, int]:
        """Return how many transactions ended in each way; the sum is the plan."""
        counts = Counter(self.fate)
        return {fate: counts.get(fate, 0) for fate in Fate}

    def count_reasons(self) -> dict[tuple[Fate, str], int]:
        """Return how often each reason occurs, by fate."""
        found: Counter[tuple[Fate, str]] = Counter()
        for fate, reason in zip(self.fate, self.reason, strict=True):
            if reason:
                found[(Fate(fate), reason)] += 1
        return dict(found)
