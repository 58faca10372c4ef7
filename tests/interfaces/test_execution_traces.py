"""Every execution layer reports the instructions of a call or a transaction alike."""

from collections.abc import Callable

import pytest

from contractchain.errors import (
    IntrinsicGasTooLowError,
    NonceTooHighError,
    StateUnavailableError,
    UsageError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, Message, TracedTransaction
from contractchain.types import Fork, Halt, Revert, Success, TraceOptions, TraceStep
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
    created_address,
    init_code_of,
    set_code,
    sign,
    transfer,
    word,
)

PUSH20_OTHER = b"\x73" + OTHER


def trace(bench: Bench, *, with_memory: bool = False, **fields: object) -> list[TraceStep]:
    steps: list[TraceStep] = []
    message = Message(**{"sender": ALICE.address, "to": TARGET, "gas_limit": 200_000, **fields})
    bench.engine.trace_call(
        bench.root,
        bench.context,
        message,
        steps.append,
        options=TraceOptions(with_memory=with_memory),
    )
    return steps


def trace_transaction(bench: Bench, *raws: bytes) -> tuple[list[TraceStep], TracedTransaction]:
    steps: list[TraceStep] = []
    traced = bench.engine.trace_transaction(bench.root, bench.context, raws, steps.append)
    return steps, traced


def names(steps: list[TraceStep]) -> str:
    return " ".join(OPCODES[step.op].name for step in steps)


# Steps


def test_a_step_shows_what_was_before_its_instruction(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(7, 64, "MSTORE")})
    first, second, store, stop = trace(bench, with_memory=True)
    assert (first.pc, second.pc, store.pc, stop.pc) == (0, 2, 4, 5)
    assert (first.op, first.gas, first.gas_cost) == (0x60, 179_000, 3)
    assert (second.gas, second.stack) == (178_997, (7,))
    assert (store.stack, store.memory_size, store.memory) == ((7, 64), 0, b"")
    assert store.gas_cost == 3 + 3 * 3
    assert (stop.stack, stop.memory_size) == ((), 96)
    assert stop.memory == bytes(64) + word(7)


def test_memory_is_left_out_unless_asked_for(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(7, 0, "MSTORE")})
    assert {step.memory for step in trace(bench)} == {None}


def test_the_end_of_the_code_is_a_step_and_empty_code_has_none(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("CALLER"), OTHER: contract("CALLER STOP")})
    assert [step.pc for step in trace(bench)] == [0, 1]
    assert [step.pc for step in trace(bench, to=OTHER)] == [0, 1]
    assert trace(bench, to=BOB.address) == []
    assert trace(bench, to=None) == []


def test_what_a_push_reads_past_the_end_is_zero_and_the_counter_goes_on(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine, alloc={TARGET: contract(b"\x61\xab")})
    push, stop = trace(bench)
    assert (push.pc, stop.pc, stop.stack) == (0, 3, (0xAB00,))


# Frames


def test_a_call_costs_what_it_hands_on_and_its_frame_is_deeper(engine: ExecutionLayer) -> None:
    alloc = {
        TARGET: contract(0, 0, 0, 0, 0, PUSH20_OTHER, 5_000, "CALL POP"),
        OTHER: contract("JUMPDEST"),
    }
    steps = trace(Bench(engine, alloc=alloc))
    assert names(steps[7:]) == "CALL JUMPDEST STOP POP STOP"
    call, jumpdest, _, pop, _ = steps[7:]
    assert [step.depth for step in steps[7:]] == [1, 2, 2, 1, 1]
    assert [step.code_address for step in (call, jumpdest, pop)] == [TARGET, OTHER, TARGET]
    assert call.gas_cost == 2_600 + 5_000
    assert jumpdest.gas == 5_000
    assert pop.gas == call.gas - 2_600 - 1


def test_a_call_to_a_precompile_has_no_steps_of_its_own(engine: ExecutionLayer) -> None:
    identity = assemble(32, 0, 32, 0, 4, 9_000, "STATICCALL")
    steps = trace(Bench(engine, alloc={TARGET: contract(identity, "STOP")}))
    call, stop = steps[-2:]
    assert call.gas_cost == 100 + 3 + 9_000
    assert stop.gas == call.gas - 100 - 3 - 18
    assert stop.return_data == bytes(32)


def test_a_call_that_cannot_be_paid_has_handed_its_gas_on_all_the_same(
    engine: ExecutionLayer,
) -> None:
    alloc = {TARGET: contract(0, 0, 0, 0, 5, PUSH20_OTHER, 5_000, "CALL")}
    call, stop = trace(Bench(engine, alloc=alloc))[-2:]
    price = 2_600 + 9_000 + 25_000
    assert call.gas_cost == price + 5_000
    assert (stop.gas, stop.stack) == (call.gas - price + 2_300, (0,))


