"""`ctc evm`: bytecode, and test files in the format of ethereum/tests."""

import json
from pathlib import Path

import pytest

ADD = "0x600160020160005260206000f3"
"""Returns 1 + 2."""


def test_code_is_run_and_its_output_shown(ctc, engine_name: str) -> None:
    ended = ctc("evm", "run", "--code", ADD, "--engine", engine_name, "--json")
    assert ended.document["output"] == "0x" + "00" * 31 + "03"
    assert ended.document["gas_used"] == 21_000 + 24


def test_both_engines_name_the_same_halt(ctc, engine_name: str) -> None:
    ended = ctc("evm", "run", "--code", "0xfe", "--engine", engine_name)
    assert ended.status == 3
    assert "halted: invalid-opcode" in ended.err


def test_code_is_read_from_a_file_and_calldata_given(ctc, tmp_path: Path) -> None:
    file = tmp_path / "code.hex"
    file.write_text("5f35 5f52\n60205ff3\n", "ascii")
    word = "0x" + "ab" * 32
    assert ctc("evm", "run", "--code", str(file), "--input", word, "--json").document["output"] == (
        word
    )


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--code", "0xzz"), "expected hex"),
        (("--code", ADD, "--fork", "pragu"), "did you mean `prague`"),
        (("--code", ADD, "--gas", "-1"), "out of range"),
    ],
)
def test_what_makes_no_sense_is_refused(ctc, arguments: tuple[str, ...], part: str) -> None:
    ended = ctc("evm", "run", *arguments)
    assert ended.status == 2
    assert part in ended.err


def write_transaction_test(path: Path, exception: str) -> None:
    result = {"Cancun": {"exception": exception, "intrinsicGas": "0x00"}}
    path.write_text(json.dumps({"empty": {"txbytes": "0xc0", "result": result}}), "utf-8")


def test_a_failure_is_a_line_and_an_exit_status(ctc, tmp_path: Path) -> None:
    write_transaction_test(tmp_path / "a.json", "TransactionException.INVALID_CHAINID")
    ended = ctc("evm", "txtest", str(tmp_path))
    assert ended.status == 1
    assert ended.out.startswith("FAILED empty (Cancun): refused for another reason")
    assert "expected TransactionException.INVALID_CHAINID, got DecodeError" in ended.out
    document = ctc("evm", "txtest", str(tmp_path), "--json").document
    assert (document["passed"], document["failed"], document["skipped"]) == (0, 1, 0)
    assert document["failures"][0]["fork"] == "Cancun"


def test_a_refusal_for_the_right_reason_passes(ctc, tmp_path: Path) -> None:
    write_transaction_test(tmp_path / "a.json", "TransactionException.RLP_TOO_FEW_ELEMENTS")
    ended = ctc("evm", "txtest", str(tmp_path))
    assert ended.status == 0
    assert ended.out.startswith("1 passed, 0 failed, 0 skipped")


def test_a_file_of_another_kind_is_refused(ctc, tmp_path: Path) -> None:
    write_transaction_test(tmp_path / "a.json", "")
    ended = ctc("evm", "statetest", str(tmp_path))
    assert ended.status == 2
    assert "holds no test with `env`" in ended.err


FOUND = Path(__file__).parents[1] / "differential" / "found"


def test_a_scenario_runs_on_either_engine(ctc, engine_name: str) -> None:
    path = FOUND / "unknown-instruction-without-gas.json"
    ended = ctc("evm", "run", "--scenario", str(path), "--engine", engine_name, "--json")
    assert ended.status == 0
    (block,) = ended.document["blocks"]
    assert block["gas_used"] == 21_000
    assert block["transactions"][0]["outcome"].startswith("halted")


def test_engines_that_agree_are_said_to(ctc) -> None:
    pytest.importorskip("contractchain._native")
    path = FOUND / "create2-with-too-small-a-stack.json"
    ended = ctc("evm", "run", "--scenario", str(path), "--engine", "both")
    assert ended.status == 0
    assert "engines" in ended.out
    assert "agree" in ended.out


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ("{}", "`fork`: missing"),
        ('{"fork": "Prag"}', "there is no fork `Prag`"),
        ('{"fork": "Prague", "blocks": [1]}', "entry 0 is no object"),
        ('{"fork": "Prague", "blocks": [{"transactions": ["0xz"]}]}', "expected hex"),
    ],
)
def test_a_malformed_scenario_is_refused(ctc, tmp_path: Path, document: str, part: str) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(document, "utf-8")
    ended = ctc("evm", "run", "--scenario", str(path))
    assert ended.status == 2
    assert part in ended.err


def test_code_and_scenario_exclude_each_other(ctc) -> None:
    assert "either `--code` or `--scenario`" in ctc("evm", "run").err
