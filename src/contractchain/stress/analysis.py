"""Figures from records: every number of a report, computed in one place from the raw columns.

Latency counts from the due time. A transaction without an answer or a block has none; how many
those are stands beside every percentile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
from hdrh.histogram import HdrHistogram

from contractchain.stress.campaign import Campaign
from contractchain.stress.collector import SeenBlock
from contractchain.stress.records import UNKNOWN, Fate, Records
from contractchain.stress.schedule import NS

HIGHEST_US = 3_600_000_000
"""One hour: the range of the histograms."""
SIGNIFICANT_DIGITS = 3
PERCENTILES = (50.0, 90.0, 95.0, 99.0, 99.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Percentiles of a latency, in milliseconds."""

    count: int
    """Values."""
    missing: int
    """Transactions that have no value."""
    percentiles: dict[str, float]
    """By name: `p50`, …, `p99.9`."""
    max: float
    mean: float
    spectrum: tuple[tuple[float, float], ...]
    """(percentile, milliseconds) pairs for a percentile curve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """What happened in one second of a run."""

    second: int
    due: int
    sent: int
    accepted: int
    confirmed: int
    failed: int
    """By the second in which the transaction was due; every fate but confirmed."""
    response_p50: float | None
    """Milliseconds, of those due in this second."""
    response_p99: float | None
    inclusion_p50: float | None
    inclusion_p99: float | None
    gas_used: int
    """By the blocks first seen in this second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The result of a run."""

    planned: int
    duration_s: float
    """From the start to the last inclusion or answer."""
    offered_tps: float
    """Due per second of the campaign's duration."""
    dispatched_tps: float
    accepted_tps: float
    """Answered with a hash, per second from the first to the last answer."""
    committed_tps: float
    """Confirmed, per second from the start to the last inclusion."""
    gas_per_second: float
    """Used by the campaign's transactions, over the same span."""
    fates: dict[str, int]
    """Adds up to `planned`."""
    reasons: dict[str, int]
    """`fate: reason` -> count."""
    failure_rate: float
    """Share of the planned transactions that were not confirmed."""
    response: Distribution
    """Due to answered."""
    service: Distribution
    """Sent to answered: what a harness that hides queueing would report."""
    inclusion: Distribution
    """Due to first seen in a block."""
    lateness: Distribution
    """Due to noticed by the harness's own loop."""
    queueing: Distribution
    """Due to sent: the loop's lateness and the wait for a free connection."""
    block_interval: Distribution
    """Between blocks as first seen."""
    blocks: int
    transactions_per_block: float
    block_fill: float
    """Mean share of the gas limit used, over blocks with the campaign's transactions."""


def calculate_figures(campaign: Campaign, records: Records, blocks: Sequence[SeenBlock]) -> Figures:
    """Return the figures of a run; percentiles leave the warm-up out, counts do not."""
    fates = records.count_fates()
    planned = len(records)
    confirmed = fates[Fate.CONFIRMED]
    rows = [i for i in range(planned) if records.due[i] >= campaign.warm_up.ns]
    last_included = max(records.included, default=UNKNOWN)
    last_answered = max(records.answered, default=UNKNOWN)
    span = max(last_included, 1) / NS
    gas = sum(g for g in records.gas_used if g != UNKNOWN)
    accepted = sum(
        1
        for i in range(planned)
        if records.answered[i] != UNKNOWN and records.fate[i] not in (Fate.REJECTED, Fate.RPC_ERROR)
    )
    sent = [t for t in records.sent if t != UNKNOWN]
    ours = [b for b in blocks if b.ours]
    seen = [b.seen for b in blocks]
    return Figures(
        planned=planned,
        duration_s=max(last_included, last_answered, 0) / NS,
        offered_tps=planned / (campaign.duration.ns / NS),
        dispatched_tps=_per_second(len(sent), sent),
        accepted_tps=_per_second(accepted, [t for t in records.answered if t != UNKNOWN]),
        committed_tps=confirmed / span if confirmed else 0.0,
        gas_per_second=gas / span if confirmed else 0.0,
        fates={fate.name.lower(): count for fate, count in fates.items() if fate != Fate.PLANNED},
        reasons={
            f"{fate.name.lower()}: {reason}": count
            for (fate, reason), count in sorted(records.count_reasons().items())
        },
        failure_rate=1 - confirmed / planned if planned else 0.0,
        response=_between(records.due, records.answered, rows),
        service=_between(records.sent, records.answered, rows),
        inclusion=_between(records.due, records.included, rows),
        lateness=_between(records.due, records.noticed, rows),
        queueing=_between(records.due, records.sent, rows),
        block_interval=measure([later - sooner for sooner, later in pairwise(seen)]),
        blocks=len(blocks),
        transactions_per_block=sum(b.ours for b in ours) / len(ours) if ours else 0.0,
        block_fill=(
            sum(b.block.gas_used / b.block.gas_limit for b in ours) / len(ours) if ours else 0.0
        ),
    )


