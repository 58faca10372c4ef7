"""Whether a run says anything about the node, or only about the harness."""

from dataclasses import dataclass
from enum import Enum

from contractchain.stress.analysis import Figures
from contractchain.stress.campaign import Campaign, Mode

LATENESS_LIMIT_MS = 20.0
LATENESS_SHARE = 0.1
"""Lateness of the loop that is tolerated, as a share of the median response time."""
BUSY_SHARE = 0.9
"""Share of the time from which on the harness counts as saturated."""


class Verdict(Enum):
    """What a run is worth, with the exit status that says so."""

    PASSED = "PASSED"
    ORACLE_MISMATCH = "ORACLE MISMATCH"
    INVALID = "INVALID"

    @property
    def exit_code(self) -> int:
        """Exit status of `ctc stress run`."""
        return {Verdict.PASSED: 0, Verdict.INVALID: 4, Verdict.ORACLE_MISMATCH: 5}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleResult:
    """One question to a contract, asked when the run was over."""

    question: str
    """`Counter.count()`."""
    before: int
    after: int
    expected: int
    """`before` and what the confirmed transactions must have added."""

    @property
    def holds(self) -> bool:
        """Whether the contract agrees with the receipts."""
        return self.after == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict and what it rests on."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(
    campaign: Campaign,
    figures: Figures,
    oracles: tuple[OracleResult, ...],
    generator_busy: float,
) -> Judgement:
    """Return the verdict; a harness that could not keep up comes before everything else.

    Args:
        campaign: What was to be done.
        figures: What was measured.
        oracles: What the contracts say.
        generator_busy: Share of the time in which the harness ran or waited for a processor.
    """
    reasons = []
    if campaign.mode is Mode.OPEN:
        late = figures.lateness.percentiles["p99"]
        limit = max(LATENESS_LIMIT_MS, LATENESS_SHARE * figures.response.percentiles["p50"])
        if late > limit:
            reasons.append(
                f"the generator was late: p99 of {late:.1f} ms exceeds {limit:.1f} ms "
                f"(it was busy {generator_busy:.0%} of the time)"
            )
        waited = figures.queueing.percentiles["p99"]
        if not reasons and generator_busy > BUSY_SHARE and waited > LATENESS_LIMIT_MS:
            reasons.append(
                f"the generator was the bottleneck: it was busy {generator_busy:.0%} of the time "
                f"and transactions waited {waited:.1f} ms (p99) to be sent"
            )
    if reasons:
        return Judgement(verdict=Verdict.INVALID, reasons=tuple(reasons))
    wrong = [
        f"{o.question} is {o.after}, the receipts say {o.expected}" for o in oracles if not o.holds
    ]
    if wrong:
        return Judgement(verdict=Verdict.ORACLE_MISMATCH, reasons=tuple(wrong))
    return Judgement(verdict=Verdict.PASSED, reasons=())
