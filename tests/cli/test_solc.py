"""`ctc` in solc's place: what tools that start solc say to it."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contractchain._version import SOLIDITY_VERSION

Solc = Callable[..., Any]
SOURCE = 'import "lib/Base.sol"; contract C is Base {}'
BASE = "pragma solidity ^0.8.0; contract Base { function f() public pure {} }"


@pytest.fixture
def solc(ctc: Any, monkeypatch: pytest.MonkeyPatch) -> Solc:
    """`ctc` with a standard JSON input on stdin."""

    def run(*arguments: str, given: str = "") -> Any:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        return ctc(*arguments)

    return run


def wish(source: str = SOURCE, **entry: Any) -> str:
    return json.dumps(
        {
            "language": "Solidity",
            "sources": {"C.sol": entry or {"content": source}},
            "settings": {"outputSelection": {"*": {"*": ["evm.methodIdentifiers"]}}},
        }
    )


def test_the_last_line_of_the_version_is_the_one_tools_read(ctc: Any) -> None:
    last = ctc("--version").out.splitlines()[-1]
    assert last.startswith(f"Version: {SOLIDITY_VERSION}+contractchain.")


def test_a_tool_can_be_told_an_older_version(ctc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTC_SOLC_VERSION", "0.8.20")
    assert ctc("--version").out.splitlines()[-1].startswith("Version: 0.8.20+contractchain.")


@pytest.mark.parametrize("option", ["--base-path", "--include-path"])
def test_imports_are_found_below_the_folders_that_are_named(
    solc: Solc, tmp_path: Path, option: str
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "Base.sol").write_text(BASE)
    arguments = ("--allow-paths", str(tmp_path), option, str(tmp_path), "--standard-json")
    output = json.loads(solc(*arguments, given=wish()).out)
    assert output["contracts"]["C.sol"]["C"]["evm"]["methodIdentifiers"] == {"f()": "26121ff0"}


def test_nothing_outside_of_the_folders_is_read(solc: Solc, tmp_path: Path) -> None:
    (tmp_path / "secret.sol").write_text(BASE)
    inside = tmp_path / "inside"
    inside.mkdir()
    source = f'import "{tmp_path}/secret.sol"; contract C is Base {{}}'
    output = json.loads(solc("--standard-json", f"--base-path={inside}", given=wish(source)).out)
    assert "error" in {item["severity"] for item in output["errors"]}


def test_the_input_can_be_a_file(solc: Solc, tmp_path: Path) -> None:
    path = tmp_path / "input.json"
    path.write_text(wish("contract C {}"))
    assert "C.sol" in json.loads(solc("--standard-json", "--pretty-json", str(path)).out)["sources"]


def test_faults_of_sources_are_in_the_output_and_the_status_is_0(solc: Solc) -> None:
    ended = solc("--standard-json", given=wish("contract C { x }"))
    assert ended.status == 0
    assert json.loads(ended.out)["errors"][0]["type"] == "ParserError"


def test_what_else_solc_understands_is_refused(solc: Solc) -> None:
    ended = solc("--standard-json", "--optimize", given=wish())
    assert ended.status == 2
    assert "`--optimize` does not go with `--standard-json`" in ended.err
