"""Traces over RPC, of which anvil gives the same for the same transactions.

What is taken off before they are compared: anvil writes out what is empty or zero, gives the
outermost call the gas without the intrinsic, and has a base fee of its own, which shows in the
balance of the beneficiary. It has no `flatCallTracer` and no `muxTracer`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.anvil import run_anvil
from tests.e2e.rpc_client import Rpc, RpcError

from contractchain.node.server import RpcServer
from trace_cases import TRANSACTIONS, at, to_request

BENEFICIARY = "0x" + "00" * 20
CONFIGS: tuple[dict[str, Any], ...] = (
    {},
    {"enableMemory": True, "enableReturnData": True},
    {"disableStack": True, "disableStorage": True},
    {"tracer": "callTracer", "tracerConfig": {"withLog": True}},
    {"tracer": "prestateTracer", "tracerConfig": {"includeEmpty": True}},
    {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}},
)


@pytest.fixture
def rpc(server: RpcServer) -> Iterator[Rpc]:
    client = Rpc(server.url)
    yield client
    client.close()


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    with run_anvil(tmp_path_factory.mktemp("anvil"), "--steps-tracing") as url:
        client = Rpc(url)
        send_all(client)
        yield client
        client.close()


def send_all(rpc: Rpc) -> list[str]:
    """Send the transactions; those that are there already are not sent again."""
    return [
        rpc("eth_sendTransaction", to_request(nonce, fields))
        for nonce, fields in enumerate(TRANSACTIONS)
    ]


def comparable(trace: Any) -> Any:
    if "structLogs" in trace:
        return {**trace, "structLogs": [comparable_step(step) for step in trace["structLogs"]]}
    if "type" in trace:
        return comparable_call({key: value for key, value in trace.items() if key != "gas"})
    parts = trace.values() if trace.keys() == {"pre", "post"} else [trace]
    return [{key: value for key, value in part.items() if key != BENEFICIARY} for part in parts]


def comparable_step(step: dict[str, Any]) -> dict[str, Any]:
    if "error" in step:  # named in Rust there, and priced at nothing
        step = {**step, "error": "", "gasCost": 0}
    if step["op"] in ("CREATE", "CREATE2"):  # with what the init code is given there
        step = {**step, "gasCost": 0}
    return {key: value for key, value in step.items() if value not in (0, "0x", [], {})}


def comparable_call(call: dict[str, Any]) -> dict[str, Any]:
    call = dict(call)
    if call.get("error") not in (None, "execution reverted", "out of gas"):
        call["error"] = "failed"
    if "logs" in call:  # those here have their index, too
        call["logs"] = [{**log, "index": None} for log in call["logs"]]
    if "calls" in call:
        call["calls"] = [comparable_call(inner) for inner in call["calls"]]
    return call


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_traces_are_those_of_anvil(rpc: Rpc, anvil: Rpc, config: dict[str, Any]) -> None:
    for number, transaction in enumerate(send_all(rpc)):
        ours = rpc("debug_traceTransaction", transaction, config)
        theirs = anvil("debug_traceTransaction", transaction, config)
        assert comparable(ours) == comparable(theirs), number


def test_the_calls_of_a_block_are_those_of_its_transactions(rpc: Rpc) -> None:
    hashes = send_all(rpc)
    config = {"tracer": "callTracer"}
    for transaction in hashes[:4]:
        receipt = rpc("eth_getTransactionReceipt", transaction)
        wanted = [
            {"txHash": transaction, "result": rpc("debug_traceTransaction", transaction, config)}
        ]
        assert rpc("debug_traceBlockByHash", receipt["blockHash"], config) == wanted
        assert rpc("debug_traceBlockByNumber", receipt["blockNumber"], config) == wanted
        encoded = rpc("debug_getRawBlock", receipt["blockNumber"])
        assert rpc("debug_traceBlock", encoded, config) == wanted


def test_a_call_is_traced_with_other_accounts_and_another_block(rpc: Rpc) -> None:
    request = {"to": "0x" + at(5).hex(), "data": "0x12345678"}
    config = {
        "tracer": "callTracer",
        "stateOverrides": {request["to"]: {"code": "0x4360005260206000f3"}},
        "blockOverrides": {"number": "0x64"},
    }
    trace = rpc("debug_traceCall", request, "latest", config)
    assert trace["output"] == "0x" + (100).to_bytes(32, "big").hex()
    before = {"tracer": "prestateTracer", "stateOverrides": config["stateOverrides"]}
    accounts = rpc("debug_traceCall", request, "latest", before)
    assert accounts[request["to"]]["code"] == "0x4360005260206000f3"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"tracer": "{step: function() {}}"}, "JavaScript tracers are not supported"),
        ({"tracer": "calltracer"}, "did you mean `callTracer`"),
        ({"timeout": "soon"}, "expected a duration"),
        ({"limit": -1}, "expected a number of bytes"),
        ({"tracer": "callTracer", "tracerConfig": {"withLog": 1}}, "withLog"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(
    rpc: Rpc, config: dict[str, Any], words: str
) -> None:
    with pytest.raises(RpcError, match=words) as refused:
        rpc("debug_traceTransaction", "0x" + "00" * 32, config)
    assert refused.value.code == -32602


def test_an_unknown_transaction_and_genesis_are_not_traced(rpc: Rpc) -> None:
    with pytest.raises(RpcError, match="transaction not found"):
        rpc("debug_traceTransaction", "0x" + "00" * 32)
    with pytest.raises(RpcError, match="genesis is not traceable"):
        rpc("debug_traceBlockByNumber", "0x0")


def test_a_trace_ends_when_its_time_is_over(rpc: Rpc) -> None:
    endless = {"to": "0x" + at(5).hex()}
    config = {
        "timeout": "20ms",
        "stateOverrides": {endless["to"]: {"code": "0x5b600056"}},
    }
    with pytest.raises(RpcError, match="execution timeout") as refused:
        rpc("debug_traceCall", endless, "latest", config)
    assert refused.value.code == -32005
