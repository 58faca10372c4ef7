"""Clients of others by WebSocket: ethers, web3.py and cast; and anvil's answers beside ours."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.anvil import run_anvil
from tests.e2e.conftest import require_node_package
from web3 import AsyncWeb3, WebSocketProvider

from contractchain.chain import LogFilter
from contractchain.client import NEW_HEADS, NEW_TRANSACTIONS, RemoteConnection, new_logs
from contractchain.client.subscriptions import Wanted
from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.node.server import RpcServer

HERE = Path(__file__).parent
TOPIC = "0x" + "00" * 31 + "aa"
INIT = "0x60015f5260aa60205fa100"
"""Init code that logs the number 1 with TOPIC."""


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None)) as opened:
        yield opened


@pytest.fixture
def url(node: LocalNode) -> Iterator[str]:
    with RpcServer(node, port=0) as serving:
        yield serving.url.replace("http", "ws", 1)


def test_ethers_hears_of_blocks_transactions_and_logs(url: str, node: LocalNode) -> None:
    packages = require_node_package("ethers")
    key = "0x" + node.accounts[0].private_key.hex()
    ended = subprocess.run(
        ["node", str(HERE / "ethers_websocket.js"), url, key, INIT, TOPIC],
        env={"NODE_PATH": str(packages), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)
    assert seen["blocks"][-2:] == [1, 2]
    assert seen["pending"] == seen["sent"]
    one = "0x" + "00" * 31 + "01"
    assert seen["logs"] == [{"block": n, "data": one, "removed": False} for n in (1, 2)]


def test_web3_py_hears_of_blocks_and_logs(url: str) -> None:
    async def listen() -> list[Any]:
        async with AsyncWeb3(WebSocketProvider(url)) as w3:
            heads = await w3.eth.subscribe("newHeads")
            logs = await w3.eth.subscribe("logs", {"topics": [TOPIC]})
            sender = (await w3.eth.accounts)[0]
            await w3.eth.send_transaction({"from": sender, "data": INIT, "gas": 100_000})
            found = {}
            async with asyncio.timeout(30):
                async for message in w3.socket.process_subscriptions():
                    found[message["subscription"]] = message["result"]
                    if len(found) == 2:
                        break
            assert await w3.eth.unsubscribe(heads)
            return [found[heads]["number"], found[logs]["topics"][0].hex()]

    assert asyncio.run(listen()) == [1, TOPIC[2:]]


def test_cast_sends_and_reads_by_websocket(url: str, node: LocalNode) -> None:
    cast = require_node_package("@foundry-rs/cast").parent / "node_modules" / ".bin" / "cast"
    key = "0x" + node.accounts[0].private_key.hex()

    def run(*arguments: str) -> str:
        ended = subprocess.run(
            [str(cast), arguments[0], "--rpc-url", url, *arguments[1:]],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    sent = json.loads(run("send", "--json", "--private-key", key, "--create", INIT))
    assert sent["status"] == "0x1"
    assert run("block-number") == "1"


@pytest.mark.parametrize(
    ("wanted", "extra"),
    [
        (NEW_HEADS, {"size", "totalDifficulty", "uncles", "transactions", "withdrawals"}),
        (NEW_TRANSACTIONS, set()),
        (new_logs(LogFilter()), {"blockTimestamp"}),
    ],
    ids=["newHeads", "newPendingTransactions", "logs"],
)
def test_notifications_have_the_fields_of_anvil_s(
    url: str, tmp_path: Path, wanted: Wanted[Any], extra: set[str]
) -> None:
    with run_anvil(tmp_path) as other:
        ours, theirs = (listen_once(place, wanted) for place in (url, other.replace("http", "ws")))
    if isinstance(ours, str):
        assert isinstance(theirs, str)
    else:
        assert set(ours) - extra == set(theirs) - extra


def listen_once(url: str, wanted: Wanted[Any]) -> Any:
    """Return the result of one notification as it is written, once our client has read it."""
    connection = RemoteConnection(url)
    raw: list[Any] = []

    def read(value: object) -> object:
        raw.append(value)
        return wanted.read(value)

    events = connection.subscribe(Wanted(wanted.parameters, read))
    sender = connection.request("eth_accounts")[0]
    connection.request("eth_sendTransaction", {"from": sender, "data": INIT, "gas": "0x186a0"})
    assert events.take(20) is not None
    connection.close()
    return raw[0]
