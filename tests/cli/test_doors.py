"""What goes wrong at every door, and what the person is told."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest


def test_an_unknown_contract_is_answered_with_what_is_spelt_alike(project, ctc) -> None:
    ended = ctc("deploy", "Tlil")
    assert ended.status == 1
    assert ended.err == ("error: there is no contract `Tlil`\nhint: did you mean `Till`?\n")
    assert not (project / ".contractchain" / "deployments").exists()


def test_a_contract_that_was_not_deployed_is_told_so(project, ctc) -> None:
    ended = ctc("call", "Till", "limit")
    assert ended.status == 1
    assert ended.err == (
        "error: `Till` is not deployed on this chain (chain id 31337)\n"
        "hint: deploy it with `ctc deploy Till`\n"
    )


def test_asking_makes_no_chain_on_disk(directory, ctc) -> None:
    assert ctc("balance", "account0").out == "10000 ether\n"
    assert ctc("accounts").status == 0
    assert ctc("block").out.startswith("block 0\n")
    assert list(directory.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Till"], "`Till(uint256 limit_, string title_)` takes 2 arguments, 0 given"),
        (["Till", "1", "a", "b"], "takes 2 arguments, 3 given"),
        (["Till", "many", "a"], "argument 1 `limit_` of type uint256: `many` is not a number"),
        (["Till", "-1", "a"], "`-1` is out of range, allowed are 0 to 2**256-1"),
        (["Till", "1", "a", "--value", "x"], "`--value`: `x` is not a number"),
        (["Till", "1", "a", "--value", "-1"], "`--value`: -1 is out of range"),
        (["Till", "1", "a", "--from", "bob"], "`bob` is not an account"),
        (["Till", "1", "a", "--from", "0x" + "11" * 20], "no private key for"),
        (["Till", "1", "a", "--from", "0x" + "00" * 32], "the private key is not valid"),
        (["Till", "1", "a", "--label", "1st"], "`1st` is not a label"),
        (["Till", "1", "a", "--frum", "0"], "no such option"),
        (["Till", "1", "a", "--engine", "evm"], "'evm' is not one of"),
        ([], "missing argument 'name'"),
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_happens(
    project: Path, ctc, arguments: list[str], message: str
) -> None:
    ended = ctc("deploy", *arguments)
    assert ended.status == 2
    assert ended.out == ""
    assert ended.err.startswith("error: ")
    assert message in ended.err.lower() or message in ended.err
    assert ctc("block", "--json").document["number"] == 0


def test_a_wrong_argument_of_a_function_names_it(till) -> None:
    ended = till("send", "Till", "add", "(bread, 1, [1, 200])")
    assert ended.status == 2
    assert ended.err == (
        "error: argument 1 `item` of type (string,uint128,int8[2]): component 2 `ranks` of type "
        "int8[2]: element 1 of type int8: `200` is out of range, allowed are -128 to 127\n"
    )


def test_an_unknown_function_is_answered_with_what_is_spelt_alike(till) -> None:
    ended = till("call", "Till", "limmit")
    assert ended.status == 1
    assert ended.err == (
        "error: contract `Till` has no function `limmit`\nhint: did you mean `limit`?\n"
    )


def test_value_for_a_function_that_takes_none_is_refused(till) -> None:
    ended = till("send", "Till", "setLevel", "1", "--value", "1")
    assert ended.status == 2
    assert "`setLevel(int256 level_)` is not payable" in ended.err


def test_an_unknown_command_is_answered_with_what_is_spelt_alike(ctc) -> None:
    ended = ctc("deplo")
    assert (ended.status, ended.err) == (
        2,
        "error: there is no command `deplo`\nhint: did you mean `deploy`?\n",
    )


def test_errors_are_one_json_document_on_stdout(project, ctc) -> None:
    ended = ctc("deploy", "Tlil", "--json")
    assert (ended.status, ended.err) == (1, "")
    assert ended.document == {
        "error": {
            "code": "contract-not-found",
            "message": "there is no contract `Tlil`",
            "hint": "did you mean `Till`?",
            "data": {"name": "Tlil"},
        }
    }


def test_a_damaged_registry_is_named_and_left_alone(till, project) -> None:
    (path,) = (project / ".contractchain" / "deployments").glob("*-*.json")
    path.write_text('{"format": 1, "deployments": [')
    ended = till("call", "Till", "limit")
    assert ended.status == 1
    assert f"{path}: the deployment registry cannot be read" in ended.err
    assert till("deploy", "Till", "1", "x").status == 1
    assert path.read_text() == '{"format": 1, "deployments": ['
    assert till("block", "--json").document["number"] == 1


def test_a_damaged_artifact_is_named(till, project) -> None:
    (path,) = (project / ".contractchain" / "artifacts").glob("*.json")
    path.write_text("{}")
    ended = till("call", "Till", "limit")
    assert ended.status == 1
    assert "the artifact does not match its hash" in ended.err


def test_a_damaged_chain_is_refused_and_left_alone(till, project) -> None:
    files = [p for p in (project / ".contractchain" / "chain").rglob("*") if p.is_file()]
    largest = max(files, key=lambda path: path.stat().st_size)
    damaged = b"\xff" * largest.stat().st_size
    largest.write_bytes(damaged)
    ended = till("call", "Till", "limit")
    assert ended.status == 1
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err
    assert largest.read_bytes() == damaged
    doctor = till("doctor")
    assert doctor.status == 1
    assert "!!  data directory" in doctor.out


def test_a_chain_that_was_made_anew_is_told(till, project) -> None:
    import shutil

    shutil.rmtree(project / ".contractchain" / "chain")
    time.sleep(1.1)  # another second, another genesis
    till("send", "account1", "--value", "1")
    ended = till("call", "Till", "limit")
    assert ended.status == 1
    assert "it was on another chain in this data directory" in ended.err


def test_a_second_process_waits_briefly_and_then_names_the_first(
    till, project: Path, process
) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from contractchain.store import DataDirectoryLock\n"
            "lock = DataDirectoryLock.acquire('.contractchain')\n"
            "print('held', flush=True)\n"
            "sys.stdin.read()\n",
        ],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None and holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        ended = till("call", "Till", "limit")
        assert ended.status == 1
        assert f".contractchain is in use by process {holder.pid}" in ended.err
        doctor = till("doctor", "--json").document
        assert any(str(holder.pid) in finding["detail"] for finding in doctor["findings"])
    finally:
        holder.stdin.close()
        holder.wait(timeout=10)
        holder.stdout.close()
    assert till("call", "Till", "limit").out == "100\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("Broken.json", "{", "artifact"),
        ("Broken.json", "[]", "artifact"),
        ("Broken.json", '{"abi": [{"type": "function"}], "bytecode": {"object": "00"}}', "ABI"),
        ("Broken.json", '{"abi": [], "bytecode": {"object": "0xzz"}}', "artifact"),
        ("Broken.json", '{"abi": [], "bytecode": {"object": ""}}', "has no code to deploy"),
        ("Broken.vy", "x: uint256", "is a Vyper source"),
        ("Broken.txt", "x", "neither a Solidity source nor an artifact"),
    ],
)
def test_a_malformed_file_is_refused(
    directory: Path, ctc, name: str, text: str, message: str
) -> None:
    (directory / name).write_text(text)
    ended = ctc("deploy", name)
    assert ended.status in (1, 2)
    assert message in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["block", "later"], "`later` does not name a block"),
        (["block", "77"], "block 77 is not in the chain"),
        (["tx", "0x12"], "malformed transaction hash"),
        (["tx", "0x" + "11" * 32], "is not known"),
        (["receipt", "0x" + "11" * 32], "is not known"),
        (["balance", "0x12"], "malformed address"),
        (["balance", "nobody"], "`nobody` is neither an account nor a contract"),
        (["call", "0x" + "11" * 20, "f()"], "there is no contract at"),
        (["call", "account0", "f()"], "there is no contract at"),
        (["call", "Till", "limit", "--at", "9"], "block 9 is not in the chain"),
        (["call", "Till", "limit", "--rpc", "http://127.0.0.1:1"], "connection refused"),
        (["call", "Till", "limit", "--rpc", "nowhere"], "`nowhere` is not the URL of a node"),
        (["call", "Till", "limit", "--rpc", "http://x", "--engine", "revm"], "has no effect"),
        (["completion", "tcsh"], "'tcsh' is not one of"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(till, arguments: list[str], message: str) -> None:
    ended = till(*arguments)
    assert ended.status in (1, 2)
    assert message in ended.err
    assert ended.err.startswith("error: ")


def test_a_bug_of_ours_shows_no_traceback_unless_asked_for(
    ctc, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contractchain.cli.commands import version

    monkeypatch.setattr(version, "platform", None)
    ended = ctc("version")
    assert ended.status == 70
    assert ended.err.startswith("error: internal error: AttributeError")
    assert "this is a bug in contractchain" in ended.err
    with pytest.raises(AttributeError):
        ctc("--debug", "version")
    os.environ.pop("CTC_DEBUG")


def test_an_output_that_nobody_reads_is_no_error(project: Path) -> None:
    command = f"{sys.executable} -m contractchain accounts | head -c 1"
    ended = subprocess.run(
        ["bash", "-c", command],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stderr == ""


def test_the_registry_survives_a_writer_that_dies(till, project: Path) -> None:
    (path,) = (project / ".contractchain" / "deployments").glob("*-*.json")
    before = json.loads(path.read_text())
    (path.parent / f".{path.name}.abandoned").write_text("half a fi")
    assert till("deploy", "Till", "7", "x").status == 0
    after = json.loads(path.read_text())
    assert after["deployments"][:1] == before["deployments"]
    assert len(after["deployments"]) == 2


def test_text_that_no_terminal_shows_is_escaped(directory: Path, process) -> None:
    name = b"\xff\xfe".decode(errors="surrogateescape")
    ended = process("deploy", name)
    assert ended.err == "error: there is no file `\\udcff\\udcfe`\n"
    document = process("deploy", name, "--json").document
    assert document["error"]["data"]["name"] == name


def test_an_answer_that_does_not_fit_the_abi_is_refused(till) -> None:
    address = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    ended = till("call", address, "limit()(uint256,uint256)")
    assert ended.status == 1
    assert "malformed return data at byte 32" in ended.err
    assert "may not be what its ABI says" in ended.err


def test_two_commands_at_once_both_succeed(till, project: Path) -> None:
    arguments = [sys.executable, "-m", "contractchain", "send", "Till", "setLevel"]
    senders = [subprocess.Popen([*arguments, str(n)], cwd=project) for n in (1, 2)]
    assert [sender.wait(timeout=120) for sender in senders] == [0, 0]
    assert till("block", "--json").document["number"] == 3
