"""What a run of the compiler did: its steps in order, with the CPU time of each.

Kept by every run, because it costs microseconds: it says which files were parsed and which
contracts were compiled again, and where the time went. Prints nothing.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from time import thread_time_ns


class StepKind(Enum):
    """What a step does."""

    PARSE = "parse"
    """From the text of a file to its tree."""
    CHECK = "check"
    """Names, types and all other rules, of the whole program."""
    LOWER = "lower"
    """From the tree of a contract to the IR."""
    OPTIMIZE = "optimize"
    """The passes, on one contract."""
    EMIT = "emit"
    """From the IR of a contract to its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done."""

    kind: StepKind
    subject: str
    """Source unit or contract; empty for the whole program."""
    cpu_ns: int
    """CPU time of the thread in nanoseconds, without that of steps within this one."""


class StepLog:
    """The steps of one run, in the order in which they ended."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._inner_ns = 0

    @contextmanager
    def step(self, kind: StepKind, subject: str = "") -> Iterator[None]:
        """Record what is done inside, also when it fails."""
        outer_ns, self._inner_ns = self._inner_ns, 0
        start = thread_time_ns()
        try:
            yield
        finally:
            spent = thread_time_ns() - start
            self.steps.append(Step(kind=kind, subject=subject, cpu_ns=spent - self._inner_ns))
            self._inner_ns = outer_ns + spent


def sum_by_kind(steps: Iterable[Step]) -> dict[StepKind, int]:
    """Return the CPU time in nanoseconds by kind of step; kinds that did not occur are absent."""
    sums: dict[StepKind, int] = {}
    for step in steps:
        sums[step.kind] = sums.get(step.kind, 0) + step.cpu_ns
    return sums
