"""Deploy, send and call: what a person types and what comes back."""

import json
from pathlib import Path

import pytest
from tests.key_files import PASSWORD, encode_key_file

from contractchain.crypto import keccak256

ACCOUNT0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
ACCOUNT1 = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_a_deployment_shows_address_transaction_block_and_gas(project, ctc) -> None:
    ended = ctc("deploy", "Till", "100", "corner shop")
    assert ended.status == 0
    assert ended.out.startswith("Till@1 deployed\n")
    assert ended.field("address") == "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    assert len(ended.field("transaction")) == 66
    assert ended.field("block") == "1"
    assert int(ended.field("gas used").replace(",", "")) > 100_000


def test_a_single_return_value_is_printed_bare(till) -> None:
    assert till("call", "Till", "limit").out == "100\n"
    assert till("call", "Till", "title").out == "corner shop\n"


def test_several_return_values_are_printed_with_names_and_types(till) -> None:
    ended = till("call", "Till", "summary", "--from", "account1")
    assert ended.out.splitlines() == [
        "uint256 balance  0",
        "string           corner shop",
        f"address caller   {ACCOUNT1}",
    ]


def test_negative_numbers_need_no_dashes(till) -> None:
    assert till("send", "Till", "setLevel", "-7").status == 0
    assert till("call", "Till", "level").out == "-7\n"
    assert till("send", "Till", "setLevel", "-0x10", "--from", "1").status == 0
    assert till("call", "Till", "level").out == "-16\n"


def test_return_values_are_typed_in_json(till) -> None:
    document = till("call", "Till", "summary", "--json").document
    assert document["contract"] == "Till@1"
    assert document["function"] == "summary()"
    assert document["returns"] == [
        {"name": "balance", "type": "uint256", "value": "0"},
        {"name": "", "type": "string", "value": "corner shop"},
        {"name": "caller", "type": "address", "value": ACCOUNT0},
    ]


def test_structs_and_arrays_go_in_and_come_out(till) -> None:
    assert till("send", "Till", "add", '("bread, white", 1.5ether, [-1, 2])').status == 0
    expected = '("bread, white", 1500000000000000000, [-1, 2])\n'
    assert till("call", "Till", "get", "0").out == expected
    value = till("call", "Till", "get", "0", "--json").document["returns"][0]["value"]
    assert value == {"name": "bread, white", "price": "1500000000000000000", "ranks": ["-1", "2"]}


def test_events_are_decoded(till) -> None:
    ended = till("send", "Till", "pay", "rent", '[0x01020304,"ab"]', "--value", "3gwei")
    assert ended.status == 0
    note = keccak256(b"rent").hex()
    assert ended.out.splitlines()[-1].strip() == (
        f"Paid(payer: {ACCOUNT0}, note: keccak256:0x{note}, "
        "amount: 3000000000, tags: [0x01020304, 0x61620000])"
    )
    document = till("send", "Till", "pay", "rent", "[]", "--value", "1", "--json").document
    event = document["events"][0]
    assert event["signature"] == "Paid(address,string,uint256,bytes4[])"
    assert event["arguments"][2] == {"name": "amount", "type": "uint256", "value": "1"}
    assert set(event["arguments"][1]["value"]) == {"keccak256"}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["take", "420"], "reverted with `TooMuch(asked: 420, available: 100)`"),
        (["fail", "0"], 'reverted: "not today"'),
        (["fail", "1"], "panicked: an assertion failed (code 0x01)"),
        (["fail", "2"], "reverted without a reason"),
        (["fail", "3"], "halted: "),
        (["fail", "4"], "panicked: division or modulo by zero (code 0x12)"),
        (["get", "0"], "panicked: an array index is out of bounds (code 0x32)"),
    ],
)
@pytest.mark.parametrize("command", ["call", "send"])
def test_a_failure_is_put_in_words(till, command: str, arguments: list[str], reason: str) -> None:
    ended = till(command, "Till", *arguments)
    assert ended.status == 3
    assert ended.out == ""
    assert ended.err.startswith(f"error: `Till@1.{arguments[0]}` {reason}")


def test_a_failure_found_by_the_estimate_sends_nothing(till) -> None:
    ended = till("send", "Till", "take", "420")
    assert "nothing was sent" in ended.err
    assert till("block", "--json").document["number"] == 1


def test_with_a_gas_limit_the_failing_transaction_is_sent_and_explained(till) -> None:
    ended = till("send", "Till", "take", "420", "--gas-limit", "100000")
    assert ended.status == 3
    assert ended.field("block") == "2"
    assert "reverted with `TooMuch(asked: 420, available: 100)`" in ended.err
    receipt = till("receipt", ended.field("transaction"))
    assert receipt.status == 0
    assert "TooMuch(asked: 420, available: 100)" in receipt.field("status")


def test_a_failure_is_plain_data_in_json(till) -> None:
    ended = till("send", "Till", "take", "420", "--json")
    assert ended.status == 3
    assert ended.err == ""
    error = ended.document["error"]
    assert error["error"] == "TooMuch(uint256,uint256)"
    assert [argument["value"] for argument in error["arguments"]] == ["420", "100"]


def test_a_constructor_that_reverts_deploys_nothing(project, ctc) -> None:
    ended = ctc("deploy", "Till", "0", "x")
    assert ended.status == 3
    assert 'creating `Till` reverted: "a till has a limit"' in ended.err
    assert ctc("call", "Till", "limit").status == 1


