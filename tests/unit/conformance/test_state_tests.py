"""State tests made here: what a run says of right and wrong ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from contractchain.codec.state_diff import AccountChange, encode_state_diff
from contractchain.conformance import CaseResult, Suite, Verdict, find_test_files, run_file
from contractchain.conformance.suites import run_files
from contractchain.crypto import derive_accounts
from contractchain.errors import ConfigError, UsageError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import EMPTY_CODE_HASH, EMPTY_TRIE_ROOT

ACCOUNT = derive_accounts("test test test test test test test test test test test junk", 1)[0]
SENDER = ACCOUNT.address
TARGET = bytes.fromhex("aa" * 20)
BENEFICIARY = bytes.fromhex("bb" * 20)
NO_LOGS = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"


def make_test(root: bytes, **changes: Any) -> dict[str, Any]:
    """Return a transfer of 5 wei at 10 wei per gas, all of which is the base fee."""
    post = {
        "hash": "0x" + root.hex(),
        "logs": NO_LOGS,
        "indexes": {"data": 0, "gas": 0, "value": 0},
    }
    account = {"balance": "0x100000", "nonce": "0x0", "code": "0x", "storage": {}}
    return {
        "env": {
            "currentCoinbase": "0x" + BENEFICIARY.hex(),
            "currentGasLimit": "0x1000000",
            "currentNumber": "0x1",
            "currentTimestamp": "0x1",
            "currentBaseFee": "0xa",
        },
        "pre": {"0x" + SENDER.hex(): account},
        "transaction": {
            "data": ["0x"],
            "gasLimit": ["0x5208"],
            "value": ["0x5"],
            "gasPrice": "0xa",
            "nonce": "0x0",
            "to": "0x" + TARGET.hex(),
            "secretKey": "0x" + ACCOUNT.private_key.hex(),
        },
        "post": {"Paris": [post | changes]},
    }


@pytest.fixture
def root(engine: ExecutionLayer) -> bytes:
    """The state root after the transfer."""
    accounts = [
        AccountChange(
            address=SENDER,
            nonce=1,
            balance=0x100000 - 210_000 - 5,
            code_hash=EMPTY_CODE_HASH,
        ),
        AccountChange(address=TARGET, balance=5, code_hash=EMPTY_CODE_HASH),
    ]
    return engine.apply_diffs(EMPTY_TRIE_ROOT, [encode_state_diff(accounts, [])])


def run(tmp_path: Path, engine: ExecutionLayer, test: dict[str, Any]) -> CaseResult:
    path = tmp_path / "test.json"
    path.write_text(json.dumps({"transfer": test}), "utf-8")
    (result,) = run_file(Suite.STATE, path, engine)
    return result


def test_a_case_that_comes_out_right_passes(
    tmp_path: Path, engine: ExecutionLayer, root: bytes
) -> None:
    assert run(tmp_path, engine, make_test(root)).verdict is Verdict.PASSED


def test_another_root_fails_with_both_roots(
    tmp_path: Path, engine: ExecutionLayer, root: bytes
) -> None:
    result = run(tmp_path, engine, make_test(bytes(32)))
    assert result.verdict is Verdict.FAILED
    assert (result.expected, result.actual) == ("0x" + "00" * 32, "0x" + root.hex())


def test_other_logs_fail(tmp_path: Path, engine: ExecutionLayer, root: bytes) -> None:
    result = run(tmp_path, engine, make_test(root, logs="0x" + "11" * 32))
    assert result.reason == "another hash of the logs"


def test_what_should_be_refused_and_is_not_fails(
    tmp_path: Path, engine: ExecutionLayer, root: bytes
) -> None:
    expected = "TransactionException.INTRINSIC_GAS_TOO_LOW"
    result = run(tmp_path, engine, make_test(root, expectException=expected))
    assert (result.reason, result.expected) == ("accepted", expected)


def test_a_refusal_for_another_reason_fails(
    tmp_path: Path, engine: ExecutionLayer, root: bytes
) -> None:
    test = make_test(root, expectException="TransactionException.NONCE_MISMATCH_TOO_LOW")
    test["env"]["currentBaseFee"] = "0xb"
    result = run(tmp_path, engine, test)
    assert result.verdict is Verdict.FAILED
    assert result.actual == "FeeTooLowError"
    right = "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS"
    test["post"]["Paris"][0]["expectException"] = right
    assert run(tmp_path, engine, test).verdict is Verdict.PASSED


def test_forks_that_are_not_built_are_skipped(
    tmp_path: Path, engine: ExecutionLayer, root: bytes
) -> None:
    test = make_test(root)
    test["post"] = {"Amsterdam": test["post"]["Paris"]}
    assert run(tmp_path, engine, test).verdict is Verdict.SKIPPED


def test_no_state_is_left_behind(tmp_path: Path, engine: ExecutionLayer, root: bytes) -> None:
    engine.release(root)
    run(tmp_path, engine, make_test(root))
    assert not engine.has_state(root)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("env", "currentNumber", "many"),
        ("env", "currentCoinbase", "0x12"),
        ("transaction", "data", []),
        ("transaction", "secretKey", None),
    ],
)
def test_a_malformed_file_is_an_error_with_the_key(
    tmp_path: Path, engine: ExecutionLayer, section: str, key: str, value: object
) -> None:
    test = make_test(bytes(32))
    test[section][key] = value
    with pytest.raises(ConfigError) as raised:
        run(tmp_path, engine, test)
    assert key in str(raised.value)


def test_files_run_in_several_processes_in_their_order(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.json").write_text(json.dumps({name: make_test(bytes(32))}), "utf-8")
    files = find_test_files([tmp_path])
    found = list(run_files(Suite.STATE, files, "py-evm", processes=2))
    assert [path.stem for path, _ in found] == ["a", "b"]
    assert [results[0].name for _, results in found] == ["a[0]", "b[0]"]


def test_a_folder_without_tests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        find_test_files([tmp_path])
