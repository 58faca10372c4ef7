"""The harness against nodes with known behaviour: does it report what they did?"""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from tests.stress.recomputing import assert_figures_follow

from contractchain.codec.units import Duration
from contractchain.stress.analysis import measure
from contractchain.stress.campaign import Arrival, Campaign, Mode, Oracle, Step
from contractchain.stress.records import Fate
from contractchain.stress.report import render_html, save_report
from contractchain.stress.runner import Outcome, run_campaign
from contractchain.stress.verdict import Verdict, judge
from contractchain.types import Artifact

StartNode = Callable[..., str]
FindArtifact = Callable[[str], Artifact]
SECOND = 10**9


def campaign(**options: Any) -> Campaign:
    defaults: dict[str, Any] = {
        "steps": [Step(contract="Counter", function="increment")],
        "rate": 200.0,
        "duration": Duration(2 * SECOND),
        "timeout": Duration(4 * SECOND),
        "senders": 8,
        "oracles": [Oracle(contract="Counter", function="count")],
    }
    return Campaign(**(defaults | options))


def assert_adds_up(outcome: Outcome) -> None:
    figures = outcome.report.figures
    assert sum(figures.fates.values()) == figures.planned == len(outcome.records)
    assert outcome.records.count_fates()[Fate.PLANNED] == 0


def assert_passed(outcome: Outcome) -> None:
    """The run passed, unless this machine was too busy for the harness, which it must then say."""
    judgement = outcome.report.judgement
    if judgement.verdict is Verdict.INVALID:
        assert "generator" in judgement.reasons[0]
    else:
        assert judgement.verdict is Verdict.PASSED


def test_an_honest_node_passes(start_node: StartNode, find_artifact: FindArtifact) -> None:
    outcome = run_campaign(campaign(), start_node(), find_artifact)
    figures = outcome.report.figures
    assert_passed(outcome)
    assert figures.fates["confirmed"] == figures.planned == 400
    assert figures.offered_tps == 200
    span = max(outcome.records.included) / SECOND
    assert figures.committed_tps == pytest.approx(400 / span)
    assert figures.committed_tps <= 201
    slack = figures.lateness.max
    assert figures.inclusion.percentiles["p50"] < 250 + slack
    assert [o.holds for o in outcome.report.oracles] == [True]
    assert_adds_up(outcome)


def test_a_freeze_moves_p99_by_its_length(
    start_node: StartNode, find_artifact: FindArtifact
) -> None:
    url = start_node(freeze_at=1.0, freeze_for=2.0)
    outcome = run_campaign(campaign(duration=Duration(4 * SECOND)), url, find_artifact)
    figures = outcome.report.figures
    slack = figures.lateness.max
    assert 1700 < figures.response.percentiles["p99"] < 2300 + slack
    assert figures.service.percentiles["p90"] < 100 + slack, "the sending side hides the freeze"
    assert figures.response.percentiles["p90"] > 1000, "the due time does not"
    assert_passed(outcome)
    assert_adds_up(outcome)


def test_silent_drops_show_as_such(start_node: StartNode, find_artifact: FindArtifact) -> None:
    short = campaign(timeout=Duration(2 * SECOND))
    outcome = run_campaign(short, start_node(drop_every=100), find_artifact)
    fates = outcome.report.figures.fates
    assert fates["dropped"] + fates["timeout"] == 4
    assert fates["confirmed"] == 396
    assert outcome.report.figures.inclusion.missing == 4
    assert_adds_up(outcome)


def test_rejections_and_reverts_are_told_apart(
    start_node: StartNode, find_artifact: FindArtifact
) -> None:
    outcome = run_campaign(campaign(), start_node(reject_every=50, revert_every=20), find_artifact)
    figures = outcome.report.figures
    assert figures.fates["rejected"] == 8
    assert figures.reasons["rejected: nonce-too-low"] == 8
    assert figures.fates["reverted"] == 16  # every 20th, but for those rejected
    assert outcome.report.oracles[0].holds
    assert_adds_up(outcome)


def test_a_contract_that_disagrees_with_the_receipts_is_a_mismatch(
    start_node: StartNode, find_artifact: FindArtifact
) -> None:
    wrong = campaign(oracles=[Oracle(contract="Counter", function="count", per_transaction=2)])
    outcome = run_campaign(wrong, start_node(), find_artifact)
    report = outcome.report
    assert [o.holds for o in report.oracles] == [False]
    # Judged as of a machine on which the harness keeps up.
    in_time = replace(report.figures, lateness=measure([0]))
    verdict = judge(report.campaign, in_time, report.oracles, generator_busy=0.1).verdict
    assert verdict is Verdict.ORACLE_MISMATCH


def test_a_generator_that_cannot_keep_up_is_invalid(
    start_node: StartNode, find_artifact: FindArtifact
) -> None:
    def stall(what: str, _done: int, _total: int) -> None:
        if "open" in what:  # said while the load runs, from the loop that sends
            time.sleep(0.2)

    outcome = run_campaign(campaign(), start_node(), find_artifact, stall)
    assert outcome.report.judgement.verdict is Verdict.INVALID
    assert "generator" in outcome.report.judgement.reasons[0]


def test_a_closed_loop_waits_for_its_transactions(
    start_node: StartNode, find_artifact: FindArtifact
) -> None:
    closed = campaign(mode=Mode.CLOSED, users=4, duration=Duration(SECOND))
    outcome = run_campaign(closed, start_node(), find_artifact)
    figures = outcome.report.figures
    # A block every 0.1 s and the poll after it: each user completes about eight in a second.
    assert 4 <= figures.planned <= 4 * 11
    records = outcome.records
    steps = sorted([(t, 1) for t in records.sent] + [(t, -1) for t in records.included])
    under_way = list(accumulate(change for _, change in steps))
    assert max(under_way) == 4, "each user has one transaction under way, and no more"
    assert figures.fates["confirmed"] == figures.planned
    assert_adds_up(outcome)


def test_every_figure_follows_from_the_records(
    start_node: StartNode, find_artifact: FindArtifact, tmp_path: Path
) -> None:
    node = start_node(reject_every=50, drop_every=70, revert_every=30)
    warm = campaign(
        arrival=Arrival.POISSON, warm_up=Duration(SECOND // 2), timeout=Duration(SECOND)
    )
    outcome = run_campaign(warm, node, find_artifact)
    save_report(outcome.report, outcome.records, outcome.blocks, tmp_path)
    assert_figures_follow(tmp_path, warm_up_ns=SECOND // 2)


def test_the_page_needs_nothing_but_itself(
    start_node: StartNode, find_artifact: FindArtifact
) -> None:
    from contractchain.stress.plots import draw_svgs

    report = run_campaign(campaign(duration=Duration(SECOND)), start_node(), find_artifact).report
    page = render_html(report, draw_svgs(report.figures, report.series))
    assert page.count("<svg") == 4
    assert "<script" not in page
    assert "src=" not in page


def test_the_same_seed_gives_the_same_plan() -> None:
    from contractchain.stress.schedule import build_schedule, choose_steps

    steps = [Step(contract="A", function="f"), Step(contract="B", function="g", weight=3)]
    for arrival in Arrival:
        plan = campaign(arrival=arrival, steps=steps, oracles=[])
        due = build_schedule(plan)
        assert due == build_schedule(plan) == sorted(due)
        assert len(due) == pytest.approx(400, rel=0.2)
        assert max(due) < 2 * SECOND
        chosen = choose_steps(plan, 400)
        assert chosen == choose_steps(plan, 400)
        assert 0.6 < sum(chosen) / 400 < 0.9