def calculate_series(records: Records, blocks: Sequence[SeenBlock]) -> tuple[Second, ...]:
    """Return the run second by second."""
    columns = (records.due, records.sent, records.answered, records.included)
    last = max((max(column, default=0) for column in columns), default=0)
    seconds = [_Bucket() for _ in range(max(0, last) // NS + 1)]
    for index in range(len(records)):
        _fill(seconds, records, index)
    for item in blocks:
        if item.ours and 0 <= item.seen // NS < len(seconds):
            seconds[item.seen // NS].gas_used += item.block.gas_used
    return tuple(bucket.close(number) for number, bucket in enumerate(seconds))


def measure(values: Iterable[int], *, total: int | None = None) -> Distribution:
    """Return the distribution of values in nanoseconds; of `total` transactions, if given."""
    histogram = HdrHistogram(1, HIGHEST_US, SIGNIFICANT_DIGITS)
    count = 0
    largest = 0
    summed = 0
    for value in values:
        count += 1
        summed += value
        largest = max(largest, value)
        histogram.record_value(min(max(1, value // 1000), HIGHEST_US))

    def at(percentile: float) -> float:
        return histogram.get_value_at_percentile(percentile) / 1000 if count else 0.0

    steps = (0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97.5, 99, 99.5, 99.9, 99.99)
    return Distribution(
        count=count,
        missing=0 if total is None else total - count,
        percentiles={f"p{percentile:g}": at(percentile) for percentile in PERCENTILES},
        max=largest / 1e6,
        mean=summed / count / 1e6 if count else 0.0,
        spectrum=tuple((float(p), at(p)) for p in (*steps, 100)) if count else (),
    )


class _Bucket:
    __slots__ = (
        "accepted",
        "confirmed",
        "due",
        "failed",
        "gas_used",
        "inclusion",
        "response",
        "sent",
    )

    def __init__(self) -> None:
        self.due = self.sent = self.accepted = self.confirmed = self.failed = self.gas_used = 0
        self.response: list[int] = []
        self.inclusion: list[int] = []

    def close(self, second: int) -> Second:
        return Second(
            second=second,
            due=self.due,
            sent=self.sent,
            accepted=self.accepted,
            confirmed=self.confirmed,
            failed=self.failed,
            response_p50=_quantile(self.response, 0.5),
            response_p99=_quantile(self.response, 0.99),
            inclusion_p50=_quantile(self.inclusion, 0.5),
            inclusion_p99=_quantile(self.inclusion, 0.99),
            gas_used=self.gas_used,
        )


def _fill(seconds: list[_Bucket], records: Records, index: int) -> None:
    due, sent = records.due[index], records.sent[index]
    answered, included = records.answered[index], records.included[index]
    fate = records.fate[index]
    at_due = seconds[due // NS]
    at_due.due += 1
    if sent != UNKNOWN:
        seconds[sent // NS].sent += 1
    if answered != UNKNOWN:
        at_due.response.append(answered - due)
        if fate not in (Fate.REJECTED, Fate.RPC_ERROR):
            seconds[answered // NS].accepted += 1
    if included != UNKNOWN:
        at_due.inclusion.append(included - due)
    if fate == Fate.CONFIRMED:
        seconds[max(included, 0) // NS].confirmed += 1
    else:
        at_due.failed += 1


def _between(start: Sequence[int], end: Sequence[int], rows: Sequence[int]) -> Distribution:
    values = [end[i] - start[i] for i in rows if start[i] != UNKNOWN and end[i] != UNKNOWN]
    return measure(values, total=len(rows))


def _per_second(count: int, stamps: Sequence[int]) -> float:
    if not stamps:
        return 0.0
    span = (max(stamps) - min(stamps)) / NS
    return count / span if span > 0 else float(count)


def _quantile(values: list[int], share: float) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1e6


def to_plain(value: Any) -> Any:
    """Return dataclasses and enums as plain data for JSON."""
    return msgspec.to_builtins(value, enc_hook=str)
