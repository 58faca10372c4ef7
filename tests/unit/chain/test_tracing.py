"""Transactions told from inside: where in its block, on which state, within which bounds."""

import json
from typing import Any

import pytest

from chain_cases import LOGGER, REVERTER, Opened, accounts, make_raw
from contractchain.chain.tracers import (
    CallTracerOptions,
    FlatCallTracerOptions,
    FourByteTracerOptions,
    MuxTracerOptions,
    NoopTracerOptions,
    PrestateTracerOptions,
    StructLoggerOptions,
    TraceBudget,
    TracerOptions,
)
from contractchain.chain.tracing import TraceRequest
from contractchain.errors import (
    DecodeError,
    NotTraceableError,
    TraceTimeoutError,
    TraceTooLargeError,
    TransactionNotFoundError,
    UnknownParentError,
)
from contractchain.interfaces.execution_data import AccountOverride, Message

SENDER = accounts()[0].address
ENDLESS = bytes.fromhex("5b600056")


def wish(tracer: TracerOptions, **budget: int) -> TraceRequest:
    return TraceRequest(tracer=tracer, budget=TraceBudget(**budget))


def trace(opened: Opened, transaction: bytes, tracer: TracerOptions) -> Any:
    return json.loads(opened.chain.traces.trace_transaction(transaction, wish(tracer)))


@pytest.fixture
def mined(manual: Opened) -> list[bytes]:
    """Hashes of three transactions of one block, each of which writes what the next one reads."""
    raws = [
        make_raw(nonce=n, to=LOGGER, data=bytes([n + 1]) * 32, value=0, gas_limit=99_000)
        for n in range(3)
    ]
    hashes = manual.chain.submit(raws)
    manual.extend()
    assert all(isinstance(found, bytes) for found in hashes)
    return [found for found in hashes if isinstance(found, bytes)]


def test_a_transaction_is_traced_on_what_those_before_it_left(
    manual: Opened, mined: list[bytes]
) -> None:
    log = trace(manual, mined[2], StructLoggerOptions())
    (load,) = [step for step in log["structLogs"] if step["op"] == "SLOAD"]
    assert list(load["storage"].values()) == ["0x" + "02" * 32]
    before = trace(manual, mined[2], PrestateTracerOptions())
    assert before["0x" + LOGGER.hex()]["storage"] == {"0x" + "00" * 32: "0x" + "02" * 32}
    assert before["0x" + SENDER.hex()]["nonce"] == 2


def test_a_block_is_traced_in_order_and_its_logs_are_counted(
    manual: Opened, mined: list[bytes]
) -> None:
    tracer = CallTracerOptions(with_log=True)
    whole = json.loads(manual.chain.traces.trace_block(1, wish(tracer)))
    assert [entry["txHash"] for entry in whole] == ["0x" + found.hex() for found in mined]
    assert [entry["result"]["logs"][0]["index"] for entry in whole] == ["0x0", "0x1", "0x2"]
    alone = [trace(manual, transaction, tracer) for transaction in mined]
    assert [entry["result"] for entry in whole] == alone


def test_a_block_that_is_given_is_executed_on_its_parent(
    manual: Opened, mined: list[bytes]
) -> None:
    encoded = manual.chain.blocks.get_encoded(1)
    tracer = wish(FourByteTracerOptions())
    traces = json.loads(manual.chain.traces.trace_encoded_block(encoded, tracer))
    assert [entry["result"] for entry in traces] == [
        {"0x01010101-28": 1},
        {"0x02020202-28": 1},
        {"0x03030303-28": 1},
    ]
    with pytest.raises(DecodeError):
        manual.chain.traces.trace_encoded_block(b"\xc0", tracer)
    genesis = manual.chain.blocks.get_encoded(0)
    with pytest.raises(NotTraceableError):
        manual.chain.traces.trace_encoded_block(genesis, tracer)
    parent = manual.chain.blocks.get_header(1).parent_hash
    with pytest.raises(UnknownParentError):
        manual.chain.traces.trace_encoded_block(encoded.replace(parent, bytes(32)), tracer)


def test_no_state_in_the_middle_of_a_block_is_kept(manual: Opened, mined: list[bytes]) -> None:
    assert mined
    seen: list[bytes] = []
    execute = manual.execution.trace_transaction

    def watch(*args: Any, **kwargs: Any) -> Any:
        traced = execute(*args, **kwargs)
        seen.append(traced.execution.state_root)
        return traced

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manual.execution, "trace_transaction", watch)
        manual.chain.traces.trace_block(1, wish(PrestateTracerOptions(diff_mode=True)))
    assert len(set(seen)) == 3
    sealed = manual.chain.blocks.get_header(1).state_root
    assert not any(manual.execution.has_state(root) for root in seen if root != sealed)


