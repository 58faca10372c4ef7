"""`ctc evm`: bytecode, and test files in the format of ethereum/tests."""

import json
from pathlib import Path

import pytest

from evm_builders import ACCOUNTS

GOLDEN = Path(__file__).parent / "golden"
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


def test_a_scenario_has_no_trace(ctc) -> None:
    path = FOUND / "create2-with-too-small-a-stack.json"
    ended = ctc("evm", "run", "--scenario", str(path), "--trace")
    assert ended.status == 2
    assert "`--trace` is of `--code`" in ended.err


# Traces


def test_a_trace_is_a_line_for_each_instruction_and_a_summary(
    ctc, engine: str, request: pytest.FixtureRequest
) -> None:
    code = "0x600160020160005260206000f3"
    ended = ctc("evm", "run", "--code", code, "--trace", "--engine", engine)
    assert ended.status == 0
    golden = GOLDEN / "evm_trace.jsonl"
    if request.config.getoption("--bless"):
        golden.write_text(ended.out, encoding="utf-8")
    assert ended.out == golden.read_text(encoding="utf-8")


def test_a_trace_with_memory_shows_it(ctc, engine: str) -> None:
    ended = ctc("evm", "run", "--code", ADD, "--trace-memory", "--engine", engine)
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert lines[0]["memory"] == "0x"
    assert lines[-2]["memory"] == "0x" + "00" * 31 + "03"


def test_a_trace_of_what_fails_tells_where_and_why(ctc, engine: str) -> None:
    ended = ctc("evm", "run", "--code", "0x600456", "--trace", "--engine", engine)
    assert ended.status == 3
    assert "halted: invalid-jump" in ended.err
    *_, last, summary = (json.loads(line) for line in ended.out.splitlines())
    assert (last["pc"], last["opName"], last["error"]) == (2, "JUMP", "invalid-jump")
    assert summary["pass"] is False


def test_with_json_the_trace_is_part_of_the_one_document(ctc, engine: str) -> None:
    document = ctc("evm", "run", "--code", ADD, "--trace", "--json", "--engine", engine).document
    assert [step["opName"] for step in document["trace"]][-3:] == ["PUSH1", "PUSH1", "RETURN"]
    assert document["summary"]["output"] == document["output"]
    assert document["gas_used"] == 21_000 + 24


def test_a_trace_too_long_for_one_document_is_refused(
    ctc, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contractchain.cli.tracing.MAX_DOCUMENT_BYTES", 2**20)
    loop = ("evm", "run", "--code", "0x5b600056", "--trace", "--engine", engine)
    ended = ctc(*loop, "--gas", "200000", "--json")
    assert ended.status == 2
    assert "more than 1 MiB" in ended.document["error"]["message"]
    ended = ctc(*loop, "--gas", "21100")
    assert ended.status == 3
    assert len(ended.out.splitlines()) == 27 + 1


STATE_TEST = {
    "env": {
        "currentCoinbase": "0x" + "bb" * 20,
        "currentGasLimit": "0x1000000",
        "currentNumber": "0x1",
        "currentTimestamp": "0x1",
        "currentBaseFee": "0xa",
    },
    "pre": {
        "0x" + ACCOUNTS[0].address.hex(): {
            "balance": "0x1000000",
            "nonce": "0x0",
            "code": "0x",
            "storage": {},
        },
        "0x" + "aa" * 20: {"balance": "0x0", "nonce": "0x0", "code": "0x5f5450", "storage": {}},
    },
    "transaction": {
        "data": ["0x", "0x01"],
        "gasLimit": ["0x7530"],
        "value": ["0x0"],
        "gasPrice": "0xa",
        "nonce": "0x0",
        "to": "0x" + "aa" * 20,
        "secretKey": "0x" + ACCOUNTS[0].private_key.hex(),
    },
    "post": {
        fork: [
            {"hash": "0x" + "11" * 32, "logs": "0x" + "22" * 32, "indexes": indexes}
            for indexes in ({"data": 0, "gas": 0, "value": 0}, {"data": 1, "gas": 0, "value": 0})
        ]
        for fork in ("Shanghai", "Cancun")
    },
}


@pytest.fixture
def state_test(tmp_path: Path) -> str:
    """A state test of four cases, none of which comes out as it says."""
    path = tmp_path / "state.json"
    path.write_text(json.dumps({"reads": STATE_TEST, "refused": REFUSED}), "utf-8")
    return str(path)


REFUSED = STATE_TEST | {
    "transaction": {**STATE_TEST["transaction"], "nonce": "0x5"},  # type: ignore[dict-item]
    "post": {
        "Paris": [
            {
                "hash": "0x" + "11" * 32,
                "logs": "0x" + "22" * 32,
                "indexes": {"data": 0, "gas": 0, "value": 0},
                "expectException": "TransactionException.NONCE_MISMATCH_TOO_HIGH",
            }
        ]
    },
}


@pytest.mark.parametrize("case", ["reads[1]", "d1g0v0"])
def test_one_case_of_a_state_test_is_traced(ctc, engine: str, state_test: str, case: str) -> None:
    ended = ctc(
        *("evm", "statetest", "--trace", "--fork", "Cancun", "--case", case),
        *("--engine", engine, state_test),
    )
    assert ended.status == 1
    *steps, summary = (json.loads(line) for line in ended.out.splitlines())
    assert [step["opName"] for step in steps] == ["PUSH0", "SLOAD", "POP", "STOP"]
    assert (summary["pass"], summary["fork"]) == (True, "Cancun")
    assert summary["stateRoot"] in ended.err
    assert "FAILED reads[1] (Cancun): another state root" in ended.err


def test_a_traced_case_with_json_is_one_document(ctc, engine: str, state_test: str) -> None:
    ended = ctc(
        *("evm", "statetest", "--trace", "--fork", "Cancun", "--case", "reads[0]", "--json"),
        *("--engine", engine, state_test),
    )
    assert (ended.status, ended.err) == (1, "")
    assert ended.document["case"] == "reads[0]"
    assert len(ended.document["trace"]) == 4
    assert ended.document["failures"][0]["actual"] == ended.document["summary"]["stateRoot"]


def test_a_refused_transaction_has_a_summary_only(ctc, engine: str, state_test: str) -> None:
    ended = ctc("evm", "statetest", "--trace", "--case", "refused", "--engine", engine, state_test)
    assert ended.status == 0
    (summary,) = (json.loads(line) for line in ended.out.splitlines())
    assert (summary["pass"], summary["gasUsed"]) == (False, "0x0")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ((), "more than one case is picked: `reads[0]` (Shanghai, d0g0v0)"),
        (("--fork", "Cancun"), "`reads[1]` (Cancun, d1g0v0)"),
        (("--case", "writes"), "no case is picked"),
        (("--fork", "Cancun", "--case", "d2g0v0"), "no case is picked"),
    ],
)
def test_exactly_one_case_must_be_picked_for_a_trace(
    ctc, state_test: str, options: tuple[str, ...], part: str
) -> None:
    ended = ctc("evm", "statetest", "--trace", *options, state_test)
    assert ended.status == 2
    assert part in ended.err
    assert ended.out == ""


