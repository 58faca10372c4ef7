"""What the protocol keeps in contracts of its own: requests, old hashes, blob prices.

Spec:
    EIP-2935, 4788, 4844, 6110, 7002, 7251, 7685, 7892.
"""

from dataclasses import replace
from hashlib import sha256

import pytest

from contractchain.errors import BlobFeeTooLowError, BlobTransactionError, InvalidBlockError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, Message
from contractchain.types import Fork, GenesisAccount, Revert, Success
from contractchain.types.fork import BlobSchedule
from evm_builders import (
    ALICE,
    OTHER,
    TARGET,
    Bench,
    assemble,
    blob,
    contract,
    return_word,
    sign,
    transfer,
    word,
)

BEACON_ROOTS = bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02")
HISTORY = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
WITHDRAWALS = bytes.fromhex("00000961ef480eb55e80d19ad83579a64c007002")
CONSOLIDATIONS = bytes.fromhex("0000bbddc7ce488642fb579f8b00f3a590007251")
DEPOSIT_EVENT = bytes.fromhex("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5")
MAX_CONSOLIDATIONS = 2
"""Requests of one block; the others wait."""
WINDOW = 8191
"""Block hashes and beacon roots that are kept."""
KEY, OTHER_KEY = b"\xaa" * 48, b"\xbb" * 48


def hash_requests(*requests: bytes) -> bytes:
    """Return the hash of requests, each with the byte of its type first (EIP-7685)."""
    return sha256(b"".join(sha256(request).digest() for request in requests)).digest()


def consolidate(nonce: int, source: bytes = KEY, target: bytes = OTHER_KEY) -> bytes:
    return sign(transfer(nonce, to=CONSOLIDATIONS, data=source + target, value=1_000))


def deposit_log() -> tuple[bytes, bytes]:
    """Return the data of a deposit's log and the request it stands for."""
    fields = (b"\x01" * 48, b"\x02" * 32, b"\x03" * 8, b"\x04" * 96, b"\x05" * 8)
    heads, tails, at = b"", b"", 160
    for field in fields:
        padded = field + bytes(-len(field) % 32)
        heads, tails = heads + word(at), tails + word(len(field)) + padded
        at += 32 + len(padded)
    return heads + tails, b"\x00" + b"".join(fields)


def deposit_contract() -> GenesisAccount:
    """Return an account that logs its calldata as a deposit."""
    copy = ("CALLDATASIZE", 0, 0, "CALLDATACOPY")
    return contract(*copy, b"\x7f" + DEPOSIT_EVENT, "CALLDATASIZE", 0, "LOG1")


# Requests


