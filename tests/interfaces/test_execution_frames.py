"""Every execution layer reports frames, logs and destructions alike."""

from dataclasses import replace

import pytest

from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, Message
from contractchain.types import (
    Destruction,
    Fork,
    FrameEnd,
    FrameKind,
    FrameStart,
    Log,
    TraceEvent,
    TraceOptions,
    TraceStep,
)
from contractchain.types.opcodes import OPCODES
from evm_builders import (
    ALICE,
    BOB,
    OTHER,
    TARGET,
    Bench,
    assemble,
    authorize,
    contract,
    created2_address,
    created_address,
    init_code_of,
    set_code,
    sign,
    transfer,
    word,
)

PUSH20_OTHER = b"\x73" + OTHER
FRAMES = TraceOptions(instructions=frozenset(), with_frames=True)
CODES = {known.name: op for op, known in OPCODES.items()}


def trace(bench: Bench, options: TraceOptions = FRAMES, **fields: object) -> list[TraceEvent]:
    events: list[TraceEvent] = []
    message = Message(**{"sender": ALICE.address, "to": TARGET, "gas_limit": 200_000, **fields})
    bench.engine.trace_call(bench.root, bench.context, message, events.append, options=options)
    return events


def test_a_call_is_a_frame_with_what_goes_in_and_comes_out(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(0xAB, 0, "MSTORE8", 1, 0, "RETURN")})
    start, end = trace(bench, value=5, data=b"\1\2")
    intrinsic = 21_000 + 2 * 16
    assert start == FrameStart(
        FrameKind.CALL, ALICE.address, TARGET, TARGET, 5, 200_000 - intrinsic, b"\1\2"
    )
    assert end == FrameEnd(b"\xab", 3 + 3 + 6 + 3 + 3, None)


@pytest.mark.parametrize(
    ("kind", "value", "is_borrowed"),
    [
        ("CALL", 3, False),
        ("CALLCODE", 3, True),
        ("DELEGATECALL", 7, True),
        ("STATICCALL", 0, False),
    ],
)
def test_each_call_says_whose_storage_it_works_on(
    engine: ExecutionLayer, kind: str, value: int, is_borrowed: bool
) -> None:
    values = (3,) if kind in ("CALL", "CALLCODE") else ()
    code = assemble(0xEE, 0, "MSTORE8", 0, 0, 2, 0, *values, PUSH20_OTHER, 9_000, kind)
    alloc = {TARGET: contract(code), OTHER: contract("CALLER STOP")}
    start, end = trace(Bench(engine, alloc=alloc), value=7)[1:3]
    assert isinstance(start, FrameStart)
    assert (start.kind.value, start.value, start.data) == (kind, value, b"\xee\0")
    assert (start.caller, start.callee) == (TARGET, OTHER)
    assert start.address == (TARGET if is_borrowed else OTHER)
    assert start.gas == 9_000 + (2_300 if values else 0)
    assert end == FrameEnd(b"", 2, None)


def test_accounts_without_code_and_precompiles_have_frames(engine: ExecutionLayer) -> None:
    identity = assemble(0, 0, 4, 0, 4, 9_000, "STATICCALL")
    to_bob = assemble(0, 0, 0, 0, b"\x73" + BOB.address, 8_000, "STATICCALL")
    bench = Bench(engine, alloc={TARGET: contract(identity, to_bob)})
    _, first, first_end, second, second_end, _ = trace(bench)
    assert isinstance(first, FrameStart)
    assert isinstance(second, FrameStart)
    assert (first.callee, first.gas, first_end) == (
        word(4)[12:],
        9_000,
        FrameEnd(bytes(4), 18, None),
    )
    assert (second.callee, second.gas, second_end) == (BOB.address, 8_000, FrameEnd(b"", 0, None))


