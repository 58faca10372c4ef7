"""HTTP on the wire: what is answered, and what a browser or a bad client is refused."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.rpc.http_policy import HttpPolicy
from contractchain.rpc.http_service import HttpService, Respond, Start
from contractchain.rpc.stream import HttpConnection


def shout(body: bytes, respond: Respond) -> asyncio.Task[None]:
    async def answer() -> None:
        await asyncio.sleep(0)
        respond(body.upper())

    return asyncio.create_task(answer())


def shout_at_once(body: bytes, respond: Respond) -> None:
    respond(body.upper())


def talk(*parts: bytes, pause_s: float = 0.0, start: Start = shout, **policy: Any) -> bytes:
    """Send the parts to a server of its own and return all that comes back."""

    async def run() -> bytes:
        limits = HttpPolicy(**({"idle_timeout_s": 0.3, "body_timeout_s": 0.3} | policy))
        service = HttpService(start, limits)
        server = await asyncio.get_running_loop().create_server(
            lambda: HttpConnection(service), "127.0.0.1", 0
        )
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause_s)
            return await asyncio.wait_for(reader.read(), 5)
        except ConnectionError:
            return b""
        finally:
            writer.close()
            server.close()
            for connection in tuple(service.connections):
                connection.abort()
            await asyncio.sleep(0)

    return asyncio.run(run())


def post(body: bytes, *headers: str, host: str = "localhost:8545", keep: bool = False) -> bytes:
    lines = ["POST / HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}", *headers]
    if not keep:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def test_a_post_is_answered() -> None:
    answer = talk(post(b"abc"))
    assert status(answer) == 200
    assert answer.endswith(b"\r\n\r\nABC")
    assert b"content-length: 3" in answer


def test_a_body_may_come_in_pieces_and_chunks() -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = talk(head, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n", pause_s=0.02)
    assert answer.endswith(b"ABCDE")


def test_an_empty_answer_is_no_content() -> None:
    assert status(talk(post(b""))) == 204


def test_pipelined_requests_are_answered_in_order() -> None:
    bodies = [b"r%d" % i for i in range(50)]
    answer = talk(b"".join(post(body, keep=True) for body in bodies))
    assert [part.split(b"HTTP")[0] for part in answer.split(b"\r\n\r\n")[1:]] == [
        body.upper() for body in bodies
    ]


def test_an_idle_connection_is_closed_without_a_word() -> None:
    answer = talk(post(b"abc", keep=True))
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("host", ["localhost:1", "LOCALHOST", "[::1]:8545", "127.0.0.1"])
def test_loopback_names_are_served(host: str) -> None:
    assert status(talk(post(b"a", host=host))) == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8545", ""])
def test_another_host_name_is_refused(host: str) -> None:
    assert status(talk(post(b"a", host=host))) == 403


def test_a_host_can_be_allowed() -> None:
    assert status(talk(post(b"a", host="node"), allowed_hosts=frozenset({"node"}))) == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
def test_a_foreign_page_is_refused(origin: str) -> None:
    assert status(talk(post(b"a", f"Origin: {origin}"))) == 403


def test_a_page_from_this_machine_gets_cors_headers() -> None:
    answer = talk(post(b"a", "Origin: http://localhost:3000"))
    assert status(answer) == 200
    assert b"access-control-allow-origin: http://localhost:3000" in answer


def test_any_origin_can_be_allowed() -> None:
    request = post(b"a", "Origin: https://x.example")
    assert status(talk(request, allowed_origins=frozenset({"*"}))) == 200


def test_a_preflight_is_answered() -> None:
    request = b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n\r\n"
    answer = talk(request)
    assert status(answer) == 204
    assert b"access-control-allow-headers: content-type" in answer


def test_a_body_over_the_limit_is_refused_with_a_word() -> None:
    answer = talk(post(b"x" * 100), max_body_bytes=10)
    assert status(answer) == 413
    assert answer.endswith(b"the body is larger than 10 bytes\n")


def test_a_head_over_the_limit_is_refused() -> None:
    request = post(b"a", *(f"X-{i}: {'y' * 100}" for i in range(50)))
    assert status(talk(request, max_head_bytes=1000)) == 431


@pytest.mark.parametrize("part", [b"POST / HT", post(b"abc")[:-1], b"POST / HTTP/1.1\r\nHost: l"])
def test_a_request_that_takes_too_long_is_given_up(part: bytes) -> None:
    assert status(talk(part)) in (0, 408)


def test_a_slow_body_is_told_so() -> None:
    assert status(talk(post(b"abc")[:-1])) == 408


def test_health_is_told_by_get() -> None:
    assert talk(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").endswith(b"ok\n")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_not_allowed(method: str) -> None:
    assert status(talk(f"{method} / HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())) == 405


def test_an_upgrade_is_refused() -> None:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert status(talk(request)) in (400, 405)


def test_what_is_no_http_is_refused() -> None:
    assert status(talk(b"\x16\x03\x01\x02\x00hello\r\n\r\n")) == 400


def test_a_client_is_told_to_continue() -> None:
    request = post(b"abc", "Expect: 100-continue")
    answer = talk(request)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert answer.endswith(b"ABC")


VALID = post(b"abcdef", keep=True)


@given(
    st.binary(max_size=80) | st.lists(st.sampled_from([VALID, VALID[:20], b"\r\n"])).map(b"".join)
)
def test_no_bytes_break_the_server(data: bytes) -> None:
    answer = talk(data, idle_timeout_s=0.02, body_timeout_s=0.02)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 ")


class Tape(asyncio.Transport):
    """A transport in memory: keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_reading_paused = False
        self._is_closing = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    def pause_reading(self) -> None:
        self.is_reading_paused = True

    def resume_reading(self) -> None:
        self.is_reading_paused = False


