"""Blob transactions with their blobs are taken if the proofs hold, and mined without them.

Blobs here are constant polynomials: their commitment is a multiple of the generator, and all proofs
are the point at infinity. Random blobs with proofs by other libraries: `tests/e2e/test_blobs.py`.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from contractchain.codec.blob_sidecar import hash_commitment
from contractchain.codec.rlp import encode, wrap_list
from contractchain.codec.transaction import encode_transaction, hash_transaction, sign_transaction
from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher
from contractchain.rpc.methods import CONCURRENT, METHODS
from contractchain.types import BlobTransaction

INFINITY = b"\xc0" + bytes(47)
GENERATOR = bytes.fromhex(
    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
)
ZEROS = bytes(131_072)
ONES = (bytes(31) + b"\x01") * 4096
TOO_LARGE = b"\xff" * 131_072
"""Its numbers are no field elements."""


class Rpc:
    """A node without a socket."""

    def __init__(self, node: LocalNode) -> None:
        self.node = node
        self.context = RpcContext(
            chain=node.chain, accounts=node.accounts, mining=node.consensus, client_version="test"
        )
        self.dispatcher = Dispatcher(self.context, METHODS, None, CONCURRENT)

    def ask(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        answer = json.loads(asyncio.run(self.dispatcher.handle(body.encode())))
        return answer.get("result", answer.get("error"))

    def sign(self, *commitments: bytes) -> bytes:
        sender = self.node.accounts[0]
        fees = self.node.chain.suggest_fees()
        transaction = BlobTransaction(
            chain_id=31337,
            nonce=self.node.chain.state.get_next_nonce(sender.address),
            gas_limit=21_000,
            to=bytes(20),
            max_fee_per_gas=fees.max_fee_per_gas,
            max_priority_fee_per_gas=fees.max_priority_fee_per_gas,
            max_fee_per_blob_gas=10 * fees.blob_base_fee,
            blob_versioned_hashes=tuple(map(hash_commitment, commitments)),
        )
        return encode_transaction(sign_transaction(transaction, sender.private_key))


@pytest.fixture(scope="module")
def rpc() -> Iterator[Rpc]:
    """One for all: reading the trusted setup takes seconds."""
    with open_local_chain(NodeConfig(data_dir=None)) as node:
        made = Rpc(node)
        yield made
        made.context.close()


def wrap(raw: bytes, *rest: Any) -> str:
    return "0x03" + wrap_list(raw[1:] + b"".join(map(encode, rest))).hex()


def test_blobs_are_verified_and_the_transaction_is_mined_without_them(rpc: Rpc) -> None:
    raw = rpc.sign(GENERATOR, INFINITY)
    sent = wrap(raw, [ONES, ZEROS], [GENERATOR, INFINITY], [INFINITY] * 2)
    answer = rpc.ask("eth_sendRawTransaction", sent)
    assert answer == "0x" + hash_transaction(raw).hex()
    assert rpc.ask("eth_getTransactionReceipt", answer)["blobGasUsed"] == hex(2 * 131_072)
    assert rpc.ask("debug_getRawTransaction", answer) == "0x" + raw.hex()

    raw = rpc.sign(GENERATOR, INFINITY)
    sent = wrap(raw, b"\x01", [ONES, ZEROS], [GENERATOR, INFINITY], [INFINITY] * 256)
    assert rpc.ask("eth_sendRawTransaction", sent) == "0x" + hash_transaction(raw).hex()

    raw = rpc.sign(GENERATOR)
    for blob, proof in (
        (ZEROS, INFINITY),
        (ONES, GENERATOR),
        (ONES, bytes(48)),
        (TOO_LARGE, INFINITY),
    ):
        for versions, before in (((), 0), ((b"\x01",), 127)):
            proofs = [INFINITY] * before + [proof]
            sent = wrap(raw, *versions, [blob], [GENERATOR], proofs)
            assert rpc.ask("eth_sendRawTransaction", sent) == {
                "code": -32003,
                "message": "the KZG proofs of the blobs do not hold",
            }


def test_a_verifier_that_was_killed_is_started_again(rpc: Rpc) -> None:
    for _ in range(2):
        raw = rpc.sign(INFINITY)
        sent = wrap(raw, [ZEROS], [INFINITY], [INFINITY])
        assert rpc.ask("eth_sendRawTransaction", sent) == "0x" + hash_transaction(raw).hex()
        process = rpc.context.kzg._process
        assert process is not None
        process.kill()
        process.wait(10)


def test_other_blobs_than_are_named_are_refused(rpc: Rpc) -> None:
    sent = wrap(rpc.sign(GENERATOR), [ZEROS], [INFINITY], [INFINITY])
    assert rpc.ask("eth_sendRawTransaction", sent) == {
        "code": -32003,
        "message": "commitment 0 is not the one that its hash names",
    }
