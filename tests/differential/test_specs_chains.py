"""Whole chains from Prague through Osaka to BPO2, built here and imported by EELS.

A block that EELS takes has every header field right by its rules, those between a block and its
parent included: base fee, excess of blob gas with its reserve price, limits of size and gas.
Skipped where EELS is not installed; see `execution_specs.py`.
"""

from bisect import bisect_right
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from execution_specs import Specs

from chain_cases import GWEI, LOGGER, START, Opened, accounts, make_genesis, make_raw, opened_chain
from contractchain.codec.block import encode_block, hash_header
from contractchain.conformance.networks import BLOBS
from contractchain.errors import ValidationError
from contractchain.execution import create_engine
from contractchain.interfaces.consensus import BuildAttributes
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Block, Fork, Genesis
from evm_builders import ACCOUNTS, authorize, blob, set_code, sign

BLOCKS = 24
EACH = 6
"""Blocks under each fork."""
NAMES = ("prague", "osaka", "bpo1", "bpo2")
STARTS = tuple(START + 12 * EACH * place for place in range(len(NAMES)))
DAMAGED = (
    *("base_fee_per_gas", "excess_blob_gas", "blob_gas_used", "gas_used", "gas_limit"),
    *("timestamp", "number", "difficulty", "state_root", "receipts_root", "requests_hash"),
    *("withdrawals_root", "transactions_root", "logs_bloom", "parent_beacon_block_root"),
)
DAMAGED_PLACES = (0, EACH, 2 * EACH, 3 * EACH, BLOCKS - 1)
DEPOSIT_CONTRACT = bytes.fromhex("00000000219ab540356cbb839cbe05303d7705fa")


@pytest.fixture(scope="module")
def native() -> ExecutionLayer:
    return create_engine("revm")


@pytest.fixture(scope="module", params=[0, 1])
def built(native: ExecutionLayer, request: pytest.FixtureRequest) -> tuple[Genesis, list[Block]]:
    """A chain of random blocks with a fork every few blocks."""
    genesis = _build_genesis()
    random = Random(request.param)
    blocks = []
    with opened_chain(native, genesis=genesis, instant=False) as opened:
        nonces = [0] * len(accounts())
        for number in range(BLOCKS):
            _submit(opened, random, nonces)
            attributes = BuildAttributes(timestamp=START + 12 * (number + 1))
            block = opened.chain.build(attributes)
            opened.chain.set_head(block.hash)
            blocks.append(block)
    return genesis, blocks


def test_a_chain_built_here_is_imported_as_specified(
    specs: Specs, native: ExecutionLayer, built: tuple[Genesis, list[Block]]
) -> None:
    genesis, blocks = built
    assert sum(block.header.blob_gas_used or 0 for block in blocks) > 0
    answer = _import(specs, native, genesis, [(block, []) for block in blocks])
    assert (answer["imported"], answer["error"]) == (BLOCKS, "")


def test_a_header_with_another_value_is_refused_by_both(
    specs: Specs, native: ExecutionLayer, built: tuple[Genesis, list[Block]]
) -> None:
    genesis, blocks = built
    offered = [
        (block, [_damage(block, name) for name in DAMAGED] if place in DAMAGED_PLACES else [])
        for place, block in enumerate(blocks)
    ]
    answer = _import(specs, native, genesis, offered)
    assert answer["imported"] == BLOCKS
    with opened_chain(native, genesis=genesis, instant=False) as opened:
        for (block, others), errors in zip(offered, answer["trials"], strict=True):
            for name, other, error in zip(DAMAGED, others, errors, strict=False):
                assert error, f"EELS takes another {name}"
                with pytest.raises(ValidationError):
                    opened.chain.import_block(encode_block(other))
            opened.chain.import_block(encode_block(block))
            opened.chain.set_head(block.hash)


def _damage(block: Block, name: str) -> Block:
    value = getattr(block.header, name)
    if name == "timestamp":
        changed = value - 12 * (EACH + 1)
    else:
        changed = value + 2**17 if isinstance(value, int) else value[:-1] + bytes((value[-1] ^ 1,))
    header = replace(block.header, **{name: changed})
    return replace(block, header=header, hash=hash_header(header))


def _build_genesis() -> Genesis:
    genesis = make_genesis(fork=Fork.OSAKA)
    times = dict(genesis.config.timestamps) | {Fork.OSAKA: STARTS[1]}
    blobs = [(0, BLOBS["Cancun"])] + [
        (start, BLOBS[name.upper() if "bpo" in name else name.title()])
        for start, name in zip(STARTS, NAMES, strict=True)
    ]
    config = replace(
        genesis.config,
        timestamps=tuple(times.items()),
        blob_schedules=tuple(blobs),
        deposit_contract=DEPOSIT_CONTRACT,
    )
    return replace(genesis, config=config)


def _submit(opened: Opened, random: Random, nonces: list[int]) -> None:
    results: list[object] = []
    for _ in range(random.randrange(5)):
        sender = random.randrange(3)
        kind = random.randrange(4)
        nonce = nonces[sender]
        if kind == 0:
            fields = {"max_fee_per_gas": 50 * GWEI, "max_priority_fee_per_gas": GWEI}
            raw = sign(
                blob(nonce, random.randrange(1, 7), max_fee_per_blob_gas=GWEI, **fields),
                ACCOUNTS[sender],
            )
        elif kind == 1:
            signed = authorize(ACCOUNTS[3], LOGGER, random.randrange(3))
            fields = {"max_fee_per_gas": 50 * GWEI, "max_priority_fee_per_gas": GWEI}
            raw = sign(set_code(nonce, signed, **fields), ACCOUNTS[sender])
        else:
            raw = make_raw(sender, nonce, to=LOGGER, data=random.randbytes(32), gas_limit=200_000)
        results.extend(opened.chain.submit([raw]))
        nonces[sender] += 1
    assert not [result for result in results if isinstance(result, Exception)]


def _import(
    specs: Specs,
    native: ExecutionLayer,
    genesis: Genesis,
    offered: list[tuple[Block, list[Block]]],
) -> dict[str, Any]:
    """Return what EELS says of blocks, each with others that are tried in its place."""
    with opened_chain(native, genesis=genesis, instant=False) as opened:
        first = opened.chain.find_block(0)
    assert first is not None
    document = {
        "chainId": genesis.config.chain_id,
        "depositContract": "0x" + DEPOSIT_CONTRACT.hex(),
        "genesis": "0x" + encode_block(first).hex(),
        "alloc": {
            "0x" + address.hex(): [
                account.nonce,
                hex(account.balance),
                "0x" + account.code.hex(),
                {"0x" + slot.hex(): "0x" + value.hex() for slot, value in account.storage},
            ]
            for address, account in genesis.alloc
        },
        "blocks": [
            [
                _name_fork(START + 12 * (place + 1)),
                encode_block(block).hex(),
                [encode_block(other).hex() for other in others],
            ]
            for place, (block, others) in enumerate(offered)
        ],
    }
    answer: dict[str, Any] = specs.ask("chain", document)
    return answer


def _name_fork(timestamp: int) -> str:
    return NAMES[bisect_right(STARTS, timestamp) - 1]
