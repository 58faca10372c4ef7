"""ABI documents: signatures, selectors and what is refused."""

from typing import Any

import pytest

from contractchain.codec.abi import Mutability, parse_abi, parse_type
from contractchain.errors import ArgumentCountError, DecodeError

VOTER = {
    "name": "voter",
    "type": "tuple[2]",
    "internalType": "struct Ballot.Voter[2]",
    "components": [{"name": "a", "type": "address"}, {"name": "w", "type": "uint256[]"}],
}


@pytest.mark.parametrize(
    ("name", "inputs", "selector"),
    [
        ("transfer", ["address", "uint256"], "a9059cbb"),
        ("balanceOf", ["address"], "70a08231"),
        ("baz", ["uint32", "bool"], "cdcd77c0"),
        ("bar", ["bytes3[2]"], "fce353f6"),
        ("sam", ["bytes", "bool", "uint256[]"], "a5643bf2"),
    ],
)
def test_selectors_are_those_of_published_examples(
    name: str, inputs: list[str], selector: str
) -> None:
    entry = {"type": "function", "name": name, "inputs": [{"type": kind} for kind in inputs]}
    assert parse_abi([entry]).functions[0].selector.hex() == selector


def test_the_transfer_event_has_its_well_known_topic() -> None:
    kinds = ["address", "address", "uint256"]
    entry = {"type": "event", "name": "Transfer", "inputs": [{"type": kind} for kind in kinds]}
    topic = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    assert parse_abi([entry]).events[0].hash.hex() == topic


def test_tuples_are_written_out_in_signatures() -> None:
    entry = {"type": "function", "name": "f", "inputs": [VOTER]}
    function = parse_abi([entry]).functions[0]
    assert function.signature == "f((address,uint256[])[2])"
    assert function.declaration == "f((address,uint256[])[2] voter)"


@pytest.mark.parametrize(
    ("fields", "mutability"),
    [
        ({"stateMutability": "pure"}, Mutability.PURE),
        ({"constant": True}, Mutability.VIEW),
        ({"payable": True}, Mutability.PAYABLE),
        ({}, Mutability.NONPAYABLE),
    ],
)
def test_mutability_is_read_from_new_and_old_documents(
    fields: dict[str, Any], mutability: Mutability
) -> None:
    entry = {"type": "function", "name": "f", "inputs": [], **fields}
    assert parse_abi([entry]).functions[0].mutability is mutability


@pytest.mark.parametrize(
    "entry",
    [
        "text",
        {"type": "mystery"},
        {"type": "function"},
        {"type": "function", "name": "f", "inputs": [{"name": "a"}]},
        {"type": "function", "name": "f", "inputs": [{"type": "uint7"}]},
        {"type": "function", "name": "f", "inputs": "uint8"},
        {"type": "function", "name": "f", "inputs": ["uint8"]},
        {"type": "function", "name": "f", "stateMutability": "sometimes"},
        {"type": "function", "name": "f", "inputs": [{"type": "uint8" + "[1]" * 40}]},
        {"type": "function", "name": "f", "inputs": [{"type": "uint8[99999999][99999999]"}]},
        {"type": "function", "name": "f", "inputs": [{"type": "fixed128x18"}]},
    ],
)
def test_malformed_entries_are_refused(entry: object) -> None:
    with pytest.raises(DecodeError):
        parse_abi([entry])


def test_arguments_for_a_contract_without_constructor_are_refused() -> None:
    with pytest.raises(ArgumentCountError, match=r"`Counter\(\)` takes 0 arguments, 1 given"):
        parse_abi([]).encode_constructor([7], "Counter")


def test_type_aliases_are_canonical() -> None:
    assert [parse_type(name).canonical for name in ("uint", "int[]")] == ["uint256", "int256[]"]


@pytest.mark.parametrize("kind", [[], {}, 1, True, "receive "])
def test_a_kind_of_entry_that_there_is_not_is_refused(kind: object) -> None:
    with pytest.raises(DecodeError, match="is not a kind of entry"):
        parse_abi([{"type": kind}])
