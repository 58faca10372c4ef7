"""Damaged WebSocket frames for a live node: no traceback, no hang, and it keeps serving.

Usage: python tests/fuzz/fuzz_websocket.py [CONNECTIONS] [--seed N]

Each connection shakes hands, mostly well, and sends frames: requests, subscriptions, fragments,
pings and closes, whole, damaged, in any order and cut into pieces; then a good request, and its end
of file if the node does not end first. Whatever comes back must be HTTP with a status below 500, or
the handshake and whole unmasked frames of known kinds whose text is JSON-RPC; nothing may be logged
as an error; after every hundred connections a good request is answered.
"""

import asyncio
import json
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from fuzz_http import STATUS, Errors, parse_arguments, with_node  # noqa: E402
from mutation import damage_bytes  # noqa: E402

from contractchain.rpc.http_policy import HttpPolicy  # noqa: E402

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CALLS = tuple(
    json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    for method, params in (
        ("eth_chainId", []),
        ("eth_subscribe", ["newHeads"]),
        ("eth_subscribe", ["logs", {"topics": [None, []]}]),
        ("eth_subscribe", ["newPendingTransactions", True]),
        ("eth_unsubscribe", ["0x01"]),
        ("evm_mine", []),
    )
)
GOOD = b"\x81" + bytes((0x80 | len(CALLS[0]),)) + bytes(4) + CALLS[0]
BODIES = (*CALLS, b"[%b,%b]" % (CALLS[0], CALLS[1]), b"[]", b"{", b"\xff\xfe", b"")
TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
KINDS = {TEXT, CLOSE, PING, PONG}
MAX_BODY = 5_000


def make_frame(random: Random) -> bytes:
    """Return one frame, usually a right one."""
    kind = random.choices(
        (TEXT, BINARY, CONT, CLOSE, PING, PONG, random.randrange(16)), (40, 5, 2, 1, 5, 5, 1)
    )[0]
    body = random.choice(BODIES)
    if kind == CLOSE:
        body = random.choice((b"", struct.pack(">H", random.randrange(65536)) + b"why"))
    if random.random() < 0.02:
        body = bytes(random.randrange(MAX_BODY - 5, MAX_BODY + 5))
    bits = random.choices((0x80, 0, random.randrange(16) << 4), (60, 2, 1))[0]
    head = bytes((kind | bits,))
    size = len(body)
    if size < 126 and random.random() < 0.95:
        head += bytes((0x80 | size,))
    else:
        head += b"\xfe" + struct.pack(">H", size)
    key = random.randbytes(4)
    return head + key + bytes(byte ^ key[at % 4] for at, byte in enumerate(body))


def make_bytes(random: Random) -> list[bytes]:
    """Return what one connection sends, in pieces."""
    frames = b"".join(make_frame(random) for _ in range(random.randrange(8)))
    if random.random() < 0.5:
        frames = damage_bytes(random, frames, (b"\x81\xff" + b"\xff" * 8, b"\x88\x80\0\0\0\0"))
    shake = HANDSHAKE
    if random.random() < 0.15:
        shake = damage_bytes(random, HANDSHAKE, (HANDSHAKE, b"Sec-WebSocket-Extensions: x;y=\r\n"))
    data = shake + frames + GOOD
    if random.random() < 0.2:
        data += b"\x88\x80\0\0\0\0"
    places = sorted(random.randrange(len(data)) for _ in range(random.choice((0, 0, 1, 3))))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


async def talk(port: int, pieces: list[bytes]) -> bytes:
    """Send the pieces and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for number, piece in enumerate(pieces):
            if number:
                await asyncio.sleep(0)
            writer.write(piece)
            await writer.drain()
        answer = bytearray()
        wait_s = 0.02
        while True:
            try:
                piece = await asyncio.wait_for(reader.read(65536), wait_s)
            except TimeoutError:
                if wait_s > 1:
                    raise
                writer.write_eof()
                wait_s = 60
                continue
            if not piece:
                return bytes(answer)
            answer += piece
    except OSError:  # the other side closed first
        return b""
    finally:
        writer.close()


def read_frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and payload of each frame. Raises ValueError: they are not a server's."""
    at = 0
    while at < len(data):
        if len(data) - at < 2 or data[at + 1] >= 0x80 or data[at] & 0x70:
            raise ValueError(f"no frame at {at}")
        kind, size = data[at] & 15, data[at + 1]
        at += 2
        if size > 125:
            width = 2 if size == 126 else 8
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        if kind not in KINDS or at + size > len(data):
            raise ValueError(f"a frame of kind {kind} is not whole")
        yield kind, data[at : at + size]
        at += size


def judge(answer: bytes) -> Counter[str]:
    """Return what came. Raises ValueError: it may not be."""
    found: Counter[str] = Counter()
    head, blank, rest = answer.partition(b"\r\n\r\n")
    if not answer.startswith(b"HTTP/1.1 101 "):
        for status in STATUS.findall(answer):
            if status >= b"500":
                raise ValueError(f"status {status!r}")
            found[f"status {status.decode()}"] += 1
        return found
    if not blank or b"Sec-WebSocket-Accept: " not in head:
        raise ValueError("half a handshake")
    for kind, payload in read_frames(rest):
        if kind == TEXT:
            document = json.loads(payload)
            for item in document if isinstance(document, list) else [document]:
                found["error" if "error" in item else "answer"] += 1
                if item.get("error", {}).get("code") == -32603:
                    raise ValueError("an internal error")
        elif kind == CLOSE:
            found[f"close {int.from_bytes(payload[:2], 'big')}"] += 1
    return found


async def fuzz(port: int, connections: int, seed: int, errors: Errors) -> Counter[str]:
    """Run; returns how often each kind of answer came."""
    total: Counter[str] = Counter()
    began = time.perf_counter()
    for number in range(connections):
        pieces = make_bytes(Random(f"{seed}:{number}"))
        answer = await talk(port, pieces)
        try:
            total += judge(answer)
        except ValueError as error:
            raise SystemExit(f"seed {seed}, {number}: {pieces!r}\n{answer!r}\n{error}") from error
        if errors.found:
            raise SystemExit(f"seed {seed}, {number}: {pieces!r}\n{errors.found}")
        if number % 100 == 99 and b'"0x7a69"' not in await talk(port, [HANDSHAKE, GOOD]):
            raise SystemExit(f"seed {seed}, after {number}: a good request is not answered")
        if number % 5_000 == 4_999:
            rate = (number + 1) / (time.perf_counter() - began)
            print(f"{number + 1:,} connections, {rate:.0f} per second", flush=True)
    return total


def run(connections: int, seed: int) -> Counter[str]:
    """Start a node, fuzz it, and return how often each kind of answer came."""
    policy = HttpPolicy(max_body_bytes=MAX_BODY, body_timeout_s=1.0)
    return with_node(lambda port, errors: fuzz(port, connections, seed, errors), policy)


def main() -> None:
    options = parse_arguments(__doc__)
    found = run(options.connections, options.seed)
    shown = ", ".join(f"{count:,} times {kind}" for kind, count in sorted(found.items()))
    print(f"{options.connections:,} connections: {shown}; nothing logged as an error")


if __name__ == "__main__":
    main()
