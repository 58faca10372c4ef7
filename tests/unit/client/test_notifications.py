"""Subscriptions of the client: typed values, their end, and what is refused."""

from collections.abc import Iterator

import pytest

from contractchain.chain import LogFilter
from contractchain.client import NEW_HEADS, NEW_TRANSACTIONS, RemoteConnection, new_logs
from contractchain.errors import NodeUnreachableError, UsageError
from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.node.server import RpcServer

INIT = "0x60015f5260aa60205fa100"
"""Init code that logs the number 1 with topic 0xaa."""


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None)) as opened:
        yield opened


@pytest.fixture
def server(node: LocalNode) -> Iterator[RpcServer]:
    with RpcServer(node, port=0) as serving:
        yield serving


@pytest.fixture
def connection(server: RpcServer) -> Iterator[RemoteConnection]:
    opened = RemoteConnection(server.url.replace("http", "ws", 1))
    yield opened
    opened.close()


def test_requests_by_websocket_have_the_answers_of_http(
    server: RpcServer, connection: RemoteConnection
) -> None:
    other = RemoteConnection(server.url)
    assert connection.identity() == other.identity()
    assert connection.suggest_fees() == other.suggest_fees()
    other.close()


def test_events_come_as_typed_values(node: LocalNode, connection: RemoteConnection) -> None:
    heads = connection.subscribe(NEW_HEADS)
    hashes = connection.subscribe(NEW_TRANSACTIONS)
    logs = connection.subscribe(new_logs(LogFilter(topics=(frozenset((bytes(31) + b"\xaa",)),))))
    others = connection.subscribe(new_logs(LogFilter(topics=(frozenset((bytes(32),)),))))
    sent = connection.request("eth_sendTransaction", {"data": INIT, "gas": "0x186a0"})
    head = next(heads)
    assert head.hash == node.chain.head().hash
    assert head.header == node.chain.blocks.get_header()
    assert "0x" + next(hashes).hex() == sent
    [log] = node.chain.blocks.find_logs(1, 1, LogFilter())
    assert next(logs) == log
    assert connection.find_logs(LogFilter(), 0, 1) == [log]
    assert others.take(0.05) is None


def test_a_closed_subscription_ends(connection: RemoteConnection) -> None:
    with connection.subscribe(NEW_HEADS) as heads:
        connection.request("anvil_mine", "0x2")
        assert [next(heads).header.number for _ in range(2)] == [1, 2]
    heads.close()
    connection.request("anvil_mine", "0x1")
    assert list(heads) == []
    assert heads.take(0.01) is None


def test_the_end_of_the_node_is_told_to_who_waits(
    server: RpcServer, connection: RemoteConnection
) -> None:
    heads = connection.subscribe(NEW_HEADS)
    server.stop()
    with pytest.raises(NodeUnreachableError, match="the node stops"):
        next(heads)
    with pytest.raises(NodeUnreachableError):
        next(heads)


def test_a_closed_connection_is_opened_again_for_a_request(node: LocalNode) -> None:
    with RpcServer(node, port=0) as server:
        connection = RemoteConnection(server.url.replace("http", "ws", 1))
        assert connection.request("eth_chainId") == "0x7a69"
        port = server.port
    with RpcServer(node, port=port):
        assert connection.request("eth_chainId") == "0x7a69"
        connection.close()


def test_nothing_is_subscribed_to_by_http(server: RpcServer) -> None:
    connection = RemoteConnection(server.url)
    with pytest.raises(UsageError, match="cannot tell"):
        connection.subscribe(NEW_HEADS)


@pytest.mark.parametrize("url", ["ftp://x", "ws://", "8545", "ws://host:port"])
def test_what_is_no_url_of_a_node_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        RemoteConnection(url)


def test_nobody_there_is_said_so() -> None:
    connection = RemoteConnection("ws://127.0.0.1:9", timeout_seconds=5)
    with pytest.raises(NodeUnreachableError, match="refused"):
        connection.identity()
