"""The harness's HTTP client: what it hands on, however a server cuts and words its answers."""

import asyncio
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.stress.wire import MAX_KNOWN_HEADS, Connection, Target, WireError


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def exchange(*answers: list[bytes]) -> list[bytes | str]:
    """Ask once per answer, each coming in the given pieces; returns bodies, or what is wrong."""

    async def run() -> list[bytes | str]:
        script = iter(answers)
        ended = asyncio.Semaphore(0)
        connections = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while await reader.read(4096):
                    for piece in next(script):
                        writer.write(piece)
                        await writer.drain()
                        await asyncio.sleep(0.001)
            writer.close()
            ended.release()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = Connection(Target(host="127.0.0.1", port=port))
        heard: list[bytes | str] = []
        for _ in answers:
            connections += not client.is_open
            try:
                heard.append(await asyncio.wait_for(client.request(b"{}"), 5))
            except WireError as error:
                heard.append(str(error))
        client.close()
        for _ in range(connections):
            await asyncio.wait_for(ended.acquire(), 5)
        await asyncio.sleep(0)
        server.close()
        return heard

    return asyncio.run(run())


def play(*parts: bytes) -> list[bytes | str]:
    """Hand the parts of one response after the other to a connection, without sockets."""
    connection = Connection(Target(host="localhost", port=1))
    heard: list[bytes | str] = []

    def note(result: bytes | WireError) -> None:
        heard.append(result if isinstance(result, bytes) else str(result))
        connection._on_done = note

    connection._on_done = note
    for part in parts:
        connection.data_received(part)
    return heard


@given(
    st.lists(st.binary(max_size=10), min_size=1, max_size=5),
    st.lists(st.integers(0, 500), max_size=5),
)
def test_bodies_do_not_depend_on_how_responses_are_cut(
    bodies: list[bytes], cuts: list[int]
) -> None:
    parts: list[bytes] = []
    for body in bodies:
        whole = answer(body)
        marks = sorted({0, *(cut % len(whole) for cut in cuts), len(whole)})
        parts += [whole[start:end] for start, end in pairwise(marks)]
    assert play(*parts) == bodies
    assert play(*map(answer, bodies)) == bodies


def test_a_known_head_inside_a_body_is_body() -> None:
    inner = answer(b"abc")
    outer = answer(b"<" + inner + b">")
    cut = outer.index(inner)
    assert play(inner, outer[:cut], inner, b">", inner) == [b"abc", b"<" + inner + b">", b"abc"]


def test_another_status_with_a_body_of_the_same_size_is_a_fault() -> None:
    refused = answer(b"no!", status="500 Internal Server Error")
    assert exchange([answer(b"yes")], [refused], [refused], [answer(b"yes")]) == [
        b"yes",
        "HTTP status 500",
        "HTTP status 500",
        b"yes",
    ]


def test_a_server_that_closes_after_each_answer_is_connected_to_again() -> None:
    closing = answer(b"abc", "Connection: close")
    assert exchange([closing], [closing]) == [b"abc", b"abc"]


def test_chunks_are_put_together() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked = [head, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n"]
    assert exchange(chunked, [b"".join(chunked)], chunked) == [b"abcde"] * 3


@pytest.mark.parametrize("count", [1, 3 * MAX_KNOWN_HEADS])
def test_known_heads_are_bounded(count: int) -> None:
    connection = Connection(Target(host="localhost", port=1))
    for second in range(count):
        connection.data_received(answer(b"abc", f"Date: {second}"))
    assert 0 < len(connection._known_heads) <= MAX_KNOWN_HEADS
