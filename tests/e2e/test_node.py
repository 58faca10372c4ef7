"""The node over the wire: batches, mining modes, snapshots, and what it refuses."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.e2e.rpc_client import Rpc, RpcError

from contractchain.node import LocalNode
from contractchain.node.server import RpcServer
from contractchain.rpc.methods import METHODS


@pytest.fixture
def rpc(server: RpcServer) -> Iterator[Rpc]:
    client = Rpc(server.url)
    yield client
    client.close()


def transfer(rpc: Rpc, **fields: Any) -> dict[str, Any]:
    alice, bob = rpc("eth_accounts")[:2]
    return {"from": alice, "to": bob, "value": "0x1"} | fields


def test_the_receipt_is_there_when_the_hash_is_returned(rpc: Rpc) -> None:
    for _ in range(20):
        sent = rpc("eth_sendTransaction", transfer(rpc))
        assert rpc("eth_getTransactionReceipt", sent)["status"] == "0x1"


def test_a_batch_of_500_unsigned_transactions_loses_none(rpc: Rpc) -> None:
    request = transfer(rpc, gas="0x5208")
    batch = [
        {"jsonrpc": "2.0", "id": i, "method": "eth_sendTransaction", "params": [request]}
        for i in range(500)
    ]
    answers = rpc.exchange(batch)
    assert [a["id"] for a in answers] == list(range(500))
    hashes = {a["result"] for a in answers}
    assert len(hashes) == 500
    assert rpc("eth_getTransactionCount", request["from"], "latest") == hex(500)
    assert all(rpc("eth_getTransactionReceipt", h)["status"] == "0x1" for h in list(hashes)[:20])


def test_mining_on_demand_leaves_transactions_pending(rpc: Rpc) -> None:
    rpc("evm_setAutomine", False)
    sent = rpc("eth_sendTransaction", transfer(rpc))
    assert rpc("eth_getTransactionReceipt", sent) is None
    assert rpc("eth_getTransactionByHash", sent)["blockNumber"] is None
    alice = rpc("eth_accounts")[0]
    assert rpc("eth_getTransactionCount", alice, "latest") == "0x0"
    assert rpc("eth_getTransactionCount", alice, "pending") == "0x1"
    rpc("evm_mine")
    assert rpc("eth_getTransactionReceipt", sent)["blockNumber"] == "0x1"
    rpc("evm_setAutomine", True)
    sent = rpc("eth_sendTransaction", transfer(rpc))
    assert rpc("eth_getTransactionReceipt", sent)["blockNumber"] == "0x2"


def test_blocks_come_at_an_interval_once_it_is_set(rpc: Rpc) -> None:
    rpc("evm_setIntervalMining", 1)
    deadline = time.monotonic() + 10
    while int(rpc("eth_blockNumber"), 16) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    rpc("evm_setIntervalMining", 0)
    stopped = rpc("eth_blockNumber")
    assert int(stopped, 16) >= 2
    time.sleep(1.3)
    assert rpc("eth_blockNumber") == stopped


def test_time_travels(rpc: Rpc) -> None:
    rpc("evm_mine")
    before = int(rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    rpc("evm_increaseTime", 3600)
    rpc("evm_mine")
    after = int(rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    assert 3590 <= after - before <= 3610
    rpc("evm_setNextBlockTimestamp", after + 100)
    rpc("evm_mine")
    assert int(rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16) == after + 100
    with pytest.raises(RpcError) as caught:
        rpc("evm_setNextBlockTimestamp", after)
    assert caught.value.code == -32602


def test_a_snapshot_restores_head_base_fee_pool_and_filters(rpc: Rpc) -> None:
    rpc("evm_setAutomine", False)
    waiting = rpc("eth_sendTransaction", transfer(rpc))
    block_filter = rpc("eth_newBlockFilter")
    snapshot = rpc("evm_snapshot")
    head, fee = rpc("eth_getBlockByNumber", "latest", False), rpc("eth_gasPrice")
    rpc("anvil_mine", 30)
    rpc("eth_sendTransaction", transfer(rpc))
    assert rpc("eth_gasPrice") != fee
    assert len(rpc("eth_getFilterChanges", block_filter)) == 30
    assert rpc("evm_revert", snapshot) is True
    assert rpc("eth_getBlockByNumber", "latest", False) == head
    assert rpc("eth_gasPrice") == fee
    assert rpc("eth_getTransactionReceipt", waiting) is None
    assert rpc("eth_getTransactionCount", rpc("eth_accounts")[0], "pending") == "0x1"
    assert rpc("eth_getFilterChanges", block_filter) == []
    rpc("evm_mine")
    assert rpc("eth_getTransactionReceipt", waiting)["blockNumber"] == "0x1"
    assert len(rpc("eth_getFilterChanges", block_filter)) == 1


def test_a_stale_snapshot_is_an_error_that_changes_nothing(rpc: Rpc) -> None:
    first = rpc("evm_snapshot")
    rpc("evm_mine")
    second = rpc("evm_snapshot")
    rpc("evm_revert", first)
    head = rpc("eth_getBlockByNumber", "latest", False)
    for stale in (second, first, "0x99"):
        with pytest.raises(RpcError) as caught:
            rpc("evm_revert", stale)
        assert caught.value.code == -32602
        assert rpc("eth_getBlockByNumber", "latest", False) == head


def test_many_connections_at_once_lose_nothing(server: RpcServer, node: LocalNode) -> None:
    from contractchain.codec.transaction import encode_transaction, sign_transaction
    from contractchain.types import DynamicFeeTransaction

    count = 40
    faults: list[BaseException] = []

    def send(place: int) -> None:
        account = node.accounts[place]
        client = Rpc(server.url)
        try:
            for nonce in range(count):
                unsigned = DynamicFeeTransaction(
                    chain_id=31337,
                    nonce=nonce,
                    max_priority_fee_per_gas=1,
                    max_fee_per_gas=10**10,
                    gas_limit=21_000,
                    to=bytes(20),
                )
                raw = encode_transaction(sign_transaction(unsigned, account.private_key))
                sent = client("eth_sendRawTransaction", "0x" + raw.hex())
                assert client("eth_getTransactionReceipt", sent) is not None
        except (RpcError, OSError, AssertionError) as error:
            faults.append(error)
        finally:
            client.close()

    threads = [threading.Thread(target=send, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for place in range(8):
        assert node.chain.state.get_next_nonce(node.accounts[place].address) == count


def test_a_body_over_the_limit_is_refused_and_the_node_keeps_serving(
    rpc: Rpc, server: RpcServer
) -> None:
    status, _ = rpc.post(b"x" * 6_000_000)
    assert status == 413
    rpc.close()
    again = Rpc(server.url)
    assert again("eth_chainId") == "0x7a69"
    again.close()


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_foreign_host_or_origin_is_refused(rpc: Rpc, headers: dict[str, str]) -> None:
    assert rpc.post(b"{}", headers)[0] == 403
    assert rpc("eth_chainId") == "0x7a69"


def test_deep_json_and_huge_batches_are_refused(rpc: Rpc) -> None:
    deep = b'{"id":1,"method":"eth_call","params":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    assert json.loads(rpc.post(deep)[1])["error"]["code"] == -32700
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    assert rpc.exchange([call] * 1001)["error"]["code"] == -32600
    assert rpc("eth_chainId") == "0x7a69"


def test_slow_clients_do_not_keep_others_waiting(rpc: Rpc, server: RpcServer) -> None:
    sockets = []
    for _ in range(50):
        slow = socket.create_connection((server.host, server.port))
        slow.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        sockets.append(slow)
    started = time.monotonic()
    assert rpc("eth_chainId") == "0x7a69"
    assert time.monotonic() - started < 5
    for slow in sockets:
        slow.close()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(max_size=10)
    | st.binary(max_size=40).map(lambda b: "0x" + b.hex())
    | st.sampled_from(["latest", "pending", "0x0", "0x" + "00" * 20, "0x" + "11" * 32]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["from", "to", "data", "gas", "value", "fromBlock", "topics", "address"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
SLOW = {"anvil_mine", "hardhat_mine", "evm_setIntervalMining", "anvil_setIntervalMining"}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(method=st.sampled_from(sorted(set(METHODS) - SLOW)), params=st.lists(JSON, max_size=3))
def test_no_parameters_break_the_node(rpc: Rpc, method: str, params: list[Any]) -> None:
    answer = rpc.exchange({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    assert ("result" in answer) != ("error" in answer)
    if "error" in answer:
        assert answer["error"]["code"] != -32603, answer
        assert "Traceback" not in answer["error"]["message"]