def test_overloads_are_told_apart_by_count_and_by_signature(till) -> None:
    assert till("call", "Till", "pick", '"ab"', "true").out == "0x61620000\n"
    assert till("call", "Till", "pick(address)", "account1").out == f"{ACCOUNT1}\n"
    ended = till("call", "Till", "pick", "1")
    assert ended.status == 2
    assert "`pick` may mean `pick(uint256)`, `pick(address)`" in ended.err


def test_names_of_contracts_stand_for_their_addresses(till) -> None:
    address = till("call", "Till", "pick(address)", "Till").out.strip()
    assert address == "0x5FbDB2315678afecb367f032d93F642f64180aa3"


def test_the_latest_deployment_is_meant_unless_one_is_named(till) -> None:
    assert till("deploy", "Till", "200", "second", "--label", "big").out.startswith("Till@big")
    assert till("call", "Till", "limit").out == "200\n"
    assert till("call", "Till@1", "limit").out == "100\n"
    assert till("call", "Till@2", "limit").out == "200\n"
    assert till("call", "big", "limit").out == "200\n"


def test_an_address_takes_the_abi_of_what_was_deployed_there(till) -> None:
    assert till("call", "0x5FbDB2315678afecb367f032d93F642f64180aa3", "limit").out == "100\n"


def test_the_past_can_be_asked(till) -> None:
    till("send", "Till", "setLevel", "5")
    till("send", "Till", "setLevel", "6")
    assert till("call", "Till", "level", "--at", "2").out == "5\n"
    ended = till("call", "Till", "level", "--at", "0")
    assert ended.status == 1
    assert "there is no contract at" in ended.err


def test_plain_value_goes_to_accounts_and_contracts(till) -> None:
    assert till("send", "Till", "--value", "2ether").status == 0
    assert till("balance", "Till").out == "2 ether\n"
    assert till("send", "account1", "--value", "1ether", "--from", "account2").status == 0
    assert till("balance", "account1").out == "10001 ether\n"


def test_a_contract_that_is_not_in_the_registry_is_called_by_signature(till, project) -> None:
    (registry,) = (project / ".contractchain" / "deployments").glob("*-*.json")
    registry.unlink()
    address = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    assert till("call", address, "limit()(uint256)").out == "100\n"
    ended = till("call", address, "limit")
    assert ended.status == 1
    assert "write the whole signature" in ended.err


def test_an_edited_source_is_told(till, project) -> None:
    (path,) = (project / ".contractchain" / "deployments").glob("*-*.json")
    document = json.loads(path.read_text())
    (project / "contracts" / "Till.sol").write_text("contract Till {}")
    document["deployments"][0]["sources"] = {"contracts/Till.sol": "00"}
    path.write_text(json.dumps(document))
    ended = till("call", "Till", "limit")
    assert ended.out == "100\n"
    assert "`contracts/Till.sol` changed since `Till@1` was deployed" in ended.err


def test_other_code_at_the_address_is_told(till, project) -> None:
    (path,) = (project / ".contractchain" / "deployments").glob("*-*.json")
    document = json.loads(path.read_text())
    document["deployments"][0]["runtime_code_hash"] = "0x" + "11" * 32
    path.write_text(json.dumps(document))
    ended = till("call", "Till", "limit")
    assert ended.out == "100\n"
    assert "is not what was deployed as `Till@1`" in ended.err
    assert till("call", "Till", "limit", "--json").document["warnings"]


def test_a_transaction_is_shown_with_its_call(till) -> None:
    sent = till("send", "Till", "setLevel", "-5")
    ended = till("tx", sent.field("transaction"))
    assert ended.field("call") == "setLevel(level_: -5)"
    assert ended.field("from") == f"{ACCOUNT0} (account0)"
    assert ended.field("to").endswith("(Till@1)")


def test_a_transaction_shows_what_the_function_returns(till) -> None:
    till("send", "Till", "setLevel", "-5")
    ended = till("send", "Till", "setLevel", "6")
    assert ended.field("returns") == "before: -5"
    document = till("send", "Till", "setLevel", "7", "--json").document
    assert document["returns"] == [{"name": "before", "type": "int256", "value": "6"}]


def test_everything_is_there_again_in_a_new_process(till, process, engine: str) -> None:
    till("send", "Till", "setLevel", "9")
    ended = process("call", "Till", "level", CTC_ENGINE=engine)
    assert (ended.status, ended.out, ended.err) == (0, "9\n", "")


def test_a_private_key_from_the_environment_signs(
    project: Path, ctc, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "0x" + "11" * 32
    monkeypatch.setenv("CTC_PRIVATE_KEY", key)
    ended = ctc("deploy", "Till", "1", "x")
    assert ended.status == 1
    assert "insufficient funds" in ended.err
    assert key not in ended.err
    assert ctc("deploy", "Till", "1", "x", "--from", "account0").status == 0


def test_a_key_file_signs_once_its_password_is_known(
    project: Path, ctc, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
    (project / "key.json").write_bytes(encode_key_file(private_key=first))
    unasked = ctc("deploy", "Till", "1", "x", "--from", "key.json")
    assert unasked.status == 2
    assert "CTC_KEYSTORE_PASSWORD" in unasked.err
    monkeypatch.setenv("CTC_KEYSTORE_PASSWORD", "wrong")
    refused = ctc("deploy", "Till", "1", "x", "--from", "key.json")
    assert refused.status == 2
    assert "the password does not open the key file" in refused.err
    monkeypatch.setenv("CTC_KEYSTORE_PASSWORD", PASSWORD)
    assert ctc("deploy", "Till", "1", "x", "--from", "./key.json").status == 0
    absent = ctc("deploy", "Till", "1", "x", "--from", "./none.json")
    assert absent.status == 2
    assert "none.json: cannot be read" in absent.err
