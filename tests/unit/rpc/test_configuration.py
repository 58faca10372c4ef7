"""eth_config and eth_capabilities of a development chain."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher
from contractchain.rpc.methods import METHODS


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None, automine=False)) as opened:
        yield opened


def ask(node: LocalNode, method: str, *params: Any) -> Any:
    """Return the result, or the error."""

    async def answer() -> Any:
        context = RpcContext(
            chain=node.chain,
            accounts=node.accounts,
            mining=node.consensus,
            client_version="test",
        )
        try:
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            return json.loads(await Dispatcher(context, METHODS).handle(json.dumps(body).encode()))
        finally:
            context.close()

    response = asyncio.run(answer())
    return response.get("result", response.get("error"))


def test_the_rules_of_the_chain_are_told(node: LocalNode) -> None:
    config = ask(node, "eth_config")
    assert (config["next"], config["last"]) == (None, None)
    current = config["current"]
    assert (current["activationTime"], current["chainId"]) == (0, hex(31337))
    assert current["blobSchedule"] == {"baseFeeUpdateFraction": 5007716, "max": 9, "target": 6}
    assert current["precompiles"]["MODEXP"] == "0x" + "5".rjust(40, "0")
    assert "P256VERIFY" not in current["precompiles"]
    assert len(current["systemContracts"]) == 5
    assert ask(node, "eth_capabilities")["head"]["number"] == "0x0"