def test_a_creation_costs_what_it_takes_without_what_it_hands_on(engine: ExecutionLayer) -> None:
    init_code = init_code_of(b"\x00")
    alloc = {
        TARGET: contract(
            b"\x7f" + init_code.ljust(32, b"\0"), 0, "MSTORE", len(init_code), 0, 0, "CREATE STOP"
        )
    }
    steps = trace(Bench(engine, alloc=alloc))
    create = next(step for step in steps if step.op == 0xF0)
    inner = [step for step in steps if step.depth == 2]
    assert create.gas_cost == 32_000 + 2
    assert inner[0].gas == (create.gas - create.gas_cost) * 63 // 64 + 1
    assert {step.code_address for step in inner} == {created_address(TARGET, 1)}


def test_a_creation_at_a_taken_address_costs_no_more(engine: ExecutionLayer) -> None:
    taken = created_address(TARGET, 1)
    alloc = {TARGET: contract(1, 0, 0, "CREATE STOP"), taken: contract("STOP")}
    create, stop = trace(Bench(engine, alloc=alloc))[-2:]
    assert create.gas_cost == 32_000 + 3 + 2
    assert (stop.gas, stop.stack) == ((create.gas - create.gas_cost) // 64, (0,))


def test_the_delegate_is_whose_code_runs(engine: ExecutionLayer) -> None:
    alloc = {
        TARGET: contract("CALLER POP"),
        OTHER: contract(0, 0, 0, 0, 0, b"\x73" + BOB.address, 50_000, "CALL"),
    }
    bench = Bench(engine, alloc=alloc)
    bench.execute(sign(set_code(0, authorize(BOB, TARGET))))
    direct = trace(bench, to=BOB.address)
    assert {step.code_address for step in direct} == {TARGET}
    nested = trace(bench, to=OTHER)
    assert {step.code_address for step in nested if step.depth == 2} == {TARGET}


# Refunds


def test_the_refund_is_that_of_the_whole_transaction(engine: ExecutionLayer) -> None:
    slots = ((word(0), word(1)),)
    alloc = {
        TARGET: contract(
            0, 0, "SSTORE", 0, 0, 0, 0, 0, PUSH20_OTHER, 50_000, "CALL POP", storage=slots
        ),
        OTHER: contract(0, 0, "SSTORE", storage=slots),
    }
    steps = trace(Bench(engine, alloc=alloc))
    assert [step.refund for step in steps if step.depth == 2] == [4_800] * 3 + [9_600]
    assert [step.refund for step in steps][-2:] == [9_600] * 2


def test_a_frame_that_reverts_takes_its_refund_with_it(engine: ExecutionLayer) -> None:
    slots = ((word(0), word(1)),)
    alloc = {
        TARGET: contract(0, 0, 0, 0, 0, PUSH20_OTHER, 50_000, "CALL POP"),
        OTHER: contract(0, 0, "SSTORE", 0, 0, "REVERT", storage=slots),
    }
    steps = trace(Bench(engine, alloc=alloc))
    assert steps[-3].refund == 4_800
    assert (steps[-3].error, steps[-2].refund) == ("revert", 0)


def test_an_authority_that_exists_is_refunded_from_the_start(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("STOP")})
    steps, _ = trace_transaction(bench, sign(set_code(0, authorize(BOB), to=TARGET)))
    assert [step.refund for step in steps] == [12_500]


def test_a_destruction_is_refunded_when_it_happens(engine: ExecutionLayer) -> None:
    call = (0, 0, 0, 0, 0, PUSH20_OTHER, 50_000, "CALL POP")
    alloc = {TARGET: contract(*call, *call), OTHER: contract("CALLER SELFDESTRUCT")}
    steps = trace(Bench(engine, Fork.ISTANBUL, alloc))
    assert [step.refund for step in steps if step.op == 0xFF] == [0, 24_000]
    assert steps[-1].refund == 24_000


# Failures


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (assemble(0, 0, "REVERT"), "revert"),
        (assemble("INVALID"), "invalid-opcode"),
        (b"\x0c", "invalid-opcode"),
        (assemble("ADD"), "stack-underflow"),
        (assemble(2**40, "MLOAD"), "out-of-gas"),
        (assemble("SSTORE"), "stack-underflow"),
        (assemble(5, "JUMP"), "invalid-jump"),
        (assemble(1, 0, 0, "RETURNDATACOPY"), "other: return data out of bounds"),
        (assemble("JUMPDEST", 0, 0, "JUMP"), "stack-overflow"),
    ],
)
def test_a_step_says_how_it_failed(engine: ExecutionLayer, code: bytes, error: str) -> None:
    steps = trace(Bench(engine, alloc={TARGET: contract(code)}))
    assert steps[-1].error == error
    assert {step.error for step in steps[:-1]} <= {None}
    if error != "revert":
        assert steps[-1].gas_cost == steps[-1].gas


