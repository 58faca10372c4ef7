"""Many transactions that become ready at once, over RPC: they are mined, all of them."""

from collections.abc import Iterator

import pytest
from tests.e2e.rpc_client import Rpc

from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.crypto import Account
from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.node.server import RpcServer
from contractchain.types import DynamicFeeTransaction

PER_SENDER = 200
BLOCK_GAS = 2_100_000
"""Room for 100 transfers."""


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None, gas_limit=BLOCK_GAS)) as opened:
        yield opened


@pytest.fixture
def rpc(node: LocalNode) -> Iterator[Rpc]:
    with RpcServer(node, port=0) as server:
        client = Rpc(server.url)
        yield client
        client.close()


def transfer(account: Account, nonce: int) -> str:
    unsigned = DynamicFeeTransaction(
        chain_id=31337,
        nonce=nonce,
        max_priority_fee_per_gas=1,
        max_fee_per_gas=10**12,
        gas_limit=21_000,
        to=bytes(20),
    )
    return "0x" + encode_transaction(sign_transaction(unsigned, account.private_key)).hex()


def send_batch(rpc: Rpc, raws: list[str]) -> list[str]:
    batch = [
        {"jsonrpc": "2.0", "id": place, "method": "eth_sendRawTransaction", "params": [raw]}
        for place, raw in enumerate(raws)
    ]
    return [answer["result"] for answer in rpc.exchange(batch)]


def check_all_mined(rpc: Rpc, node: LocalNode, hashes: list[str]) -> None:
    blocks = {int(rpc("eth_getTransactionReceipt", h)["blockNumber"], 16) for h in hashes}
    assert len(blocks) >= len(hashes) * 21_000 // BLOCK_GAS
    assert len(node.chain.pool) == 0


def test_reversed_nonces_are_mined_when_the_first_arrives(rpc: Rpc, node: LocalNode) -> None:
    alice = node.accounts[0]
    raws = [transfer(alice, nonce) for nonce in reversed(range(PER_SENDER))]
    hashes = send_batch(rpc, raws[:-1])
    assert rpc("eth_blockNumber") == "0x0"
    hashes += send_batch(rpc, raws[-1:])
    check_all_mined(rpc, node, hashes)


def test_what_waited_is_mined_when_automine_is_switched_on(rpc: Rpc, node: LocalNode) -> None:
    rpc("evm_setAutomine", False)
    hashes: list[str] = []
    for account in node.accounts[:4]:
        hashes += send_batch(rpc, [transfer(account, nonce) for nonce in range(PER_SENDER)])
    assert rpc("eth_blockNumber") == "0x0"
    rpc("evm_setAutomine", True)
    check_all_mined(rpc, node, hashes)
