"""WebSocket on the wire: frames, limits and ends, with an independent client's framing."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from contractchain.node import NodeConfig, open_local_chain
from contractchain.node.server import RpcServer
from contractchain.rpc.http_policy import HttpPolicy
from contractchain.rpc.websocket import find_message, measure_rest

CHAIN_ID = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@contextmanager
def serving(**policy: Any) -> Iterator[RpcServer]:
    """A node with a policy of its own."""
    limits = HttpPolicy(**({"close_timeout_s": 0.3} | policy))
    with (
        open_local_chain(NodeConfig(data_dir=None)) as node,
        RpcServer(node, port=0, policy=limits) as server,
    ):
        yield server


@pytest.fixture(scope="module")
def server() -> Iterator[RpcServer]:
    """A node that several tests share; none changes what another sees."""
    with serving() as found:
        yield found


def dial(server: RpcServer, **options: Any) -> AbstractContextManager[ClientConnection]:
    """Connect to a server."""
    return connect(server.url.replace("http", "ws", 1), compression=None, **options)


def ask(client: ClientConnection, method: str, *params: Any) -> Any:
    """Return the response to one request; there must be no notification before it."""
    client.send(json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}))
    return json.loads(client.recv(10))


def talk(server: RpcServer, *parts: bytes) -> bytes:
    """Send bytes and return all that comes back until the end."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        for part in parts:
            raw.sendall(part)
        found = b""
        while piece := raw.recv(65536):
            found += piece
        return found


def end_of(client: ClientConnection) -> tuple[int, str]:
    """Return code and reason with which the server closes, whatever comes before."""
    with pytest.raises(ConnectionClosed) as ended:
        while True:
            client.recv(10)
    closed = ended.value.rcvd
    assert closed is not None
    return closed.code, closed.reason


def test_a_request_is_answered_on_the_port_of_http(server: RpcServer) -> None:
    with dial(server) as client:
        assert ask(client, "eth_chainId") == {"jsonrpc": "2.0", "id": 7, "result": "0x7a69"}


def test_a_batch_is_answered_in_one_message(server: RpcServer) -> None:
    with dial(server) as client:
        client.send(json.dumps([CHAIN_ID, {**CHAIN_ID, "id": 2}, 3]))
        answers = json.loads(client.recv(10))
        assert [answer.get("result") for answer in answers] == ["0x7a69", "0x7a69", None]


def test_a_message_in_fragments_or_binary_is_a_message(server: RpcServer) -> None:
    text = json.dumps(CHAIN_ID)
    with dial(server) as client:
        client.send([text[:10], text[10:11], "", text[11:]])
        assert json.loads(client.recv(10))["result"] == "0x7a69"
        client.send(text.encode())
        assert json.loads(client.recv(10))["result"] == "0x7a69"


def test_requests_of_one_connection_are_under_way_together(server: RpcServer) -> None:
    with dial(server) as client:
        for number in range(500):
            client.send(json.dumps({**CHAIN_ID, "id": number}))
        found = {json.loads(client.recv(10))["id"] for _ in range(500)}
        assert found == set(range(500))


def test_what_is_no_json_is_an_error_and_the_connection_lives(server: RpcServer) -> None:
    with dial(server) as client:
        client.send("{")
        assert json.loads(client.recv(10))["error"]["code"] == -32700
        assert ask(client, "eth_chainId")["result"] == "0x7a69"


def test_a_ping_is_answered(server: RpcServer) -> None:
    with dial(server) as client:
        assert client.ping("abc").wait(10)


def test_the_closing_handshake_is_answered(server: RpcServer) -> None:
    with dial(server) as client:
        client.close(4000, "enough")
        assert (client.close_code, client.close_reason) == (4000, "enough")


def test_a_message_over_the_limit_closes_with_1009() -> None:
    with serving(max_body_bytes=1000) as server, dial(server) as client:
        client.send("x" * 1001)
        assert end_of(client)[0] == 1009


