"""Blocks simulated on a chain: how they follow each other, what they show, what they leave."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain_cases import GWEI, LOGGER, REVERTER, START, Opened, accounts, make_raw
from contractchain.chain.references import BlockTag
from contractchain.chain.simulation import TRANSFER_EMITTER, TRANSFER_TOPIC
from contractchain.chain.simulation_plan import (
    MAX_BLOCKS,
    BlockOverrides,
    BlockPlan,
    CallPlan,
    SimulatedBlockView,
    SimulationPlan,
    complete_blocks,
)
from contractchain.codec.block import decode_block, encode_block, hash_header
from contractchain.codec.receipt import calculate_bloom
from contractchain.errors import (
    BlobTransactionError,
    BlockNotFoundError,
    BlockOrderError,
    CallRefusedError,
    InvalidHeaderError,
    SimulationLimitError,
    TransactionTypeError,
)
from contractchain.interfaces.execution_data import AccountOverride, Message
from contractchain.interfaces.simulation_data import PlannedCall
from contractchain.types import Header, LegacyTransaction, Log, Revert, Success, Withdrawal

ALICE, BOB = (account.address for account in accounts()[:2])
BLOCKHASHES = bytes.fromhex("5f354060005260206000f3")
"""Returns the hash of the block that the calldata names."""


def planned(type_: int | None = None, nonce: int | None = None, **fields: object) -> CallPlan:
    message = replace(Message(sender=ALICE, to=BOB), **fields)  # type: ignore[arg-type]
    return CallPlan(call=PlannedCall(message=message, nonce=nonce), type=type_)


def block(*calls: CallPlan, accounts: dict | None = None, **fields: object) -> BlockPlan:
    return BlockPlan(
        block=BlockOverrides(**fields),  # type: ignore[arg-type]
        calls=calls,
        accounts=accounts or {},
    )


def simulate(opened: Opened, *blocks: BlockPlan, **terms: bool) -> tuple[SimulatedBlockView, ...]:
    return opened.chain.simulations.simulate(SimulationPlan(blocks=blocks, **terms))


def test_blocks_follow_the_head_and_each_other(manual: Opened) -> None:
    views = simulate(manual, block(), block(planned(value=1)))
    headers = [view.block.header for view in views]
    head = manual.chain.blocks.get_header(BlockTag.LATEST)
    assert [header.number for header in headers] == [1, 2]
    assert [header.timestamp for header in headers] == [START + 12, START + 24]
    assert headers[0].parent_hash == manual.chain.head().hash
    assert headers[1].parent_hash == views[0].block.hash == hash_header(headers[0])
    assert headers[0].gas_limit == head.gas_limit
    assert manual.chain.head().number == 0


def test_a_simulated_block_is_a_block(manual: Opened) -> None:
    (view,) = simulate(manual, block(planned(to=LOGGER, data=b"\x01" * 32)))
    assert decode_block(encode_block(replace(view.block, transactions=()))).header
    logs = view.calls[0].logs
    assert [log.address for log in logs] == [LOGGER]
    plain = [Log(address=log.address, topics=log.topics, data=log.data) for log in logs]
    assert view.block.header.logs_bloom == calculate_bloom(plain)
    assert {log.block_hash for log in logs} == {view.block.hash}
    assert {log.transaction_hash for log in logs} == {view.transactions[0].hash}


def test_gaps_are_filled_with_blocks_without_calls(manual: Opened) -> None:
    views = simulate(manual, block(planned(), number=4), block(number=6))
    assert [view.block.number for view in views] == [1, 2, 3, 4, 5, 6]
    assert [len(view.calls) for view in views] == [0, 0, 0, 1, 0, 0]
    for before, after in pairwise(views):
        assert after.block.header.parent_hash == before.block.hash
        assert after.block.header.timestamp == before.block.header.timestamp + 12


def test_what_a_block_sets_holds_for_those_after_it(manual: Opened) -> None:
    first, second = simulate(
        manual, block(gas_limit=1_000_000, beneficiary=BOB, prev_randao=b"\x07" * 32), block()
    )
    assert first.block.header.prev_randao == b"\x07" * 32
    header = second.block.header
    assert (header.gas_limit, header.beneficiary) == (1_000_000, BOB)
    assert header.prev_randao == bytes(32)


def test_hashes_of_simulated_and_real_blocks_are_seen(instant: Opened) -> None:
    instant.chain.submit([make_raw()])
    code = {BOB: AccountOverride(code=BLOCKHASHES)}
    asked = [planned(data=n.to_bytes(32, "big")) for n in (0, 1, 2, 3, 4)]
    views = simulate(instant, block(), block(*asked, number=4, accounts=code))
    hashes = [instant.chain.blocks.get_block(n).hash for n in (0, 1)]
    hashes += [view.block.hash for view in views[:2]]
    found = [call.outcome for call in views[2].calls]
    assert found == [Success(return_data=item) for item in (*hashes, bytes(32))]


def test_state_passes_from_block_to_block(manual: Opened) -> None:
    poor = b"\x5e" * 20
    views = simulate(
        manual,
        block(planned(to=poor, value=10), accounts={ALICE: AccountOverride(balance=10)}),
        block(planned(sender=poor, to=BOB, value=10)),
    )
    assert isinstance(views[1].calls[0].outcome, Success)
    with pytest.raises(CallRefusedError, match="call 0 of block 2: insufficient funds"):
        simulate(manual, block(), block(planned(sender=poor, value=10)))


def test_nothing_is_held_when_it_is_over(manual: Opened) -> None:
    plans = block(planned(value=1)), block(planned(value=2), number=4)
    roots = {view.block.header.state_root for view in simulate(manual, *plans)}
    with pytest.raises(CallRefusedError):
        simulate(manual, *plans, block(planned(gas_limit=0)))
    held = {root for root in roots if manual.execution.has_state(root)}
    assert held == {manual.chain.blocks.get_header(0).state_root} & roots


def test_a_validated_simulation_is_the_block_that_is_mined(manual: Opened) -> None:
    raw = make_raw(to=LOGGER, data=b"\x05" * 32, gas_limit=100_000, value=0)
    manual.chain.submit([raw])
    manual.clock.seconds += 5
    manual.chain.mine()
    mined = manual.chain.blocks.get_header(1)
    fees = {"max_fee_per_gas": 20 * GWEI, "max_priority_fee_per_gas": GWEI}
    call = planned(to=LOGGER, data=b"\x05" * 32, gas_limit=100_000, **fees)
    plan = SimulationPlan(blocks=(block(call, timestamp=mined.timestamp),), validates=True)
    (view,) = manual.chain.simulations.simulate(plan, 0)
    unsigned = replace(
        view.block.header,
        transactions_root=mined.transactions_root,
        extra_data=mined.extra_data,
    )
    assert unsigned == mined


def test_ether_that_moves_is_a_log_that_no_bloom_knows(manual: Opened) -> None:
    transfer = planned(value=7)
    (view,) = simulate(manual, block(transfer, transfer), traces_transfers=True)
    log = view.calls[1].logs[0]
    assert (log.address, log.index, log.transaction_index) == (TRANSFER_EMITTER, 1, 1)
    assert log.topics == (TRANSFER_TOPIC, bytes(12) + ALICE, bytes(12) + BOB)
    assert log.data == (7).to_bytes(32, "big")
    (silent,) = simulate(manual, block(transfer, transfer))
    assert view.block.header == silent.block.header


def test_the_base_fee_is_calculated_if_it_is_validated_and_else_zero(manual: Opened) -> None:
    (free,) = simulate(manual, block())
    (strict,) = simulate(manual, block(), validates=True)
    (given,) = simulate(manual, block(base_fee_per_gas=5))
    fees = [view.block.header.base_fee_per_gas for view in (free, strict, given)]
    assert fees == [0, manual.chain.suggest_fees().base_fee_per_gas, 5]


def test_transactions_show_what_was_filled_in(manual: Opened) -> None:
    (view,) = simulate(manual, block(planned(), planned(), planned(0, nonce=8)))
    limits = [item.transaction.gas_limit for item in view.transactions]
    assert limits == [30_000_000, 30_000_000 - 21_000, 30_000_000 - 42_000]
    assert [item.transaction.nonce for item in view.transactions] == [0, 1, 8]
    assert [item.transaction.type for item in view.transactions] == [2, 2, 0]
    assert isinstance(view.transactions[2].transaction, LegacyTransaction)
    assert len({item.hash for item in view.transactions}) == 3


def test_all_blocks_share_the_gas_of_a_simulation(manual: Opened) -> None:
    burning = {BOB: AccountOverride(code=bytes.fromhex("5b5f56"))}
    calls = block(planned(), accounts=burning), block(planned()), block(planned())
    with pytest.raises(CallRefusedError, match="one simulation may use is used up"):
        simulate(manual, *calls)


def test_reverts_are_values(manual: Opened) -> None:
    (view,) = simulate(manual, block(planned(to=REVERTER)))
    assert view.calls[0].outcome == Revert(data=bytes(28) + b"\xde\xad\xbe\xef")


def test_withdrawals_are_paid_and_shown(manual: Opened) -> None:
    payment = Withdrawal(index=1, validator_index=2, address=b"\x5e" * 20, amount_gwei=3)
    first, second = simulate(
        manual,
        block(withdrawals=(payment,)),
        block(planned(sender=payment.address, value=3 * GWEI)),
    )
    assert first.block.withdrawals == (payment,)
    assert second.block.withdrawals == ()
    assert first.block.header.withdrawals_root != second.block.header.withdrawals_root


@pytest.mark.parametrize(
    ("second", "name"),
    [({"number": 1}, "number"), ({"number": 0}, "number"), ({"timestamp": START}, "timestamp")],
)
def test_numbers_and_timestamps_must_rise(manual: Opened, second: dict, name: str) -> None:
    with pytest.raises(BlockOrderError) as caught:
        simulate(manual, block(timestamp=START + 1), block(**second))
    assert caught.value.field_name == name


def test_too_many_blocks_are_refused(manual: Opened) -> None:
    assert len(simulate(manual, block(number=MAX_BLOCKS))) == MAX_BLOCKS
    with pytest.raises(SimulationLimitError):
        simulate(manual, block(number=MAX_BLOCKS + 1))
    with pytest.raises(SimulationLimitError):
        simulate(manual, *[block()] * (MAX_BLOCKS + 1))


def test_a_time_beyond_64_bits_is_refused(manual: Opened) -> None:
    with pytest.raises(InvalidHeaderError):
        simulate(manual, block(timestamp=2**64 - 1), block())


def test_a_block_that_is_not_there_is_an_error(manual: Opened) -> None:
    with pytest.raises(BlockNotFoundError):
        manual.chain.simulations.simulate(SimulationPlan(blocks=(block(),)), 7)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"blob_versioned_hashes": (b"\x02" + bytes(31),)}, BlobTransactionError),
        ({"blob_versioned_hashes": (b"\x01" + bytes(31),) * 10}, BlobTransactionError),
        ({"blob_versioned_hashes": (b"\x01" + bytes(31),), "to": None}, BlobTransactionError),
        ({"type_": 5}, TransactionTypeError),
    ],
)
def test_calls_that_are_no_transaction_are_refused(
    manual: Opened, fields: dict, error: type[Exception]
) -> None:
    with pytest.raises(CallRefusedError) as caught:
        simulate(manual, block(planned(), planned(**fields)))
    assert caught.value.index == 1
    assert isinstance(caught.value.reason, error)


@given(steps=st.lists(st.none() | st.integers(1, 4), max_size=8))
def test_completed_blocks_rise_by_one_and_end_where_they_were_asked_to(
    steps: list[int | None],
) -> None:
    number, plans = 10, []
    for step in steps:
        number += step or 1
        plans.append(block(number=None if step is None else number))
    blocks = complete_blocks(tuple(plans), Header(parent_hash=bytes(32), number=10, timestamp=99))
    numbers = [item.block.number for item in blocks]
    assert numbers == list(range(11, number + 1))
    times = [item.block.timestamp or 0 for item in blocks]
    assert all(before < after for before, after in pairwise([99, *times]))
