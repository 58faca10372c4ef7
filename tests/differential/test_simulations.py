"""Both engines simulate blocks alike, whatever is overridden before them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from comparing import plain
from evm_strategies import (
    CONTRACTS,
    EOAS,
    FORKS,
    PRECOMPILES,
    authorizations,
    codes,
    init_codes,
    slots,
    targets,
)
from hypothesis import given, note, settings
from hypothesis import strategies as st

from contractchain.errors import CallRefusedError, ValidationError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, BlockContext, Message
from contractchain.interfaces.simulation_data import (
    PlannedCall,
    SimulatedCall,
    SimulationTerms,
)
from contractchain.types import AccessEntry, Fork, GenesisAccount, Withdrawal
from evm_builders import ETHER, Bench, context_of, word

Engines = tuple[ExecutionLayer, ExecutionLayer]
EXAMPLES = int(os.environ.get("CTC_DIFFERENTIAL_EXAMPLES", "60"))
"""Examples for each property; the nightly run takes more."""
ELSEWHERE = tuple(b"\xe0" * 19 + bytes((n,)) for n in range(3))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A state, and a block to simulate on it."""

    context: BlockContext
    alloc: Mapping[bytes, GenesisAccount]
    overrides: Mapping[bytes, AccountOverride]
    calls: tuple[PlannedCall, ...]
    terms: SimulationTerms


MOSTLY_GOOD = st.integers(0, 19).map(lambda n: n > 0)
"""Draws what is refused now and then: one refused call hides what the others do."""


@st.composite
def account_overrides(draw: st.DrawFn) -> AccountOverride:
    """Some changes to an account."""
    words = st.dictionaries(slots.map(word), st.integers(0, 3).map(word), max_size=2)
    replaces = draw(st.booleans())
    return AccountOverride(
        balance=draw(st.sampled_from([None, 0, 5, 10 * ETHER])),
        nonce=draw(st.sampled_from([None, None, 0, 7] if draw(MOSTLY_GOOD) else [2**64 - 1])),
        code=draw(st.one_of(st.none(), st.none(), codes)),
        storage=draw(words) if replaces else None,
        storage_diff={} if replaces else draw(words),
    )