def test_without_trace_a_case_can_be_picked_as_well(ctc, state_test: str) -> None:
    document = ctc("evm", "statetest", "--case", "d1g0v0", "--json", state_test).document
    assert [failure["name"] for failure in document["failures"]] == ["reads[1]", "reads[1]"]


KNOWN = """
[[failure]]
suite = "transaction"
engines = ["revm", "py-evm"]
files = ["tests/*.json"]
reason = "a draft"
evidence = "its date"
"""


@pytest.mark.parametrize(
    ("exception", "status", "known"),
    [
        ("TransactionException.INVALID_CHAINID", 0, 1),  # fails, as it must
        ("TransactionException.RLP_TOO_FEW_ELEMENTS", 1, 0),  # passes, and must not
    ],
)
def test_failures_that_must_be_are_counted_apart(
    ctc, tmp_path: Path, engine_name: str, exception: str, status: int, known: int
) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    write_transaction_test(folder / "a.json", exception)
    (tmp_path / "known.toml").write_text(KNOWN, "utf-8")
    options = ("--known", str(tmp_path / "known.toml"), "--engine", engine_name)
    ended = ctc("evm", "txtest", *options, str(folder))
    assert ended.status == status
    assert ("passes, but is known to fail: a draft" in ended.out) == (known == 0)
    document = ctc("evm", "txtest", *options, "--json", str(folder)).document
    assert (document["known"], document["failed"]) == (known, 1 - known)


def test_the_last_line_of_json_is_all_of_it(ctc, tmp_path: Path) -> None:
    write_transaction_test(tmp_path / "a.json", "TransactionException.INVALID_CHAINID")
    ended = ctc("evm", "txtest", "--json", str(tmp_path))
    document = json.loads(ended.out.splitlines()[-1])
    assert list(document)[-4:] == ["passed", "failed", "skipped", "failures"]
    assert {"name", "fork", "reason"} <= document["failures"][0].keys()
    assert ended.status == 1


UNREADABLE = [b"{", b"[1, 2]", b"\xff\xfe", b"", b'{"a": 5}']


@pytest.mark.parametrize("content", UNREADABLE)
def test_a_file_that_cannot_be_read_is_a_failure_among_others(
    ctc, tmp_path: Path, engine_name: str, content: bytes
) -> None:
    (tmp_path / "a.json").write_bytes(content)
    write_transaction_test(tmp_path / "b.json", "TransactionException.RLP_TOO_FEW_ELEMENTS")
    for jobs in ("1", "2"):
        ended = ctc("evm", "txtest", "--engine", engine_name, "-j", jobs, str(tmp_path))
        assert ended.status == 1
        (line,) = [line for line in ended.out.splitlines() if line.startswith("FAILED")]
        assert line.startswith("FAILED a ")
        assert "1 passed, 1 failed" in ended.out


@pytest.mark.parametrize("content", UNREADABLE)
def test_a_single_file_that_cannot_be_read_is_one_line(ctc, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    ended = ctc("evm", "txtest", str(tmp_path))
    assert ended.status == 2
    (line,) = ended.err.splitlines()
    assert line.startswith("error: ")
    assert "a.json" in line
