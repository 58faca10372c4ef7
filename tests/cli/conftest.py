"""A project in a directory of its own, and `ctc` run in it, in this process or in a new one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contractchain.cli import main
from contractchain.execution import find_engine_fault

TILL = Path(__file__).parent / "project" / "Till.json"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)

    def field(self, label: str) -> str:
        """The value beside a label."""
        for line in self.out.splitlines():
            if line.strip().startswith(label):
                return line.strip().removeprefix(label).strip()
        raise AssertionError(f"no {label!r} in:\n{self.out}{self.err}")


Run = Callable[..., Ended]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without our variables."""
    for name in [name for name in os.environ if name.startswith("CTC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def project(directory: Path) -> Path:
    """A project with the artifact of a contract that shows everything: Till."""
    (directory / "contracts").mkdir()
    target = directory / "out" / "Till.sol"
    target.mkdir(parents=True)
    shutil.copy(TILL, target / "Till.json")
    return directory


@pytest.fixture
def ctc(directory: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`ctc` in this process."""

    def run(*arguments: str) -> Ended:
        status = main(list(arguments))
        captured = capsys.readouterr()
        return Ended(status=status, out=captured.out, err=captured.err)

    return run


@pytest.fixture
def till(project: Path, ctc: Run) -> Run:
    """`ctc` in a project in which a Till with limit 100 is deployed."""
    ended = ctc("deploy", "Till", "100", "corner shop")
    assert ended.status == 0, ended.err
    return ctc


@pytest.fixture
def process(directory: Path) -> Run:
    """`ctc` in a process of its own."""

    def run(*arguments: str, **environment: str) -> Ended:
        ended = subprocess.run(
            [sys.executable, "-m", "contractchain", *arguments],
            cwd=directory,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Ended(status=ended.returncode, out=ended.stdout, err=ended.stderr)

    return run


@pytest.fixture
def engine(engine_name: str) -> str:
    """Name of an engine that is installed; the test runs once for each."""
    fault = find_engine_fault(engine_name)
    if fault is not None:
        if os.environ.get("CTC_REQUIRE_NATIVE") == "1":
            pytest.fail(fault)
        pytest.skip(fault)
    return engine_name
