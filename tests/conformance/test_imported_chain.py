"""The chain of the execution-apis test suite: every fork, imported block by block.

54 blocks and 249 transactions from Frontier to the second blob-parameter fork. Every root, bloom
and fee of every block is compared on the way.
"""

import json
import os
import tarfile
from functools import cache
from pathlib import Path

import pytest

from chain_cases import opened_chain
from contractchain.chain.genesis_file import decode_genesis
from contractchain.codec.block import decode_block
from contractchain.codec.rlp import decode, encode
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Fork

ARCHIVE = Path(os.environ.get("CTC_VECTORS", "../shared/vectors")) / "execution-apis.tar.xz"


@cache
def read_archive() -> tuple[bytes, list[bytes], bytes]:
    """Return the genesis file, the encoded blocks and the hash of the head."""
    with tarfile.open(ARCHIVE) as files:
        found = {}
        for member in files.getmembers():
            if Path(member.name).name in ("genesis.json", "chain.rlp", "headfcu.json"):
                file = files.extractfile(member)
                assert file is not None
                found[Path(member.name).name] = file.read()
    head = json.loads(found["headfcu.json"])["params"][0]["headBlockHash"]
    return found["genesis.json"], split(found["chain.rlp"]), bytes.fromhex(head[2:])


def split(data: bytes) -> list[bytes]:
    """Split a file of RLP lists, one after the other."""
    blocks = []
    while data:
        length = data[0] - 0xF7
        size = 1 + length + int.from_bytes(data[1 : 1 + length], "big")
        blocks.append(data[:size])
        data = data[size:]
    return blocks


@pytest.mark.skipif(not ARCHIVE.exists(), reason=f"{ARCHIVE} is not here; set CTC_VECTORS")
def test_a_chain_through_every_fork_is_imported(engine: ExecutionLayer) -> None:
    genesis_file, blocks, head_hash = read_archive()
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
