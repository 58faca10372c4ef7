"""Durations as people write them."""

import re

from contractchain.errors import DecodeError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h)")
_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}


class Duration:
    """A length of time, as written in configuration: `500ms`, `10s`, `1.5h`, `1m30s`."""

    __slots__ = ("ns",)

    def __init__(self, ns: int) -> None:
        self.ns = ns
        """Nanoseconds."""

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.ns / 1e9

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and other.ns == self.ns

    def __hash__(self) -> int:
        return hash(self.ns)

    def __repr__(self) -> str:
        return f"Duration({self})"

    def __str__(self) -> str:
        for unit in ("h", "m", "s", "ms", "us"):
            if self.ns and self.ns % _NANOSECONDS[unit] == 0:
                return f"{self.ns // _NANOSECONDS[unit]}{unit}"
        return f"{self.ns}ns"


def parse_duration(text: str) -> Duration:
    """Read a duration.

    Raises:
        DecodeError: no number with one of the units ns, us, ms, s, m, h.
    """
    position = 0
    total = 0
    stripped = text.strip()
    while position < len(stripped):
        match = _DURATION.match(stripped, position)
        if match is None:
            break
        whole, _, fraction = match[1].partition(".")
        unit = _NANOSECONDS[match[2]]
        total += int(whole) * unit + (
            int(fraction) * unit // 10 ** len(fraction) if fraction else 0
        )
        position = match.end()
    if not stripped or position < len(stripped):
        raise DecodeError(
            f"`{text[:40]}` is not a duration like 500ms, 10s or 1m30s", what="duration"
        )
    return Duration(total)
