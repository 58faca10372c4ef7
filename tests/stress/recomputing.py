"""The figures of a report, computed a second time from its raw files, by other code."""

import csv
import gzip
import io
import json
from itertools import pairwise
from pathlib import Path

import pytest

Row = dict[str, str]
LATENCIES = {
    "response": ("due", "answered"),
    "service": ("sent", "answered"),
    "inclusion": ("due", "included"),
    "queueing": ("due", "sent"),
    "lateness": ("due", "noticed"),
}


def assert_figures_follow(directory: Path, *, warm_up_ns: int) -> None:
    """Fail unless every figure of the report in `directory` is what its raw data say."""
    document = json.loads((directory / "report.json").read_text())
    figures = document["figures"]
    text = gzip.decompress((directory / "records.csv.gz").read_bytes()).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    blocks = list(csv.DictReader(io.StringIO((directory / "blocks.csv").read_text())))
    checked = {
        *_check_counts(figures, rows),
        *_check_latencies(figures, [row for row in rows if int(row["due"]) >= warm_up_ns]),
        *_check_rates(figures, rows, document["campaign"]),
        *_check_blocks(figures, blocks, rows),
    }
    assert checked == set(figures), "a figure that nobody recomputes"
    _check_series(document["series"], rows)


def _check_counts(figures: dict, rows: list[Row]) -> set[str]:
    fates = {name: sum(row["fate"] == name for row in rows) for name in figures["fates"]}
    assert fates == figures["fates"]
    assert sum(fates.values()) == figures["planned"] == len(rows)
    reasons = [f"{row['fate']}: {row['reason']}" for row in rows if row["reason"]]
    assert figures["reasons"] == {reason: reasons.count(reason) for reason in reasons}
    assert figures["failure_rate"] == pytest.approx(1 - fates["confirmed"] / len(rows))
    return {"fates", "planned", "reasons", "failure_rate"}


def _check_latencies(figures: dict, rows: list[Row]) -> set[str]:
    for name, (start, end) in LATENCIES.items():
        values = [
            int(row[end]) - int(row[start])
            for row in rows
            if int(row[start]) >= 0 and int(row[end]) >= 0
        ]
        _check_distribution(figures[name], values)
        assert figures[name]["missing"] == len(rows) - len(values)
    return set(LATENCIES)


def _check_distribution(distribution: dict, nanoseconds: list[int]) -> None:
    values = sorted(value / 1e6 for value in nanoseconds)
    assert distribution["count"] == len(values)
    if not values:
        return
    assert distribution["max"] == pytest.approx(values[-1])
    assert distribution["mean"] == pytest.approx(sum(values) / len(values))
    named = [(float(name[1:]), value) for name, value in distribution["percentiles"].items()]
    for percentile, value in [*named, *distribution["spectrum"]]:
        # The histogram rounds the rank, keeps three digits and whole microseconds, at least one.
        rank = round(len(values) * percentile / 100)
        near = values[max(0, rank - 2) : rank + 1]
        assert near[0] * 0.998 - 0.002 <= value <= max(near[-1], 0.001) * 1.002 + 0.002


def _check_rates(figures: dict, rows: list[Row], campaign: dict) -> set[str]:
    last = max(int(row["included"]) for row in rows) / 1e9
    end = max(last, max(int(row["answered"]) for row in rows) / 1e9)
    assert figures["duration_s"] == pytest.approx(end)
    confirmed = [row for row in rows if row["fate"] == "confirmed"]
    assert figures["committed_tps"] == pytest.approx(len(confirmed) / last)
    gas = sum(int(row["gas_used"]) for row in rows if int(row["gas_used"]) >= 0)
    assert figures["gas_per_second"] == pytest.approx(gas / last)
    assert campaign["duration"].endswith("s")
    planned_s = float(campaign["duration"].removesuffix("s"))
    assert figures["offered_tps"] == pytest.approx(len(rows) / planned_s)
    sent = [int(row["sent"]) for row in rows if row["sent"] != "-1"]
    assert figures["dispatched_tps"] == pytest.approx(_rate(len(sent), sent))
    answered = [row for row in rows if row["answered"] != "-1"]
    hashes = sum(row["fate"] not in ("rejected", "rpc_error") for row in answered)
    stamps = [int(row["answered"]) for row in answered]
    assert figures["accepted_tps"] == pytest.approx(_rate(hashes, stamps))
    rates = {"committed_tps", "offered_tps", "dispatched_tps", "accepted_tps"}
    return {*rates, "duration_s", "gas_per_second"}


def _rate(count: int, stamps: list[int]) -> float:
    return count / ((max(stamps) - min(stamps)) / 1e9)


def _check_blocks(figures: dict, blocks: list[Row], rows: list[Row]) -> set[str]:
    ours = [block for block in blocks if int(block["ours"])]
    assert figures["blocks"] == len(blocks)
    included = sum(int(row["included"]) >= 0 for row in rows)
    assert sum(int(block["ours"]) for block in blocks) == included
    assert figures["transactions_per_block"] == pytest.approx(included / len(ours))
    fill = sum(int(block["gas_used"]) / int(block["gas_limit"]) for block in ours)
    assert figures["block_fill"] == pytest.approx(fill / len(ours))
    gaps = [int(later["seen"]) - int(sooner["seen"]) for sooner, later in pairwise(blocks)]
    _check_distribution(figures["block_interval"], gaps)
    return {"blocks", "transactions_per_block", "block_fill", "block_interval"}


def _check_series(series: list[dict], rows: list[Row]) -> None:
    for key, column in (("due", "due"), ("sent", "sent")):
        for second in series:
            inside = [row for row in rows if int(row[column]) // 10**9 == second["second"]]
            assert second[key] == len(inside)
    confirmed = [row for row in rows if row["fate"] == "confirmed"]
    assert sum(second["confirmed"] for second in series) == len(confirmed)
    assert sum(second["failed"] for second in series) == len(rows) - len(confirmed)
