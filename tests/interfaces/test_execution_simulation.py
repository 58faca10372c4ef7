"""Every execution layer simulates calls, estimates gas and finds access lists alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contractchain.errors import (
    FeeTooLowError,
    InsufficientFundsError,
    IntrinsicGasTooLowError,
    StateUnavailableError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, CallResult, Message
from contractchain.types import AccessEntry, Halt, Log, Outcome, Revert, Success
from evm_builders import (
    ALICE,
    BENEFICIARY,
    BOB,
    ETHER,
    OTHER,
    TARGET,
    Bench,
    assemble,
    authorize,
    contract,
    created_address,
    init_code_of,
    return_word,
    sign,
    transfer,
    word,
)

REVERTING = assemble(0xAB, 0, "MSTORE8", 1, 0, "REVERT")


def call(bench: Bench, message: Message, overrides=None) -> CallResult:
    return bench.engine.call(bench.root, bench.context, message, overrides)


def estimate(bench: Bench, message: Message, overrides=None) -> int | Outcome:
    return bench.engine.estimate_gas(bench.root, bench.context, message, overrides)


# Calls


def test_a_call_returns_data_gas_and_logs(engine: ExecutionLayer) -> None:
    code = assemble(9, 0, 0, "LOG1") + return_word("CALLER")
    bench = Bench(engine, alloc={TARGET: contract(code)})
    result = call(bench, Message(sender=OTHER, to=TARGET))
    assert result.outcome == Success(return_data=bytes(12) + OTHER)
    assert result.logs == (Log(address=TARGET, topics=(word(9),), data=b""),)
    assert result.gas_used > 21_000


def test_a_call_leaves_no_trace(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(1, 0, "SSTORE")})
    message = Message(sender=ALICE.address, to=TARGET, value=5)
    assert call(bench, message) == call(bench, message)
    assert bench.slot(TARGET, 0) == 0
    assert bench.balance(TARGET) == 0


def test_a_call_uses_as_much_gas_as_the_transaction(engine: ExecutionLayer) -> None:
    code = assemble(1, 0, "SSTORE", 0, 1, "SSTORE")
    bench = Bench(engine, alloc={TARGET: contract(code, storage=((word(1), word(1)),))})
    message = Message(sender=ALICE.address, to=TARGET, data=b"\x01" * 10)
    simulated = call(bench, message).gas_used
    assert bench.execute(sign(transfer(to=TARGET, data=b"\x01" * 10))).gas_used == simulated


def test_a_creation_returns_the_code_and_the_address(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    result = call(bench, Message(sender=ALICE.address, data=init_code_of(b"\x5b\x00")))
    address = created_address(ALICE.address, 0)
    assert result.outcome == Success(return_data=b"\x5b\x00", created_address=address)


def test_reverts_and_halts_are_values(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(REVERTING), OTHER: contract("INVALID")})
    assert call(bench, Message(to=TARGET)).outcome == Revert(data=b"\xab")
    result = call(bench, Message(to=OTHER, gas_limit=50_000))
    assert result == CallResult(outcome=Halt(reason="invalid-opcode"), gas_used=50_000)


def test_a_call_without_a_fee_needs_no_funds(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(return_word("GASPRICE"))})
    assert call(bench, Message(sender=OTHER, to=TARGET)).outcome == Success(return_data=word(0))


def test_a_call_with_a_fee_sees_its_price_and_must_be_paid_for(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(return_word("GASPRICE"))})
    fees = {"max_fee_per_gas": 50, "max_priority_fee_per_gas": 3, "gas_limit": 100_000}
    paid = Message(sender=ALICE.address, to=TARGET, **fees)
    assert call(bench, paid).outcome == Success(return_data=word(10))
    with pytest.raises(InsufficientFundsError) as raised:
        call(bench, Message(sender=OTHER, to=TARGET, **fees))
    assert (raised.value.balance, raised.value.required) == (0, 5_000_000)


def test_a_call_with_a_fee_below_the_base_fee_is_refused(engine: ExecutionLayer) -> None:
    with pytest.raises(FeeTooLowError):
        call(Bench(engine), Message(sender=ALICE.address, to=TARGET, max_fee_per_gas=6))


def test_value_must_be_there(engine: ExecutionLayer) -> None:
    with pytest.raises(InsufficientFundsError):
        call(Bench(engine), Message(sender=OTHER, to=TARGET, value=1))


def test_a_contract_may_be_the_sender(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={OTHER: contract("STOP")})
    assert call(bench, Message(sender=OTHER, to=BOB.address)).outcome == Success()


def test_too_little_gas_for_the_data_is_an_error(engine: ExecutionLayer) -> None:
    with pytest.raises(IntrinsicGasTooLowError) as raised:
        call(Bench(engine), Message(to=TARGET, gas_limit=20_999))
    assert raised.value.required == 21_000


def test_authorizations_count_in_a_call(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(return_word("ADDRESS"))})
    message = Message(to=BOB.address, authorization_list=(authorize(),))
    assert call(bench, message).outcome == Success(return_data=bytes(12) + BOB.address)


@pytest.mark.parametrize("method", ["call", "estimate_gas", "create_access_list"])
def test_an_unknown_state_is_an_error(engine: ExecutionLayer, method: str) -> None:
    bench = Bench(engine)
    with pytest.raises(StateUnavailableError):
        getattr(engine, method)(b"\x07" * 32, bench.context, Message(to=TARGET))


# Overrides


def test_balance_nonce_and_code_can_be_overridden(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    overrides = {
        OTHER: AccountOverride(balance=7, nonce=5),
        TARGET: AccountOverride(code=return_word("CALLER BALANCE")),
    }
    result = call(bench, Message(sender=OTHER, to=TARGET), overrides)
    assert result.outcome == Success(return_data=word(7))
    result = call(bench, Message(sender=OTHER), overrides)
    assert result.outcome == Success(created_address=created_address(OTHER, 5))
    assert bench.balance(OTHER) == 0


def test_storage_can_be_replaced_whole_or_by_slot(engine: ExecutionLayer) -> None:
    code = return_word(1, "SLOAD", 2, "SLOAD", 16, "SHL ADD")
    storage = ((word(1), word(3)), (word(2), word(4)))
    bench = Bench(engine, alloc={TARGET: contract(code, storage=storage)})
    whole = {TARGET: AccountOverride(storage={word(1): word(9)})}
    single = {TARGET: AccountOverride(storage_diff={word(1): word(9)})}
    assert call(bench, Message(to=TARGET)).outcome == Success(return_data=word(3 + (4 << 16)))
    assert call(bench, Message(to=TARGET), whole).outcome == Success(return_data=word(9))
    assert call(bench, Message(to=TARGET), single).outcome == Success(
        return_data=word(9 + (4 << 16))
    )


def test_an_overridden_slot_counts_as_the_original_value(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(0, 1, "SSTORE")})
    message = Message(to=TARGET)
    plain = call(bench, message).gas_used
    overrides = {TARGET: AccountOverride(storage_diff={word(1): word(9)})}
    clearing = call(bench, message, overrides).gas_used
    assert plain == 21_000 + 6 + 2_200
    assert clearing == 21_000 + 6 + 5_000 - 4_800


# Estimates


def test_a_transfer_is_estimated_at_21000(engine: ExecutionLayer) -> None:
    assert estimate(Bench(engine), Message(sender=ALICE.address, to=BOB.address, value=1)) == 21_000


ESTIMATED = {
    "refunded": assemble(*(x for slot in range(1, 9) for x in (0, slot, "SSTORE"))),
    "stipend": assemble(0, 0, 0, 0, 1, b"\x73" + OTHER, 0, "CALL STOP"),
    "nested": assemble(
        0, 0, 0, 0, 0, b"\x73" + OTHER, "GAS CALL ISZERO", 60, "JUMPI STOP", b"\x5b" * 60, "INVALID"
    ),
    "plain": assemble(1, 100, "SSTORE"),
}


@pytest.mark.parametrize("name", ESTIMATED)
def test_the_estimate_is_enough_and_one_less_is_not(engine: ExecutionLayer, name: str) -> None:
    storage = tuple((word(slot), word(1)) for slot in range(1, 9))
    alloc = {
        TARGET: contract(ESTIMATED[name], storage=storage, balance=ETHER),
        OTHER: contract(*(x for slot in range(4) for x in (1, slot, "SSTORE"))),
    }
    bench = Bench(engine, alloc=alloc)
    gas = estimate(bench, Message(sender=ALICE.address, to=TARGET))
    assert isinstance(gas, int)
    enough = Message(sender=ALICE.address, to=TARGET, gas_limit=gas)
    assert isinstance(call(bench, enough).outcome, Success)
    short = Message(sender=ALICE.address, to=TARGET, gas_limit=gas - 1)
    assert not isinstance(call(bench, short).outcome, Success)


def test_the_estimate_covers_the_floor_of_calldata(engine: ExecutionLayer) -> None:
    message = Message(sender=ALICE.address, to=BOB.address, data=b"\x01" * 100)
    assert estimate(Bench(engine), message) == 21_000 + 4_000


def test_what_fails_at_any_limit_gives_its_outcome(engine: ExecutionLayer) -> None:
    alloc = {TARGET: contract(REVERTING), OTHER: contract("INVALID")}
    bench = Bench(engine, alloc=alloc)
    assert estimate(bench, Message(to=TARGET)) == Revert(data=b"\xab")
    assert estimate(bench, Message(to=OTHER)) == Halt(reason="invalid-opcode")


def test_an_estimate_above_the_given_limit_is_out_of_gas(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(1, 0, "SSTORE")})
    message = Message(to=TARGET, gas_limit=30_000)
    assert estimate(bench, message) == Halt(reason="out-of-gas")


def test_an_estimate_with_a_fee_stays_within_the_funds(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(1, 0, "SSTORE")})
    message = Message(sender=OTHER, to=TARGET, max_fee_per_gas=10)
    enough = {OTHER: AccountOverride(balance=500_000)}
    assert estimate(bench, message, enough) == 43_106
    little = {OTHER: AccountOverride(balance=400_000)}
    assert estimate(bench, message, little) == Halt(reason="out-of-gas")


def test_an_estimate_for_a_sender_without_funds_is_an_error(engine: ExecutionLayer) -> None:
    with pytest.raises(InsufficientFundsError):
        estimate(Bench(engine), Message(sender=OTHER, to=TARGET, value=1))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=8))
@settings(max_examples=20)
def test_an_estimate_is_the_least_gas_for_any_writes(
    engine: ExecutionLayer, writes: list[tuple[int, int]]
) -> None:
    code = assemble(*(x for slot, value in writes for x in (value, slot, "SSTORE")))
    storage = tuple((word(slot), word(1)) for slot in range(3))
    bench = Bench(engine, alloc={TARGET: contract(code, storage=storage)})
    gas = estimate(bench, Message(to=TARGET))
    assert isinstance(call(bench, Message(to=TARGET, gas_limit=gas)).outcome, Success)
    assert not isinstance(call(bench, Message(to=TARGET, gas_limit=gas - 1)).outcome, Success)


# Access lists


def test_an_access_list_names_slots_and_foreign_accounts(engine: ExecutionLayer) -> None:
    code = assemble(
        *(5, "SLOAD POP", 1, 7, "SSTORE", b"\x73" + OTHER, "BALANCE POP"),
        *("CALLER BALANCE POP ADDRESS BALANCE POP COINBASE BALANCE POP", 2, "BALANCE POP"),
    )
    bench = Bench(engine, alloc={TARGET: contract(code)})
    message = Message(sender=ALICE.address, to=TARGET)
    entries, result = engine.create_access_list(bench.root, bench.context, message)
    assert entries == (
        AccessEntry(address=TARGET, slots=(word(5), word(7))),
        AccessEntry(address=OTHER),
    )
    assert result.outcome == Success()
    listed = Message(sender=ALICE.address, to=TARGET, access_list=entries)
    assert call(bench, listed) == result
    assert BENEFICIARY not in {entry.address for entry in entries}


def test_an_access_list_holds_what_a_reverted_call_touched(engine: ExecutionLayer) -> None:
    code = assemble(5, "SLOAD POP", 0, 0, "REVERT")
    bench = Bench(engine, alloc={TARGET: contract(code)})
    entries, result = engine.create_access_list(bench.root, bench.context, Message(to=TARGET))
    assert entries == (AccessEntry(address=TARGET, slots=(word(5),)),)
    assert result.outcome == Revert()


def test_an_access_list_grows_with_what_it_unlocks(engine: ExecutionLayer) -> None:
    # With slot 1 warm, more gas is left and slot 2 is read, too.
    code = assemble("GAS", 1, "SLOAD POP GAS SWAP1 SUB", 1_000, "LT", 22, "JUMPI")
    code += assemble(2, "SLOAD POP") + b"\x5b" * 20
    bench = Bench(engine, alloc={TARGET: contract(code)})
    entries, _ = engine.create_access_list(bench.root, bench.context, Message(to=TARGET))
    assert entries == (AccessEntry(address=TARGET, slots=(word(1), word(2))),)


def test_a_simple_transfer_needs_no_access_list(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    message = Message(sender=ALICE.address, to=BOB.address)
    assert engine.create_access_list(bench.root, bench.context, message)[0] == ()
