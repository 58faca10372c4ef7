"""The chain of the execution-apis test suite: every fork, imported block by block.

54 blocks and 249 transactions from Frontier to the second blob-parameter fork. Every root, bloom
and fee of every block is compared on the way.
"""

import json
from functools import cache

import pytest
from tests.conformance.vectors import find_execution_apis

from chain_cases import opened_chain
from contractchain.chain.genesis_file import decode_genesis
from contractchain.codec.block import decode_block
from contractchain.codec.rlp import decode, encode
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Fork

FOLDER = find_execution_apis()


@cache
def read_chain() -> tuple[bytes, list[bytes], bytes]:
    """Return the genesis file, the encoded blocks and the hash of the head."""
    assert FOLDER is not None
    head = json.loads((FOLDER / "headfcu.json").read_bytes())["params"][0]["headBlockHash"]
    blocks = split((FOLDER / "chain.rlp").read_bytes())
    return (FOLDER / "genesis.json").read_bytes(), blocks, bytes.fromhex(head[2:])


def split(data: bytes) -> list[bytes]:
    """Split a file of RLP lists, one after the other."""
    blocks = []
    while data:
        length = data[0] - 0xF7
        size = 1 + length + int.from_bytes(data[1 : 1 + length], "big")
        blocks.append(data[:size])
        data = data[size:]
    return blocks


@pytest.mark.skipif(FOLDER is None, reason="execution-apis is not here; set CTC_VECTORS")
def test_a_chain_through_every_fork_is_imported(engine: ExecutionLayer) -> None:
    genesis_file, blocks, head_hash = read_chain()
    genesis = decode_genesis(genesis_file)
    if engine.name == "py-evm":  # which ends with Prague
        osaka = dict(genesis.config.timestamps)[Fork.OSAKA]
        blocks = [raw for raw in blocks if decode_block(raw).header.timestamp < osaka]
    with opened_chain(engine, genesis=genesis, instant=False) as opened:
        for raw in blocks:
            opened.chain.import_block(raw)
        assert opened.chain.head().number == len(blocks)
        if engine.name != "py-evm":
            assert (len(blocks), opened.chain.head().hash) == (54, head_hash)
        for number, raw in enumerate(blocks, 1):
            assert opened.chain.blocks.get_encoded(number) == raw
            assert encode(decode(raw)) == raw
            receipts = opened.chain.blocks.get_receipts(number)
            assert (
                sum(r.gas_used for r in receipts) == opened.chain.blocks.get_header(number).gas_used
            )
