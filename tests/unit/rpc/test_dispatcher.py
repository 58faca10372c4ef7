"""JSON-RPC envelopes, parameters and faults, by the specification."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.errors import NonceTooLowError, UsageError
from contractchain.rpc.dispatcher import Dispatcher, Limits
from contractchain.rpc.parameters import AddressArg, BlockArg, FilterArg, Quantity, TransactionArg


def echo_quantity(context: list[str], value: Quantity, other: Quantity = 7) -> int:
    context.append("called")
    return value + other


def echo_block(_context: list[str], block: BlockArg = "latest") -> object:
    return block


def echo_address(_context: list[str], address: AddressArg) -> bytes:
    return address


def echo_filter(_context: list[str], spec: FilterArg) -> object:
    return {"topics": len(spec.topics), "addresses": sorted(spec.addresses)}


def echo_transaction(_context: list[str], request: TransactionArg) -> object:
    return {"value": request.value, "data": request.data}


async def later(_context: list[str]) -> str:
    await asyncio.sleep(0)
    return "later"


def rejects(_context: list[str]) -> object:
    raise NonceTooLowError(got=1, expected=2)


def misused(_context: list[str]) -> object:
    raise UsageError("no such thing")


def broken(_context: list[str]) -> object:
    return 1 // 0


METHODS = {
    "eth_quantity": echo_quantity,
    "eth_block": echo_block,
    "eth_address": echo_address,
    "eth_filter": echo_filter,
    "eth_transaction": echo_transaction,
    "eth_later": later,
    "eth_rejects": rejects,
    "eth_misused": misused,
    "eth_broken": broken,
}


def ask(body: object, calls: list[str] | None = None, **limits: int) -> Any:
    context: list[str] = [] if calls is None else calls
    dispatcher = Dispatcher(context, METHODS, Limits(**limits))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = asyncio.run(dispatcher.handle(raw))
    return json.loads(answer) if answer else None


def request(method: str, *params: object, **extra: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params), **extra}


def test_a_result_carries_the_id_of_its_request() -> None:
    answer = ask(request("eth_quantity", "0x1", "0x2") | {"id": "abc"})
    assert answer == {"jsonrpc": "2.0", "id": "abc", "result": "0x3"}


def test_a_missing_optional_parameter_takes_its_default() -> None:
    assert ask(request("eth_quantity", "0x1"))["result"] == "0x8"
    assert ask(request("eth_quantity", "0x1", None))["result"] == "0x8"


def test_a_coroutine_is_awaited() -> None:
    assert ask(request("eth_later"))["result"] == "later"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"1", -32600),
        (b'{"id": 1}', -32600),
        (b'{"id": {}, "method": "eth_later"}', -32600),
        (b'{"id": 1, "method": "eth_later", "params": {"a": 1}}', -32600),
        (b'{"id": 1, "jsonrpc": "1.0", "method": "eth_later"}', -32600),
        (b'{"id": 1, "method": "eth_nothing"}', -32601),
        (b'{"id": 1, "method": "eth_quantity"}', -32602),
        (b'{"id": 1, "method": "eth_quantity", "params": ["0x1", "0x1", "0x1"]}', -32602),
        (b'{"id": 1, "method": "eth_quantity", "params": ["1"]}', -32602),
        (b'{"id": 1, "method": "eth_quantity", "params": [true]}', -32602),
        (b'{"id": 1, "method": "eth_quantity", "params": ["0x1_0"]}', -32602),
        (b'{"id": 1, "method": "eth_address", "params": ["0x12"]}', -32602),
        (b'{"id": 1, "method": "eth_block", "params": ["newest"]}', -32602),
        (b'{"id": 1, "method": "eth_filter", "params": [{"topics": 5}]}', -32602),
        (b'{"id": 1, "method": "eth_rejects"}', -32003),
        (b'{"id": 1, "method": "eth_misused"}', -32602),
        (b'{"id": 1, "method": "eth_broken"}', -32603),
    ],
)
def test_each_fault_has_its_code(body: bytes, code: int) -> None:
    assert ask(body)["error"]["code"] == code


def test_a_misspelt_method_gets_a_suggestion() -> None:
    assert "eth_quantity" in ask(request("eth_quantiti"))["error"]["message"]


def test_a_fault_of_ours_shows_no_traceback() -> None:
    assert "ZeroDivision" not in ask(request("eth_broken"))["error"]["message"]


def test_a_notification_is_executed_and_not_answered() -> None:
    calls: list[str] = []
    assert ask({"jsonrpc": "2.0", "method": "eth_quantity", "params": ["0x1"]}, calls) is None
    assert calls == ["called"]


def test_a_batch_answers_in_order_and_leaves_notifications_out() -> None:
    batch = [
        request("eth_quantity", "0x1") | {"id": 1},
        {"jsonrpc": "2.0", "method": "eth_later"},
        request("eth_nothing") | {"id": 2},
        5,
    ]
    answers = ask(batch)
    assert [a["id"] for a in answers] == [1, 2, None]
    assert [a["error"]["code"] for a in answers[1:]] == [-32601, -32600]


def test_a_batch_over_the_limit_is_refused_whole() -> None:
    calls: list[str] = []
    assert ask([request("eth_quantity", "0x1")] * 3, calls, max_batch=2)["error"]["code"] == -32600
    assert calls == []


def test_a_batch_stops_when_its_response_is_too_large() -> None:
    answers = ask([request("eth_later")] * 20, max_response_bytes=100)
    assert [("result" in a) for a in answers].index(False) == 3
    assert answers[-1]["error"]["code"] == -32005


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("latest", "latest"),
        ("0x10", "0x10"),
        ("0x" + "ab" * 32, "0x" + "ab" * 32),
        ({"blockHash": "0x" + "ab" * 32}, "0x" + "ab" * 32),
        ({"blockNumber": "0x5"}, "0x5"),
        (None, "latest"),
    ],
)
def test_blocks_are_named_by_tag_number_or_hash(parameter: object, expected: str) -> None:
    assert ask(request("eth_block", parameter))["result"] == expected


def test_input_and_data_must_agree() -> None:
    agreeing = {"input": "0x01", "data": "0x01", "value": "0x2"}
    assert ask(request("eth_transaction", agreeing))["result"] == {"value": "0x2", "data": "0x01"}
    differing = {"input": "0x01", "data": "0x02"}
    assert ask(request("eth_transaction", differing))["error"]["code"] == -32602


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON, st.sampled_from([*METHODS, "x"]))
def test_no_parameters_make_an_internal_error(value: object, method: str) -> None:
    if method == "eth_broken":
        return
    params = value if isinstance(value, list) else [value]
    answer = ask(request(method) | {"params": params})
    assert answer.get("error", {}).get("code") != -32603


@given(st.binary(max_size=200) | JSON.map(lambda v: json.dumps(v).encode()))
def test_any_body_gets_an_answer(body: bytes) -> None:
    answer = ask(body)
    answers = answer if isinstance(answer, list) else [answer]
    assert all(a is None or "error" in a or "result" in a for a in answers)
