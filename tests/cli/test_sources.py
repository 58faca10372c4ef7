"""From sources: compile, deploy, edit, be told; and the whole way in processes of their own."""

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contractchain.client.compilation import load_contract
from contractchain.client.project import Project

EXAMPLES = Path(__file__).parents[2] / "contracts"
BROKEN = """\
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Broken {
    uint256 public count;
    function increment() external { cuont++; }
}
"""


@pytest.fixture
def counter(directory: Path) -> Path:
    """A folder that holds nothing but contracts/Counter.sol."""
    (directory / "contracts").mkdir()
    shutil.copy(EXAMPLES / "Counter.sol", directory / "contracts")
    return directory


def test_deploy_send_and_call_in_processes_of_their_own(counter: Path, process, engine) -> None:
    assert process("deploy", "Counter", "--engine", engine).status == 0
    for expected in ("1\n", "2\n"):
        assert process("send", "Counter", "increment", "--engine", engine).status == 0
        ended = process("call", "Counter", "count", "--engine", engine)
        assert (ended.status, ended.out, ended.err) == (0, expected, "")


def test_a_chain_is_taken_over_by_the_other_engine(counter: Path, ctc) -> None:
    from contractchain.execution import available_engines

    engines = available_engines()
    ctc("deploy", "Counter", "--engine", engines[0])
    for engine in engines:
        assert ctc("send", "Counter", "increment", "--engine", engine).status == 0
    assert ctc("call", "Counter", "count", "--engine", engines[-1]).out == f"{len(engines)}\n"


def test_a_directory_without_project_deploys_an_example(directory: Path, ctc) -> None:
    ended = ctc("deploy", "Counter", "--json")
    assert ended.status == 0
    assert ended.document["source"] == "example Counter.sol"
    assert ctc("call", "Counter", "count").out == "0\n"


def test_every_example_deploys(directory: Path, ctc) -> None:
    arguments = {"Token": ["Gold", "GLD", "1000ether"], "Ballot": ['["yes", "no"]']}
    for path in sorted(EXAMPLES.glob("*.sol")):
        ended = ctc("deploy", path.stem, *arguments.get(path.stem, []))
        assert ended.status == 0, ended.err


def test_a_compile_error_shows_the_line_and_a_caret(counter: Path, ctc) -> None:
    (counter / "contracts" / "Broken.sol").write_text(BROKEN)
    ended = ctc("deploy", "Broken")
    assert ended.status == 1
    assert ended.out == ""
    assert "contracts/Broken.sol:5:37" in ended.err
    lines = ended.err.splitlines()
    (shown,) = [n for n, line in enumerate(lines) if "function increment()" in line]
    assert lines[shown + 1].index("^") == lines[shown].index("cuont")
    error = ctc("deploy", "Broken", "--json").document["error"]
    assert error["code"] == "compile"
    assert error["data"]["errors"][0]["sourceLocation"]["file"] == "contracts/Broken.sol"
    assert not (counter / ".contractchain" / "deployments").exists()


def test_an_edited_source_is_told_and_deploys_anew(counter: Path, ctc) -> None:
    ctc("deploy", "Counter")
    path = counter / "contracts" / "Counter.sol"
    path.write_text(path.read_text().replace("count++", "count += 2"))
    ended = ctc("send", "Counter", "increment")
    assert "`contracts/Counter.sol` changed since `Counter@1` was deployed" in ended.err
    assert ctc("call", "Counter", "count").out == "1\n"
    assert ctc("deploy", "Counter").out.startswith("Counter@2 deployed")
    ctc("send", "Counter", "increment")
    ended = ctc("call", "Counter", "count")
    assert (ended.out, ended.err) == ("2\n", "")


def test_a_source_is_compiled_once_until_it_changes(counter: Path) -> None:
    cache = counter / "cache"
    project = Project(counter)
    first = load_contract(project, "Counter", cache=cache)
    (entry,) = cache.glob("*.json")
    written = entry.stat().st_mtime_ns
    assert load_contract(project, "Counter", cache=cache) == first
    assert entry.stat().st_mtime_ns == written
    path = counter / "contracts" / "Counter.sol"
    path.write_text(path.read_text().replace("count++", "count += 2"))
    assert load_contract(project, "Counter", cache=cache).artifact != first.artifact


def test_a_damaged_cache_counts_for_nothing(counter: Path) -> None:
    cache = counter / "cache"
    first = load_contract(Project(counter), "Counter", cache=cache)
    (entry,) = cache.glob("*.json")
    for damage in (b"", b"{", b"[]", b'{"sources": {}, "artifacts": ["{}"], "warnings": []}'):
        entry.write_bytes(damage)
        assert load_contract(Project(counter), "Counter", cache=cache) == first


def test_imports_are_followed_and_watched(counter: Path, ctc) -> None:
    contracts = counter / "contracts"
    (contracts / "Base.sol").write_text(
        "pragma solidity ^0.8.0;\nabstract contract Base { uint256 internal step = 3; }\n"
    )
    (contracts / "Steps.sol").write_text(
        'pragma solidity ^0.8.0;\nimport "./Base.sol";\n'
        "contract Steps is Base {\n"
        "    function get() external view returns (uint256) { return step; }\n}\n"
    )
    assert ctc("deploy", "Steps").status == 0
    assert ctc("call", "Steps", "get").out == "3\n"
    base = contracts / "Base.sol"
    base.write_text(base.read_text().replace("3", "4"))
    assert "`contracts/Base.sol` changed since" in ctc("call", "Steps", "get").err
    assert ctc("deploy", "Steps").status == 0
    assert ctc("call", "Steps", "get").out == "4\n"


