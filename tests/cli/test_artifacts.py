"""What other compilers write is deployed by name or path, whatever the format."""

import json
from pathlib import Path
from typing import Any

import pytest

TILL = json.loads((Path(__file__).parent / "project" / "Till.json").read_text())
CREATION = TILL["bytecode"]["object"]
RUNTIME = TILL["deployedBytecode"]["object"]


def write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


HARDHAT = {
    "_format": "hh-sol-artifact-1",
    "contractName": "Till",
    "sourceName": "contracts/Till.sol",
    "abi": TILL["abi"],
    "bytecode": "0x" + CREATION,
    "deployedBytecode": "0x" + RUNTIME,
    "linkReferences": {},
    "deployedLinkReferences": {},
}
STANDARD = {
    "contracts": {
        "Till.sol": {
            "Till": {
                "abi": TILL["abi"],
                "evm": {"bytecode": {"object": CREATION}, "deployedBytecode": {"object": RUNTIME}},
            }
        }
    }
}
VYPER = {
    "Till.vy": {
        "abi": TILL["abi"],
        "bytecode": "0x" + CREATION,
        "bytecode_runtime": "0x" + RUNTIME,
        "method_identifiers": {"limit()": "0xa4d66daf"},
    },
    "version": "0.4.2",
}


@pytest.mark.parametrize(
    ("place", "document", "reference"),
    [
        ("out/Till.sol/Till.json", TILL, "Till"),
        ("artifacts/contracts/Till.sol/Till.json", HARDHAT, "Till"),
        ("solc-output.json", STANDARD, "solc-output.json:Till"),
        ("build/Till.json", VYPER, "build/Till.json"),
    ],
    ids=["foundry", "hardhat", "solc", "vyper"],
)
def test_an_artifact_deploys(
    directory: Path, ctc, place: str, document: dict[str, Any], reference: str
) -> None:
    write(directory / place, document)
    ended = ctc("deploy", reference, "100", "corner shop")
    assert ended.status == 0, ended.err
    assert ctc("call", "Till", "title").out == "corner shop\n"


def test_an_artifact_that_must_be_linked_is_refused(directory: Path, ctc) -> None:
    linked = {"Lib.sol": {"Lib": [{"start": 1, "length": 20}]}}
    write(directory / "out" / "Till.json", {**HARDHAT, "linkReferences": linked})
    ended = ctc("deploy", "Till", "1", "x")
    assert ended.status == 2
    assert "`Till` must be linked with `Lib`" in ended.err


def test_a_contract_that_the_file_does_not_hold_is_answered_with_what_it_holds(
    directory: Path, ctc
) -> None:
    other = {"Helper": STANDARD["contracts"]["Till.sol"]["Till"]}
    contracts = {"Till.sol": {**STANDARD["contracts"]["Till.sol"], **other}}
    write(directory / "output.json", {"contracts": contracts})
    ended = ctc("deploy", "output.json:Tll", "1", "x")
    assert ended.status == 1
    assert "declares no contract `Tll`" in ended.err
    assert "did you mean `Till`?" in ended.err
    ended = ctc("deploy", "output.json", "1", "x")
    assert ended.status == 2
    assert "may mean" in ended.err
