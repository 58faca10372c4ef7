"""Requests by WebSocket beside HTTP, and news to many subscribers, beside anvil in the same run.

Usage: python tests/bench/bench_websocket.py [--count N] [--blocks N] [--rounds N] [--anvil PATH]

`requests`: sixteen connections ask for the chain id, each as soon as its last answer is there; our
node by HTTP with kept connections, our node by WebSocket, anvil by WebSocket, in turns. CPU is what
the node's process used. `news`: a hundred connections subscribe to new heads; the time runs from
the request to mine a block until a subscriber has read its head. The loader frames and parses by
hand, the same for both nodes.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop
from bench_rpc import ANVIL, cpu_seconds, node

CONNECTIONS = 16
SUBSCRIBERS = 100
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
WAYS = (("contractchain", "http"), ("contractchain", "ws"), ("anvil", "ws"))


def request(method: str, *params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def by_http(body: bytes) -> bytes:
    head = b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return head + b"content-length: %d\r\n\r\n%b" % (len(body), body)


def by_websocket(body: bytes) -> bytes:
    """Return a text frame, masked with zeros."""
    size = len(body)
    head = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return b"\x81" + head + bytes(4) + body


async def read_http(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
    return await reader.readexactly(size)


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    while True:
        kind, size = await reader.readexactly(2)
        if size > 125:
            size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
        body = await reader.readexactly(size)
        if kind == 0x81:
            return body


async def dial(port: int, way: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    if way == "ws":
        writer.write(HANDSHAKE)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    return reader, writer


async def ask_in_turns(port: int, way: str, count: int) -> float:
    """Return how many requests were answered in a second."""
    read: Callable[[asyncio.StreamReader], Any] = read_frame if way == "ws" else read_http
    wrap = by_websocket if way == "ws" else by_http
    asked = wrap(request("eth_chainId"))
    connections = [await dial(port, way) for _ in range(CONNECTIONS)]

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(count // CONNECTIONS):
            writer.write(asked)
            assert b"result" in await read(reader)

    began = time.perf_counter()
    await asyncio.gather(*(ask(*connection) for connection in connections))
    seconds = time.perf_counter() - began
    for _, writer in connections:
        writer.close()
    return count / seconds


async def hear_of_blocks(port: int, blocks: int) -> list[float]:
    """Return, for each block and subscriber, the milliseconds until it was heard of."""
    subscribers = [await dial(port, "ws") for _ in range(SUBSCRIBERS)]
    for reader, writer in subscribers:
        writer.write(by_websocket(request("eth_subscribe", "newHeads")))
        assert b"result" in await read_frame(reader)
    reader, writer = await dial(port, "ws")
    delays: list[float] = []

    async def hear(subscriber: asyncio.StreamReader, began: float) -> None:
        assert b"eth_subscription" in await read_frame(subscriber)
        delays.append((time.perf_counter() - began) * 1000)

    for _ in range(blocks):
        began = time.perf_counter()
        writer.write(by_websocket(request("evm_mine")))
        await asyncio.gather(*(hear(subscriber, began) for subscriber, _ in subscribers))
        assert b"result" in await read_frame(reader)
    for _, other in (*subscribers, (reader, writer)):
        other.close()
    return delays


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--blocks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--anvil", type=Path, default=ANVIL)
    arguments = parser.parse_args()
    rates: dict[tuple[str, str], list[float]] = {way: [] for way in WAYS}
    costs: dict[tuple[str, str], list[float]] = {way: [] for way in WAYS}
    medians: dict[str, list[float]] = {"contractchain": [], "anvil": []}
    port = 18_900
    for _ in range(arguments.rounds):
        for kind, way in WAYS:
            port += 1
            with node(kind, 0, arguments.anvil, port) as pid:
                uvloop.run(ask_in_turns(port, way, 1_000))
                before = cpu_seconds(pid)
                rate = uvloop.run(ask_in_turns(port, way, arguments.count))
                cost = (cpu_seconds(pid) - before) / arguments.count * 1e6
                rates[kind, way].append(rate)
                costs[kind, way].append(cost)
                print(
                    f"requests {kind:14} {way:4} {rate:8.0f} per s; CPU {cost:4.0f} us", flush=True
                )
                if way == "ws":
                    delays = uvloop.run(hear_of_blocks(port, arguments.blocks))
                    found = statistics.quantiles(delays, n=100)
                    medians[kind].append(found[49])
                    print(
                        f"news     {kind:14} {SUBSCRIBERS} subscribers: median {found[49]:.2f} ms,"
                        f" p99 {found[98]:.2f} ms",
                        flush=True,
                    )
    middle = {way: statistics.median(found) for way, found in rates.items()}
    cost_of = {way: statistics.median(found) for way, found in costs.items()}
    ours, http, anvil = WAYS[1], WAYS[0], WAYS[2]
    print(f"requests: ws / http of ours {middle[ours] / middle[http]:.2f}", end=", ")
    print(f"CPU {cost_of[ours] / cost_of[http]:.2f}", end="; ")
    print(f"ours / anvil by ws {middle[ours] / middle[anvil]:.2f}", end=", ")
    print(f"CPU {cost_of[ours] / cost_of[anvil]:.2f}")
    delay = {kind: statistics.median(found) for kind, found in medians.items()}
    print(f"news: ours / anvil {delay['contractchain'] / delay['anvil']:.2f}")


if __name__ == "__main__":
    main()
