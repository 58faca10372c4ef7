"""Every execution layer simulates blocks of calls that nobody signed alike."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from contractchain.errors import (
    BlobFeeTooLowError,
    CallRefusedError,
    FeeTooLowError,
    GasLimitExceededError,
    InitCodeTooLargeError,
    InsufficientFundsError,
    IntrinsicGasTooLowError,
    InvalidOverrideError,
    NonceOverflowError,
    NonceTooHighError,
    NonceTooLowError,
    PrecompileMovedToItselfError,
    PriorityFeeAboveMaxFeeError,
    SimulationLimitError,
    StateUnavailableError,
    ValidationError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, Message
from contractchain.interfaces.simulation_data import (
    PlannedCall,
    SimulatedBlock,
    SimulatedCall,
    SimulationTerms,
    Transfer,
)
from contractchain.types import Fork, GenesisAccount, Halt, Log, Success, Withdrawal
from evm_builders import (
    ALICE,
    BENEFICIARY,
    BOB,
    ETHER,
    OTHER,
    TARGET,
    Bench,
    assemble,
    contract,
    created_address,
    init_code_of,
    return_word,
    sign,
    transfer,
    word,
)

SHA256 = (2).to_bytes(20, "big")
IDENTITY = (4).to_bytes(20, "big")
ELSEWHERE = bytes.fromhex("e0" * 20)
COUNT = assemble(0, "SLOAD", 1, "ADD DUP1", 0, "SSTORE") + return_word()


def planned(nonce: int | None = None, **fields: object) -> PlannedCall:
    defaults = Message(sender=ALICE.address, to=TARGET)
    return PlannedCall(message=replace(defaults, **fields), nonce=nonce)  # type: ignore[arg-type]


def simulate(
    bench: Bench,
    *calls: PlannedCall,
    overrides: Mapping[bytes, AccountOverride] | None = None,
    validates: bool = False,
    traces_transfers: bool = False,
    gas: int = 50_000_000,
    **fields: object,
) -> SimulatedBlock:
    terms = SimulationTerms(validates=validates, traces_transfers=traces_transfers, gas=gas)
    context = replace(bench.context, **fields)  # type: ignore[arg-type]
    return bench.engine.simulate_block(bench.root, context, calls, terms, overrides)


def refusal(bench: Bench, *calls: PlannedCall, **fields: object) -> ValidationError:
    """Return why the last call is refused."""
    with pytest.raises(CallRefusedError) as caught:
        simulate(bench, *calls, **fields)  # type: ignore[arg-type]
    assert (caught.value.block_number, caught.value.index) == (1, len(calls) - 1)
    return caught.value.reason


def data_of(call: SimulatedCall) -> bytes:
    assert isinstance(call.outcome, Success)
    return call.outcome.return_data


# State


def test_a_call_sees_what_the_calls_before_it_did(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: GenesisAccount(nonce=1, code=COUNT)})
    block = simulate(bench, planned(), planned(), planned(sender=BOB.address))
    assert [data_of(call) for call in block.calls] == [word(1), word(2), word(3)]
    assert [call.nonce for call in block.calls] == [0, 1, 0]
    assert engine.storage(block.state_root, TARGET, word(0)) == word(3)
    assert bench.slot(TARGET, 0) == 0


def test_a_simulated_block_has_the_state_of_the_real_one(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: GenesisAccount(nonce=1, code=COUNT)})
    fees = {"max_fee_per_gas": 100, "max_priority_fee_per_gas": 1}
    withdrawals = (Withdrawal(index=0, validator_index=0, address=OTHER, amount_gwei=3),)
    block = simulate(
        bench,
        planned(value=5, gas_limit=1_000_000, **fees),
        planned(to=BOB.address, value=7, gas_limit=1_000_000, **fees),
        validates=True,
        withdrawals=withdrawals,
    )
    raws = [sign(transfer(0, to=TARGET, value=5)), sign(transfer(1, value=7))]
    real = bench.execute(*raws, withdrawals=withdrawals)
    assert (block.state_root, block.gas_used) == (real.state_root, real.gas_used)
    assert block.requests_hash == real.requests_hash


def test_overrides_come_before_the_block_and_last(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    overrides = {
        ELSEWHERE: AccountOverride(balance=10, storage_diff={word(0): word(41)}, code=COUNT)
    }
    block = simulate(bench, planned(to=ELSEWHERE), overrides=overrides)
    assert data_of(block.calls[0]) == word(42)
    account = engine.accounts(block.state_root, [ELSEWHERE])[0]
    assert account is not None
    assert account.balance == 10


def test_storage_alone_makes_an_account_that_lasts(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    overrides = {ELSEWHERE: AccountOverride(storage={word(1): word(2)})}
    block = simulate(bench, overrides=overrides)
    assert engine.storage(block.state_root, ELSEWHERE, word(1)) == word(2)


def test_an_override_that_says_nothing_changes_nothing(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    assert (
        simulate(bench, overrides={ELSEWHERE: AccountOverride()}).state_root
        == simulate(bench).state_root
    )


def test_system_calls_and_withdrawals_are_part_of_the_block(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    withdrawal = Withdrawal(index=0, validator_index=0, address=ELSEWHERE, amount_gwei=2)
    block = simulate(bench, withdrawals=(withdrawal,))
    real = bench.execute(withdrawals=(withdrawal,))
    assert block.state_root == real.state_root


def test_a_refused_call_leaves_no_state_behind(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    done = simulate(bench, planned(to=BOB.address, value=1))
    engine.release(done.state_root)
    refusal(bench, planned(to=BOB.address, value=1), planned(gas_limit=1))
    assert not engine.has_state(done.state_root)


def test_an_unknown_state_is_an_error(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    bench.root = b"\x77" * 32
    with pytest.raises(StateUnavailableError):
        simulate(bench)


def test_receipts_before_byzantium_can_name_their_state(engine: ExecutionLayer) -> None:
    bench = Bench(engine, Fork.SPURIOUS_DRAGON)
    block = simulate(bench, planned(to=BOB.address, value=1), planned(to=BOB.address, value=2))
    roots = [call.state_root for call in block.calls]
    assert None not in roots
    assert len({*roots, block.state_root}) == 3  # the reward comes after the last call
    assert simulate(Bench(engine), planned()).calls[0].state_root is None


def test_ether_that_nobody_can_hold_is_not_received(engine: ExecutionLayer) -> None:
    most = 2**256 - 1
    bench = Bench(engine)
    overrides = {BOB.address: AccountOverride(balance=most)}
    block = simulate(bench, planned(to=BOB.address, value=1), overrides=overrides)
    assert isinstance(block.calls[0].outcome, Halt)
    account = engine.accounts(block.state_root, [BOB.address])[0]
    assert account is not None
    assert account.balance == most


# Nonces, fees, gas


def test_nonces_are_checked_only_if_asked_for(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    call = simulate(bench, planned(nonce=9)).calls[0]
    assert call.nonce == 9
    fee = {"max_fee_per_gas": 100}
    assert isinstance(refusal(bench, planned(9, **fee), validates=True), NonceTooHighError)
    twice = planned(0, **fee, gas_limit=50_000), planned(0, **fee)
    assert isinstance(refusal(bench, *twice, validates=True), NonceTooLowError)


def test_after_the_last_nonce_comes_the_first(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    overrides = {ALICE.address: AccountOverride(nonce=2**64 - 1)}
    block = simulate(bench, planned(), planned(), overrides=overrides)
    assert [call.nonce for call in block.calls] == [2**64 - 1, 0]
    creation = planned(to=None, data=b"")
    assert isinstance(refusal(bench, creation, overrides=overrides), NonceOverflowError)
    strict = refusal(bench, planned(), overrides=overrides, validates=True)
    assert isinstance(strict, NonceOverflowError)


def test_the_base_fee_is_due_only_if_fees_are_offered_or_validated(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(return_word("GASPRICE"))})
    free = simulate(bench, planned()).calls[0]
    paid = simulate(bench, planned(max_fee_per_gas=9, max_priority_fee_per_gas=1)).calls[0]
    assert (data_of(free), data_of(paid)) == (word(0), word(8))
    assert isinstance(refusal(bench, planned(max_fee_per_gas=6)), FeeTooLowError)
    assert isinstance(refusal(bench, planned(), validates=True), FeeTooLowError)
    above = planned(max_priority_fee_per_gas=1)
    assert isinstance(refusal(bench, above), PriorityFeeAboveMaxFeeError)


def test_funds_intrinsic_gas_and_init_code_are_always_checked(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    assert isinstance(refusal(bench, planned(value=1001 * ETHER)), InsufficientFundsError)
    assert isinstance(refusal(bench, planned(gas_limit=20_999)), IntrinsicGasTooLowError)
    large = planned(to=None, data=bytes(49_153))
    assert isinstance(refusal(bench, large), InitCodeTooLargeError)


def test_a_contract_may_be_the_sender(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("STOP", balance=5)})
    call = planned(sender=TARGET, to=BOB.address, value=5)
    assert isinstance(simulate(bench, call).calls[0].outcome, Success)


def test_a_call_may_use_what_block_and_simulation_have_left(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    calls = planned(), planned()
    block = simulate(bench, *calls, gas_limit=100_000)
    assert [call.gas_limit for call in block.calls] == [100_000, 79_000]
    capped = simulate(bench, *calls, gas=90_000)
    assert [call.gas_limit for call in capped.calls] == [90_000, 69_000]
    too_much = refusal(bench, planned(), planned(gas_limit=79_001), gas_limit=100_000)
    assert isinstance(too_much, GasLimitExceededError)
    assert isinstance(refusal(bench, *calls, gas=21_000), SimulationLimitError)


def test_one_call_may_have_more_gas_than_a_transaction(engine: ExecutionLayer) -> None:
    fork = Fork.PRAGUE if engine.name == "py-evm" else Fork.OSAKA
    block = simulate(Bench(engine, fork), planned(gas_limit=20_000_000))
    assert block.calls[0].gas_limit == 20_000_000


def test_the_most_gas_that_was_needed_counts_no_refund(engine: ExecutionLayer) -> None:
    clearing = contract(0, 0, "SSTORE", storage=((word(0), word(1)),))
    call = simulate(Bench(engine, alloc={TARGET: clearing}), planned()).calls[0]
    assert call.max_gas_used - call.gas_used == 4_800


def test_blobs_are_seen_and_paid_for_at_the_price_of_the_block(engine: ExecutionLayer) -> None:
    code = return_word("BLOBBASEFEE", 0, "BLOBHASH ADD")
    bench = Bench(engine, alloc={TARGET: GenesisAccount(nonce=1, code=code)})
    blob_hash = b"\x01" + bytes(31)
    call = planned(blob_versioned_hashes=(blob_hash,), max_fee_per_blob_gas=5)
    block = simulate(bench, call, blob_base_fee=5)
    assert data_of(block.calls[0]) == word(int.from_bytes(blob_hash, "big") + 5)
    assert block.blob_gas_used == 2**17
    account = engine.accounts(block.state_root, [ALICE.address])[0]
    assert account is not None
    assert account.balance == 1000 * ETHER - 5 * 2**17
    assert isinstance(refusal(bench, call, blob_base_fee=6), BlobFeeTooLowError)


def test_a_call_that_offers_no_blob_fee_pays_none(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(return_word("BLOBBASEFEE"))})
    call = planned(blob_versioned_hashes=(b"\x01" + bytes(31),))
    block = simulate(bench, call, planned(), blob_base_fee=5)
    assert [data_of(item) for item in block.calls] == [word(0), word(5)]
    strict = replace(call, message=replace(call.message, max_fee_per_gas=100))
    reason = refusal(bench, strict, blob_base_fee=5, validates=True)
    assert isinstance(reason, BlobFeeTooLowError)


# Events


def calling(target: bytes, value: int, kind: str = "CALL") -> bytes:
    """Return code that hands ether on and forgets whether it worked."""
    return assemble(0, 0, 0, 0, value, b"\x73" + target, "GAS", kind, "POP")


def events_of(engine: ExecutionLayer, code: bytes, **fields: object) -> tuple[object, ...]:
    """Return the events of a call with 9 wei to `code`, with a reverting contract at OTHER."""
    alloc = {
        TARGET: GenesisAccount(nonce=1, balance=100, code=code),
        OTHER: contract(calling(BOB.address, 1), 0, 0, "LOG0", 0, 0, "REVERT", balance=50),
    }
    block = simulate(Bench(engine, alloc=alloc), planned(value=9), traces_transfers=True, **fields)
    assert isinstance(block.calls[0].outcome, Success)
    return block.calls[0].events


def moved(sender: bytes, recipient: bytes, value: int) -> Transfer:
    return Transfer(sender=sender, recipient=recipient, value=value)


FIRST = moved(ALICE.address, TARGET, 9)


def test_ether_and_logs_are_reported_in_order(engine: ExecutionLayer) -> None:
    code = assemble(1, 0, 0, "LOG1", calling(BOB.address, 3), 2, 0, 0, "LOG1")
    logs = [Log(address=TARGET, topics=(word(n),), data=b"") for n in (1, 2)]
    wanted = (FIRST, logs[0], moved(TARGET, BOB.address, 3), logs[1])
    assert events_of(engine, code) == wanted


def test_a_failed_frame_moved_nothing(engine: ExecutionLayer) -> None:
    assert events_of(engine, calling(OTHER, 3)) == (FIRST,)


def test_what_is_too_much_to_send_moved_nothing(engine: ExecutionLayer) -> None:
    assert events_of(engine, calling(BOB.address, 110)) == (FIRST,)


@pytest.mark.parametrize("kind", ["CALLCODE", "DELEGATECALL", "STATICCALL"])
def test_calls_that_keep_the_ether_are_no_transfers(engine: ExecutionLayer, kind: str) -> None:
    code = calling(BOB.address, 3, kind)
    if kind != "CALLCODE":
        code = assemble(0, 0, 0, 0, b"\x73" + BOB.address, "GAS", kind, "POP")
    assert events_of(engine, code) == (FIRST,)


def test_a_creation_receives_its_endowment(engine: ExecutionLayer) -> None:
    code = assemble(0, 0, 4, "CREATE", "POP")
    assert events_of(engine, code) == (FIRST, moved(TARGET, created_address(TARGET, 1), 4))


def test_a_creation_whose_code_is_refused_moved_nothing(engine: ExecutionLayer) -> None:
    store = assemble(0xEF, 0, "MSTORE8", 1, 0, "RETURN")
    code = assemble(b"\x7f" + store.ljust(32, b"\0"), 0, "MSTORE", 32, 0, 4, "CREATE", "POP")
    assert events_of(engine, code) == (FIRST,)


@pytest.mark.parametrize("fork", [Fork.SHANGHAI, Fork.CANCUN], ids=lambda fork: fork.value)
def test_a_destruction_moves_the_balance(engine: ExecutionLayer, fork: Fork) -> None:
    code = assemble(b"\x73" + BOB.address, "SELFDESTRUCT")
    bench = Bench(engine, fork, {TARGET: GenesisAccount(nonce=1, balance=100, code=code)})
    calls = planned(value=9), planned(value=0)
    block = simulate(bench, *calls, traces_transfers=True)
    assert block.calls[0].events == (FIRST, moved(TARGET, BOB.address, 109))
    assert block.calls[1].events == ()


def test_a_top_level_creation_is_sent_to_its_address(engine: ExecutionLayer) -> None:
    call = planned(to=None, value=2, data=init_code_of(b"\x00"))
    block = simulate(Bench(engine), call, traces_transfers=True)
    made = created_address(ALICE.address, 0)
    assert block.calls[0].events == (moved(ALICE.address, made, 2),)


def test_a_failed_call_has_no_events(engine: ExecutionLayer) -> None:
    failing = {TARGET: contract(calling(BOB.address, 1), "INVALID", balance=5)}
    block = simulate(Bench(engine, alloc=failing), planned(value=3), traces_transfers=True)
    assert block.calls[0].events == ()
    assert isinstance(block.calls[0].outcome, Halt)


def test_logs_alone_are_reported_if_transfers_are_not_wanted(engine: ExecutionLayer) -> None:
    code = assemble(calling(BOB.address, 3), 0, 0, "LOG0")
    bench = Bench(engine, alloc={TARGET: GenesisAccount(nonce=1, code=code)})
    block = simulate(bench, planned(value=9))
    assert block.calls[0].events == (Log(address=TARGET, topics=(), data=b""),)


# Precompiles


def test_a_moved_precompile_is_called_at_its_new_address_only(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    overrides = {IDENTITY: AccountOverride(move_precompile_to=ELSEWHERE)}
    calls = planned(to=ELSEWHERE, data=b"abc"), planned(to=IDENTITY, data=b"abc")
    block = simulate(bench, *calls, overrides=overrides)
    assert [data_of(call) for call in block.calls] == [b"abc", b""]
    engine.release(block.state_root)
    again = simulate(bench, *calls)
    assert [data_of(call) for call in again.calls] == [b"", b"abc"]


def test_a_precompile_may_take_the_place_of_another(engine: ExecutionLayer) -> None:
    overrides = {IDENTITY: AccountOverride(move_precompile_to=SHA256)}
    block = simulate(Bench(engine), planned(to=SHA256, data=b"abc"), overrides=overrides)
    assert data_of(block.calls[0]) == b"abc"


def test_code_takes_the_place_of_a_precompile(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    overrides = {
        IDENTITY: AccountOverride(code=return_word("ADDRESS"), move_precompile_to=ELSEWHERE),
        SHA256: AccountOverride(code=return_word(7)),
    }
    calls = [planned(to=to, data=b"abc") for to in (IDENTITY, ELSEWHERE, SHA256)]
    block = simulate(bench, *calls, overrides=overrides)
    assert [data_of(call) for call in block.calls] == [word(4), b"abc", word(7)]


def test_a_balance_leaves_a_precompile_in_its_place(engine: ExecutionLayer) -> None:
    overrides = {IDENTITY: AccountOverride(balance=1)}
    block = simulate(Bench(engine), planned(to=IDENTITY, data=b"x"), overrides=overrides)
    assert data_of(block.calls[0]) == b"x"


def test_a_single_call_can_move_precompiles_too(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    overrides = {
        IDENTITY: AccountOverride(move_precompile_to=ELSEWHERE),
        SHA256: AccountOverride(code=return_word(7)),
    }
    for to, wanted in ((ELSEWHERE, b"abc"), (IDENTITY, b""), (SHA256, word(7))):
        message = Message(sender=ALICE.address, to=to, data=b"abc")
        result = engine.call(bench.root, bench.context, message, overrides)
        assert result.outcome == Success(return_data=wanted)


def test_what_cannot_be_moved_is_refused(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    for address, target, error in (
        (BENEFICIARY, ELSEWHERE, InvalidOverrideError),
        (BENEFICIARY, BENEFICIARY, InvalidOverrideError),
        (IDENTITY, IDENTITY, PrecompileMovedToItselfError),
        (IDENTITY, BOB.address, InvalidOverrideError),
    ):
        overrides = {
            address: AccountOverride(move_precompile_to=target),
            BOB.address: AccountOverride(balance=1),
        }
        with pytest.raises(error) as caught:
            simulate(bench, overrides=overrides)
        assert type(caught.value) is error
        with pytest.raises(error):
            engine.call(bench.root, bench.context, Message(to=BOB.address), overrides)
