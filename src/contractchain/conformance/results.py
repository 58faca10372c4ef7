"""What came of a case, and of many."""

from dataclasses import dataclass, field
from enum import Enum


class Verdict(Enum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    KNOWN = "known"
    """Failed, as it must; see `contractchain.conformance.known_failures`."""
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One case under one fork."""

    name: str
    """Name of the test, with the place of the case in it."""
    fork: str
    """Network or fork as the file has it."""
    verdict: Verdict
    reason: str = ""
    """Why it failed or was left out, one sentence."""
    expected: str = ""
    """What the file says: a root or hash, or the exception."""
    actual: str = ""
    """What we got: a root or hash, or the class of our error."""
    path: str = ""
    """File it is from."""


@dataclass(slots=True)
class Tally:
    """Counts over many cases, and those that failed."""

    passed: int = 0
    failed: int = 0
    known: int = 0
    """Failed as they must."""
    skipped: int = 0
    failures: list[CaseResult] = field(default_factory=list)
    skips: dict[str, int] = field(default_factory=dict)
    """How many cases were left out, by reason."""

    def add(self, result: CaseResult) -> None:
        """Count a result."""
        match result.verdict:
            case Verdict.PASSED:
                self.passed += 1
            case Verdict.FAILED:
                self.failed += 1
                self.failures.append(result)
            case Verdict.KNOWN:
                self.known += 1
            case Verdict.SKIPPED:
                self.skipped += 1
                self.skips[result.reason] = self.skips.get(result.reason, 0) + 1
