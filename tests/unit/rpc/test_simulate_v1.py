"""eth_simulateV1: what goes in, what comes out, and under which code what is refused."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from chain_cases import accounts
from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher
from contractchain.rpc.methods import METHODS

ALICE, BOB = ("0x" + account.address.hex() for account in accounts()[:2])
TARGET = "0x" + "c0" * 20
REVERTING = "0x60ab5f5260205ffd"
INVALID = "0xfe"
EMITTING = "0x60015f5fa1"


class Rpc:
    """The methods of a node, without a server."""

    def __init__(self, node: LocalNode) -> None:
        self.node = node

    def ask(self, method: str, *params: Any) -> Any:
        """Return the whole response."""

        async def answer() -> Any:
            context = RpcContext(
                chain=self.node.chain,
                accounts=self.node.accounts,
                mining=self.node.consensus,
                client_version="test",
            )
            try:
                body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                dispatcher = Dispatcher(context, METHODS)
                return json.loads(await dispatcher.handle(json.dumps(body).encode()))
            finally:
                context.close()

        return asyncio.run(answer())

    def simulate(self, *blocks: Any, at: str = "latest", **options: Any) -> Any:
        """Return the blocks, or the error."""
        answer = self.ask("eth_simulateV1", {"blockStateCalls": blocks, **options}, at)
        return answer.get("result", answer.get("error"))


@pytest.fixture(scope="module")
def rpc() -> Iterator[Rpc]:
    with open_local_chain(NodeConfig(data_dir=None)) as node:
        yield Rpc(node)


def one(call: Any, **overrides: Any) -> Any:
    return {"calls": [call], "stateOverrides": overrides}


def test_blocks_have_the_shape_of_blocks_with_their_calls(rpc: Rpc) -> None:
    call = {"from": ALICE, "to": BOB, "value": "0x5"}
    (block,) = rpc.simulate({"calls": [call]})
    real = rpc.ask("eth_getBlockByNumber", "latest", False)["result"]
    assert set(block) == set(real) | {"calls"}
    assert block["parentHash"] == real["hash"]
    assert block["calls"] == [
        {
            "returnData": "0x",
            "logs": [],
            "gasUsed": "0x5208",
            "maxUsedGas": "0x5208",
            "status": "0x1",
        }
    ]


def test_whole_transactions_are_given_if_they_are_wanted(rpc: Rpc) -> None:
    calls = [{"from": ALICE, "to": BOB}, {"from": ALICE, "to": BOB, "gasPrice": "0x0"}]
    (hashes,) = rpc.simulate({"calls": calls})
    (full,) = rpc.simulate({"calls": calls}, returnFullTransactions=True)
    assert [t["hash"] for t in full["transactions"]] == hashes["transactions"]
    assert [t["type"] for t in full["transactions"]] == ["0x2", "0x0"]
    for transaction in full["transactions"]:
        assert {transaction[name] for name in ("v", "r", "s")} == {"0x0"}
        assert transaction["from"] == ALICE


def test_failures_of_calls_are_in_their_results(rpc: Rpc) -> None:
    call = {"from": ALICE, "to": TARGET}
    (block,) = rpc.simulate(one(call, **{TARGET: {"code": REVERTING}}))
    assert block["calls"][0]["status"] == "0x0"
    assert block["calls"][0]["error"] == {
        "code": 3,
        "message": "execution reverted",
        "data": "0x" + "ab".rjust(64, "0"),
    }
    (block,) = rpc.simulate(one(call, **{TARGET: {"code": INVALID}}))
    assert block["calls"][0]["error"] == {"code": -32015, "message": "invalid opcode"}


def test_transfers_are_logs_if_they_are_traced(rpc: Rpc) -> None:
    call = {"from": ALICE, "to": TARGET, "value": "0x2"}
    (block,) = rpc.simulate(one(call, **{TARGET: {"code": EMITTING}}), traceTransfers=True)
    transfer, log = block["calls"][0]["logs"]
    assert transfer["address"] == "0x" + "ee" * 20
    assert transfer["data"] == "0x" + "2".rjust(64, "0")
    assert (log["address"], log["logIndex"], log["blockHash"]) == (TARGET, "0x1", block["hash"])


def test_all_overrides_of_a_block_are_understood(rpc: Rpc) -> None:
    payment = {"index": "0x1", "validatorIndex": "0x2", "address": BOB, "amount": "0x3"}
    wanted = {
        "number": "0x9",
        "time": "0xffffffff",
        "gasLimit": "0xf4240",
        "feeRecipient": TARGET,
        "prevRandao": "0x" + "07" * 32,
        "baseFeePerGas": "0x8",
        "blobBaseFee": "0x9",
        "withdrawals": [payment],
        "beaconRoot": "0x" + "0b" * 32,
        "difficulty": "0x1",
    }
    block = rpc.simulate({"blockOverrides": wanted})[-1]
    found = {key: block[key] for key in ("number", "gasLimit", "baseFeePerGas", "withdrawals")}
    assert found == {key: wanted[key] for key in found}
    assert (block["timestamp"], block["miner"]) == ("0xffffffff", TARGET)
    assert (block["mixHash"], block["difficulty"]) == (wanted["prevRandao"], "0x0")
    assert block["parentBeaconBlockRoot"] == wanted["beaconRoot"]


PRECOMPILE = "0x" + "4".rjust(40, "0")
REFUSED: dict[str, tuple[Any, int]] = {
    "nonce too low": (one({"from": ALICE, "nonce": "0x0"}, **{ALICE: {"nonce": "0x5"}}), -38010),
    "nonce too high": (one({"from": ALICE, "nonce": "0x9"}), -38011),
    "fee too low": (one({"from": ALICE, "maxFeePerGas": "0x1"}), -38012),
    "intrinsic gas": (
        one({"from": ALICE, "to": BOB, "gas": "0x1", "gasPrice": "0xffffffffff"}),
        -38013,
    ),
    "funds": (one({"from": TARGET, "to": BOB, "gasPrice": "0xffffffffff"}), -38014),
    "block gas": (one({"from": ALICE, "to": BOB, "gas": "0xffffffff"}), -38015),
    "number": ({"blockOverrides": {"number": "0x0"}}, -38020),
    "time": ({"blockOverrides": {"time": "0x0"}}, -38021),
    "to itself": (
        {"stateOverrides": {PRECOMPILE: {"movePrecompileToAddress": PRECOMPILE}}},
        -38022,
    ),
    "no precompile": ({"stateOverrides": {BOB: {"movePrecompileToAddress": TARGET}}}, -32000),
    "init code": (
        one({"from": ALICE, "input": "0x" + "00" * 49_153, "gasPrice": "0xffffffffff"}),
        -38025,
    ),
    "too many blocks": ({"blockOverrides": {"number": "0x101"}}, -38026),
    "last nonce": (one({"from": ALICE}, **{ALICE: {"nonce": "0xffffffffffffffff"}}), -32603),
    "priority fee": (
        one({"from": ALICE, "to": BOB, "maxPriorityFeePerGas": "0x1"}),
        -32602,
    ),
    "blob version": (
        one({"from": ALICE, "to": BOB, "blobVersionedHashes": ["0x" + "02" * 32]}),
        -32602,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_has_its_code(rpc: Rpc, name: str) -> None:
    block, code = REFUSED[name]
    assert rpc.simulate(block, validation=True)["code"] == code


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"blockStateCalls": []},
        {"blockStateCalls": {}},
        {"blockStateCalls": [7]},
        {"blockStateCalls": [{"calls": {}}], "validation": "yes"},
        {"blockStateCalls": [{"calls": 7}]},
        {"blockStateCalls": [{"calls": [{"nonce": "0x10000000000000000"}]}]},
        {"blockStateCalls": [{"blockOverrides": {"time": "0x10000000000000000"}}]},
        {"blockStateCalls": [{"blockOverrides": {"withdrawals": [{}]}}]},
        {"blockStateCalls": [{"blockOverrides": {"feeRecipient": "0x12"}}]},
        {"blockStateCalls": [{"stateOverrides": {"0x12": {}}}]},
        {"blockStateCalls": [{"stateOverrides": {BOB: {"nonce": "0x10000000000000000"}}}]},
        {"blockStateCalls": [{"stateOverrides": {BOB: {"state": {}, "stateDiff": {}}}}]},
        {"blockStateCalls": [{"stateOverrides": {BOB: {"movePrecompileToAddress": 1}}}]},
    ],
)
def test_a_payload_that_is_not_understood_is_an_invalid_parameter(rpc: Rpc, payload: Any) -> None:
    answer = rpc.ask("eth_simulateV1", payload, "latest")
    assert answer["error"]["code"] == -32602


def test_a_block_that_is_not_there_is_an_error(rpc: Rpc) -> None:
    assert rpc.simulate({}, at="0x99")["code"] == -32000


def test_a_call_moves_precompiles_and_replaces_them(rpc: Rpc) -> None:
    overrides = {PRECOMPILE: {"movePrecompileToAddress": TARGET, "code": EMITTING}}
    call = {"from": ALICE, "to": TARGET, "input": "0x1234"}
    assert rpc.ask("eth_call", call, "latest", overrides)["result"] == "0x1234"
    self_move = {PRECOMPILE: {"movePrecompileToAddress": PRECOMPILE}}
    assert rpc.ask("eth_call", call, "latest", self_move)["error"]["code"] == -32000
