"""Runs on disk, and beside each other."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contractchain.codec.units import Duration
from contractchain.errors import ConfigError, UsageError
from contractchain.stress.campaign import Campaign, Oracle, Step
from contractchain.stress.comparison import (
    check_comparable,
    name_runs,
    render_html,
    save_comparison,
    tabulate,
)
from contractchain.stress.report import save_report
from contractchain.stress.runner import run_campaign
from contractchain.stress.saved import BLOCKS, RECORDS, REPORT, SavedRun, load_run
from contractchain.types import Artifact

StartNode = Callable[..., str]
FindArtifact = Callable[[str], Artifact]
SECOND = 10**9


@pytest.fixture
def save(start_node: StartNode, find_artifact: FindArtifact, tmp_path: Path) -> Callable[..., Path]:
    """Run a short campaign against a fake node and save it; returns the folder."""

    def run(name: str, *, rate: float = 100.0, **node: Any) -> Path:
        plan = Campaign(
            steps=[Step(contract="Counter", function="increment")],
            rate=rate,
            duration=Duration(SECOND),
            timeout=Duration(2 * SECOND),
            senders=4,
            oracles=[Oracle(contract="Counter", function="count")],
        )
        outcome = run_campaign(plan, start_node(**node), find_artifact)
        save_report(outcome.report, outcome.records, outcome.blocks, tmp_path / name)
        return tmp_path / name

    return run


def test_a_run_read_back_has_the_figures_it_was_saved_with(save: Callable[..., Path]) -> None:
    directory = save("run", drop_every=20)
    run = load_run(directory)
    document = json.loads((directory / REPORT).read_text())
    assert run.figures.fates == document["figures"]["fates"]
    assert run.figures.fates["confirmed"] == 95
    assert run.figures.response.percentiles == document["figures"]["response"]["percentiles"]
    assert [s.confirmed for s in run.series] == [s["confirmed"] for s in document["series"]]
    assert run.verdict == document["verdict"]


def test_runs_stand_beside_each_other(save: Callable[..., Path], tmp_path: Path) -> None:
    runs = [load_run(save("good")), load_run(save("lossy", drop_every=20))]
    check_comparable(runs)
    rows = {name: values for name, *values in tabulate(runs)}
    assert rows[""] == ["good", "lossy"]
    assert rows["confirmed"] == ["100", "95"]
    assert rows["failure rate"] == ["0.000%", "5.000%"]
    assert rows["dropped: accepted, then unknown to the node"] == ["0", "5"]
    page = render_html(runs)
    assert page.count("<svg") == 1
    assert "<script" not in page
    assert "src=" not in page
    paths = save_comparison(runs, tmp_path / "out")
    assert paths["comparison.png"].read_bytes().startswith(b"\x89PNG")
    assert paths["comparison.html"].read_text().count("<svg") == 1


def test_different_nodes_give_the_runs_their_names(save: Callable[..., Path]) -> None:
    run = load_run(save("one"))
    other = replace(run, manifest=run.manifest | {"node": "anvil/v1.7.1"})
    ours = replace(run, manifest=run.manifest | {"node": "contractchain/v1/linux"})
    assert name_runs([ours, other]) == ("contractchain", "anvil")


def test_different_loads_are_not_compared(save: Callable[..., Path]) -> None:
    runs = [load_run(save("slow")), load_run(save("fast", rate=150.0))]
    with pytest.raises(UsageError, match=r"`rate` is 100\.0 and 150\.0"):
        check_comparable(runs)
    with pytest.raises(UsageError, match="2 to 6 runs"):
        check_comparable(runs[:1])


def _spoil_report(directory: Path, **changes: Any) -> None:
    document = json.loads((directory / REPORT).read_text()) | changes
    (directory / REPORT).write_text(json.dumps(document))


def _first_fate(directory: Path, fate: str) -> None:
    text = gzip.decompress((directory / RECORDS).read_bytes()).decode()
    (directory / RECORDS).write_bytes(gzip.compress(text.replace("confirmed", fate, 1).encode()))


SPOILERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no report": (lambda d: (d / REPORT).unlink(), "cannot be read: No such file"),
    "not JSON": (lambda d: (d / REPORT).write_text("{"), "is not JSON"),
    "a list": (lambda d: (d / REPORT).write_text("[]"), "the file has None"),
    "another schema": (lambda d: _spoil_report(d, schema=1), "reads schema 2, the file has 1"),
    "no figures": (lambda d: _spoil_report(d, figures=None), "`figures`: is missing"),
    "campaign": (lambda d: _spoil_report(d, campaign={"rate": 1}), "missing required field"),
    "other figures": (lambda d: _spoil_report(d, figures={}), "do not follow from the raw data"),
    "other records": (lambda d: _first_fate(d, "reverted"), "do not follow from the raw data"),
    "no gzip": (lambda d: (d / RECORDS).write_bytes(b"index"), "is not gzip"),
    "cut gzip": (
        lambda d: (d / RECORDS).write_bytes((d / RECORDS).read_bytes()[:-20]),
        "is not gzip",
    ),
    "a fate of its own": (lambda d: _first_fate(d, "lucky"), "malformed: 'LUCKY'"),
    "columns": (lambda d: (d / BLOCKS).write_text("a,b\n"), "the columns must be number"),
    "a short row": (
        lambda d: (d / BLOCKS).write_text((d / BLOCKS).read_text() + "1,2\n"),
        "expected 6 values",
    ),
    "no number": (
        lambda d: (d / BLOCKS).write_text((d / BLOCKS).read_text() + "1,2,3,4,5,x\n"),
        "malformed: invalid literal",
    ),
}


def test_files_that_are_not_of_a_run_are_refused(save: Callable[..., Path]) -> None:
    directory = save("run")
    files = {path.name: path.read_bytes() for path in directory.iterdir()}
    for name, (spoil, message) in SPOILERS.items():
        spoil(directory)
        with pytest.raises(ConfigError) as caught:
            load_run(directory)
        assert message in str(caught.value), name
        for file, content in files.items():
            (directory / file).write_bytes(content)
    assert isinstance(load_run(directory), SavedRun)
