"""The plots of a report, as SVG text or as one PNG."""

import io
from typing import Any

from contractchain.stress.analysis import Distribution, Figures, Second

BLUE, ORANGE, GREEN, RED, GREY = "#2563eb", "#ea580c", "#16a34a", "#dc2626", "#6b7280"


def draw_svgs(figures: Figures, series: tuple[Second, ...]) -> dict[str, str]:
    """Return the plots of a report by title."""
    return {title: _to_svg(draw, figures, series) for title, draw in _PLOTS.items()}


def draw_overview(figures: Figures, series: tuple[Second, ...], title: str) -> bytes:
    """Return one PNG with all plots."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(12, 7.2), dpi=110, layout="constrained")
    canvas.suptitle(title, fontsize=13)
    axes = canvas.subplots(2, 2).flat
    for axis, (name, draw) in zip(axes, _PLOTS.items(), strict=True):
        draw(axis, figures, series)
        axis.set_title(name, fontsize=10, loc="left")
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="png")
    return buffer.getvalue()


def _to_svg(draw: Any, figures: Figures, series: tuple[Second, ...]) -> str:
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(7.2, 3.6), layout="constrained")
    draw(canvas.subplots(), figures, series)
    buffer = io.StringIO()
    canvas.savefig(buffer, format="svg")
    return buffer.getvalue().partition("<svg")[1] + buffer.getvalue().partition("<svg")[2]


def _draw_latency(axis: Any, _figures: Figures, series: tuple[Second, ...]) -> None:
    seconds = [s.second for s in series if s.response_p50 is not None]
    rows = [s for s in series if s.response_p50 is not None]
    axis.plot(seconds, [s.response_p50 for s in rows], color=BLUE, label="answer p50")
    axis.plot(seconds, [s.response_p99 for s in rows], color=BLUE, ls="--", label="answer p99")
    rows = [s for s in series if s.inclusion_p50 is not None]
    seconds = [s.second for s in rows]
    axis.plot(seconds, [s.inclusion_p50 for s in rows], color=ORANGE, label="in a block p50")
    axis.plot(
        seconds, [s.inclusion_p99 for s in rows], color=ORANGE, ls="--", label="in a block p99"
    )
    axis.set_yscale("log")
    finish_axis(axis, "second of the run (by due time)", "milliseconds")


def _draw_percentiles(axis: Any, figures: Figures, _series: tuple[Second, ...]) -> None:
    curves: tuple[tuple[str, Distribution, str], ...] = (
        ("answer, from due time", figures.response, BLUE),
        ("answer, from send time", figures.service, GREY),
        ("in a block, from due time", figures.inclusion, ORANGE),
    )
    for label, distribution, color in curves:
        points = [(1 / (1 - p / 100), v) for p, v in distribution.spectrum if p < 100]
        axis.plot([x for x, _ in points], [y for _, y in points], color=color, label=label)
    scale_percentiles(axis)
    finish_axis(axis, "percentile", "milliseconds")


def _draw_throughput(axis: Any, _figures: Figures, series: tuple[Second, ...]) -> None:
    seconds = [s.second for s in series]
    axis.plot(seconds, [s.due for s in series], color=GREY, ls="--", label="offered")
    axis.plot(seconds, [s.accepted for s in series], color=BLUE, label="accepted")
    axis.plot(seconds, [s.confirmed for s in series], color=GREEN, label="confirmed")
    axis.set_ylim(bottom=0)
    finish_axis(axis, "second of the run", "transactions per second")


def _draw_failures(axis: Any, figures: Figures, _series: tuple[Second, ...]) -> None:
    failed = {n: c for n, c in figures.fates.items() if c and n != "confirmed"}
    if not failed:
        axis.text(0.5, 0.5, "no failures", ha="center", va="center", color=GREEN, fontsize=14)
        axis.set_axis_off()
        return
    axis.barh(list(failed), list(failed.values()), color=RED)
    for place, count in enumerate(failed.values()):
        axis.text(count, place, f" {count}", va="center")
    axis.set_xlabel("transactions")


def scale_percentiles(axis: Any) -> None:
    """Scale an axis for points (1 / (1 - percentile / 100), milliseconds), so that tails show."""
    axis.set_xscale("log")
    axis.set_yscale("log")
    ticks = {1: "0", 2: "50", 10: "90", 100: "99", 1000: "99.9", 10000: "99.99"}
    axis.set_xticks(list(ticks), list(ticks.values()))


def finish_axis(axis: Any, x: str, y: str) -> None:
    """Label an axis and draw grid and legend."""
    axis.set_xlabel(x)
    axis.set_ylabel(y)
    axis.grid(visible=True, alpha=0.3)
    if axis.get_legend_handles_labels()[0]:
        axis.legend(fontsize=8)


_PLOTS = {
    "Latency over time": _draw_latency,
    "Percentiles": _draw_percentiles,
    "Throughput": _draw_throughput,
    "Failures": _draw_failures,
}
