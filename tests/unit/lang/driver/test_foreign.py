"""Artifacts of other compilers are read, and what is none is refused with a typed error."""

import json
from pathlib import Path

import pytest

from contractchain.errors import DecodeError, NotFoundError
from contractchain.lang.driver.foreign import load_artifacts, parse_artifacts

ABI = [{"type": "function", "name": "f", "inputs": [], "outputs": [], "stateMutability": "view"}]
LIBRARY = "__$0123456789012345678901234567890123$__"


def test_solc_standard_output_gives_every_contract() -> None:
    output = {
        "contracts": {
            "a.sol": {
                name: {
                    "abi": ABI,
                    "evm": {
                        "bytecode": {"object": "6001", "sourceMap": "1:2:3"},
                        "deployedBytecode": {"object": "60", "immutableReferences": {}},
                        "methodIdentifiers": {"f()": "26121ff0"},
                    },
                }
                for name in ("A", "B")
            }
        }
    }
    first, second = parse_artifacts(json.dumps(output), name="x")
    assert (first.name, second.name, first.source_name) == ("A", "B", "a.sol")
    assert (first.init_code, first.runtime_code) == (b"\x60\x01", b"\x60")
    assert first.method_identifiers == {"f()": "26121ff0"}


def test_a_foundry_file_is_named_by_its_metadata() -> None:
    document = {
        "abi": ABI,
        "bytecode": {"object": "0x6001", "linkReferences": {}},
        "deployedBytecode": {"object": "0x60"},
        "methodIdentifiers": {"f()": "26121ff0"},
        "metadata": {
            "compiler": {"version": "0.8.30"},
            "settings": {"compilationTarget": {"src/A.sol": "A"}},
        },
    }
    (artifact,) = parse_artifacts(json.dumps(document), name="other")
    assert (artifact.name, artifact.source_name) == ("A", "src/A.sol")
    assert artifact.compiler == "solc 0.8.30"


def test_a_foundry_file_without_metadata_is_named_by_the_file(tmp_path: Path) -> None:
    path = tmp_path / "Thing.json"
    path.write_text(json.dumps({"abi": ABI, "bytecode": {"object": "0x"}}))
    (artifact,) = load_artifacts(path)
    assert artifact.name == "Thing"


def test_a_hardhat_artifact_has_its_codes_as_text() -> None:
    document = {
        "_format": "hh-sol-artifact-1",
        "contractName": "A",
        "sourceName": "contracts/A.sol",
        "abi": ABI,
        "bytecode": "0x6001",
        "deployedBytecode": "0x60",
        "linkReferences": {},
        "deployedLinkReferences": {},
    }
    (artifact,) = parse_artifacts(json.dumps(document), name="x")
    assert (artifact.name, artifact.source_name) == ("A", "contracts/A.sol")
    assert artifact.init_code == b"\x60\x01"


def test_vyper_combined_json_is_read() -> None:
    document = {
        "version": "0.4.3",
        "a/Thing.vy": {
            "abi": ABI,
            "bytecode": "0x6001",
            "bytecode_runtime": "0x60",
            "method_identifiers": {"f()": "0x26121ff0"},
        },
    }
    (artifact,) = parse_artifacts(json.dumps(document), name="x")
    assert (artifact.name, artifact.compiler) == ("Thing", "vyper 0.4.3")
    assert artifact.method_identifiers == {"f()": "26121ff0"}


def test_places_of_libraries_are_zeroed() -> None:
    references = {"L.sol": {"L": [{"start": 1, "length": 20}]}}
    document = {
        "abi": [],
        "bytecode": {"object": "0x73" + LIBRARY + "00", "linkReferences": references},
    }
    (artifact,) = parse_artifacts(json.dumps(document), name="A")
    assert artifact.init_code == b"\x73" + bytes(21)
    assert artifact.link_references == references


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"abi": 5, "bytecode": 7}', '{"contracts": {"a": {"B": 1}}}',
     '{"abi": [], "bytecode": {"object": "0xzz"}}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_artifact_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_artifacts(text, name="A")


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        load_artifacts(tmp_path / "no.json")
