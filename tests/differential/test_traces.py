"""Both engines trace the same steps, line by line, under every fork they share."""

import os
from dataclasses import replace

from comparing import facts, plain
from evm_strategies import CONTRACTS, Scenario, codes, init_codes, scenarios
from hypothesis import given, note, settings
from hypothesis import strategies as st

from contractchain.codec.trace import encode_step
from contractchain.conformance.scenarios import unify_halts
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockContext, BlockExecution, Message
from contractchain.types import Fork, GenesisAccount, TraceEvent, TraceOptions, TraceStep
from evm_builders import ALICE, OPCODES, TARGET, Bench, assemble, word

Engines = tuple[ExecutionLayer, ExecutionLayer]
EXAMPLES = int(os.environ.get("CTC_DIFFERENTIAL_EXAMPLES", "60"))
"""Examples for each property; the nightly run takes more."""
FORKS = tuple(fork for fork in Fork if fork is not Fork.OSAKA)
CALLEE = bytes(18) + b"\xc0\xde"
NAMES = sorted(set(OPCODES) - {f"PUSH{n}" for n in range(1, 33)} - {"INVALID"})
ITEMS = st.one_of(
    *2 * [st.integers(0, 70)],
    st.sampled_from([2**255, 2**256 - 1, 2**64, 1000, 0xC0DE, int.from_bytes(TARGET, "big")]),
    st.sampled_from(NAMES),
)
CALLS = {
    "CALL": (0, 64, 0, 32, 1),
    "CALLCODE": (0, 64, 0, 32, 1),
    "DELEGATECALL": (0, 64, 0, 32),
    "STATICCALL": (0, 64, 0, 32),
}
"""What each call is given below address and gas."""


EVERYTHING = TraceOptions(with_memory=True, with_frames=True)


def show(events: list[TraceEvent]) -> list[str]:
    """Return a line per event; reasons that the engines may exchange are one."""
    return [unify_halts(_line(event)) for event in events]


def _line(event: TraceEvent) -> str:
    if isinstance(event, TraceStep):  # with what EIP-3155 does not have
        return f"{encode_step(event)} {event.code_address.hex()}"
    return str(event)


def trace_last(
    engine: ExecutionLayer, root: bytes, context: BlockContext, raws: list[bytes]
) -> tuple[list[str], object, BlockExecution]:
    events: list[TraceEvent] = []
    traced = engine.trace_transaction(root, context, raws, events.append, options=EVERYTHING)
    engine.release(traced.execution.state_root)
    return show(events), plain(traced.result), traced.execution


@settings(max_examples=EXAMPLES)
@given(scenario=scenarios())
def test_transactions_of_blocks_have_the_same_trace(engines: Engines, scenario: Scenario) -> None:
    native, reference = (Bench(engine, scenario.fork, scenario.alloc) for engine in engines)
    for block in scenario.blocks:
        root, context = native.root, replace(native.context, gas_limit=scenario.gas_limit)
        included = native.execute(*block, strict=False, gas_limit=scenario.gas_limit).included
        assert (
            native.root
            == reference.execute(*block, strict=False, gas_limit=scenario.gas_limit).state_root
        )
        raws = [block[index] for index in included]
        for count in range(1, len(raws) + 1):
            results = [trace_last(engine, root, context, raws[:count]) for engine in engines]
            (steps, result, execution), (expected_steps, expected, expected_execution) = results
            note(f"{scenario.fork}: {result}, {expected}")
            assert steps == expected_steps
            assert result == expected
            assert facts(execution) == facts(expected_execution)


@settings(max_examples=2 * EXAMPLES)
@given(
    fork=st.sampled_from(FORKS),
    code=st.lists(ITEMS, max_size=40),
    callee=st.lists(ITEMS, max_size=40),
    call=st.sampled_from(sorted(CALLS)),
    given_gas=st.sampled_from([3, 700, 2_301, 9_000, 60_000, 2**256 - 1]),
    gas_limit=st.integers(30_000, 300_000),
)
def test_random_code_has_the_same_trace(
    engines: Engines,
    fork: Fork,
    code: list[str | int],
    callee: list[str | int],
    call: str,
    given_gas: int,
    gas_limit: int,
) -> None:
    calling = assemble(*CALLS[call], 0xC0DE, given_gas, call)
    alloc = {
        TARGET: GenesisAccount(
            nonce=1, balance=10, code=calling + assemble(*code), storage=((word(1), word(7)),)
        ),
        CALLEE: GenesisAccount(nonce=1, code=assemble(*callee), storage=((word(2), word(9)),)),
    }
    message = Message(
        sender=ALICE.address, to=TARGET, value=3, data=b"\x01" * 40, gas_limit=gas_limit
    )
    assert_same_calls(engines, fork, alloc, message)


@settings(max_examples=EXAMPLES)
@given(fork=st.sampled_from(FORKS), code=init_codes, callee=codes)
def test_creations_have_the_same_trace(
    engines: Engines, fork: Fork, code: bytes, callee: bytes
) -> None:
    message = Message(sender=ALICE.address, value=1, data=code, gas_limit=300_000)
    assert_same_calls(engines, fork, {CONTRACTS[0]: GenesisAccount(nonce=1, code=callee)}, message)


def assert_same_calls(
    engines: Engines, fork: Fork, alloc: dict[bytes, GenesisAccount], message: Message
) -> None:
    """Check that both trace a call alike, and that tracing changes nothing."""
    traces = []
    for engine in engines:
        bench = Bench(engine, fork, alloc)
        events: list[TraceEvent] = []
        traced = engine.trace_call(
            bench.root, bench.context, message, events.append, options=EVERYTHING
        )
        assert plain(traced.result) == plain(engine.call(bench.root, bench.context, message))
        traces.append((show(events), plain(traced.result), traced.state_diff))
    assert traces[0] == traces[1]
