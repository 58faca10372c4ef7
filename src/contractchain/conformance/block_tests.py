"""Block tests: a chain from its genesis on, with valid and invalid blocks.

Every valid block must be taken and every invalid one refused for the reason given; in the end the
head must be the block that the file names. Seals of proof of work are not checked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contractchain.chain import Chain
from contractchain.chain.json_fields import Fields
from contractchain.codec.block import decode_block
from contractchain.conformance.expectations import explain_mismatch, name_error
from contractchain.conformance.memory_chain import open_memory_chain
from contractchain.conformance.networks import find_network
from contractchain.conformance.results import CaseResult, Verdict
from contractchain.conformance.values import (
    get_bytes,
    get_list,
    get_object,
    get_text,
    parse_accounts,
    parse_blob_schedules,
    parse_chain_id,
    read_cases,
)
from contractchain.errors import ContractChainError, DecodeError, EngineError, ValidationError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Address, ChainConfig, Genesis, GenesisAccount, Hash32, Header

KEYS = ("network", "pre", "blocks", "genesisRLP")
EXPECTATION = "expectException"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCase:
    """One chain."""

    name: str
    network: str
    genesis: Genesis
    genesis_hash: Hash32
    blocks: tuple[dict[str, Any], ...]
    last_block_hash: Hash32


def run_block_file(
    path: Path, engine: ExecutionLayer, fork_name: str | None = None
) -> Iterator[CaseResult]:
    """Run the cases of a file, or those of one network.

    Raises:
        ConfigError: the file is malformed.
    """
    for name, test in read_cases(path, KEYS):
        network_name = get_text(test, "network")
        if fork_name is not None and network_name != fork_name:
            continue
        network = find_network(
            network_name,
            chain_id=parse_chain_id(test),
            schedules=parse_blob_schedules(test),
        )
        if network is None:
            yield CaseResult(
                name=name,
                fork=network_name,
                verdict=Verdict.SKIPPED,
                reason=f"network `{network_name}` is not built",
                path=str(path),
            )
            continue
        yield run_block_case(_parse_case(name, test, network.config), engine, str(path))


def run_block_case(case: BlockCase, engine: ExecutionLayer, path: str = "") -> CaseResult:
    """Run a case on a chain in memory."""
    try:
        fault = _find_fault(case, engine)
    except EngineError as error:
        return CaseResult(
            name=case.name,
            fork=case.network,
            verdict=Verdict.SKIPPED,
            reason=str(error),
            path=path,
        )
    reason, expected, actual = fault or ("", "", "")
    return CaseResult(
        name=case.name,
        fork=case.network,
        verdict=Verdict.PASSED if fault is None else Verdict.FAILED,
        reason=reason,
        expected=expected,
        actual=actual,
        path=path,
    )


def _find_fault(case: BlockCase, engine: ExecutionLayer) -> tuple[str, str, str] | None:
    """Return what did not go as the file says: the reason, what was expected, what came."""
    with open_memory_chain(case.genesis, engine) as chain:
        if chain.genesis_hash != case.genesis_hash:
            return "another genesis", _show(case.genesis_hash), _show(chain.genesis_hash)
        for place, block in enumerate(case.blocks):
            fault = _import(chain, place, block)
            if fault is not None:
                return fault
        head = chain.head().hash
        if head != case.last_block_hash:
            return "another head", _show(case.last_block_hash), _show(head)
    return None


def _import(chain: Chain, place: int, block: dict[str, Any]) -> tuple[str, str, str] | None:
    fields = Fields(block, key=f"blocks.{place}")
    expectations = [str(v) for k, v in block.items() if k.startswith(EXPECTATION)]
    is_valid = not expectations and "blockHeader" in block
    try:
        _adopt(chain, _rlp(fields))
    except EngineError:
        raise
    except ValidationError as error:
        if is_valid:
            return f"block {place} refused: {error}", "valid", name_error(error)
        if not expectations:
            return None
        mismatch = explain_mismatch("|".join(expectations), error)
        if mismatch is None:
            return None
        return f"block {place} {mismatch}", "|".join(expectations), name_error(error)
    except ContractChainError as error:
        return f"block {place}: {error}", "valid" if is_valid else "invalid", error.code
    if is_valid:
        return None
    return f"block {place} accepted", "|".join(expectations) or "invalid", "valid"


def _adopt(chain: Chain, encoded: bytes) -> None:
    """Import a block; one of proof of stake becomes the head.

    After the merge nothing in a block says which branch is the chain. The vectors take each new
    block for the choice of the consensus layer.
    """
    block = decode_block(encoded)
    is_known = chain.find_block(block.hash) is not None
    chain.import_block(encoded)
    if block.header.difficulty == 0 and not is_known:
        chain.set_head(block.hash)


def _rlp(fields: Fields) -> bytes:
    text = get_text(fields, "rlp")
    if len(text) % 2:
        raise DecodeError("an odd number of hex digits", what="block")
    return get_bytes(fields, "rlp")


def _parse_case(name: str, test: Fields, config: ChainConfig) -> BlockCase:
    header = decode_block(get_bytes(test, "genesisRLP")).header
    accounts = parse_accounts(get_object(test, "pre"))
    return BlockCase(
        name=name,
        network=get_text(test, "network"),
        genesis=build_genesis(header, accounts, config),
        genesis_hash=get_bytes(get_object(test, "genesisBlockHeader"), "hash", size=32),
        blocks=tuple(get_list(test, "blocks")),
        last_block_hash=get_bytes(test, "lastblockhash", size=32),
    )


def build_genesis(
    header: Header, accounts: dict[Address, GenesisAccount], config: ChainConfig
) -> Genesis:
    """Return the genesis that has a given header."""
    return Genesis(
        config=config,
        alloc=tuple(sorted(accounts.items())),
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


def _show(value: bytes) -> str:
    return "0x" + value.hex()