def test_what_is_changed_shows_before_and_after(manual: Opened, mined: list[bytes]) -> None:
    changed = trace(manual, mined[0], PrestateTracerOptions(diff_mode=True))
    logger, sender = "0x" + LOGGER.hex(), "0x" + SENDER.hex()
    assert "storage" not in changed["pre"][logger]  # it was zero
    assert changed["post"][logger] == {"storage": {"0x" + "00" * 32: "0x" + "01" * 32}}
    assert changed["post"][sender]["nonce"] == 1
    assert int(changed["post"][sender]["balance"], 16) < int(changed["pre"][sender]["balance"], 16)


def test_code_and_storage_are_left_out_on_request(manual: Opened, mined: list[bytes]) -> None:
    bare = trace(manual, mined[1], PrestateTracerOptions(disable_code=True, disable_storage=True))
    assert bare["0x" + LOGGER.hex()].keys() == {"balance", "nonce"}


def test_a_failed_call_says_why_and_keeps_no_logs(manual: Opened) -> None:
    (transaction,) = manual.chain.submit([make_raw(to=REVERTER, value=0, gas_limit=99_000)])
    manual.extend()
    assert isinstance(transaction, bytes)
    frame = trace(manual, transaction, CallTracerOptions(with_log=True))
    assert (frame["error"], frame["output"][-8:]) == ("execution reverted", "deadbeef")
    (entry,) = trace(manual, transaction, FlatCallTracerOptions(convert_parity_errors=True))
    assert entry["error"] == "Reverted"
    assert entry["transactionHash"] == "0x" + transaction.hex()
    assert (entry["type"], entry["subtraces"], entry["traceAddress"]) == ("call", 0, [])


def test_several_tracers_see_one_execution(manual: Opened, mined: list[bytes]) -> None:
    parts: tuple[tuple[str, TracerOptions], ...] = (
        ("callTracer", CallTracerOptions()),
        ("4byteTracer", FourByteTracerOptions()),
        ("prestateTracer", PrestateTracerOptions()),
        ("noopTracer", NoopTracerOptions()),
    )
    together = trace(manual, mined[1], MuxTracerOptions(tracers=parts))
    assert together == {name: trace(manual, mined[1], part) for name, part in parts}


def test_a_log_ends_where_its_limit_is_reached(manual: Opened, mined: list[bytes]) -> None:
    whole = trace(manual, mined[0], StructLoggerOptions())["structLogs"]
    cut = trace(manual, mined[0], StructLoggerOptions(limit_bytes=200))["structLogs"]
    assert 0 < len(cut) < len(whole)
    assert cut == whole[: len(cut)]


def test_a_trace_that_is_too_large_or_takes_too_long_ends(manual: Opened) -> None:
    message = Message(sender=SENDER, to=LOGGER, gas_limit=30_000_000)
    overrides = {LOGGER: AccountOverride(code=ENDLESS)}
    traces = manual.chain.traces
    with pytest.raises(TraceTooLargeError):
        traces.trace_call(
            message, wish(StructLoggerOptions(), max_bytes=10_000), overrides=overrides
        )
    with pytest.raises(TraceTimeoutError):
        traces.trace_call(message, wish(StructLoggerOptions(), timeout_ms=5), overrides=overrides)


def test_a_deep_tree_of_calls_is_written_whole(manual: Opened) -> None:
    itself = bytes.fromhex("5f5f5f5f305af4")  # DELEGATECALL of its own address
    message = Message(sender=SENDER, to=LOGGER, gas_limit=30_000_000)
    text = manual.chain.traces.trace_call(
        message,
        wish(CallTracerOptions()),
        overrides={LOGGER: AccountOverride(code=itself)},
    )
    assert text.count('"type":"DELEGATECALL"') > 300
    assert text.count("{") == text.count("}")


def test_logs_of_a_failed_call_do_not_count(manual: Opened) -> None:
    """A call that logs and reverts, then a log: the second has the index of the first."""
    inner = bytes.fromhex("5f5fa05f5ffd")  # LOG0, REVERT
    outer = bytes.fromhex("5f5f5f5f5f60bb5af1505f5fa0")  # CALL 0xbb, LOG0
    message = Message(sender=SENDER, to=LOGGER, gas_limit=200_000)
    text = manual.chain.traces.trace_call(
        message,
        wish(CallTracerOptions(with_log=True)),
        overrides={LOGGER: AccountOverride(code=outer), REVERTER: AccountOverride(code=inner)},
    )
    frame = json.loads(text)
    assert [(log["index"], log["position"]) for log in frame["logs"]] == [("0x0", "0x1")]
    assert "logs" not in frame["calls"][0]


def test_an_unknown_transaction_is_not_found(manual: Opened) -> None:
    with pytest.raises(TransactionNotFoundError):
        manual.chain.traces.trace_transaction(bytes(32), wish(NoopTracerOptions()))