def test_fragments_over_the_limit_close_with_1009() -> None:
    with serving(max_body_bytes=1000) as server, dial(server) as client:
        with pytest.raises(ConnectionClosed):
            client.send(["x" * 400] * 3)
            client.recv(10)
        assert client.close_code == 1009


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x02ab", 1002),  # not masked
        (b"\x83\x80\0\0\0\0", 1002),  # a reserved opcode
        (b"\xc1\x80\0\0\0\0", 1002),  # a reserved bit
        (b"\x80\x80\0\0\0\0", 1002),  # a continuation of nothing
        (b"\x09\x80\0\0\0\0", 1002),  # a ping in fragments
        (b"\x88\x82\0\0\0\0\x00\x00", 1002),  # a close code that there is not
    ],
)
def test_a_wrong_frame_closes_with_its_code(server: RpcServer, frame: bytes, code: int) -> None:
    answer = talk(server, HANDSHAKE, frame).partition(b"\r\n\r\n")[2]
    assert answer[0] == 0x88
    assert int.from_bytes(answer[2:4], "big") == code


def test_frames_behind_the_handshake_in_one_piece_are_read(server: RpcServer) -> None:
    body = json.dumps(CHAIN_ID).encode()
    frame = b"\x81" + bytes((0x80 | len(body),)) + bytes(4) + body
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        raw.sendall(HANDSHAKE + frame)
        found = b""
        while b'"result":"0x7a69"' not in found:
            found += raw.recv(65536)


def test_a_request_before_the_handshake_is_answered_first(server: RpcServer) -> None:
    body = json.dumps(CHAIN_ID).encode()
    post = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        raw.sendall(post)
        assert b"0x7a69" in raw.recv(65536)
        raw.sendall(HANDSHAKE)
        assert raw.recv(65536).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (b"Version: 13", b"Version: 8", 400),
        (b"Key: dGhl", b"Key: x", 400),
        (b"Sec-WebSocket-Key", b"X-Key", 400),
        (b"Upgrade: websocket", b"Upgrade: h2c", 405),
        (b"Host: localhost", b"Host: evil.example", 403),
        (b"Host: localhost", b"Host: localhost\r\nOrigin: https://evil.example", 403),
    ],
)
def test_a_wrong_handshake_is_refused(
    server: RpcServer, old: bytes, new: bytes, status: int
) -> None:
    answer = talk(server, HANDSHAKE.replace(old, new))
    assert answer.startswith(b"HTTP/1.1 %d " % status)


def test_a_page_of_this_machine_may_connect(server: RpcServer) -> None:
    with dial(server, origin="http://localhost:3000") as client:
        assert ask(client, "eth_chainId")["result"] == "0x7a69"


