"""Block tests in the form of execution-spec-tests: a chain built here, written as such a file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chain_cases import CHAIN_ID, GWEI, accounts, opened_chain
from contractchain.chain.fees import GAS_PER_BLOB
from contractchain.chain.genesis_config import to_schedule_json
from contractchain.chain.system_contracts import system_accounts
from contractchain.codec.block import decode_block, encode_block, hash_header
from contractchain.conformance.block_tests import run_block_file
from contractchain.conformance.networks import BLOBS, find_network
from contractchain.conformance.results import CaseResult, Verdict
from contractchain.conformance.suites import find_test_files
from contractchain.errors import ConfigError
from contractchain.execution import create_engine
from contractchain.interfaces.consensus import BuildAttributes
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Block, Fork, Genesis, GenesisAccount
from contractchain.types.fork import BlobSchedule
from evm_builders import ACCOUNTS, blob, sign

NETWORK = "OsakaToBPO1AtTime15k"
BEFORE, AFTER = 14_988, 15_000
TOO_MANY = "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"


@pytest.fixture(scope="module")
def native() -> ExecutionLayer:
    return create_engine("revm")


@pytest.fixture(scope="module")
def document(native: ExecutionLayer) -> dict[str, Any]:
    """A chain with twelve blobs in the first block of BPO1, three more than Osaka allows."""
    return _write_document(native, BLOBS["BPO1"])


@pytest.fixture
def path(tmp_path: Path, document: dict[str, Any]) -> Iterator[Path]:
    file = tmp_path / "blobs.json"
    file.write_text(json.dumps({"a test": document}), "utf-8")
    yield file


def test_a_chain_across_a_bpo_fork_passes(path: Path, native: ExecutionLayer) -> None:
    (result,) = run_block_file(path, native)
    assert (result.verdict, result.fork) == (Verdict.PASSED, NETWORK), result


def test_the_blob_schedule_of_the_file_is_the_one_in_force(
    path: Path, document: dict[str, Any], native: ExecutionLayer
) -> None:
    small = document | {"config": _config(_small())}
    (result,) = _run(path, small, native)
    assert result.verdict is Verdict.FAILED
    assert "exceeds 6 blobs" in result.reason


def test_a_block_that_must_be_refused_may_have_one_of_several_reasons(
    path: Path, document: dict[str, Any], native: ExecutionLayer
) -> None:
    first, second = document["blocks"]
    bad = {
        "rlp": _damage(first["rlp"]),
        "expectException": f"BlockException.INVALID_GAS_USED|{TOO_MANY}",
        "rlp_decoded": {"blockHeader": {}},
        "blocknumber": "1",
    }
    (result,) = _run(path, document | {"blocks": [bad, first, second]}, native)
    assert result.verdict is Verdict.PASSED, result
    bad["expectException"] = "BlockException.INVALID_STATE_ROOT"
    (result,) = _run(path, document | {"blocks": [bad, first, second]}, native)
    assert result.verdict is Verdict.FAILED
    assert "for another reason" in result.reason


def test_an_unknown_network_is_skipped_and_said_so(
    path: Path, document: dict[str, Any], native: ExecutionLayer
) -> None:
    (result,) = _run(path, document | {"network": "BPO2ToAmsterdamAtTime15k"}, native)
    assert result.verdict is Verdict.SKIPPED
    assert "BPO2ToAmsterdamAtTime15k" in result.reason


@pytest.mark.parametrize("extra", [{}, {"preHash": "0x00"}], ids=["engine", "engine_x"])
def test_tests_of_the_engine_api_are_refused_with_the_folder_to_take(
    path: Path, document: dict[str, Any], native: ExecutionLayer, extra: dict[str, Any]
) -> None:
    other = {k: v for k, v in document.items() if k not in ("blocks", "genesisRLP")}
    with pytest.raises(ConfigError) as caught:
        _run(path, other | {"engineNewPayloads": []} | extra, native)
    assert "Engine API" in str(caught.value)
    assert "blockchain_tests" in str(caught.value.hint)


def test_the_index_of_a_release_is_no_test(path: Path) -> None:
    hidden = path.parent / ".meta"
    hidden.mkdir()
    (hidden / "index.json").write_text("{}", "utf-8")
    assert find_test_files([path.parent]) == (path,)


def _run(path: Path, document: dict[str, Any], engine: ExecutionLayer) -> list[CaseResult]:
    path.write_text(json.dumps({"a test": document}), "utf-8")
    return list(run_block_file(path, engine))


def _small() -> BlobSchedule:
    return BlobSchedule(target=3, max=6, base_fee_update_fraction=5_007_716)


def _config(bpo1: BlobSchedule) -> dict[str, Any]:
    schedules = {**BLOBS, "BPO1": bpo1}
    names = ("Cancun", "Prague", "Osaka", "BPO1")
    return {
        "network": NETWORK,
        "chainid": hex(CHAIN_ID),
        "blobSchedule": {
            name: {key: hex(value) for key, value in to_schedule_json(schedules[name]).items()}
            for name in names
        },
    }


def _write_document(engine: ExecutionLayer, bpo1: BlobSchedule) -> dict[str, Any]:
    network = find_network(NETWORK, chain_id=CHAIN_ID, schedules={"BPO1": bpo1})
    assert network is not None
    alloc = dict(system_accounts(Fork.OSAKA))
    alloc |= {account.address: GenesisAccount(balance=10**20) for account in accounts()[:2]}
    genesis = Genesis(
        config=network.config, alloc=tuple(sorted(alloc.items())), timestamp=BEFORE - 12
    )
    blocks: list[Block] = []
    with opened_chain(engine, genesis=genesis, instant=False) as opened:
        first = opened.chain.find_block(0)
        assert first is not None
        for timestamp in (BEFORE, AFTER):
            if timestamp == AFTER:
                fees = {"max_fee_per_gas": 50 * GWEI, "max_priority_fee_per_gas": GWEI}
                raws = [
                    sign(blob(0, 6, max_fee_per_blob_gas=GWEI, **fees), account)
                    for account in ACCOUNTS[:2]
                ]
                assert not [r for r in opened.chain.submit(raws) if isinstance(r, Exception)]
            block = opened.chain.build(BuildAttributes(timestamp=timestamp))
            opened.chain.set_head(block.hash)
            blocks.append(block)
    assert blocks[1].header.blob_gas_used == 12 * GAS_PER_BLOB
    return {
        "network": NETWORK,
        "config": _config(bpo1),
        "pre": {
            "0x" + address.hex(): {
                "nonce": hex(account.nonce),
                "balance": hex(account.balance),
                "code": "0x" + account.code.hex(),
                "storage": {},
            }
            for address, account in alloc.items()
        },
        "genesisBlockHeader": {"hash": "0x" + first.hash.hex()},
        "genesisRLP": "0x" + encode_block(first).hex(),
        "blocks": [
            {"rlp": "0x" + encode_block(block).hex(), "blockHeader": {}, "blocknumber": str(number)}
            for number, block in enumerate(blocks, 1)
        ],
        "lastblockhash": "0x" + blocks[-1].hash.hex(),
        "sealEngine": "NoProof",
        "_info": {"fixture-format": "blockchain_test", "hash": "0x00"},
    }


def _damage(rlp: str) -> str:
    block = decode_block(bytes.fromhex(rlp[2:]))
    header = replace(block.header, gas_used=block.header.gas_used + 1)
    return "0x" + encode_block(replace(block, header=header, hash=hash_header(header))).hex()