def test_a_consolidation_request_is_committed_to(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    execution = bench.execute(consolidate(0))
    assert execution.failures == ()
    request = b"\x02" + ALICE.address + KEY + OTHER_KEY
    assert execution.requests_hash == hash_requests(request)


def test_the_kinds_of_requests_are_in_the_order_of_their_types(engine: ExecutionLayer) -> None:
    log, deposit = deposit_log()
    bench = Bench(engine, alloc={TARGET: deposit_contract()})
    execution = bench.execute(
        consolidate(0),
        sign(transfer(1, to=WITHDRAWALS, data=KEY + word(7)[-8:], value=1_000)),
        sign(transfer(2, to=TARGET, data=log)),
        deposit_contract=TARGET,
    )
    assert execution.failures == ()
    withdrawal = b"\x01" + ALICE.address + KEY + (7).to_bytes(8, "little")
    consolidation = b"\x02" + ALICE.address + KEY + OTHER_KEY
    assert execution.requests_hash == hash_requests(deposit, withdrawal, consolidation)


def test_requests_beyond_the_limit_wait_for_the_next_block(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    targets = [bytes((i,)) * 48 for i in range(1, MAX_CONSOLIDATIONS + 2)]
    first = bench.execute(*(consolidate(i, target=target) for i, target in enumerate(targets)))
    second = bench.execute()
    encoded = [ALICE.address + KEY + target for target in targets]
    assert first.requests_hash == hash_requests(b"\x02" + b"".join(encoded[:MAX_CONSOLIDATIONS]))
    assert second.requests_hash == hash_requests(b"\x02" + encoded[MAX_CONSOLIDATIONS])
    assert bench.execute().requests_hash == hash_requests()


def test_a_request_that_pays_too_little_is_none(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    unpaid = sign(transfer(to=CONSOLIDATIONS, data=KEY + OTHER_KEY, value=0))
    execution = bench.execute(unpaid)
    assert execution.failures == ((0, Revert(data=b"")),)
    assert execution.requests_hash == hash_requests()


def test_logs_of_other_contracts_and_events_are_no_deposits(engine: ExecutionLayer) -> None:
    log, _ = deposit_log()
    other_event = contract(*("CALLDATASIZE", 0, 0, "CALLDATACOPY", 7, "CALLDATASIZE", 0, "LOG1"))
    bench = Bench(engine, alloc={TARGET: other_event, OTHER: deposit_contract()})
    execution = bench.execute(
        sign(transfer(0, to=TARGET, data=log)),
        sign(transfer(1, to=OTHER, data=log)),
        deposit_contract=TARGET,
    )
    assert execution.failures == ()
    assert execution.requests_hash == hash_requests()


@pytest.mark.parametrize("address", [WITHDRAWALS, CONSOLIDATIONS], ids=["7002", "7251"])
def test_a_request_contract_that_fails_makes_the_block_invalid(
    engine: ExecutionLayer, address: bytes
) -> None:
    bench = Bench(engine, alloc={address: contract("INVALID")})
    with pytest.raises(InvalidBlockError):
        bench.execute()


# Old hashes


def ask(bench: Bench, address: bytes, number: int) -> object:
    message = Message(to=address, data=word(number), gas_limit=100_000)
    return bench.engine.call(bench.root, bench.context, message).outcome


def test_the_history_contract_knows_the_last_hashes_and_no_others(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    bench.context = replace(bench.context, number=WINDOW + 10)
    for number in (WINDOW + 10, WINDOW + 11):
        bench.execute(number=number, parent_hash=word(number))
    bench.context = replace(bench.context, number=WINDOW + 12)
    assert ask(bench, HISTORY, WINDOW + 9) == Success(return_data=word(WINDOW + 10))
    assert ask(bench, HISTORY, WINDOW + 10) == Success(return_data=word(WINDOW + 11))
    assert ask(bench, HISTORY, WINDOW) == Success(return_data=word(0))  # not written here
    assert ask(bench, HISTORY, WINDOW + 12) == Revert(data=b"")
    assert ask(bench, HISTORY, 11) == Revert(data=b"")


def test_a_hash_takes_the_place_of_the_one_a_window_before(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    bench.execute(number=5, parent_hash=b"\x01" * 32)
    bench.execute(number=5 + WINDOW, parent_hash=b"\x02" * 32)
    assert word(bench.slot(HISTORY, 4)) == b"\x02" * 32


def test_only_the_system_writes_the_history(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    execution = bench.execute(sign(transfer(to=HISTORY, data=word(5))))
    assert [index for index, _ in execution.failures] == [0]
    assert bench.slot(HISTORY, 5) == 0


def test_the_beacon_contract_answers_for_the_times_it_knows(engine: ExecutionLayer) -> None:
    bench = Bench(engine, Fork.CANCUN)
    time = bench.context.timestamp
    bench.execute(parent_beacon_block_root=b"\x0b" * 32)
    assert ask(bench, BEACON_ROOTS, time) == Success(return_data=b"\x0b" * 32)
    assert ask(bench, BEACON_ROOTS, time + 1) == Revert(data=b"")
    assert ask(bench, BEACON_ROOTS, 0) == Revert(data=b"")


def test_no_system_call_is_made_before_its_fork(engine: ExecutionLayer) -> None:
    always = contract(1, 0, "SSTORE")
    bench = Bench(engine, Fork.SHANGHAI, {BEACON_ROOTS: always, HISTORY: always})
    bench.execute()
    assert (bench.slot(BEACON_ROOTS, 0), bench.slot(HISTORY, 0)) == (0, 0)
    bench.execute(fork=Fork.CANCUN, parent_beacon_block_root=bytes(32))
    assert (bench.slot(BEACON_ROOTS, 0), bench.slot(HISTORY, 0)) == (1, 0)


# Blob parameters of a schedule


SCHEDULES = [
    BlobSchedule(target=3, max=6, base_fee_update_fraction=3_338_477),
    BlobSchedule(target=10, max=15, base_fee_update_fraction=8_346_193),
    BlobSchedule(target=14, max=21, base_fee_update_fraction=11_684_671),
]
EXCESS = 40_000_000


def price(schedule: BlobSchedule) -> int:
    """Return the price of blob gas at `EXCESS`, by the sum of EIP-4844."""
    fraction, total, step, index = schedule.base_fee_update_fraction, 0, 0, 1
    step = fraction
    while step > 0:
        total += step
        step = step * EXCESS // (fraction * index)
        index += 1
    return total // fraction


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: f"max-{schedule.max}")
def test_the_price_of_blobs_follows_the_schedule(
    engine: ExecutionLayer, schedule: BlobSchedule
) -> None:
    bench = Bench(engine)
    context = replace(bench.context, excess_blob_gas=EXCESS, blob_schedule=schedule)
    message = Message(to=TARGET, gas_limit=100_000)
    code = {TARGET: AccountOverride(code=return_word("BLOBBASEFEE"))}
    outcome = engine.call(bench.root, context, message, code).outcome
    assert outcome == Success(return_data=word(price(schedule)))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: f"max-{schedule.max}")
def test_a_blob_must_pay_the_price_of_the_schedule(
    engine: ExecutionLayer, schedule: BlobSchedule
) -> None:
    fields = {"excess_blob_gas": EXCESS, "blob_schedule": schedule}
    right = price(schedule)
    with pytest.raises(BlobFeeTooLowError):
        Bench(engine).execute(sign(blob(max_fee_per_blob_gas=right - 1)), **fields)
    execution = Bench(engine).execute(sign(blob(max_fee_per_blob_gas=right)), **fields)
    assert execution.blob_gas_used == 2**17


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: f"max-{schedule.max}")
def test_a_block_holds_the_blobs_of_the_schedule(
    engine: ExecutionLayer, schedule: BlobSchedule
) -> None:
    each = 3
    raws = [sign(blob(nonce, count=each)) for nonce in range(schedule.max // each)]
    execution = Bench(engine).execute(*raws, blob_schedule=schedule)
    assert execution.blob_gas_used == schedule.max * 2**17
    one_more = sign(blob(len(raws), count=1))
    with pytest.raises(BlobTransactionError):
        Bench(engine).execute(*raws, one_more, blob_schedule=schedule)
    picked = Bench(engine).execute(*raws, one_more, strict=False, blob_schedule=schedule)
    assert (len(picked.included), picked.skipped) == (len(raws), (len(raws),))


# Gas of system calls


@pytest.mark.parametrize(("target", "kind"), [(WITHDRAWALS, b"\x01"), (CONSOLIDATIONS, b"\x02")])
def test_a_system_call_has_thirty_million_gas(
    engine: ExecutionLayer, target: bytes, kind: bytes
) -> None:
    """The contract returns the gas it has left, after the two units that GAS costs itself."""
    alloc = {target: GenesisAccount(nonce=1, code=return_word("GAS"))}
    execution = Bench(engine, alloc=alloc).execute()
    assert execution.requests_hash == hash_requests(kind + word(30_000_000 - 2))


@pytest.mark.parametrize("over", [0, 1])
def test_a_request_contract_that_needs_more_makes_the_block_invalid(
    engine: ExecutionLayer, over: int
) -> None:
    slots, rest = divmod(30_000_000, 20_000 + 2_100 + 2 * 3)  # a new slot, and two pushes
    code = b"".join(assemble(1, b"\x61" + n.to_bytes(2, "big"), "SSTORE") for n in range(slots))
    code += b"\x5b" * (rest + over)
    bench = Bench(engine, alloc={WITHDRAWALS: GenesisAccount(nonce=1, code=code)})
    if over == 0:
        assert bench.execute().requests_hash == hash_requests()
        return
    with pytest.raises(InvalidBlockError, match="failed"):
        bench.execute()
