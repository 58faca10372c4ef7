"""The stress ladder: bundled contracts by complexity, from one hot slot to heavy logs."""

from dataclasses import dataclass

from contractchain.errors import UsageError
from contractchain.stress.campaign import Oracle, Step

SEED = "0x" + "5e" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One level of complexity."""

    level: int
    title: str
    step: Step
    oracle: Oracle | None = None


LADDER: tuple[Rung, ...] = (
    Rung(
        level=0,
        title="one slot that everybody writes",
        step=Step(contract="Counter", function="increment"),
        oracle=Oracle(contract="Counter", function="count"),
    ),
    Rung(
        level=1,
        title="a slot per sender",
        step=Step(contract="ShardedCounter", function="increment"),
        oracle=Oracle(contract="ShardedCounter", function="total", arguments=["$senders"]),
    ),
    Rung(
        level=2,
        title="one slot and an event",
        step=Step(contract="CounterWithLog", function="increment"),
        oracle=Oracle(contract="CounterWithLog", function="count"),
    ),
    Rung(
        level=3,
        title="ten fresh slots",
        step=Step(contract="StorageHeavy", function="write", arguments=[10]),
        oracle=Oracle(contract="StorageHeavy", function="written", per_transaction=10),
    ),
    Rung(
        level=4,
        title="five hundred rounds of arithmetic",
        step=Step(contract="ComputeHeavy", function="mix", arguments=["$index", 500]),
    ),
    Rung(
        level=5,
        title="twenty events",
        step=Step(contract="LogHeavy", function="emitMany", arguments=[20, SEED]),
    ),
)


def get_rung(level: int) -> Rung:
    """Return a level of the ladder.

    Raises:
        UsageError: there is no such level.
    """
    if not 0 <= level < len(LADDER):
        levels = ", ".join(f"{rung.level} ({rung.title})" for rung in LADDER)
        raise UsageError(f"there is no complexity level {level}", hint=f"the levels are {levels}")
    return LADDER[level]


def find_oracles(step: Step) -> list[Oracle]:
    """Return the oracle of a rung that is exactly this step, if it has one."""
    for rung in LADDER:
        same = (rung.step.contract, rung.step.function, rung.step.arguments)
        if rung.oracle is not None and same == (step.contract, step.function, step.arguments):
            return [rung.oracle]
    return []
