"""`ctc stress` as its user runs it: one campaign against our node and anvil, beside each other."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.anvil import run_anvil
from tests.stress.recomputing import assert_figures_follow

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(180)


def ctc(*arguments: str) -> Any:
    """Run a command in the project's folder; returns the JSON document it printed."""
    command = [sys.executable, "-m", "contractchain.cli", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=150)
    document = json.loads(done.stdout)
    assert done.returncode in (0, 4), done.stderr  # 4: this machine was too busy for the harness
    return document


def test_one_campaign_runs_on_our_node_and_on_anvil(tmp_path: Path) -> None:
    short = ("loadtests/counter.yaml", "--duration", "3s", "--quiet")
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    reports = [ctc("stress", "run", *short, "--out", str(ours))]
    with run_anvil(tmp_path, "--block-time", "1", "--gas-limit", "3000000000") as url:
        reports.append(ctc("stress", "run", *short, "--rpc", url, "--out", str(theirs)))
    for report, directory in zip(reports, (ours, theirs), strict=True):
        assert report["figures"]["fates"]["confirmed"] == 600
        assert [oracle["after"] for oracle in report["oracles"]] == [600]
        assert_figures_follow(directory, warm_up_ns=10**9)
    compared = ctc("stress", "compare", str(ours), str(theirs))
    assert [run["name"] for run in compared["runs"]] == ["contractchain", "anvil"]
    for run, report in zip(compared["runs"], reports, strict=True):
        assert run["figures"] == report["figures"]
    assert "contractchain" in (tmp_path / "comparison.html").read_text()
