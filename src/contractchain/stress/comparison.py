"""Several runs beside each other: one table, one page, one picture.

Only runs of the same load may be compared: with the same mix, schedule and terms. Against which
node, and by whom it was started, is what may differ.
"""

import html
import io
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec

from contractchain.errors import UsageError
from contractchain.stress.analysis import Distribution
from contractchain.stress.campaign import Campaign, OwnNode
from contractchain.stress.plots import finish_axis, scale_percentiles
from contractchain.stress.saved import SavedRun

COLORS = ("#2563eb", "#ea580c", "#16a34a", "#9333ea", "#6b7280", "#dc2626")
MAX_RUNS = len(COLORS)

_IGNORED: dict[str, Any] = {"name": "", "node": OwnNode(), "mnemonic": ""}
"""Settings of a campaign that do not change the load."""


def check_comparable(runs: Sequence[SavedRun]) -> None:
    """Refuse runs that say nothing about each other.

    Raises:
        UsageError: fewer than two runs, too many, or not the same load.
    """
    if not 2 <= len(runs) <= MAX_RUNS:
        raise UsageError(f"name 2 to {MAX_RUNS} runs to compare")
    first = _load_of(runs[0].campaign)
    for run in runs[1:]:
        for key, value in _load_of(run.campaign).items():
            if first[key] != value:
                raise UsageError(
                    f"`{runs[0].directory}` and `{run.directory}` are not the same load: "
                    f"`{key}` is {first[key]} and {value}",
                    hint="run one campaign against each node",
                )


def name_runs(runs: Sequence[SavedRun]) -> tuple[str, ...]:
    """Return a short name for each run: the node's, or the folder's where nodes share theirs."""
    nodes = [str(run.manifest.get("node", "")).partition("/")[0] for run in runs]
    if len(set(nodes)) == len(runs) and all(nodes):
        return tuple(nodes)
    return tuple(run.directory.name or str(run.directory) for run in runs)


def tabulate(runs: Sequence[SavedRun]) -> list[tuple[str, ...]]:
    """Return rows of (figure, value of each run), the first one the heading."""
    rows = [("", *name_runs(runs))]
    for name, show in _ROWS:
        rows.append((name, *(show(run) for run in runs)))
    reasons = sorted({reason for run in runs for reason in run.figures.reasons})
    rows.extend(
        (reason, *(f"{run.figures.reasons.get(reason, 0):,}" for run in runs)) for reason in reasons
    )
    return rows


def to_document(runs: Sequence[SavedRun]) -> dict[str, Any]:
    """Return the comparison as plain data."""
    return {
        "runs": [
            {
                "name": name,
                "directory": str(run.directory),
                "verdict": run.verdict,
                "reasons": list(run.reasons),
                "manifest": run.manifest,
                "figures": msgspec.to_builtins(run.figures),
            }
            for name, run in zip(name_runs(runs), runs, strict=True)
        ]
    }