def test_a_foreign_page_may_not_connect_unless_it_is_allowed(server: RpcServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        dial(server, origin="https://app.example").__enter__()
    assert refused.value.response.status_code == 403
    allowed = frozenset({"https://app.example"})
    with serving(allowed_origins=allowed) as other, dial(other, origin="https://app.example"):
        pass


def test_there_are_so_many_connections_and_no_more() -> None:
    with serving(max_websockets=2) as server:
        with dial(server), dial(server), pytest.raises(InvalidStatus) as refused:
            dial(server).__enter__()
        assert refused.value.response.status_code == 503
        wait_until(lambda: _can_connect(server))


def test_a_silent_client_is_pinged_and_one_that_does_not_answer_is_closed() -> None:
    with serving(ping_interval_s=0.1) as server:
        answer = talk(server, HANDSHAKE).partition(b"\r\n\r\n")[2]
        assert answer.startswith(b"\x89\x00\x88")
        assert answer.endswith(b"no answer to a ping")
        with dial(server) as client:  # answers pings by itself
            with pytest.raises(TimeoutError):
                client.recv(0.5)
            assert ask(client, "eth_chainId")["result"] == "0x7a69"


def test_a_client_that_does_not_read_is_closed_and_nobody_waits_for_it() -> None:
    with serving(max_unsent_bytes=200_000, close_timeout_s=60.0) as server:
        slow = slow_subscriber(server)
        with dial(server) as client:
            client.send(json.dumps({**CHAIN_ID, "method": "anvil_mine", "params": ["0x1388"]}))
            assert json.loads(client.recv(60)) == {"jsonrpc": "2.0", "id": 1, "result": None}
            assert ask(client, "eth_blockNumber")["result"] == "0x1388"
        with slow:
            last = b""
            while b"bytes wait to be read, that is too slow" not in last:
                piece = slow.recv(1 << 16)
                assert piece
                last = (last + piece)[-1000:]


def slow_subscriber(server: RpcServer) -> socket.socket:
    """Return a socket on which nobody reads what is subscribed to."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(30)
    raw.connect(("127.0.0.1", server.port))
    raw.sendall(HANDSHAKE)
    assert raw.recv(4096).startswith(b"HTTP/1.1 101 ")
    body = json.dumps({**CHAIN_ID, "method": "eth_subscribe", "params": ["newHeads"]}).encode()
    raw.sendall(b"\x81" + bytes((0x80 | len(body),)) + bytes(4) + body)
    assert b'"result"' in raw.recv(200)
    return raw


def test_the_end_of_the_server_closes_with_1001() -> None:
    with ExitStack() as stack:
        with serving() as server:
            client = stack.enter_context(dial(server))
        assert end_of(client) == (1001, "the node stops")


def test_a_request_under_way_is_answered_before_the_server_ends() -> None:
    with ExitStack() as stack:
        with serving() as server:
            client = stack.enter_context(dial(server))
            client.send(json.dumps({**CHAIN_ID, "method": "anvil_mine", "params": ["0x3e8"]}))
            wait_until(lambda: _height(server) > 0)
        assert json.loads(client.recv(10))["result"] is None


def _height(server: RpcServer) -> int:
    with dial(server) as client:
        return int(ask(client, "eth_blockNumber")["result"], 16)


def _can_connect(server: RpcServer) -> bool:
    try:
        with dial(server):
            pass
    except InvalidStatus:
        return False
    return True


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for a condition for ten seconds at most."""

    async def wait() -> None:
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(wait(), 10))


@given(
    frames=st.lists(
        st.tuples(
            st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.PING, Opcode.CONT]),
            st.sampled_from([0, 1, 125, 126, 127, 300, 65535, 65536]),
            st.booleans(),
        ),
        max_size=5,
    ),
    cuts=st.lists(st.floats(0, 1), max_size=4),
)
def test_where_frames_end_is_known_however_they_are_cut(
    frames: list[tuple[Opcode, int, bool]], cuts: list[float]
) -> None:
    encoded = [make_frame(kind, size, fin, masked=True) for kind, size, fin in frames]
    whole = b"".join(encoded)
    ends = set(accumulate(map(len, encoded), initial=0))
    places = sorted({0, len(whole), *(int(cut * len(whole)) for cut in cuts)})
    rest: int | None = 0
    for start, end in pairwise(places):
        rest = None if rest is None else measure_rest(whole[start:end], rest)
        if rest is not None:
            assert end + rest in ends
    if not cuts:
        assert rest == 0


@given(
    kind=st.sampled_from(list(Opcode)),
    size=st.sampled_from([0, 1, 125, 126, 65535, 65536]),
    fin=st.booleans(),
    masked=st.booleans(),
    behind=st.binary(max_size=2),
)
def test_a_message_is_found_if_it_is_all_there_is(
    kind: Opcode, size: int, fin: bool, masked: bool, behind: bytes
) -> None:
    frame = make_frame(kind, size, fin, masked=masked)
    is_one = kind is Opcode.TEXT and fin and masked and not behind
    assert find_message(frame + behind) == (b"x" * size if is_one else None)
    assert find_message(frame[:-1]) is None


def make_frame(kind: Opcode, size: int, fin: bool, *, masked: bool) -> bytes:
    """Return a frame of the library; one that controls is short and whole."""
    if kind in (Opcode.PING, Opcode.PONG, Opcode.CLOSE):
        size, fin = min(size, 125), True
    return bytes(Frame(kind, b"x" * size, fin).serialize(mask=masked))
