"""Picks the one case that is to be traced."""

from collections.abc import Iterable
from pathlib import Path

from contractchain.conformance.results import CaseResult
from contractchain.conformance.state_tests import StateCase, read_state_cases
from contractchain.errors import UsageError

SHOWN_CASES = 4
"""How many cases the error names when there are several."""


def get_state_case(
    files: Iterable[Path], fork_name: str | None = None, selector: str | None = None
) -> tuple[Path, StateCase]:
    """Return the only state test that is meant, and the file it is from.

    Args:
        files: Where to look.
        fork_name: Only cases of this fork.
        selector: Only cases that this picks; see `read_state_cases`.

    Raises:
        UsageError: there is none, or more than one.
        ConfigError: a file is malformed.
    """
    found: list[tuple[Path, StateCase]] = []
    for path in files:
        for case in read_state_cases(path, fork_name, selector):
            if isinstance(case, CaseResult):
                raise UsageError(f"`{case.name}` cannot be traced: {case.reason}")
            found.append((path, case))
            if len(found) > SHOWN_CASES:
                raise _too_many(found)
    if not found:
        raise UsageError(
            "no case is picked", hint="`--fork` and `--case` must be as the file has them"
        )
    if len(found) > 1:
        raise _too_many(found)
    return found[0]


def _too_many(found: list[tuple[Path, StateCase]]) -> UsageError:
    names = [f"`{c.name}` ({c.fork_name}, {c.indexes})" for _, c in found[:SHOWN_CASES]]
    more = ", …" if len(found) > SHOWN_CASES else ""
    return UsageError(
        f"more than one case is picked: {', '.join(names)}{more}",
        hint="`--fork NAME` and `--case NAME` or `--case d0g0v0` pick one",
    )
