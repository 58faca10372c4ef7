"""Failures that must be: counted apart, and a failure of their own once they pass."""

from pathlib import Path

import pytest

from contractchain.conformance import (
    CaseResult,
    KnownFailure,
    Tally,
    Verdict,
    apply_known_failures,
    load_known_failures,
)
from contractchain.errors import ConfigError
from contractchain.execution import ENGINE_NAMES

ENTRY = KnownFailure(
    suite="state",
    engines=("py-evm",),
    files=("StateTests/stOld/a*.json",),
    reason="the draft was another",
    evidence="it says so",
)
TEXT = """
[[failure]]
suite = "state"
engines = ["py-evm"]
files = ["StateTests/stOld/a*.json"]
reason = "the draft was another"
evidence = "it says so"
"""


def count(verdict: Verdict, file: str = "stOld/add.json", engine: str = "py-evm") -> Tally:
    result = CaseResult(
        name="add[0]", fork="Cancun", verdict=verdict, path=f"/vectors/StateTests/{file}"
    )
    tally = Tally()
    for changed in apply_known_failures([result], [ENTRY], "state", engine):
        tally.add(changed)
    return tally


def test_a_known_failure_is_no_failure() -> None:
    tally = count(Verdict.FAILED)
    assert (tally.known, tally.failed, tally.passed) == (1, 0, 0)


def test_a_known_failure_that_passes_is_one() -> None:
    tally = count(Verdict.PASSED)
    assert (tally.known, tally.failed, tally.passed) == (0, 1, 0)
    assert "passes, but is known to fail: the draft was another" in tally.failures[0].reason


def test_what_is_skipped_stays_so() -> None:
    assert count(Verdict.SKIPPED).skipped == 1


@pytest.mark.parametrize(
    ("file", "engine"),
    [("stOld/add.json", "revm"), ("stOld/sub.json", "py-evm"), ("a.json", "py-evm")],
)
def test_other_files_and_engines_are_not_touched(file: str, engine: str) -> None:
    assert count(Verdict.FAILED, file, engine).failed == 1
    assert count(Verdict.PASSED, file, engine).passed == 1


def test_the_path_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "StateTests" / "stOld"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert ENTRY.covers("state", "py-evm", Path("a1.json"))


def test_entries_are_read(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(TEXT, "utf-8")
    assert load_known_failures(path) == (ENTRY,)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (TEXT.replace('reason = "the draft was another"\n', ""), "`failure.reason`"),
        (TEXT.replace('"it says so"', '""'), "`failure.evidence`"),
        (TEXT.replace('["py-evm"]', '"py-evm"'), "`failure.engines`: expected a list of texts"),
        (TEXT.replace('["py-evm"]', "[1]"), "`failure.engines`"),
        (TEXT.replace("[[failure]]", "[[failures]]"), "nothing else"),
        ("failure = 1", "`[[failure]]`"),
        ("failure = [1]", "`failure.suite`"),
        ("[[", "not TOML"),
    ],
)
def test_what_is_no_list_of_entries_is_refused(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "known.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_known_failures(path)
    assert part in str(raised.value)


def test_the_entries_of_this_project_are_for_engines_there_are() -> None:
    path = Path(__file__).parents[2] / "conformance" / "known_failures.toml"
    for entry in load_known_failures(path):
        assert set(entry.engines) <= set(ENGINE_NAMES)
