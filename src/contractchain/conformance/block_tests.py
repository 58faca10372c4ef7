"""Block tests: a chain from its genesis on, with valid and invalid blocks.

Every valid block must be taken and every invalid one refused for the reason given; in the end the
head must be the block that the file names. Seals of proof of work are not checked: a case that
wants a block refused for its seal is skipped.

Older files are read as well: those that give the genesis header field by field and not as RLP, and
those with a reason for each network (`expectExceptionByzantium`, `expectExceptionALL`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contractchain.chain import Chain
from contractchain.chain.json_fields import Fields
from contractchain.codec.block import decode_block, hash_header
from contractchain.conformance.expectations import explain_mismatch, name_error
from contractchain.conformance.headers import parse_header
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

KEYS = ("network", "pre", "blocks", "genesisBlockHeader")
EXPECTATION = "expectException"
SEAL_FAULT = "InvalidBlockNonce"
"""Name of retesteth for a seal of proof of work that is wrong."""
SEAL_REASON = "the seal of proof of work is not checked"


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
        finding = _find_fault(case, engine)
    except EngineError as error:
        finding = _Finding(reason=str(error), verdict=Verdict.SKIPPED)
    if finding is None:
        return CaseResult(name=case.name, fork=case.network, verdict=Verdict.PASSED, path=path)
    return CaseResult(
        name=case.name,
        fork=case.network,
        verdict=finding.verdict,
        reason=finding.reason,
        expected=finding.expected,
        actual=finding.actual,
        path=path,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What did not go as the file says, or why that cannot be told."""

    reason: str
    expected: str = ""
    actual: str = ""
    verdict: Verdict = Verdict.FAILED


def _find_fault(case: BlockCase, engine: ExecutionLayer) -> _Finding | None:
    with open_memory_chain(case.genesis, engine) as chain:
        if chain.genesis_hash != case.genesis_hash:
            return _Finding(
                reason="another genesis",
                expected=_show(case.genesis_hash),
                actual=_show(chain.genesis_hash),
            )
        for place, block in enumerate(case.blocks):
            finding = _import(chain, place, block, case.network)
            if finding is not None:
                return finding
        head = chain.head().hash
        if head != case.last_block_hash:
            return _Finding(
                reason="another head", expected=_show(case.last_block_hash), actual=_show(head)
            )
    return None


def find_expectations(block: dict[str, Any], network: str) -> list[str]:
    """Return the reasons for which a block is to be refused on a network.

    Args:
        block: Entry of `blocks`.
        network: Name of the network; what the entry says of others does not count.
    """
    keys = (EXPECTATION, EXPECTATION + "ALL", EXPECTATION + network)
    return [str(block[key]) for key in keys if key in block]


def _import(chain: Chain, place: int, block: dict[str, Any], network: str) -> _Finding | None:
    fields = Fields(block, key=f"blocks.{place}")
    expectations = find_expectations(block, network)
    wanted = "|".join(expectations)
    if wanted == SEAL_FAULT:
        return _Finding(reason=SEAL_REASON, verdict=Verdict.SKIPPED)
    is_valid = not expectations and "blockHeader" in block
    try:
        _adopt(chain, _rlp(fields))
    except EngineError:
        raise
    except ValidationError as error:
        if is_valid:
            return _Finding(
                reason=f"block {place} refused: {error}", expected="valid", actual=name_error(error)
            )
        mismatch = explain_mismatch(wanted, error) if expectations else None
        if mismatch is None:
            return None
        return _Finding(
            reason=f"block {place} {mismatch}", expected=wanted, actual=name_error(error)
        )
    except ContractChainError as error:
        return _Finding(
            reason=f"block {place}: {error}",
            expected="valid" if is_valid else "invalid",
            actual=error.code,
        )
    if is_valid:
        return None
    return _Finding(reason=f"block {place} accepted", expected=wanted or "invalid", actual="valid")


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
    header = _parse_genesis_header(test)
    accounts = parse_accounts(get_object(test, "pre"))
    return BlockCase(
        name=name,
        network=get_text(test, "network"),
        genesis=build_genesis(header, accounts, config),
        genesis_hash=get_bytes(get_object(test, "genesisBlockHeader"), "hash", size=32),
        blocks=tuple(get_list(test, "blocks")),
        last_block_hash=get_bytes(test, "lastblockhash", size=32),
    )


def _parse_genesis_header(test: Fields) -> Header:
    """Return the header of the genesis block, from its encoding or from its fields."""
    encoded = test.find_bytes("genesisRLP")
    if encoded is not None:
        return decode_block(encoded).header
    given = get_object(test, "genesisBlockHeader")
    header = parse_header(given)
    if hash_header(header) != get_bytes(given, "hash", size=32):
        raise given.fault("hash", "is not that of the other fields")
    return header


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