@pytest.mark.parametrize(
    "code",
    [(1, 0, "SSTORE"), (0, 0, "LOG0"), (0, 0, 0, 0, 1, 0, 0, "CALL"), (0, 0, 0, "CREATE")],
)
@pytest.mark.parametrize("gas", [20, 50_000])
def test_a_change_in_a_static_call_is_the_fault_however_little_gas_is_left(
    engine: ExecutionLayer, code: tuple[str | int, ...], gas: int
) -> None:
    gas += 3 * (len(code) - 1)
    alloc = {
        TARGET: contract(0, 0, 0, 0, PUSH20_OTHER, gas, "STATICCALL"),
        OTHER: contract(*code),
    }
    steps = trace(Bench(engine, alloc=alloc))
    assert [step.error for step in steps if step.error] == ["static-violation"]


@pytest.mark.parametrize("create", ["CREATE", "CREATE2"])
@pytest.mark.parametrize("gas_limit", [21_030, 300_000])
def test_too_much_init_code_is_the_fault_however_little_gas_is_left(
    engine: ExecutionLayer, create: str, gas_limit: int
) -> None:
    bench = Bench(engine, alloc={TARGET: contract(0, 49_153, 0, 0, create)})
    assert trace(bench, gas_limit=gas_limit)[-1].error == "other: init code size limit"
    bench = Bench(engine, Fork.LONDON, {TARGET: contract(0, 49_153, 0, 0, create)})
    assert trace(bench, gas_limit=gas_limit)[-1].error in (None, "out-of-gas")


def test_an_instruction_of_a_later_fork_is_invalid_however_little_gas_is_left(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine, Fork.LONDON, {TARGET: contract("PUSH0")})
    (step,) = trace(bench, gas_limit=21_001)
    assert step.error == "invalid-opcode"


# Results


def test_tracing_a_call_gives_its_result(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(0xAB, 0, "MSTORE8", 1, 0, "REVERT")})
    message = Message(sender=ALICE.address, to=TARGET, gas_limit=100_000)
    overrides = {OTHER: AccountOverride(code=b"\xfe")}
    result = bench.engine.trace_call(bench.root, bench.context, message, lambda _: None).result
    assert result.outcome == Revert(data=b"\xab")
    steps: list[TraceStep] = []
    other = Message(sender=ALICE.address, to=OTHER, gas_limit=100_000)
    result = bench.engine.trace_call(
        bench.root, bench.context, other, steps.append, overrides
    ).result
    assert (result.outcome, result.gas_used) == (Halt(reason="invalid-opcode"), 100_000)
    assert len(steps) == 1


def test_the_last_transaction_of_a_block_is_traced(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(0, "SLOAD", 1, "ADD", 0, "SSTORE")})
    raws = [sign(transfer(nonce, TARGET)) for nonce in range(2)]
    steps, traced = trace_transaction(bench, *raws)
    assert names(steps) == "PUSH1 SLOAD PUSH1 ADD PUSH1 SSTORE STOP"
    assert steps[2].stack == (1,)
    assert isinstance(traced.result.outcome, Success)
    assert traced.execution == bench.execute(*raws)


def test_the_state_after_a_traced_transaction_is_retained_once(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(1, 0, "SSTORE")})
    _, traced = trace_transaction(bench, sign(transfer(0, TARGET)))
    root = traced.execution.state_root
    assert engine.has_state(root)
    engine.release(root)
    assert not engine.has_state(root)


# Errors


class TooLong(Exception):
    """What a sink raises."""


def stop_after(count: int) -> Callable[[TraceStep], None]:
    left = iter(range(count))

    def take(_: TraceStep) -> None:
        if next(left, None) is None:
            raise TooLong

    return take


def test_what_the_sink_raises_ends_the_call(engine: ExecutionLayer) -> None:
    loop = {TARGET: contract("JUMPDEST", 0, "JUMP")}
    bench = Bench(engine, alloc=loop)
    message = Message(sender=ALICE.address, to=TARGET, gas_limit=30_000_000)
    with pytest.raises(TooLong):
        bench.engine.trace_call(bench.root, bench.context, message, stop_after(100))
    assert trace(bench, gas_limit=21_100)


def test_what_the_sink_raises_leaves_no_state(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(1, 0, "SSTORE")})
    raw = sign(transfer(0, TARGET))
    with pytest.raises(TooLong):
        bench.engine.trace_transaction(bench.root, bench.context, [raw], stop_after(1))
    root = bench.engine.execute_block(bench.root, bench.context, [raw], strict=True).state_root
    engine.release(root)
    assert not engine.has_state(root)


def test_an_invalid_transaction_is_refused_before_any_step(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("CALLER")})
    steps: list[TraceStep] = []
    with pytest.raises(NonceTooHighError):
        bench.engine.trace_transaction(
            bench.root, bench.context, [sign(transfer(5, TARGET))], steps.append
        )
    with pytest.raises(IntrinsicGasTooLowError):
        trace(bench, gas_limit=20_000)
    assert steps == []


def test_there_must_be_a_transaction_and_a_state(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    with pytest.raises(UsageError, match="no transaction"):
        trace_transaction(bench)
    bench.root = b"\x01" * 32
    with pytest.raises(StateUnavailableError):
        trace(bench)
    with pytest.raises(StateUnavailableError):
        trace_transaction(bench, sign(transfer()))
