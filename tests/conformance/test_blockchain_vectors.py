"""BlockchainTests of ethereum/tests: whole chains, valid and invalid, under every fork.

Invalid blocks must be refused with an error of ours, valid ones accepted, and the head must be
the one the test names. Chains that pass the DAO fork are left out: that change of state outside
all rules is not built.
"""

import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chain_cases import opened_chain
from contractchain.chain.dev_genesis import build_dev_config
from contractchain.codec.block import decode_block
from contractchain.errors import ContractChainError, EngineError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import ChainConfig, Fork, Genesis, GenesisAccount

ARCHIVE = Path(os.environ.get("CTC_VECTORS", "../shared/vectors")) / "ethereum-tests.tar.xz"
FOLDER = "BlockchainTests/"
FORKS = {
    "Frontier": Fork.FRONTIER,
    "Homestead": Fork.HOMESTEAD,
    "EIP150": Fork.TANGERINE_WHISTLE,
    "EIP158": Fork.SPURIOUS_DRAGON,
    "Byzantium": Fork.BYZANTIUM,
    "Constantinople": Fork.CONSTANTINOPLE,
    "ConstantinopleFix": Fork.PETERSBURG,
    "Istanbul": Fork.ISTANBUL,
    "Berlin": Fork.BERLIN,
    "London": Fork.LONDON,
    "ArrowGlacier": Fork.LONDON,
    "GrayGlacier": Fork.LONDON,
    "Paris": Fork.PARIS,
    "Merge": Fork.PARIS,
    "Shanghai": Fork.SHANGHAI,
    "Cancun": Fork.CANCUN,
    "Prague": Fork.PRAGUE,
    "Osaka": Fork.OSAKA,
}


@cache
def read_cases() -> dict[str, list[dict[str, Any]]]:
    """Return the cases of each folder of the suite."""
    cases: dict[str, list[dict[str, Any]]] = {}
    with tarfile.open(ARCHIVE) as files:
        for member in files:
            position = member.name.find(FOLDER)
            if position < 0 or not member.name.endswith(".json"):
                continue
            file = files.extractfile(member)
            assert file is not None
            folder = str(Path(member.name[position + len(FOLDER) :]).parent)
            for name, case in json.load(file).items():
                if isinstance(case, dict) and "network" in case:
                    cases.setdefault(folder, []).append(case | {"name": name})
    return cases


def list_folders() -> list[str]:
    """Return the folders of the suite; nothing is parsed while tests are collected."""
    if not ARCHIVE.exists():
        return ["none"]
    with tarfile.open(ARCHIVE) as files:
        names = [name for name in files.getnames() if FOLDER in name and name.endswith(".json")]
    return sorted({str(Path(name[name.find(FOLDER) + len(FOLDER) :]).parent) for name in names})


def to_config(network: str) -> ChainConfig | None:
    """Return the schedule that a name like `BerlinToLondonAt5` stands for."""
    if network in FORKS:
        return replace(build_dev_config(1, FORKS[network]), extra={"ethash": {}})
    first, rest = network.split("To")
    second, at = rest.split("At")
    if second not in FORKS:
        return None
    start = FORKS[first]
    config = build_dev_config(1, FORKS[second])
    if at.startswith("Diff"):
        return replace(config, terminal_total_difficulty=int(at[4:], 16), extra={"ethash": {}})
    if at.startswith("Time"):
        time = int(at[4:].replace("k", "000"))
        return replace(
            config,
            timestamps=tuple((f, 0 if f <= start else time) for f, _ in config.timestamps),
            blob_schedules=tuple(
                (0 if start >= Fork.CANCUN and index == 0 else time, schedule)
                for index, (_, schedule) in enumerate(config.blob_schedules)
            ),
        )
    number = int(at)
    return replace(
        config,
        blocks=tuple((f, 0 if f <= start else number) for f, _ in config.blocks),
        extra={"ethash": {}},
    )


def to_bytes(text: str, size: int | None = None) -> bytes:
    digits = text[2:]
    data = bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)
    return data if size is None else data.rjust(size, b"\x00")


def to_genesis(case: dict[str, Any], config: ChainConfig) -> Genesis:
    header = decode_block(to_bytes(case["genesisRLP"])).header
    alloc = {
        to_bytes(address): GenesisAccount(
            balance=int(account["balance"], 16),
            nonce=int(account["nonce"], 16),
            code=to_bytes(account["code"]),
            storage=tuple(
                sorted((to_bytes(k, 32), to_bytes(v, 32)) for k, v in account["storage"].items())
            ),
        )
        for address, account in case["pre"].items()
    }
    return Genesis(
        config=config,
        alloc=tuple(sorted(alloc.items())),
        gas_limit=header.gas_limit,
        difficulty=header.difficulty,
        timestamp=header.timestamp,
        beneficiary=header.beneficiary,
        extra_data=header.extra_data,
        prev_randao=header.prev_randao,
        nonce=header.nonce,
        parent_hash=header.parent_hash,
        base_fee_per_gas=header.base_fee_per_gas,
        blob_gas_used=header.blob_gas_used,
        excess_blob_gas=header.excess_blob_gas,
        parent_beacon_block_root=header.parent_beacon_block_root,
    )


def find_faults(case: dict[str, Any], engine: ExecutionLayer) -> Iterator[str]:
    """Run a case; yield what did not go as it says."""
    config = to_config(case["network"])
    if config is None:
        return
    with opened_chain(engine, genesis=to_genesis(case, config), instant=False) as opened:
        if opened.chain.genesis_hash != to_bytes(case["genesisBlockHeader"]["hash"]):
            yield f"{case['name']}: another genesis hash"
        for position, block in enumerate(case["blocks"]):
            is_valid = "expectException" not in block and "blockHeader" in block
            try:
                opened.chain.import_block(to_bytes(block["rlp"]))
            except ContractChainError as error:
                if is_valid:
                    yield f"{case['name']}: block {position} refused: {error}"
            else:
                if not is_valid:
                    yield f"{case['name']}: block {position} accepted"
        if opened.chain.head().hash != to_bytes(case["lastblockhash"]):
            yield f"{case['name']}: another head"


@pytest.mark.skipif(not ARCHIVE.exists(), reason=f"{ARCHIVE} is not here; set CTC_VECTORS")
@pytest.mark.parametrize("folder", list_folders())
def test_chains_are_accepted_and_refused_as_the_vectors_say(
    folder: str, engine: ExecutionLayer
) -> None:
    faults: list[str] = []
    for case in read_cases()[folder]:
        try:
            faults += find_faults(case, engine)
        except EngineError as error:  # a fork that py-evm does not run
            assert "runs forks up to" in str(error)
    assert faults == []