def bodies_of(answers: bytes) -> list[bytes]:
    return [part.split(b"HTTP/1.1")[0] for part in answers.split(b"\r\n\r\n")[1:]]


def play(*parts: bytes, service: HttpService | None = None) -> bytes:
    """Hand the parts to a connection one by one and return what it writes."""

    async def run() -> bytes:
        tape = Tape()
        connection = HttpConnection(service or HttpService(shout_at_once, HttpPolicy()))
        connection.connection_made(tape)
        for part in parts:
            connection.data_received(part)
            await asyncio.sleep(0)
        while tape.is_reading_paused:
            await asyncio.sleep(0)
        connection.connection_lost(None)
        return tape.written

    return asyncio.run(run())


@given(
    st.lists(st.binary(max_size=12).map(bytes.upper), min_size=1, max_size=6),
    st.lists(st.integers(0, 600), max_size=6),
)
def test_answers_do_not_depend_on_how_requests_are_cut(
    bodies: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(post(body, keep=True) for body in bodies)
    marks = sorted({0, *(cut % len(stream) for cut in cuts), len(stream)})
    parts = [stream[start:end] for start, end in pairwise(marks)]
    whole = [post(body, keep=True) for body in bodies]
    assert play(*parts) == play(*whole) == play(stream)


def test_a_head_that_was_let_in_is_known_by_its_bytes() -> None:
    service = HttpService(shout_at_once, HttpPolicy())
    requests = [post(body, keep=True) for body in (b"abc", b"def", b"abcdef")]
    assert bodies_of(play(*requests, service=service)) == [b"ABC", b"DEF", b"ABCDEF"]
    assert sorted(service.known_heads.values()) == [3, 6]


def test_a_known_head_inside_a_body_is_body() -> None:
    service = HttpService(shout_at_once, HttpPolicy())
    inner = post(b"abc", keep=True)
    outer = post(b"<" + inner + b">", keep=True)
    cut = outer.index(inner)
    answers = play(inner, outer[:cut], inner, b">", inner, service=service)
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert (b"<" + inner + b">").upper() in answers


def test_a_known_head_waits_for_the_rest_of_its_body() -> None:
    request = post(b"abcdef", keep=True)
    assert bodies_of(play(request, request[:-2], request[-2:])) == [b"ABCDEF"] * 2


@pytest.mark.parametrize(
    "request_",
    [
        post(b"abc", host="evil.example", keep=True),
        post(b"abc", "Origin: http://localhost:3000", keep=True),
        post(b"abc", "Expect: 100-continue", keep=True),
        post(b"abc"),
        post(b"x" * 100, keep=True),
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        post(b"abc", "X: " + "y" * 2000, keep=True),
    ],
)
def test_only_the_heads_of_plain_requests_are_known(request_: bytes) -> None:
    service = HttpService(shout_at_once, HttpPolicy(max_body_bytes=50))
    first = play(request_, service=service)
    assert service.known_heads == {}
    assert play(request_, service=service) == first


def test_known_heads_are_bounded() -> None:
    service = HttpService(shout_at_once, HttpPolicy())
    play(*(post(b"a", f"X: {place}", keep=True) for place in range(600)), service=service)
    assert 0 < len(service.known_heads) <= 256


def test_a_connection_with_many_requests_leaves_others_their_turn() -> None:
    order: list[bytes] = []

    def note(body: bytes, respond: Respond) -> None:
        order.append(body)
        respond(body)

    async def run() -> None:
        service = HttpService(note, HttpPolicy())
        tapes = [Tape(), Tape()]
        connections = [HttpConnection(service) for _ in tapes]
        for connection, tape in zip(connections, tapes, strict=True):
            connection.connection_made(tape)
        connections[0].data_received(post(b"greedy", keep=True) * 2000)
        connections[1].data_received(post(b"modest", keep=True))
        while len(order) < 2001:
            await asyncio.sleep(0)
        assert bodies_of(tapes[0].written) == [b"greedy"] * 2000
        for connection in connections:
            connection.connection_lost(None)

    asyncio.run(run())
    assert order.index(b"modest") < 100


def test_answers_wait_while_the_client_does_not_read() -> None:
    async def run() -> None:
        tape = Tape()
        connection = HttpConnection(HttpService(shout_at_once, HttpPolicy()))
        connection.connection_made(tape)
        connection.pause_writing()
        connection.data_received(post(b"abc", keep=True) * 20)
        assert tape.written == b""
        assert tape.is_reading_paused
        connection.resume_writing()
        await asyncio.sleep(0.01)
        assert bodies_of(tape.written) == [b"ABC"] * 20
        assert not tape.is_reading_paused
        connection.connection_lost(None)

    asyncio.run(run())


def test_a_request_after_many_answers_still_has_its_time() -> None:
    requests = [post(b"abc", keep=True)] * 3
    answer = talk(*requests, post(b"abc")[:-1], pause_s=0.15, idle_timeout_s=0.5)
    assert answer.count(b"200 OK") == 3
    assert b" 408 " in answer