def test_a_call_that_cannot_be_paid_is_a_frame_that_failed(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(0, 0, 1, 0, 5, PUSH20_OTHER, 5_000, "CALL")})
    _, start, end, _ = trace(bench)
    assert start == FrameStart(FrameKind.CALL, TARGET, OTHER, OTHER, 5, 7_300, b"\0")
    assert end == FrameEnd(b"", 0, "other: insufficient balance")


def test_calls_too_deep_are_frames_that_failed(engine: ExecutionLayer) -> None:
    itself = contract(0, 0, 0, 0, "ADDRESS", 100, "GAS SUB DELEGATECALL")
    bench = Bench(engine, Fork.HOMESTEAD, alloc={TARGET: itself})
    events = trace(bench, gas_limit=30_000_000)
    assert len(events) == 2 * 1_026
    deepest = events[1_025:1_027]
    assert isinstance(deepest[0], FrameStart)
    assert deepest[1] == FrameEnd(b"", 0, "call-depth")


def test_a_creation_is_a_frame_that_ends_when_its_code_is_stored(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    code = init_code_of(b"\x00\x01")
    start, end = trace(bench, to=None, data=code)
    created = created_address(ALICE.address, 0)
    assert isinstance(start, FrameStart)
    assert (start.kind, start.callee, start.address) == (FrameKind.CREATE, created, created)
    assert start.data == code
    assert isinstance(end, FrameEnd)
    assert (end.output, end.error) == (b"\x00\x01", None)
    assert end.gas_used > 2 * 200


def test_creations_inside_name_the_new_contract(engine: ExecutionLayer) -> None:
    code = assemble(0, 0, 3, "CREATE", 9, 0, 0, 0, "CREATE2")
    bench = Bench(engine, alloc={TARGET: contract(code, balance=10)})
    _, first, _, second, _, _ = trace(bench)
    assert isinstance(first, FrameStart)
    assert isinstance(second, FrameStart)
    assert (first.kind, first.value) == (FrameKind.CREATE, 3)
    assert first.callee == created_address(TARGET, 1)
    assert second.kind == FrameKind.CREATE2
    assert second.callee == created2_address(TARGET, 9, b"")


def test_a_creation_that_cannot_be_paid_is_a_frame_that_failed(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(1, 0, 3, "CREATE")})
    _, start, end, _ = trace(bench)
    assert isinstance(start, FrameStart)
    assert (start.value, start.data) == (3, b"\0")
    assert end == FrameEnd(b"", 0, "other: insufficient balance")


def test_a_creation_at_a_taken_address_costs_all_its_gas(engine: ExecutionLayer) -> None:
    taken = created_address(TARGET, 1)
    alloc = {TARGET: contract(0, 0, 0, "CREATE"), taken: contract("STOP")}
    _, start, end, _ = trace(Bench(engine, alloc=alloc))
    assert isinstance(start, FrameStart)
    assert start.callee == taken
    assert end == FrameEnd(b"", start.gas, "create-collision")


def test_a_transaction_that_creates_at_a_taken_address_has_a_frame(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={created_address(ALICE.address, 0): contract("STOP")})
    start, end = trace(bench, to=None, data=b"\x00")
    assert isinstance(start, FrameStart)
    assert start.callee == created_address(ALICE.address, 0)
    assert end == FrameEnd(b"", start.gas, "create-collision")


def test_a_revert_gives_its_data_and_a_halt_costs_everything(engine: ExecutionLayer) -> None:
    call = assemble(0, 0, 0, 0, PUSH20_OTHER, 5_000, "STATICCALL")
    revert = assemble(0xAB, 0, "MSTORE8", 1, 0, "REVERT")
    bench = Bench(engine, alloc={TARGET: contract(call, revert), OTHER: contract(b"\xfe")})
    _, _, inner, outer = trace(bench)
    assert inner == FrameEnd(b"", 5_000, "invalid-opcode")
    assert isinstance(outer, FrameEnd)
    assert (outer.output, outer.error) == (b"\xab", "revert")


