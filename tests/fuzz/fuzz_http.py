"""Damaged HTTP for a live node on the loopback: no 5xx, no traceback, and it keeps serving.

Usage: python tests/fuzz/fuzz_http.py [CONNECTIONS] [--seed N]

Each connection sends one to three requests, whole, damaged, cut into pieces or pipelined, and then
its end of file. Whatever comes back must be HTTP with a status below 500; nothing may be logged as
an error; after every hundred connections a good request is answered.
"""

import argparse
import asyncio
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any, TypeVar

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from mutation import damage_bytes  # noqa: E402

from contractchain.node import NodeConfig, open_local_chain  # noqa: E402
from contractchain.node.server import RpcServer  # noqa: E402
from contractchain.rpc.http_policy import HttpPolicy  # noqa: E402

Result = TypeVar("Result")

CALL = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
GOOD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(CALL), CALL)
SEEDS = (
    GOOD,
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'5;x=y\r\n{"jso\r\n0\r\nTrailer: x\r\n\r\n',
    b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n\r\n",
    b"GET /x?y HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n[]",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
)
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


class Errors(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


def make_bytes(random: Random) -> list[bytes]:
    """Return what one connection sends, in pieces."""
    data = b"".join(random.choice(SEEDS) for _ in range(random.choice((1, 1, 1, 2, 3))))
    if random.random() < 0.85:
        data = damage_bytes(random, data, SEEDS)
    if random.random() < 0.1:
        lines = data.split(b"\r\n")
        lines.insert(random.randrange(len(lines) + 1), random.choice(_HEADERS))
        data = b"\r\n".join(lines)
    if random.random() < 0.3 and data:
        at = random.randrange(len(data))
        return [data[:at], data[at:]]
    return [data]


_HEADERS = (
    b"Content-Length: -1",
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Transfer-Encoding: chunked, chunked",
    b"Host: a\r\nHost: b",
    b" folded",
    b"X: " + b"y" * 70_000,
    b"\x00: \xff",
    b"Content-Length: " + b"9" * 400,
)


async def talk(port: int, pieces: list[bytes]) -> bytes:
    """Send the pieces and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for number, piece in enumerate(pieces):
            if number:
                await asyncio.sleep(0)
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
        return await asyncio.wait_for(reader.read(), 60)
    except OSError:  # the other side closed first
        return b""
    finally:
        writer.close()


async def fuzz(port: int, connections: int, seed: int, errors: Errors) -> dict[int, int]:
    """Run; returns how often each status came."""
    statuses: dict[int, int] = {}
    began = time.perf_counter()
    for number in range(connections):
        pieces = make_bytes(Random(f"{seed}:{number}"))
        answer = await talk(port, pieces)
        found = [int(status) for status in STATUS.findall(answer)]
        for status in found:
            statuses[status] = statuses.get(status, 0) + 1
        if errors.found or any(status >= 500 for status in found):
            raise SystemExit(f"seed {seed}, {number}: {pieces!r}\n{answer!r}\n{errors.found}")
        if answer and not answer.startswith(b"HTTP/1."):
            raise SystemExit(f"seed {seed}, {number}: {pieces!r}\nis no HTTP: {answer!r}")
        if number % 100 == 99:
            body = (await talk(port, [GOOD])).partition(b"\r\n\r\n")[2]
            if json.loads(body)["result"] != "0x7a69":
                raise SystemExit(f"seed {seed}, after {number}: a good request got {body!r}")
        if number % 5_000 == 4_999:
            rate = (number + 1) / (time.perf_counter() - began)
            print(f"{number + 1:,} connections, {rate:.0f} per second", flush=True)
    return statuses


def run(connections: int, seed: int) -> dict[int, int]:
    """Start a node, fuzz it, and return how often each status came."""
    return with_node(lambda port, errors: fuzz(port, connections, seed, errors))


def with_node(
    attack: Callable[[int, Errors], Coroutine[Any, Any, Result]], policy: HttpPolicy | None = None
) -> Result:
    """Return what comes of an attack on the port of a new node; given is what it logs, too."""
    errors = Errors()
    logging.getLogger().addHandler(errors)
    try:
        with (
            open_local_chain(NodeConfig(data_dir=None)) as node,
            RpcServer(node, port=0, policy=policy) as server,
        ):
            return asyncio.run(attack(server.port, errors))
    finally:
        logging.getLogger().removeHandler(errors)


def parse_arguments(description: str) -> argparse.Namespace:
    """Return `connections` and `seed`."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("connections", type=int, nargs="?", default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    options = parse_arguments(__doc__)
    statuses = run(options.connections, options.seed)
    shown = ", ".join(f"{count:,} times {status}" for status, count in sorted(statuses.items()))
    print(f"{options.connections:,} connections: {shown}; no 5xx, nothing logged as an error")


if __name__ == "__main__":
    main()
