"""`ctc` against a node over JSON-RPC: anvil, an independent implementation."""

import http.server
import socket
import sys
import threading
from collections.abc import Iterator

import pytest
from tests.anvil import run_anvil

from contractchain.chain import BlockTag
from contractchain.client.remote import RemoteConnection
from contractchain.codec.transaction import hash_transaction, recover_sender
from contractchain.errors import (
    BlockNotFoundError,
    NodeRefusedError,
    NodeResponseError,
    NodeUnreachableError,
    ReceiptTimeoutError,
)
from contractchain.interfaces.execution_data import Message
from contractchain.types import Success


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a fresh anvil."""
    with run_anvil(tmp_path_factory.mktemp("anvil")) as url:
        yield url


def test_deploy_send_and_call_by_name_on_anvil(project, ctc, anvil: str) -> None:
    deployed = ctc("deploy", "Till", "100", "corner shop", "--rpc", anvil)
    assert deployed.status == 0, deployed.err
    assert ctc("send", "Till", "setLevel", "-7", "--rpc", anvil).field("returns") == "before: 0"
    assert ctc("call", "Till", "level", "--rpc", anvil).out == "-7\n"
    paid = ctc("send", "Till", "pay", "rent", "[]", "--value", "1gwei", "--rpc", anvil)
    assert "Paid(payer: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" in paid.out
    receipt = ctc("receipt", paid.field("transaction"), "--rpc", anvil)
    assert "Paid(payer: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" in receipt.out
    assert ctc("tx", paid.field("transaction"), "--rpc", anvil).field("call").startswith("pay(")
    assert ctc("block", "--rpc", anvil).field("transactions") == "1"
    assert ctc("accounts", "--rpc", anvil).out.count("0x") == 10


def test_anvil_is_used_and_followed_by_websocket(project, ctc, anvil: str) -> None:
    url = anvil.replace("http", "ws", 1)
    assert ctc("deploy", "Till", "100", "ws", "--label", "ws", "--rpc", url).status == 0
    follower = RemoteConnection(anvil)

    def mine() -> None:
        while not ended.wait(0.1):
            follower.request("evm_mine")

    ended = threading.Event()
    thread = threading.Thread(target=mine)
    thread.start()
    try:  # the URL of HTTP: WebSocket is at the same port
        followed = ctc("block", "--follow", "--count", "2", "--rpc", anvil)
    finally:
        ended.set()
        thread.join()
        follower.close()
    assert followed.status == 0, followed.err
    assert len(followed.out.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["take", "420"], "reverted with `TooMuch(asked: 420, available: 100)`"),
        (["fail", "0"], 'reverted: "not today"'),
        (["fail", "1"], "panicked: an assertion failed (code 0x01)"),
        (["fail", "2"], "reverted without a reason"),
        (["fail", "3"], "halted: an invalid opcode was executed"),
        (["get", "0"], "panicked: an array index is out of bounds (code 0x32)"),
    ],
)
@pytest.mark.parametrize("limit", [[], ["--gas-limit", "200000"]], ids=["estimated", "sent"])
def test_failures_on_anvil_are_put_in_words(
    project, ctc, anvil: str, arguments: list[str], reason: str, limit: list[str]
) -> None:
    ctc("deploy", "Till", "100", "corner shop", "--rpc", anvil)
    for command in ("call", "send"):
        ended = ctc(command, "Till", *arguments, *limit, "--rpc", anvil)
        assert ended.status == 3
        assert reason in ended.err


def test_a_chain_that_was_started_anew_is_told(project, ctc, anvil: str) -> None:
    assert ctc("deploy", "Till", "100", "x").status == 0
    ended = ctc("call", "Till", "limit", "--rpc", anvil)
    assert ended.status == 1
    assert "it was on another chain in this data directory" in ended.err


def test_blocks_and_transactions_of_anvil_hash_to_what_it_says(
    project, ctc, anvil: str, request: pytest.FixtureRequest
) -> None:
    from contractchain.codec.block import hash_header

    sent = ctc("send", "account1", "--value", "1ether", "--rpc", anvil)
    connection = RemoteConnection(anvil)
    request.addfinalizer(connection.close)
    block = connection.get_block(BlockTag.LATEST)
    assert hash_header(block.header) == block.hash
    view = connection.find_transaction(block.transaction_hashes[0])
    assert view is not None
    assert "0x" + view.hash.hex() == sent.field("transaction")
    assert hash_transaction(view.raw) == view.hash
    assert recover_sender(view.transaction) == view.sender


def test_what_anvil_refuses_is_a_typed_error(anvil: str, request: pytest.FixtureRequest) -> None:
    connection = RemoteConnection(anvil)
    request.addfinalizer(connection.close)
    with pytest.raises(NodeRefusedError) as caught:
        connection.request("eth_nonsense")
    assert caught.value.rpc_code == -32601
    with pytest.raises(NodeRefusedError):
        connection.submit(b"\x02\xc0")
    with pytest.raises(BlockNotFoundError):
        connection.get_block(10**6)
    with pytest.raises(ReceiptTimeoutError):
        connection.wait_for_receipt(b"\x11" * 32, timeout_seconds=0)


def test_an_account_without_money_is_refused_by_anvil(project, ctc, anvil: str) -> None:
    ended = ctc("send", "account1", "--value", "1", "--from", "0x" + "11" * 32, "--rpc", anvil)
    assert ended.status == 1
    assert "error: " in ended.err


class Wrong(http.server.BaseHTTPRequestHandler):
    """Answers everything with the same bytes."""

    body = b""
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def wrong() -> Iterator[tuple[type[Wrong], str]]:
    """A server that is no node, and its URL."""
    handler = type("Handler", (Wrong,), {})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"null",
        b"[" * 100_000,
        b'{"jsonrpc":"2.0","id":1,"result":"12"}',
        b'{"jsonrpc":"2.0","id":1,"result":{}}',
        b'{"jsonrpc":"2.0","id":1,"result":"0xzz"}',
        b'{"jsonrpc":"2.0","id":1,"result":"0x' + b"f" * 100 + b'"}',
    ],
)
def test_an_answer_that_is_none_is_a_typed_error(
    wrong: tuple[type[Wrong], str], body: bytes
) -> None:
    handler, url = wrong
    handler.body = body
    connection = RemoteConnection(url)
    with pytest.raises(NodeResponseError):
        connection.identity()
    with pytest.raises(NodeResponseError):
        connection.get_block(BlockTag.LATEST)
    connection.close()


@pytest.mark.parametrize(
    "error",
    [b'{"code":3,"message":"execution reverted","data":"0x"}', b'{"message":null}', b'"no"', b"7"],
)
def test_an_error_of_any_shape_is_understood(wrong: tuple[type[Wrong], str], error: bytes) -> None:
    handler, url = wrong
    handler.body = b'{"jsonrpc":"2.0","id":1,"error":' + error + b"}"
    connection = RemoteConnection(url)
    try:
        outcome = connection.call(Message(to=bytes(20)), BlockTag.LATEST).outcome
        assert not isinstance(outcome, Success)
    except NodeRefusedError:
        assert b"revert" not in error
    connection.close()


def test_a_node_that_does_not_answer_is_not_waited_for_forever() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        connection = RemoteConnection(url, timeout_seconds=0.2)
        with pytest.raises(NodeUnreachableError, match="no answer in time"):
            connection.identity()
        connection.close()


def test_a_password_in_a_url_is_not_shown() -> None:
    connection = RemoteConnection("http://me:secret@127.0.0.1:1/")
    with pytest.raises(NodeUnreachableError) as caught:
        connection.identity()
    assert "secret" not in str(caught.value)
    assert "secret" not in connection.place


def test_a_deeply_nested_answer_is_refused_even_where_python_may_recurse_deeply(
    wrong: tuple[type[Wrong], str],
) -> None:
    handler, url = wrong
    handler.body = b"[" * 1_000_000
    connection = RemoteConnection(url)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(NodeResponseError):
            connection.identity()
    finally:
        sys.setrecursionlimit(limit)
        connection.close()