def save_comparison(runs: Sequence[SavedRun], directory: Path) -> dict[str, Path]:
    """Write `comparison.html` and `comparison.png`; return their paths.

    Raises:
        OSError: the directory cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    contents = {"comparison.html": render_html(runs).encode(), "comparison.png": _draw(runs, "png")}
    paths = {}
    for name, content in contents.items():
        paths[name] = directory / name
        paths[name].write_bytes(content)
    return paths


def render_html(runs: Sequence[SavedRun]) -> str:
    """Return a page that needs nothing but itself."""
    heading, *rows = tabulate(runs)
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in heading)
    body = "".join(
        f"<tr><th>{html.escape(name)}</th>"
        + "".join(f"<td>{html.escape(value)}</td>" for value in values)
        + "</tr>"
        for name, *values in rows
    )
    keys = list(dict.fromkeys(key for run in runs for key in run.manifest))
    manifest = "".join(
        f"<tr><th>{html.escape(key)}</th>"
        + "".join(f"<td>{html.escape(str(run.manifest.get(key, '')))}</td>" for run in runs)
        + "</tr>"
        for key in keys
    )
    svg = _draw(runs, "svg").decode()
    return _PAGE.format(
        title=html.escape(runs[0].campaign.name),
        head=head,
        body=body,
        manifest=manifest,
        svg=svg[svg.index("<svg") :],
    )


def _load_of(campaign: Campaign) -> dict[str, Any]:
    plain = msgspec.structs.replace(campaign, **_IGNORED)
    return {f: getattr(plain, f) for f in plain.__struct_fields__}


def _percentile(which: Callable[[SavedRun], Distribution], name: str) -> Callable[[SavedRun], str]:
    def show(run: SavedRun) -> str:
        found = which(run)
        if not found.count:
            return "none"
        return f"{found.max if name == 'max' else found.percentiles[name]:,.1f} ms"

    return show


def _response(run: SavedRun) -> Distribution:
    return run.figures.response


def _inclusion(run: SavedRun) -> Distribution:
    return run.figures.inclusion


_ROWS: tuple[tuple[str, Callable[[SavedRun], str]], ...] = (
    ("verdict", lambda run: run.verdict),
    ("planned", lambda run: f"{run.figures.planned:,}"),
    ("confirmed", lambda run: f"{run.figures.fates['confirmed']:,}"),
    ("failure rate", lambda run: f"{run.figures.failure_rate:.3%}"),
    ("offered", lambda run: f"{run.figures.offered_tps:,.1f} tx/s"),
    ("accepted", lambda run: f"{run.figures.accepted_tps:,.1f} tx/s"),
    ("committed", lambda run: f"{run.figures.committed_tps:,.1f} tx/s"),
    ("gas", lambda run: f"{run.figures.gas_per_second / 1e6:,.2f} Mgas/s"),
    *((f"answer {p}", _percentile(_response, p)) for p in ("p50", "p99", "p99.9", "max")),
    *((f"in a block {p}", _percentile(_inclusion, p)) for p in ("p50", "p99", "p99.9", "max")),
    ("block interval p50", _percentile(lambda run: run.figures.block_interval, "p50")),
    ("blocks", lambda run: f"{run.figures.blocks:,}"),
    ("transactions per block", lambda run: f"{run.figures.transactions_per_block:,.1f}"),
    ("generator lateness p99", _percentile(lambda run: run.figures.lateness, "p99")),
)


def _draw(runs: Sequence[SavedRun], kind: str) -> bytes:
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(12, 7.2), dpi=110, layout="constrained")
    over_time, curve, throughput, failures = canvas.subplots(2, 2).flat
    names = name_runs(runs)
    for run, name, color in zip(runs, names, COLORS, strict=False):
        rows = [s for s in run.series if s.inclusion_p99 is not None]
        seconds = [s.second for s in rows]
        over_time.plot(seconds, [s.inclusion_p50 for s in rows], color=color, label=f"{name} p50")
        over_time.plot(
            seconds, [s.inclusion_p99 for s in rows], color=color, ls="--", label=f"{name} p99"
        )
        for distribution, style in ((run.figures.inclusion, "-"), (run.figures.response, ":")):
            points = [(1 / (1 - p / 100), v) for p, v in distribution.spectrum if p < 100]
            what = "in a block" if style == "-" else "answer"
            curve.plot(*zip(*points, strict=True), color=color, ls=style, label=f"{name}, {what}")
        throughput.plot(
            [s.second for s in run.series],
            [s.confirmed for s in run.series],
            color=color,
            label=f"{name} confirmed",
        )
    offered = list(zip_longest(*([s.due for s in run.series] for run in runs), fillvalue=0))
    throughput.plot(
        range(len(offered)),
        [max(due) for due in offered],
        color="#6b7280",
        ls="--",
        label="offered",
    )
    over_time.set_yscale("log")
    scale_percentiles(curve)
    throughput.set_ylim(bottom=0)
    failures.bar(names, [run.figures.failure_rate * 100 for run in runs], color=COLORS[: len(runs)])
    failures.set_ylim(0, max(1.0, *(run.figures.failure_rate * 110 for run in runs)))
    for axis, title, x, y in (
        (over_time, "In a block, over time", "second of the run (by due time)", "milliseconds"),
        (curve, "Percentiles, from due time", "percentile", "milliseconds"),
        (throughput, "Throughput", "second of the run", "transactions per second"),
        (failures, "Not confirmed", "", "percent of the planned transactions"),
    ):
        axis.set_title(title, fontsize=10, loc="left")
        finish_axis(axis, x, y)
    buffer = io.BytesIO()
    canvas.savefig(buffer, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return buffer.getvalue()


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; }}
body {{ max-width: 1200px; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin-bottom: 1rem; }}
th {{ text-align: left; padding: .15rem 1.5rem .15rem 0; font-weight: 600; }}
td, thead th {{ text-align: right; padding: .15rem 1.5rem .15rem 0; }}
td {{ font-variant-numeric: tabular-nums; }}
svg {{ width: 100%; height: auto; }}
</style></head><body>
<h1>{title}</h1>
<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>
{svg}
<h2>Runs</h2><table>{manifest}</table>
</body></html>
"""
