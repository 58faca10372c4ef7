"""The two engines give the same result, byte for byte, whatever they are given."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from comparing import facts, plain
from evm_strategies import (
    CONTRACTS,
    FORKS,
    NOBODY,
    Scenario,
    calm_codes,
    codes,
    init_codes,
    scenarios,
    targets,
)
from hypothesis import given, note, settings
from hypothesis import strategies as st

from contractchain.errors import (
    ValidationError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import (
    Message,
    TransactionRules,
)
from contractchain.types import AccessEntry, Fork
from evm_builders import ALICE, OTHER, TARGET, Bench, contract, sign, transfer

Engines = tuple[ExecutionLayer, ExecutionLayer]
EXAMPLES = int(os.environ.get("CTC_DIFFERENTIAL_EXAMPLES", "100"))
"""Examples for each property; the nightly run takes more."""


def attempt(act: Callable[[], object]) -> object:
    """Return what `act` returns, or the typed error it raises, in comparable form."""
    try:
        return plain(act())
    except ValidationError as error:
        return plain(error)


def benches(engines: Engines, scenario: Scenario) -> tuple[Bench, Bench]:
    native, reference = (Bench(engine, scenario.fork, scenario.alloc) for engine in engines)
    assert native.root == reference.root
    for bench in (native, reference):
        bench.context = replace(bench.context, gas_limit=scenario.gas_limit)
    return native, reference


@settings(max_examples=EXAMPLES)
@given(scenario=scenarios())
def test_blocks_are_the_same(engines: Engines, scenario: Scenario) -> None:
    native, reference = benches(engines, scenario)
    for transactions in scenario.blocks:
        context = {
            "withdrawals": scenario.withdrawals if scenario.fork >= Fork.SHANGHAI else None,
            "excess_blob_gas": scenario.excess_blob_gas,
        }
        expected = reference.execute(*transactions, strict=False, **context)
        note(f"{scenario.fork}: failures {expected.failures}, rejected {expected.rejected}")
        assert facts(native.execute(*transactions, strict=False, **context)) == facts(expected)


@settings(max_examples=EXAMPLES)
@given(scenario=scenarios(), target=targets, data=st.binary(max_size=70), code=init_codes)
def test_simulations_are_the_same(
    engines: Engines, scenario: Scenario, target: bytes, data: bytes, code: bytes
) -> None:
    pair = benches(engines, scenario)
    for bench in pair:
        bench.execute(*scenario.blocks[0], strict=False)
    messages = (
        Message(sender=ALICE.address, to=target, data=data, value=3, gas_limit=400_000),
        Message(sender=OTHER, to=CONTRACTS[0], data=data, gas_limit=400_000),
        Message(sender=ALICE.address, data=code, gas_limit=300_000, max_fee_per_gas=20),
    )
    for message in messages:
        for method in ("call", "estimate_gas"):
            got, expected = (
                attempt(partial(getattr(bench.engine, method), bench.root, bench.context, message))
                for bench in pair
            )
            note(f"{method}: {got}, {expected}")
            assert got == expected


@settings(max_examples=EXAMPLES)
@given(
    fork=st.sampled_from([fork for fork in FORKS if fork >= Fork.BERLIN]),
    codes=st.tuples(*(calm_codes(callee) for callee in (*CONTRACTS[1:], NOBODY))),
)
def test_access_lists_are_the_same(engines: Engines, fork: Fork, codes: tuple[bytes, ...]) -> None:
    alloc = {at: contract(code) for at, code in zip(CONTRACTS, codes, strict=True)}
    results = []
    for engine in engines:
        bench = Bench(engine, fork, alloc)
        message = Message(sender=ALICE.address, to=CONTRACTS[0], gas_limit=20_000_000)
        results.append(engine.create_access_list(bench.root, bench.context, message))
    assert results[0] == results[1]


@settings(max_examples=EXAMPLES)
@given(fork=st.sampled_from(FORKS), code=codes, data=st.binary(max_size=40))
def test_a_single_call_is_the_same(engines: Engines, fork: Fork, code: bytes, data: bytes) -> None:
    results = []
    for engine in engines:
        bench = Bench(engine, fork, {TARGET: contract(code, balance=10)})
        message = Message(sender=ALICE.address, to=TARGET, data=data, gas_limit=300_000)
        results.append(engine.call(bench.root, bench.context, message))
    assert plain(results[0]) == plain(results[1])


lengths = st.sampled_from([0, 1, 2, 32, 33, 2**64, 2**256 - 1])
precompile_inputs = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from(
            [bytes(32), (1).to_bytes(32, "big"), (2).to_bytes(32, "big"), b"\xff" * 32]
        ),
        max_size=12,
    ).map(b"".join),
    st.tuples(lengths, lengths, lengths, st.binary(max_size=80)).map(
        lambda t: b"".join(n.to_bytes(32, "big") for n in t[:3]) + t[3]
    ),
)


@settings(max_examples=EXAMPLES)
@given(
    number=st.integers(1, 18),
    data=precompile_inputs,
    fork=st.sampled_from(FORKS),
)
def test_precompiles_are_the_same(engines: Engines, number: int, data: bytes, fork: Fork) -> None:
    results = []
    for engine in engines:
        bench = Bench(engine, fork)
        message = Message(to=number.to_bytes(20, "big"), data=data, gas_limit=1_000_000)
        results.append(engine.call(bench.root, bench.context, message))
    assert plain(results[0]) == plain(results[1])


def damage(scenario: Scenario, at: int, byte: int) -> bytes:
    """Return the first transaction with a byte exchanged, or as it is."""
    raws = [raw for block in scenario.blocks for raw in block] or [b"\xc0"]
    raw = bytearray(raws[0])
    if byte:
        raw[at % len(raw)] = byte
    return bytes(raw)


@settings(max_examples=EXAMPLES)
@given(
    fork=st.sampled_from(list(Fork)),
    raw=st.one_of(
        st.binary(max_size=200),
        st.builds(damage, scenarios(), st.integers(0, 500), st.integers(0, 255)),
    ),
)
def test_decoding_is_the_same(engines: Engines, fork: Fork, raw: bytes) -> None:
    rules = TransactionRules(fork=fork, chain_id=31337, max_blobs=6)
    native, reference = (plain(engine.decode_many([raw], rules)[0]) for engine in engines)
    assert native == reference


def test_each_engine_accepts_the_blocks_and_diffs_of_the_other(engines: Engines) -> None:
    native, reference = (Bench(engine) for engine in engines)
    entry = AccessEntry(address=TARGET)
    raws = [
        sign(transfer(0, to=None, data=b"\x60\x01\x60\x00\x55")),
        sign(transfer(1, to=TARGET, value=1, access_list=(entry,))),
    ]
    start = native.root
    built = native.execute(*raws, strict=False)
    imported = reference.execute(*raws, strict=True)
    assert facts(built) == facts(imported)
    assert engines[1].apply_diffs(start, [built.state_diff]) == imported.state_root
    exported = [list(engine.export_state(built.state_root)) for engine in engines]
    assert exported[0] == exported[1]
