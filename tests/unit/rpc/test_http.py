"""The HTTP adapter refuses what a browser or a slow client could abuse."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from contractchain.rpc.http import HttpApplication, HttpPolicy

Messages = list[MutableMapping[str, Any]]


async def shout(body: bytes) -> bytes:
    return body.upper()


def exchange(
    messages: Messages,
    headers: dict[str, str] | None = None,
    method: str = "POST",
    path: str = "/",
    **policy: Any,
) -> tuple[int, bytes, dict[bytes, bytes]]:
    """Send one request through the application and return status, body and headers."""

    async def run() -> Messages:
        sent: Messages = []
        pending = iter(messages)

        async def receive() -> MutableMapping[str, Any]:
            try:
                return next(pending)
            except StopIteration:
                await asyncio.sleep(3600)
                raise

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        all_headers = {"host": "127.0.0.1:8545"} | (headers or {})
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": [(k.encode(), v.encode()) for k, v in all_headers.items()],
        }
        await HttpApplication(shout, HttpPolicy(**policy))(scope, receive, send)
        return sent

    sent = asyncio.run(run())
    if not sent:
        return 0, b"", {}
    return sent[0]["status"], sent[1]["body"], dict(sent[0]["headers"])


def body(data: bytes, *, more: bool = False) -> MutableMapping[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


def test_a_post_is_answered() -> None:
    status, answer, headers = exchange([body(b"a", more=True), body(b"b")])
    assert (status, answer) == (200, b"AB")
    assert headers[b"content-length"] == b"2"


def test_an_empty_answer_is_no_content() -> None:
    assert exchange([body(b"")])[0] == 204


@pytest.mark.parametrize("host", ["localhost:1", "LOCALHOST", "[::1]:8545", "127.0.0.1"])
def test_loopback_names_are_served(host: str) -> None:
    assert exchange([body(b"a")], {"host": host})[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8545", ""])
def test_another_host_name_is_refused(host: str) -> None:
    assert exchange([body(b"a")], {"host": host})[0] == 403


def test_a_host_can_be_allowed() -> None:
    status = exchange([body(b"a")], {"host": "node"}, allowed_hosts=frozenset({"node"}))[0]
    assert status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
def test_a_foreign_page_is_refused(origin: str) -> None:
    assert exchange([body(b"a")], {"origin": origin})[0] == 403


def test_a_page_from_this_machine_gets_cors_headers() -> None:
    status, _, headers = exchange([body(b"a")], {"origin": "http://localhost:3000"})
    assert (status, headers[b"access-control-allow-origin"]) == (200, b"http://localhost:3000")


def test_any_origin_can_be_allowed() -> None:
    allowed = frozenset({"*"})
    assert exchange([body(b"a")], {"origin": "https://x"}, allowed_origins=allowed)[0] == 200


def test_a_body_over_the_limit_is_refused() -> None:
    chunks = [body(b"123456", more=True), body(b"123456", more=True), body(b"1" * 10**6)]
    assert exchange(chunks, max_body_bytes=10)[0] == 413


def test_a_slow_body_is_given_up() -> None:
    assert exchange([body(b"a", more=True)], body_timeout_s=0.01)[0] == 408


def test_a_client_that_leaves_gets_nothing() -> None:
    assert exchange([body(b"a", more=True), {"type": "http.disconnect"}])[0] == 0


def test_health_is_told_by_get() -> None:
    assert exchange([], method="GET", path="/health")[:2] == (200, b"ok\n")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_not_allowed(method: str) -> None:
    assert exchange([], method=method)[0] == 405
