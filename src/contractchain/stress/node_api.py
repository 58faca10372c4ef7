"""The few JSON-RPC calls that a campaign needs besides its load, on a connection of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from contractchain.errors import ContractChainError, EngineError
from contractchain.stress.wire import Connection, Target, WireError

BATCH = 100


@dataclass(eq=False)
class NodeError(ContractChainError):
    """The node under test does not answer, or answers with an error where none is expected."""

    code = "node"

    message: str
    rpc_code: int | None = None

    def describe(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSummary:
    """What is read of a block while the load runs."""

    number: int
    hashes: tuple[bytes, ...]
    gas_used: int
    gas_limit: int
    timestamp: int
    """Seconds, by the node's clock."""


class NodeApi:
    """Calls of one node, one at a time."""

    def __init__(self, target: Target) -> None:
        self._connection = Connection(target)
        self._next_id = 0

    async def call(self, method: str, *parameters: Any) -> Any:
        """Call one method.

        Raises:
            NodeError: no connection, or an error response.
        """
        answer = await self._exchange(self._request(method, parameters))
        return _result_of(answer, method)

    async def call_many(self, method: str, parameters: Sequence[Sequence[Any]]) -> list[Any]:
        """Call a method many times in batches; the results are in order.

        Raises:
            NodeError: no connection, or an error response to any of them.
        """
        results: list[Any] = []
        for start in range(0, len(parameters), BATCH):
            part = parameters[start : start + BATCH]
            answers = await self._exchange([self._request(method, p) for p in part])
            if not isinstance(answers, list) or len(answers) != len(part):
                raise NodeError(f"{method}: the node did not answer the whole batch")
            ordered = sorted(answers, key=lambda a: a.get("id", 0))
            results.extend(_result_of(answer, method) for answer in ordered)
        return results

    async def block_number(self) -> int:
        """Return the number of the head."""
        return int(await self.call("eth_blockNumber"), 16)

    async def get_blocks(self, first: int, last: int) -> list[BlockSummary]:
        """Return the blocks `first` to `last`, both included."""
        numbers = [[hex(number), False] for number in range(first, last + 1)]
        blocks = await self.call_many("eth_getBlockByNumber", numbers)
        return [
            BlockSummary(
                number=int(block["number"], 16),
                hashes=tuple(bytes.fromhex(h[2:]) for h in block["transactions"]),
                gas_used=int(block["gasUsed"], 16),
                gas_limit=int(block["gasLimit"], 16),
                timestamp=int(block["timestamp"], 16),
            )
            for block in blocks
            if block is not None
        ]

    async def get_receipts(self, block: BlockSummary) -> list[tuple[bytes, bool, int]]:
        """Return (hash, succeeded, gas used) of each transaction of a block."""
        try:
            receipts = await self.call("eth_getBlockReceipts", hex(block.number))
        except NodeError as error:
            if error.rpc_code != -32601:
                raise
            hashes = [["0x" + h.hex()] for h in block.hashes]
            receipts = await self.call_many("eth_getTransactionReceipt", hashes)
        return [
            (
                bytes.fromhex(receipt["transactionHash"][2:]),
                receipt["status"] == "0x1",
                int(receipt["gasUsed"], 16),
            )
            for receipt in receipts
        ]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _request(self, method: str, parameters: Sequence[Any]) -> dict[str, Any]:
        self._next_id += 1
        return {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": parameters}

    async def _exchange(self, document: Any) -> Any:
        try:
            return msgspec.json.decode(
                await self._connection.request(msgspec.json.encode(document))
            )
        except WireError as error:
            raise NodeError(str(error), hint="is the node running at this URL?") from error
        except msgspec.DecodeError as error:
            raise NodeError(f"the node's answer is not JSON: {error}") from error


def _result_of(answer: Any, method: str) -> Any:
    if not isinstance(answer, dict):
        raise EngineError(f"{method}: the node's answer is no JSON-RPC response")
    error = answer.get("error")
    if error is not None:
        raise NodeError(f"{method}: {error.get('message')}", rpc_code=error.get("code"))
    return answer.get("result")