@st.composite
def planned_calls(draw: st.DrawFn, fork: Fork, *, is_free: bool) -> PlannedCall:
    """A call of any type that the fork has."""
    to = draw(
        st.one_of(targets, st.sampled_from((*CONTRACTS, *ELSEWHERE, *PRECOMPILES)), st.none())
    )
    sender = draw(st.sampled_from(EOAS))
    max_fee = draw(st.sampled_from([0, 0, 7, 100] if is_free else [7, 100]))
    value = draw(st.sampled_from([0, 0, 1, 12_345]))
    gas_limit = draw(st.sampled_from([None, 150_000, 400_000, 400_000]))
    nonce, blob_fee = None, 10**9
    if not draw(MOSTLY_GOOD):
        sender = draw(st.sampled_from((*CONTRACTS, PRECOMPILES[0])))
        max_fee = draw(st.sampled_from([0, 6, 10**30]))
        value = draw(st.sampled_from([0, 2_000 * ETHER]))
        gas_limit = draw(st.sampled_from([20_000, 60_000, 10**9]))
        nonce = draw(st.sampled_from([0, 1]))
        blob_fee = draw(st.sampled_from([0, 1]))
    entries: list[tuple[bytes, list[bytes]]] = []
    if fork >= Fork.BERLIN:
        listed = st.tuples(targets, st.lists(slots.map(word), max_size=2))
        entries = draw(st.lists(listed, max_size=2))
    signed = []
    blobs = 0
    if to is not None and fork >= Fork.PRAGUE:
        signed = draw(st.lists(authorizations({}), max_size=2))
    if to is not None and fork >= Fork.CANCUN and not signed:
        blobs = draw(st.sampled_from([0, 0, 0, 1, 2]))
    message = Message(
        sender=sender,
        to=to,
        value=value,
        data=draw(init_codes if to is None else st.binary(max_size=140)),
        gas_limit=gas_limit,
        max_fee_per_gas=max_fee,
        max_priority_fee_per_gas=draw(st.sampled_from([0, 1])) if max_fee else 0,
        access_list=tuple(AccessEntry(address=a, slots=tuple(s)) for a, s in entries),
        authorization_list=tuple(signed),
        blob_versioned_hashes=(b"\x01" + bytes(31),) * blobs,
        max_fee_per_blob_gas=blob_fee if blobs else 0,
    )
    return PlannedCall(message=message, nonce=nonce)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A fork, contracts, overrides and calls."""
    fork = draw(st.sampled_from([*FORKS, Fork.PRAGUE, Fork.PRAGUE]))
    alloc = {
        address: GenesisAccount(
            nonce=1,
            balance=draw(st.sampled_from([0, 5, ETHER])),
            code=draw(codes),
            storage=((word(1), word(2)),),
        )
        for address in CONTRACTS
    }
    changed = st.sampled_from((*CONTRACTS, *EOAS, *PRECOMPILES[:4], ELSEWHERE[0]))
    overrides = draw(st.dictionaries(changed, account_overrides(), max_size=3))
    moved = draw(st.dictionaries(st.sampled_from(PRECOMPILES[:4]), st.sampled_from(ELSEWHERE)))
    if not draw(MOSTLY_GOOD):
        moved[draw(st.sampled_from((CONTRACTS[0], PRECOMPILES[0])))] = PRECOMPILES[0]
    elif fork < Fork.BYZANTIUM or ELSEWHERE[0] in overrides:
        moved = {}
    for address, target in moved.items():
        override = overrides.get(address, AccountOverride())
        overrides[address] = replace(override, move_precompile_to=target)
    withdrawals = None
    if fork >= Fork.SHANGHAI:
        amounts = draw(st.lists(st.sampled_from([0, 3]), max_size=2))
        withdrawals = tuple(
            Withdrawal(index=i, validator_index=i, address=CONTRACTS[0], amount_gwei=amount)
            for i, amount in enumerate(amounts)
        )
    context = context_of(
        fork,
        gas_limit=draw(st.sampled_from([30_000_000, 700_000])),
        excess_blob_gas=draw(st.sampled_from([0, 10_000_000])) if fork >= Fork.CANCUN else 0,
        blob_base_fee=draw(st.sampled_from([None, None, 0, 5])) if fork >= Fork.CANCUN else None,
        withdrawals=withdrawals,
    )
    if fork >= Fork.LONDON:
        context = replace(context, base_fee_per_gas=draw(st.sampled_from([0, 7])))
    validates = draw(st.booleans())
    calls = st.lists(planned_calls(fork, is_free=not validates), min_size=1, max_size=4)
    return Plan(
        context=context,
        alloc=alloc,
        overrides=overrides,
        calls=tuple(draw(calls)),
        terms=SimulationTerms(
            validates=validates,
            traces_transfers=draw(st.booleans()),
            gas=draw(st.sampled_from([50_000_000, 50_000_000, 1_000_000, 300_000])),
        ),
    )


def simulate(engine: ExecutionLayer, plan: Plan) -> object:
    """Return everything about the simulated block, or why there is none."""
    bench = Bench(engine, plan.context.fork, plan.alloc)
    try:
        block = engine.simulate_block(
            bench.root, plan.context, plan.calls, plan.terms, plan.overrides
        )
    except CallRefusedError as error:
        return error.index, error.block_number, plain(error.reason)
    except ValidationError as error:
        return plain(error)
    engine.release(block.state_root)
    calls = [
        {f.name: plain(getattr(call, f.name)) for f in fields(SimulatedCall)}
        for call in block.calls
    ]
    return block.state_root, block.requests_hash, block.gas_used, block.blob_gas_used, calls


@settings(max_examples=3 * EXAMPLES)
@given(plan=plans())
def test_engines_simulate_the_same_block(engines: Engines, plan: Plan) -> None:
    native, reference = (simulate(engine, plan) for engine in engines)
    note(f"{plan.context.fork}: {reference}")
    assert native == reference


@settings(max_examples=EXAMPLES)
@given(plan=plans())
def test_transfers_are_reported_beside_the_logs_and_change_nothing_else(
    engines: Engines, plan: Plan
) -> None:
    for engine in engines:
        terms = replace(plan.terms, traces_transfers=True)
        traced = simulate(engine, replace(plan, terms=terms))
        plain_plan = replace(plan, terms=replace(terms, traces_transfers=False))
        untraced = simulate(engine, plain_plan)
        assert without_transfers(traced) == without_transfers(untraced)


def without_transfers(result: object) -> object:
    """Return a result with logs only."""
    if not isinstance(result, tuple) or not isinstance(result[-1], list):
        return result
    calls = [
        call | {"events": tuple(e for e in call["events"] if hasattr(e, "topics"))}
        for call in result[-1]
    ]
    return (*result[:-1], calls)
