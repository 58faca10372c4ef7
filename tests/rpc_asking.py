"""JSON-RPC requests to a node in this process, without a server between."""

import asyncio
import json
from typing import Any

from contractchain.node import LocalNode
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher
from contractchain.rpc.methods import METHODS


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