def test_an_abstract_contract_is_not_deployed(counter: Path, ctc) -> None:
    (counter / "contracts" / "Base.sol").write_text(
        "pragma solidity ^0.8.0;\nabstract contract Base {}\n"
    )
    ended = ctc("deploy", "Base")
    assert ended.status == 2
    assert "`Base` has no code to deploy" in ended.err


def test_compile_lists_what_it_made(counter: Path, ctc) -> None:
    ended = ctc("compile")
    assert ended.status == 0
    assert ended.out.splitlines()[1].split()[:2] == ["Counter", "contracts/Counter.sol"]
    document = ctc("compile", "Counter", "--json").document
    made = document["contracts"]["contracts/Counter.sol:Counter"]
    assert made["methodIdentifiers"] == {"count()": "06661abd", "increment()": "d09de08a"}
    assert made["bytecode"]["object"].startswith("0x")


def test_what_compile_writes_is_an_artifact_that_deploys(counter: Path, ctc) -> None:
    assert "1 artifacts in made" in ctc("compile", "--out", "made").out
    (counter / "contracts" / "Counter.sol").unlink()
    assert ctc("deploy", "made/Counter.sol/Counter.json").status == 0
    assert ctc("call", "Counter", "count").out == "0\n"


def test_compiling_without_optimiser_gives_other_code(counter: Path, ctc) -> None:
    def size(*options: str) -> int:
        contracts = ctc("compile", "--json", *options).document["contracts"]
        return len(contracts["contracts/Counter.sol:Counter"]["bytecode"]["object"])

    assert size("--no-optimize") > size()


def test_how_often_code_will_run_weighs_its_gas_against_its_size(counter: Path, ctc) -> None:
    shutil.copy(EXAMPLES / "Token.sol", counter / "contracts")

    def size(runs: str) -> int:
        contracts = ctc("compile", "--json", "--optimize-runs", runs).document["contracts"]
        return len(contracts["contracts/Token.sol:Token"]["bytecode"]["object"])

    assert size("1") < size("1000000")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Nothing"], "there is no contract `Nothing`"),
        (["--evm-version", "frontier"], "no code can be generated for the EVM version `frontier`"),
        (["--worker", "Counter"], "read everything from stdin"),
    ],
)
def test_a_wrong_compile_command_is_refused(counter, ctc, arguments: list[str], message) -> None:
    ended = ctc("compile", *arguments)
    assert ended.status in (1, 2)
    assert message in ended.err


def standard_input() -> dict[str, object]:
    return {
        "language": "Solidity",
        "sources": {"C.sol": {"content": (EXAMPLES / "Counter.sol").read_text()}},
        "settings": {"outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}}},
    }


def test_standard_json_goes_in_and_comes_out(
    directory, ctc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(standard_input())))
    ended = ctc("compile", "--standard-json")
    assert ended.status == 0
    made = ended.document["contracts"]["C.sol"]["Counter"]
    assert {entry["name"] for entry in made["abi"]} == {"count", "increment"}
    assert made["evm"]["bytecode"]["object"]


def test_the_worker_answers_line_by_line(directory: Path) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "contractchain", "compile", "--worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=directory,
    )
    assert worker.stdin is not None and worker.stdout is not None
    for number in (1, 2):
        worker.stdin.write(json.dumps({"id": number, "input": standard_input()}) + "\n")
        worker.stdin.flush()
        answer = json.loads(worker.stdout.readline())
        assert answer["id"] == number
        assert "Counter" in answer["output"]["contracts"]["C.sol"]
    worker.stdin.write("no json\n")
    worker.stdin.close()
    assert "errors" in json.loads(worker.stdout.readline())["output"]
    assert worker.wait(timeout=30) == 0
    worker.stdout.close()


def test_a_new_project_deploys_and_its_tests_pass(directory: Path, ctc, process) -> None:
    ended = ctc("init", "shop")
    assert ended.status == 0
    assert ended.out.endswith("next: cd shop && ctc deploy Counter\n")
    shop = directory / "shop"
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=shop,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "3 passed" in tests.stdout


def test_init_leaves_alone_what_is_there(directory: Path, ctc) -> None:
    (directory / "README.md").write_text("mine")
    ended = ctc("init")
    assert "README.md (was there, left alone)" in ended.out
    assert (directory / "README.md").read_text() == "mine"
    assert (directory / "contracts" / "Counter.sol").exists()


def test_doctor_finds_nothing_wrong_with_a_deployed_project(counter: Path, ctc) -> None:
    ctc("deploy", "Counter")
    ended = ctc("doctor")
    assert ended.status == 0, ended.out
    assert "1 source" in ended.out
    assert "head 1" in ended.out
    document = ctc("doctor", "--json").document
    assert document["healthy"] is True


def test_a_failed_compilation_points_to_what_another_compiler_made(counter: Path, ctc) -> None:
    (counter / "contracts" / "Broken.sol").write_text(BROKEN)
    (counter / "out").mkdir()
    (counter / "out" / "Broken.json").write_text("{}")
    ended = ctc("deploy", "Broken")
    assert ended.status == 1
    assert "hint: another compiler has made `out/Broken.json`" in ended.err


def test_compiling_again_compiles_only_what_has_changed(counter: Path, ctc) -> None:
    first = ctc("compile", "--json").document
    assert first["compiled"] == ["contracts/Counter.sol"]
    second = ctc("compile", "--json").document
    assert second == {**first, "compiled": []}
    assert "0 of 1 files compiled" in ctc("compile").out
    assert ctc("compile", "--force", "--json").document == first
    assert ctc("compile", "--runs", "1", "--json").document["compiled"] == first["compiled"]
    path = counter / "contracts" / "Counter.sol"
    path.write_text(path.read_text() + "// changed\n")
    assert ctc("compile", "--json").document["compiled"] == first["compiled"]
