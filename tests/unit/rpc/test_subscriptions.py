"""Subscriptions: who is told what, in which order, and that polling filters say the same."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher
from contractchain.rpc.methods import CONCURRENT, METHODS
from contractchain.rpc.session import PushSession

BOB = "0x" + "b0" * 20


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None)) as opened:
        yield opened


class Client:
    """One connection without a socket: what is pushed, and answers to requests."""

    def __init__(self, context: RpcContext, **limits: int) -> None:
        self.pushed: list[Any] = []
        """Answers and notifications in the order in which they would be sent."""
        dispatcher = Dispatcher(context, METHODS, None, CONCURRENT)
        self.session = PushSession(dispatcher, context, self.take, **limits)

    def take(self, message: bytes) -> None:
        self.pushed.append(json.loads(message))

    async def ask(self, method: str, *params: Any) -> Any:
        """Return result or error of a request."""
        answer = await self.send({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        return answer.get("result", answer.get("error"))

    async def send(self, document: Any) -> Any:
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def respond(answer: bytes) -> None:
            self.take(answer)
            answered.set_result(json.loads(answer))

        self.session.start(json.dumps(document).encode(), respond)
        return await answered

    async def told(self, subscription: str, count: int) -> list[Any]:
        """Return what a subscription was told once it is so much; nothing may follow."""
        async with asyncio.timeout(10):
            while len(found := self.results(subscription)) < count:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)
        assert len(self.results(subscription)) == count
        return found

    def results(self, subscription: str) -> list[Any]:
        return [
            message["params"]["result"]
            for message in self.pushed
            if isinstance(message, dict)
            and message.get("params", {}).get("subscription") == subscription
        ]


@pytest.fixture
def context(node: LocalNode) -> Iterator[RpcContext]:
    made = RpcContext(
        chain=node.chain, accounts=node.accounts, mining=node.consensus, client_version="test"
    )
    yield made
    made.close()


def emit(topic: int, data: int = 0) -> str:
    """Return init code that emits one log and creates nothing."""
    word, mark = data.to_bytes(32, "big").hex(), topic.to_bytes(32, "big").hex()
    return f"0x7f{word}5f527f{mark}60205fa100"


async def send_log(client: Client, topic: int) -> str:
    sent = {"data": emit(topic), "gas": "0x186a0"}
    return str(await client.ask("eth_sendTransaction", sent))


def topic_of(number: int) -> str:
    return "0x" + number.to_bytes(32, "big").hex()


def test_each_new_head_is_told_once_before_the_answer_of_its_sender(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        heads = await client.ask("eth_subscribe", "newHeads")
        await client.ask("eth_sendTransaction", {"to": BOB, "value": "0x1"})
        await client.ask("anvil_mine", "0x3")
        found = await client.told(heads, 4)
        assert [head["number"] for head in found] == ["0x1", "0x2", "0x3", "0x4"]
        block = await client.ask("eth_getBlockByNumber", "0x1", False)
        assert found[0] == {key: block[key] for key in found[0]}
        assert {"transactions", "uncles", "size"}.isdisjoint(found[0])
        places = [message.get("method", "answer") for message in client.pushed]
        assert places[:3] == ["answer", "eth_subscription", "answer"]

    asyncio.run(test())


def test_logs_are_told_if_they_match(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        every = await client.ask("eth_subscribe", "logs")
        some = await client.ask("eth_subscribe", "logs", {"topics": [[topic_of(2), topic_of(3)]]})
        late = await client.ask("eth_subscribe", "logs", {"fromBlock": "0x3", "toBlock": "0x3"})
        for topic in (1, 2, 3, 4):
            await send_log(client, topic)
        assert [log["topics"] for log in await client.told(every, 4)] == [
            [topic_of(topic)] for topic in (1, 2, 3, 4)
        ]
        assert [log["topics"] for log in await client.told(some, 2)] == [
            [topic_of(2)],
            [topic_of(3)],
        ]
        assert [log["blockNumber"] for log in await client.told(late, 1)] == ["0x3"]
        asked = await client.ask("eth_getLogs", {"fromBlock": "0x0"})
        assert client.results(every) == asked

    asyncio.run(test())


def test_a_block_that_is_taken_back_has_its_logs_removed(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        logs = await client.ask("eth_subscribe", "logs")
        heads = await client.ask("eth_subscribe", "newHeads")
        polled = await client.ask("eth_newFilter", {})
        snapshot = await client.ask("evm_snapshot")
        await send_log(client, 1)
        await send_log(client, 2)
        told = await client.told(logs, 2)
        assert await client.ask("eth_getFilterChanges", polled) == told
        await client.ask("evm_revert", snapshot)
        await send_log(client, 3)
        [*before, second, first, new] = await client.told(logs, 5)
        assert before == told
        assert [first, second] == [{**log, "removed": True} for log in told]
        assert (new["topics"], new["removed"]) == ([topic_of(3)], False)
        assert await client.ask("eth_getFilterChanges", polled) == [second, first, new]
        assert [h["number"] for h in await client.told(heads, 3)] == ["0x1", "0x2", "0x1"]

    asyncio.run(test())


def test_removed_logs_come_last_first(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        await client.ask("evm_setAutomine", False)
        logs = await client.ask("eth_subscribe", "logs")
        snapshot = await client.ask("evm_snapshot")
        for topics in ((1, 2), (3, 4)):
            for topic in topics:
                await send_log(client, topic)
            await client.ask("anvil_mine", "0x1")
        await client.ask("evm_revert", snapshot)
        told = await client.told(logs, 8)
        assert [int(log["topics"][0], 16) for log in told] == [1, 2, 3, 4, 4, 3, 2, 1]

    asyncio.run(test())


def test_a_polling_filter_forgets_logs_that_it_has_not_told_of(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        polled = await client.ask("eth_newFilter", {})
        snapshot = await client.ask("evm_snapshot")
        await send_log(client, 1)
        await client.ask("evm_revert", snapshot)
        assert await client.ask("eth_getFilterChanges", polled) == []

    asyncio.run(test())


def test_pending_transactions_are_told_as_hashes_or_in_full(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        await client.ask("evm_setAutomine", False)
        hashes = await client.ask("eth_subscribe", "newPendingTransactions")
        full = await client.ask("eth_subscribe", "newPendingTransactions", True)
        polled = await client.ask("eth_newPendingTransactionFilter")
        sent = await client.ask("eth_sendTransaction", {"to": BOB, "value": "0x1"})
        assert await client.told(hashes, 1) == [sent]
        [shown] = await client.told(full, 1)
        assert shown == await client.ask("eth_getTransactionByHash", sent)
        assert shown["blockHash"] is None
        assert await client.ask("eth_getFilterChanges", polled) == [sent]
        assert await client.ask("eth_getFilterChanges", polled) == []

    asyncio.run(test())


def test_a_transaction_behind_a_gap_is_told_when_the_gap_closes(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        await client.ask("evm_setAutomine", False)
        pending = await client.ask("eth_subscribe", "newPendingTransactions")

        async def send(nonce: int, priority: int = 1) -> str:
            fees = {"maxPriorityFeePerGas": hex(priority * 10**9), "maxFeePerGas": hex(10**11)}
            if priority > 1:
                fees["maxFeePerGas"] = hex(2 * 10**11)
            sent = {"to": BOB, "nonce": hex(nonce), "gas": "0x5208", **fees}
            return str(await client.ask("eth_sendTransaction", sent))

        second, third = await send(1), await send(2)
        assert await client.told(pending, 0) == []
        first = await send(0)
        assert await client.told(pending, 3) == [first, second, third]
        replacement = await send(1, priority=2)
        assert (await client.told(pending, 4))[-1] == replacement

    asyncio.run(test())


def test_syncing_says_once_that_it_is_not(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        syncing = await client.ask("eth_subscribe", "syncing")
        await client.ask("anvil_mine", "0x2")
        assert await client.told(syncing, 1) == [False]

    asyncio.run(test())


def test_who_has_unsubscribed_or_gone_is_told_nothing(context: RpcContext) -> None:
    async def test() -> None:
        client, gone = Client(context), Client(context)
        heads = await client.ask("eth_subscribe", "newHeads")
        kept = await client.ask("eth_subscribe", "newHeads")
        other = await gone.ask("eth_subscribe", "newHeads")
        gone.session.close()
        assert await client.ask("eth_unsubscribe", heads) is True
        missing = await client.ask("eth_unsubscribe", heads)
        assert missing == {"code": -32000, "message": "subscription not found"}
        assert await client.ask("eth_unsubscribe", other) == missing
        await client.ask("anvil_mine", "0x1")
        await client.told(kept, 1)
        assert client.results(heads) == gone.results(other) == []

    asyncio.run(test())


def test_a_batch_is_answered_before_what_it_subscribed_to(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        calls = [("eth_subscribe", ["newHeads"]), ("anvil_mine", ["0x2"])]
        batch = [
            {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            for method, params in calls
        ]
        answer = await client.send(batch)
        await client.ask("anvil_mine", "0x1")
        [head] = await client.told(answer[0]["result"], 1)
        assert head["number"] == "0x3"
        assert client.pushed[0] == answer

    asyncio.run(test())


def test_a_connection_has_so_many_subscriptions_and_no_more(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context, max_subscriptions=2)
        first = await client.ask("eth_subscribe", "newHeads")
        await client.ask("eth_subscribe", "logs")
        assert (await client.ask("eth_subscribe", "newHeads"))["code"] == -32005
        await client.ask("eth_unsubscribe", first)
        assert isinstance(await client.ask("eth_subscribe", "newHeads"), str)

    asyncio.run(test())


@pytest.mark.parametrize(
    ("params", "code"),
    [
        (["newStuff"], -32601),
        ([], -32602),
        ([7], -32602),
        (["logs", {"blockHash": topic_of(1)}], -32602),
        (["logs", {"address": "0x12"}], -32602),
        (["logs", 5], -32602),
        (["newPendingTransactions", "yes"], -32602),
    ],
)
def test_a_wrong_subscription_is_an_error(
    context: RpcContext, params: list[Any], code: int
) -> None:
    async def test() -> None:
        assert (await Client(context).ask("eth_subscribe", *params))["code"] == code

    asyncio.run(test())


def test_over_http_notifications_are_not_supported(context: RpcContext) -> None:
    async def test() -> None:
        dispatcher = Dispatcher(context, METHODS, None, CONCURRENT)
        call = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
        error = json.loads(await dispatcher.handle(json.dumps(call).encode()))["error"]
        assert error["code"] == -32601
        assert error["message"].startswith("notifications not supported")

    asyncio.run(test())


def test_the_pool_is_not_listened_to_when_nobody_wants_to_hear(context: RpcContext) -> None:
    async def test() -> None:
        client = Client(context)
        pending = await client.ask("eth_subscribe", "newPendingTransactions")
        polled = await client.ask("eth_newPendingTransactionFilter")
        assert len(context.chain.pool._listeners) == 2
        await client.ask("eth_unsubscribe", pending)
        await client.ask("eth_uninstallFilter", polled)
        assert len(context.chain.pool._listeners) == 0

    asyncio.run(test())
