"""The report of a run: JSON for machines, one HTML file for people, records for who doubts."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contractchain.stress.analysis import Distribution, Figures, Second, to_plain
from contractchain.stress.campaign import Campaign
from contractchain.stress.collector import SeenBlock
from contractchain.stress.records import Records
from contractchain.stress.saved import (
    BLOCKS,
    RECORDS,
    REPORT,
    SCHEMA,
    encode_blocks,
    encode_records,
)
from contractchain.stress.verdict import Judgement, OracleResult, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything about one run."""

    campaign: Campaign
    manifest: dict[str, Any]
    """Machine, versions, node, seed: what one needs to repeat or to doubt the run."""
    figures: Figures
    series: tuple[Second, ...]
    oracles: tuple[OracleResult, ...]
    judgement: Judgement

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "schema": SCHEMA,
            "verdict": self.judgement.verdict.value,
            "reasons": list(self.judgement.reasons),
            "campaign": to_plain(self.campaign),
            "manifest": self.manifest,
            "figures": to_plain(self.figures),
            "oracles": [to_plain(o) | {"holds": o.holds} for o in self.oracles],
            "series": to_plain(self.series),
        }


def save_report(
    report: Report, records: Records, blocks: Sequence[SeenBlock], directory: Path
) -> dict[str, Path]:
    """Write the report as JSON, HTML and PNG, and the raw data; return the paths by file name.

    Raises:
        OSError: the directory cannot be written.
    """
    from contractchain.stress.plots import draw_overview, draw_svgs

    directory.mkdir(parents=True, exist_ok=True)
    title = f"{report.campaign.name} on {report.manifest.get('node', 'a node')}"
    contents = {
        REPORT: json.dumps(report.to_dict(), indent=1).encode(),
        "report.html": render_html(report, draw_svgs(report.figures, report.series)).encode(),
        "report.png": draw_overview(report.figures, report.series, title),
        RECORDS: encode_records(records),
        BLOCKS: encode_blocks(blocks),
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = directory / name
        paths[name].write_bytes(content)
    return paths


def summarise(report: Report) -> list[tuple[str, str]]:
    """Return the headline figures as (name, value) pairs."""
    f = report.figures
    rows = [
        ("verdict", "; ".join((report.judgement.verdict.value, *report.judgement.reasons))),
        ("transactions", f"{f.planned} planned, {f.fates['confirmed']} confirmed"),
        ("failure rate", f"{f.failure_rate:.3%}"),
        ("offered", f"{f.offered_tps:.1f} tx/s"),
        ("accepted", f"{f.accepted_tps:.1f} tx/s"),
        ("committed", f"{f.committed_tps:.1f} tx/s, {f.gas_per_second / 1e6:.2f} Mgas/s"),
        ("answer", _line(f.response)),
        ("in a block", _line(f.inclusion)),
        ("block interval", _line(f.block_interval)),
        (
            "blocks",
            f"{f.blocks}, {f.transactions_per_block:.1f} transactions each, "
            f"{f.block_fill:.1%} of the gas limit",
        ),
        ("generator lateness", _line(f.lateness)),
    ]
    rows += [("failures", f"{count} x {reason}") for reason, count in f.reasons.items()]
    for oracle in report.oracles:
        state = "holds" if oracle.holds else "DOES NOT HOLD"
        rows.append(("oracle", f"{oracle.question} = {oracle.after}, {state}"))
    return rows


def render_html(report: Report, svgs: dict[str, str]) -> str:
    """Return a page that needs nothing but itself."""
    color = "#16a34a" if report.judgement.verdict is Verdict.PASSED else "#dc2626"
    rows = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in summarise(report)
    )
    manifest = "".join(
        f"<tr><th>{html.escape(str(key))}</th><td>{html.escape(str(value))}</td></tr>"
        for key, value in report.manifest.items()
    )
    plots = "".join(f"<section><h2>{html.escape(t)}</h2>{svg}</section>" for t, svg in svgs.items())
    campaign = html.escape(json.dumps(to_plain(report.campaign), indent=1))
    return _PAGE.format(
        title=html.escape(report.campaign.name),
        verdict=report.judgement.verdict.value,
        color=color,
        rows=rows,
        plots=plots,
        manifest=manifest,
        campaign=campaign,
    )


def _line(d: Distribution) -> str:
    if not d.count:
        return "no values"
    shown = ", ".join(f"{name} {value:.2f}" for name, value in d.percentiles.items())
    missing = f" ({d.missing} without)" if d.missing else ""
    return f"{shown}, max {d.max:.2f} ms{missing}"


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; }}
body {{ max-width: 1200px; margin: 2rem auto; padding: 0 1rem; }}
h1 span {{ color: {color}; }}
table {{ border-collapse: collapse; }}
th {{ text-align: left; vertical-align: top; padding: .15rem 1.5rem .15rem 0; font-weight: 600; }}
td {{ padding: .15rem 0; font-variant-numeric: tabular-nums; }}
.plots {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(480px, 1fr)); gap: 1rem; }}
svg {{ width: 100%; height: auto; }}
h2 {{ font-size: 1rem; margin: 1rem 0 .25rem; }}
</style></head><body>
<h1>{title}: <span>{verdict}</span></h1>
<table>{rows}</table>
<div class="plots">{plots}</div>
<h2>Run</h2><table>{manifest}</table>
<h2>Campaign</h2><pre>{campaign}</pre>
</body></html>
"""