def test_the_failure_of_a_frame_is_that_of_its_last_instruction(engine: ExecutionLayer) -> None:
    call = assemble(0, 0, 0, 0, PUSH20_OTHER, 9_000, "STATICCALL")
    alloc = {TARGET: contract(call), OTHER: contract(1, 0, 0, "CALL")}
    _, _, inner, _ = trace(Bench(engine, alloc=alloc))
    assert inner == FrameEnd(b"", 9_000, "stack-underflow")


def test_a_log_follows_the_step_that_emits_it(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(0xAB, 0, "MSTORE8", 7, 2, 0, "LOG1")})
    options = TraceOptions(instructions=frozenset({CODES["LOG1"]}), with_frames=True)
    _, step, log, _ = trace(bench, options)
    assert isinstance(step, TraceStep)
    assert step.stack == (7, 2, 0)
    assert log == Log(address=TARGET, topics=(word(7),), data=b"\xab\0")


def test_a_destruction_says_who_gets_what(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(PUSH20_OTHER, "SELFDESTRUCT", balance=4)})
    options = TraceOptions(instructions=frozenset({CODES["SELFDESTRUCT"]}), with_frames=True)
    _, step, destruction, end = trace(bench, options, value=3)
    assert isinstance(step, TraceStep)
    assert destruction == Destruction(TARGET, OTHER, 7)
    assert isinstance(end, FrameEnd)
    assert end.error is None
    bench = Bench(engine, alloc={TARGET: contract("ADDRESS SELFDESTRUCT", balance=4)})
    assert trace(bench)[1] == Destruction(TARGET, TARGET, 4)


def test_steps_are_those_of_the_instructions_asked_for(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(1, "SLOAD", 2, "SLOAD")})
    events = trace(bench, TraceOptions(instructions=frozenset({CODES["SLOAD"]})))
    assert [event.stack for event in events if isinstance(event, TraceStep)] == [(1,), (0, 2)]
    assert len(events) == 2


def test_a_delegated_account_is_called_by_its_own_address(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("STOP")})
    events: list[TraceEvent] = []
    raw = sign(set_code(0, authorize(BOB), to=BOB.address))
    bench.engine.trace_transaction(bench.root, bench.context, [raw], events.append, options=FRAMES)
    start = events[0]
    assert isinstance(start, FrameStart)
    assert (start.callee, start.address) == (BOB.address, BOB.address)


def test_a_traced_call_gives_the_change_of_state_with_its_overrides(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine)
    overrides = {TARGET: AccountOverride(code=assemble(5, 1, "SSTORE"), balance=9)}
    message = Message(sender=ALICE.address, to=TARGET, gas_limit=100_000, value=1)
    traced = bench.engine.trace_call(
        bench.root, bench.context, message, lambda _: None, overrides, options=FRAMES
    )
    after = engine.apply_diffs(bench.root, [traced.state_diff])
    assert engine.storage(after, TARGET, word(1)) == word(5)
    (account,) = engine.accounts(after, [TARGET])
    assert account is not None
    assert account.balance == 10
    engine.release(after)


def test_a_block_can_be_traced_transaction_by_transaction(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(0, "SLOAD", 1, "ADD", 0, "SSTORE")})
    raws = [sign(transfer(nonce, TARGET)) for nonce in range(2)]
    whole = bench.execute(*raws)
    bench = Bench(engine, alloc={TARGET: contract(0, "SLOAD", 1, "ADD", 0, "SSTORE")})
    context = bench.context
    opened = engine.execute_block(
        bench.root, replace(context, closes=False), raws[:1], strict=True
    ).state_root
    traced = engine.trace_transaction(
        opened, replace(context, opens=False, closes=False), raws[1:], lambda _: None
    )
    assert engine.storage(traced.execution.state_root, TARGET, word(0)) == word(2)
    closed = engine.execute_block(
        traced.execution.state_root, replace(context, opens=False), [], strict=True
    )
    assert closed.state_root == whole.state_root
