"""A node with known behaviour: it answers JSON-RPC from memory and stalls or forgets on request.

Run as a program, in a process of its own, so that it does not share the harness's loop:
`python fake_node.py PORT '{"freeze_at": 1.0, "freeze_for": 2.0, "drop_every": 100}'`.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httptools
import rlp
from eth_hash.auto import keccak

COUNTER = "0x" + "c0" * 20


@dataclass
class FakeNode:
    """The chain of the fake: one block every `block_time` seconds, no execution."""

    freeze_at: float = -1.0
    """Seconds after the first load transaction at which everything stops answering."""
    freeze_for: float = 0.0
    drop_every: int = 0
    """Every n-th transaction is acknowledged and forgotten."""
    reject_every: int = 0
    revert_every: int = 0
    block_time: float = 0.1
    null: bool = False
    """Acknowledge without keeping anything."""
    blocks: list[list[bytes]] = field(default_factory=lambda: [[]])
    pending: list[bytes] = field(default_factory=list)
    known: dict[bytes, int] = field(default_factory=dict)
    reverted: set[bytes] = field(default_factory=set)
    seen: int = 0
    first: float = 0.0
    count: int = 0

    def answer(self, method: str, params: list[Any]) -> Any:
        return getattr(self, method)(*params)

    def web3_clientVersion(self) -> str:
        return "fake"

    def eth_chainId(self) -> str:
        return hex(31337)

    def eth_blockNumber(self) -> str:
        return hex(len(self.blocks) - 1)

    def eth_getBlockByNumber(self, number: str, _full: bool) -> Any:
        index = len(self.blocks) - 1 if number == "latest" else int(number, 16)
        return {
            "number": hex(index),
            "transactions": ["0x" + h.hex() for h in self.blocks[index]],
            "gasUsed": hex(26_000 * len(self.blocks[index])),
            "gasLimit": hex(30_000_000),
            "timestamp": hex(index),
            "baseFeePerGas": hex(7),
        }

    def eth_getTransactionCount(self, *_: Any) -> str:
        return "0x0"

    def eth_getBalance(self, *_: Any) -> str:
        return hex(10**24)

    def eth_estimateGas(self, *_: Any) -> str:
        return hex(26_000)

    def eth_call(self, *_: Any) -> str:
        return "0x" + self.count.to_bytes(32, "big").hex()

    def eth_sendRawTransaction(self, raw: str) -> str:
        data = bytes.fromhex(raw[2:])
        digest = keccak(data)
        fields = rlp.decode(data[1:])
        if not fields[5]:  # the deployment
            self.blocks.append([digest])
            self.known[digest] = len(self.blocks) - 1
            return "0x" + digest.hex()
        self.seen += 1
        self.first = self.first or time.monotonic()
        if self.reject_every and self.seen % self.reject_every == 0:
            raise ValueError("nonce too low")
        if self.drop_every and self.seen % self.drop_every == 0:
            return "0x" + digest.hex()
        if self.revert_every and self.seen % self.revert_every == 0:
            self.reverted.add(digest)
        self.pending.append(digest)
        return "0x" + digest.hex()

    def eth_getTransactionReceipt(self, digest: str) -> Any:
        key = bytes.fromhex(digest[2:])
        return self.receipt(key) if key in self.known else None

    def eth_getTransactionByHash(self, digest: str) -> Any:
        key = bytes.fromhex(digest[2:])
        return {"hash": digest} if key in self.known or key in self.pending else None

    def eth_getBlockReceipts(self, number: str) -> Any:
        return [self.receipt(h) for h in self.blocks[int(number, 16)]]

    def receipt(self, digest: bytes) -> Any:
        return {
            "transactionHash": "0x" + digest.hex(),
            "status": "0x0" if digest in self.reverted else "0x1",
            "gasUsed": hex(26_000),
            "contractAddress": COUNTER,
        }

    def is_frozen(self) -> bool:
        since = time.monotonic() - self.first
        return bool(self.first) and self.freeze_at <= since < self.freeze_at + self.freeze_for

    async def mine(self) -> None:
        while True:
            await asyncio.sleep(self.block_time)
            if self.is_frozen() or not self.pending:
                continue
            block, self.pending = self.pending, []
            self.blocks.append(block)
            for digest in block:
                self.known[digest] = len(self.blocks) - 1
            self.count += sum(digest not in self.reverted for digest in block)


class Server(asyncio.Protocol):
    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.body = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        body, self.body = self.body, b""
        if self.node.is_frozen():
            left = self.node.first + self.node.freeze_at + self.node.freeze_for - time.monotonic()
            asyncio.get_running_loop().call_later(left, self.reply, body)
        else:
            self.reply(body)

    def reply(self, body: bytes) -> None:
        if self.node.null and b"eth_sendRaw" in body and self.node.seen > 0:
            content = b'{"jsonrpc":"2.0","id":1,"result":"0x00"}'
        else:
            document = json.loads(body)
            many = isinstance(document, list)
            answers = [self.one(call) for call in (document if many else [document])]
            content = json.dumps(answers if many else answers[0]).encode()
        if not self.transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content)
            self.transport.write(head + content)

    def one(self, call: dict[str, Any]) -> dict[str, Any]:
        try:
            result = self.node.answer(call["method"], call["params"])
        except ValueError as error:
            return {"id": call["id"], "error": {"code": -32000, "message": str(error)}}
        return {"jsonrpc": "2.0", "id": call["id"], "result": result}


async def serve(port: int, options: dict[str, Any]) -> None:
    node = FakeNode(**options)
    server = await asyncio.get_running_loop().create_server(lambda: Server(node), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.wait_for(node.mine(), timeout=120)


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(int(sys.argv[1]), json.loads(sys.argv[2])))
