"""Block tests made here: what a run says of right and wrong ones, old and new."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contractchain.chain.dev_genesis import build_dev_config
from contractchain.chain.genesis import build_genesis_header
from contractchain.codec.block import encode_block, hash_header
from contractchain.conformance import CaseResult, Suite, Verdict, run_file
from contractchain.conformance.block_tests import find_expectations
from contractchain.errors import ConfigError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import EMPTY_TRIE_ROOT, Block, Fork, Genesis, Header

GENESIS = build_genesis_header(
    Genesis(
        config=build_dev_config(1, Fork.HOMESTEAD),
        alloc=(),
        gas_limit=5_000_000,
        difficulty=131_072,
        timestamp=1_000,
    ),
    EMPTY_TRIE_ROOT,
)
NAMES = {
    "parentHash": "parent_hash",
    "uncleHash": "uncles_hash",
    "coinbase": "beneficiary",
    "stateRoot": "state_root",
    "transactionsTrie": "transactions_root",
    "receiptTrie": "receipts_root",
    "bloom": "logs_bloom",
    "difficulty": "difficulty",
    "number": "number",
    "gasLimit": "gas_limit",
    "gasUsed": "gas_used",
    "timestamp": "timestamp",
    "extraData": "extra_data",
    "mixHash": "prev_randao",
    "nonce": "nonce",
}


def encode(header: Header) -> str:
    return "0x" + encode_block(Block(header=header, hash=hash_header(header))).hex()


def describe(header: Header) -> dict[str, str]:
    values = {key: getattr(header, name) for key, name in NAMES.items()}
    shown = {k: hex(v) if isinstance(v, int) else "0x" + v.hex() for k, v in values.items()}
    return shown | {"hash": "0x" + hash_header(header).hex()}


def make_test(**changes: Any) -> dict[str, Any]:
    """Return a chain whose first block has a gas limit that no header may have."""
    child = Header(
        parent_hash=hash_header(GENESIS),
        number=1,
        timestamp=1_010,
        difficulty=131_072,
        gas_limit=1,
        nonce=bytes(8),
    )
    test = {
        "network": "Homestead",
        "pre": {},
        "genesisBlockHeader": describe(GENESIS),
        "genesisRLP": encode(GENESIS),
        "lastblockhash": "0x" + hash_header(GENESIS).hex(),
        "blocks": [{"rlp": encode(child), "expectException": "InvalidGasLimit"}],
    }
    merged: dict[str, Any] = test | changes
    return {key: value for key, value in merged.items() if value is not None}


def expect(**expectations: str) -> list[dict[str, str]]:
    (block,) = make_test()["blocks"]
    return [{"rlp": block["rlp"]} | expectations]


def run(tmp_path: Path, engine: ExecutionLayer, test: dict[str, Any]) -> CaseResult:
    path = tmp_path / "test.json"
    path.write_text(json.dumps({"chain": test}), "utf-8")
    (result,) = run_file(Suite.BLOCK, path, engine)
    return result


def test_a_block_that_is_refused_for_the_right_reason_passes(
    tmp_path: Path, engine: ExecutionLayer
) -> None:
    assert run(tmp_path, engine, make_test()).verdict is Verdict.PASSED


def test_the_genesis_header_may_be_given_field_by_field(
    tmp_path: Path, engine: ExecutionLayer
) -> None:
    assert run(tmp_path, engine, make_test(genesisRLP=None)).verdict is Verdict.PASSED


def test_fields_that_do_not_come_to_the_hash_are_malformed(
    tmp_path: Path, engine: ExecutionLayer
) -> None:
    other = describe(replace(GENESIS, timestamp=1_001)) | {"hash": describe(GENESIS)["hash"]}
    with pytest.raises(ConfigError, match="hash"):
        run(tmp_path, engine, make_test(genesisRLP=None, genesisBlockHeader=other))


def test_a_missing_field_of_the_genesis_header_is_named(
    tmp_path: Path, engine: ExecutionLayer
) -> None:
    header = describe(GENESIS)
    del header["mixHash"]
    with pytest.raises(ConfigError, match="mixHash"):
        run(tmp_path, engine, make_test(genesisRLP=None, genesisBlockHeader=header))


@pytest.mark.parametrize("key", ["expectExceptionALL", "expectExceptionHomestead"])
def test_a_reason_may_be_given_for_all_networks_or_for_one(
    tmp_path: Path, engine: ExecutionLayer, key: str
) -> None:
    right = make_test(blocks=expect(**{key: "InvalidGasLimit"}))
    assert run(tmp_path, engine, right).verdict is Verdict.PASSED
    wrong = run(tmp_path, engine, make_test(blocks=expect(**{key: "InvalidNumber"})))
    assert (wrong.verdict, wrong.expected) == (Verdict.FAILED, "InvalidNumber")


def test_what_is_said_of_other_networks_does_not_count() -> None:
    block = {
        "rlp": "0x",
        "expectExceptionByzantium": "a",
        "expectExceptionEIP158": "b",
        "expectExceptionHomestead": "c",
    }
    assert find_expectations(block, "EIP158") == ["b"]
    assert find_expectations(block, "Frontier") == []


def test_a_block_without_a_header_is_invalid_for_whatever_reason(
    tmp_path: Path, engine: ExecutionLayer
) -> None:
    blocks = expect(expectExceptionByzantium="InvalidNumber")
    assert run(tmp_path, engine, make_test(blocks=blocks)).verdict is Verdict.PASSED


def test_a_seal_that_should_be_wrong_is_skipped(tmp_path: Path, engine: ExecutionLayer) -> None:
    blocks = expect(expectExceptionALL="InvalidBlockNonce")
    result = run(tmp_path, engine, make_test(blocks=blocks))
    assert result.verdict is Verdict.SKIPPED
    assert "seal" in result.reason


def test_another_head_fails(tmp_path: Path, engine: ExecutionLayer) -> None:
    result = run(tmp_path, engine, make_test(lastblockhash="0x" + "11" * 32))
    assert (result.verdict, result.reason) == (Verdict.FAILED, "another head")
