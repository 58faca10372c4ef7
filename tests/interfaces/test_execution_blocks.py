"""Every execution layer runs blocks by these rules."""

from dataclasses import replace
from hashlib import sha256

import pytest

from contractchain.codec.receipt import calculate_bloom, decode_receipt
from contractchain.codec.roots import calculate_list_root
from contractchain.codec.state_diff import decode_state_diff
from contractchain.crypto import keccak256
from contractchain.errors import (
    InvalidBlockError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    Fork,
    GenesisAccount,
    Halt,
    Revert,
    Withdrawal,
)
from evm_builders import (
    ALICE,
    BENEFICIARY,
    BOB,
    CHAIN_ID,
    ETHER,
    OTHER,
    TARGET,
    Bench,
    assemble,
    contract,
    created2_address,
    created_address,
    init_code_of,
    legacy,
    return_word,
    sign,
    transfer,
    word,
)

FORKS = [fork for fork in Fork if fork <= Fork.PRAGUE]


# Value and fees


def test_a_transfer_moves_value_and_pays_the_tip_to_the_beneficiary(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    execution = bench.execute(sign(transfer(value=5)))
    assert bench.balance(BOB.address) == 1000 * ETHER + 5
    assert bench.balance(ALICE.address) == 1000 * ETHER - 5 - 21_000 * 8
    assert bench.balance(BENEFICIARY) == 21_000
    assert execution.gas_used == 21_000
    assert execution.senders == (ALICE.address,)


@pytest.mark.parametrize("fork", FORKS, ids=lambda fork: fork.value)
def test_every_fork_pays_fees_and_rewards(engine: ExecutionLayer, fork: Fork) -> None:
    bench = Bench(engine, fork)
    execution = bench.execute(sign(legacy(value=5)))
    reward = 0
    if fork < Fork.PARIS:
        reward = 5 if fork < Fork.BYZANTIUM else 3 if fork < Fork.CONSTANTINOPLE else 2
    tip = 93 if fork >= Fork.LONDON else 100
    assert bench.balance(BENEFICIARY) == reward * ETHER + tip * 21_000
    receipt = decode_receipt(execution.receipts[0])
    assert (receipt.state_root is not None) == (fork < Fork.BYZANTIUM)
    assert (execution.requests_hash is not None) == (fork >= Fork.PRAGUE)
    assert (execution.withdrawals_root is not None) == (fork >= Fork.SHANGHAI)


def test_uncles_and_their_includer_are_rewarded_before_the_merge(engine: ExecutionLayer) -> None:
    bench = Bench(engine, Fork.LONDON)
    bench.context = replace(bench.context, number=10)
    bench.execute(uncles=((9, OTHER), (8, TARGET)))
    assert bench.balance(OTHER) == 7 * 2 * ETHER // 8
    assert bench.balance(TARGET) == 6 * 2 * ETHER // 8
    assert bench.balance(BENEFICIARY) == 2 * ETHER + 2 * (2 * ETHER // 32)


def test_roots_receipts_and_bloom_are_those_of_the_included_transactions(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine, alloc={TARGET: contract(7, 0, 0, "LOG1 STOP")})
    raws = [sign(transfer(0, to=TARGET)), sign(transfer(1))]
    execution = bench.execute(*raws)
    receipts = [decode_receipt(raw) for raw in execution.receipts]
    assert execution.included == (0, 1)
    assert execution.hashes == tuple(keccak256(raw) for raw in raws)
    assert execution.transactions_root == calculate_list_root(raws)
    assert execution.receipts_root == calculate_list_root(execution.receipts)
    assert execution.logs_bloom == calculate_bloom(receipts[0].logs)
    assert receipts[0].logs[0].topics == (word(7),)
    assert [r.cumulative_gas_used for r in receipts][1] == execution.gas_used
    assert [r.type for r in receipts] == [2, 2]


def test_an_empty_block_before_cancun_changes_nothing_after_the_merge(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine, Fork.SHANGHAI)
    root = bench.root
    execution = bench.execute()
    assert execution.state_root == root
    assert decode_state_diff(execution.state_diff).accounts == ()


# Creation, failure


def test_a_creation_leaves_the_returned_code_at_the_expected_address(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine)
    runtime = return_word(42)
    bench.execute(sign(transfer(to=None, data=init_code_of(runtime))))
    address = created_address(ALICE.address, 0)
    assert engine.code(bench.root, address) == runtime
    assert engine.accounts(bench.root, [address])[0].nonce == 1


def test_a_revert_is_reported_with_its_data_and_changes_nothing_but_fees(
    engine: ExecutionLayer,
) -> None:
    code = assemble(1, 0, "SSTORE", 0xAB, 0, "MSTORE8", 1, 0, "REVERT")
    bench = Bench(engine, alloc={TARGET: contract(code)})
    execution = bench.execute(sign(transfer(to=TARGET, value=9)))
    assert execution.failures == ((0, Revert(data=b"\xab")),)
    assert not decode_receipt(execution.receipts[0]).succeeded
    assert bench.slot(TARGET, 0) == 0
    assert bench.balance(TARGET) == 0
    assert engine.accounts(bench.root, [ALICE.address])[0].nonce == 1
    assert execution.gas_used < 1_000_000


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (assemble("JUMPDEST", 0, "JUMP"), "out-of-gas"),
        (assemble("INVALID"), "invalid-opcode"),
        (b"\x0c", "invalid-opcode"),
        (assemble("POP"), "stack-underflow"),
        (assemble("JUMPDEST", 1, 0, "JUMP"), "stack-overflow"),
        (assemble(1, "JUMP"), "invalid-jump"),
        (bytes.fromhex("605b600156"), "invalid-jump"),  # to a 0x5b that is data of a PUSH
        (bytes.fromhex("600160ff600157"), "invalid-jump"),
        (assemble(1, 0, 0, "RETURNDATACOPY"), "other: return data out of bounds"),
        (assemble(2**255, 0, 0, "RETURNDATACOPY"), "out-of-gas"),  # to pay comes first
        (assemble(1, 0, 2**255, "RETURNDATACOPY"), "other: return data out of bounds"),
    ],
)
def test_a_halt_names_its_reason_and_takes_all_gas(
    engine: ExecutionLayer, code: bytes, reason: str
) -> None:
    bench = Bench(engine, alloc={TARGET: contract(code)})
    execution = bench.execute(sign(transfer(to=TARGET)))
    assert execution.failures == ((0, Halt(reason=reason)),)
    assert execution.gas_used == 1_000_000


@pytest.mark.parametrize(
    ("init_code", "reason"),
    [
        (assemble(24_577, 0, "RETURN"), "code-size-limit"),
        (assemble(0xEF, 0, "MSTORE8", 1, 0, "RETURN"), "invalid-code-prefix"),
        (assemble(24_000, 0, "RETURN"), "out-of-gas"),
    ],
)
def test_a_creation_that_returns_bad_code_halts(
    engine: ExecutionLayer, init_code: bytes, reason: str
) -> None:
    bench = Bench(engine)
    execution = bench.execute(sign(transfer(to=None, data=init_code)))
    assert execution.failures == ((0, Halt(reason=reason)),)
    assert engine.accounts(bench.root, [created_address(ALICE.address, 0)]) == [None]


def test_a_creation_at_a_taken_address_collides(engine: ExecutionLayer) -> None:
    taken = created_address(ALICE.address, 0)
    bench = Bench(engine, alloc={taken: contract("STOP")})
    execution = bench.execute(sign(transfer(to=None, data=init_code_of(b"\x01"))))
    assert execution.failures == ((0, Halt(reason="create-collision")),)
    assert execution.gas_used == 1_000_000


def test_an_address_with_storage_alone_takes_no_contract(engine: ExecutionLayer) -> None:
    taken = GenesisAccount(balance=1, storage=((word(1), word(1)),))
    bench = Bench(engine, alloc={created_address(ALICE.address, 0): taken})
    execution = bench.execute(sign(transfer(to=None, data=init_code_of(b"\x01"))))
    assert execution.failures == ((0, Halt(reason="create-collision")),)


def test_transactions_alone_leave_out_what_else_a_block_does(engine: ExecutionLayer) -> None:
    bench = Bench(engine, Fork.PRAGUE)
    paid = Withdrawal(index=0, validator_index=0, address=BOB.address, amount_gwei=1)
    before = bench.root
    execution = bench.execute(opens=False, closes=False, withdrawals=(paid,))
    assert execution.state_root == before
    assert (execution.withdrawals_root, execution.requests_hash) == (None, None)
    old = Bench(engine, Fork.FRONTIER)
    before = old.root
    assert old.execute(opens=False, closes=False).state_root == before


def test_a_state_change_in_a_static_call_fails_that_call(engine: ExecutionLayer) -> None:
    caller = assemble(0, 0, 0, 0, OTHER_PUSH, 50_000, "STATICCALL", 1, "ADD", 0, "SSTORE")
    alloc = {TARGET: contract(caller), OTHER: contract(1, 0, "SSTORE")}
    bench = Bench(engine, alloc=alloc)
    bench.execute(sign(transfer(to=TARGET)))
    assert bench.slot(TARGET, 0) == 1
    assert bench.slot(OTHER, 0) == 0


OTHER_PUSH = b"\x73" + OTHER


def test_calls_nest_1024_deep(engine: ExecutionLayer) -> None:
    # Counts the frames by calling itself until the call fails.
    code = assemble(
        *(0, "SLOAD", 1, "ADD", 0, "SSTORE"),
        *(0, 0, 0, 0, 0, "ADDRESS", 2_000, "GAS SUB CALL STOP"),
    )
    bench = Bench(engine, Fork.FRONTIER, {TARGET: contract(code)})
    execution = bench.execute(sign(legacy(to=TARGET, gas_limit=29_000_000)))
    assert execution.failures == ()
    assert bench.slot(TARGET, 0) == 1_025


# Gas


def test_refunds_are_capped_at_a_fifth_from_london_on(engine: ExecutionLayer) -> None:
    clear = assemble(*[x for slot in range(10) for x in (0, slot, "SSTORE")])
    storage = tuple((word(slot), word(1)) for slot in range(10))
    used = {}
    for fork in (Fork.BERLIN, Fork.LONDON):
        bench = Bench(engine, fork, {TARGET: contract(clear, storage=storage)})
        used[fork] = bench.execute(sign(legacy(to=TARGET))).gas_used
    spent = 21_000 + 10 * (3 + 3 + 5_000)
    assert used[Fork.BERLIN] == spent - spent // 2
    assert used[Fork.LONDON] == spent - 10 * 4_800 if spent // 5 > 48_000 else spent - spent // 5


def test_the_floor_of_calldata_gas_applies_from_prague_on(engine: ExecutionLayer) -> None:
    data = b"\x01" * 1_000
    for fork, gas in ((Fork.CANCUN, 21_000 + 16_000), (Fork.PRAGUE, 21_000 + 40_000)):
        assert Bench(engine, fork).execute(sign(transfer(data=data))).gas_used == gas


def test_an_access_list_makes_slots_warm(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract(5, "SLOAD STOP")})
    entry = AccessEntry(address=TARGET, slots=(word(5),))
    transaction = AccessListTransaction(
        chain_id=CHAIN_ID,
        nonce=0,
        gas_price=100,
        gas_limit=100_000,
        to=TARGET,
        access_list=(entry,),
    )
    execution = bench.execute(sign(transaction))
    assert execution.gas_used == 21_000 + 2_400 + 1_900 + 3 + 100
    assert decode_receipt(execution.receipts[0]).type == 1


# Self-destruction


def test_a_contract_made_in_the_same_transaction_disappears(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    init_code = assemble(1, 0, "SSTORE", b"\x73" + BOB.address, "SELFDESTRUCT")
    bench.execute(sign(transfer(to=None, data=init_code, value=3)))
    assert engine.accounts(bench.root, [created_address(ALICE.address, 0)]) == [None]
    assert bench.balance(BOB.address) == 1000 * ETHER + 3


def test_an_older_contract_only_sends_its_balance_from_cancun_on(engine: ExecutionLayer) -> None:
    dying = contract(b"\x73" + BOB.address, "SELFDESTRUCT", balance=3)
    for fork, remains in ((Fork.SHANGHAI, False), (Fork.CANCUN, True)):
        bench = Bench(engine, fork, {TARGET: dying})
        bench.execute(sign(transfer(to=TARGET)))
        assert (engine.code(bench.root, TARGET) != b"") == remains
        assert bench.balance(BOB.address) == 1000 * ETHER + 3


def test_a_contract_destroyed_and_made_again_in_a_block_starts_without_storage(
    engine: ExecutionLayer,
) -> None:
    # The child dies when called with value, else stores 1 at the slot in its calldata.
    child = assemble(
        "CALLVALUE", 10, "JUMPI", 1, 0, "CALLDATALOAD SSTORE STOP", "JUMPDEST", 0, "SELFDESTRUCT"
    )
    target = child.index(b"\x5b")
    child = child.replace(assemble(10), assemble(target), 1)
    init_code = init_code_of(child)
    factory = assemble(
        len(init_code), "DUP1", b"\x60\x0f", 0, "CODECOPY", 7, "SWAP1", 0, 0, "CREATE2 STOP"
    )
    factory = factory.replace(b"\x60\x0f", bytes((0x60, len(factory))), 1) + init_code
    bench = Bench(engine, Fork.SHANGHAI, {TARGET: contract(factory)})
    address = created2_address(TARGET, 7, init_code)
    bench.execute(
        sign(transfer(0, to=TARGET)),
        sign(transfer(1, to=address, data=word(5))),
    )
    assert bench.slot(address, 5) == 1
    execution = bench.execute(
        sign(transfer(2, to=address, value=1)),
        sign(transfer(3, to=TARGET)),
        sign(transfer(4, to=address, data=word(6))),
    )
    assert execution.failures == ()
    assert (bench.slot(address, 5), bench.slot(address, 6)) == (0, 1)
    changes = {c.address: c for c in decode_state_diff(execution.state_diff).accounts}
    assert changes[address].cleared
    assert changes[address].slots == ((word(6), 1),)


# The block's own doings


def test_withdrawals_are_paid_in_gwei_and_leave_no_empty_account(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    withdrawals = (
        Withdrawal(index=0, validator_index=1, address=TARGET, amount_gwei=3),
        Withdrawal(index=1, validator_index=1, address=OTHER, amount_gwei=0),
    )
    execution = bench.execute(withdrawals=withdrawals)
    assert bench.balance(TARGET) == 3 * 10**9
    assert engine.accounts(bench.root, [OTHER]) == [None]
    assert execution.withdrawals_root is not None


def test_the_beacon_root_and_the_parent_hash_are_recorded(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    context = bench.context
    bench.execute()
    beacon = bytes.fromhex("000f3df6d732807ef1319fb7b8bb8522d0beac02")
    history = bytes.fromhex("0000f90827f1c53a10cb7a02335b175320002935")
    at = context.timestamp % 8191
    assert bench.slot(beacon, at) == context.timestamp
    assert word(bench.slot(beacon, at + 8191)) == context.parent_beacon_block_root
    assert word(bench.slot(history, context.number - 1)) == context.parent_hash


def test_the_genesis_block_records_no_parent(engine: ExecutionLayer) -> None:
    bench = Bench(engine, Fork.CANCUN)
    root = bench.root
    bench.context = replace(bench.context, number=0, ancestor_hashes=b"")
    assert bench.execute().state_root == root


def test_missing_beacon_and_history_contracts_are_passed_over(engine: ExecutionLayer) -> None:
    bench = Bench(engine, Fork.SHANGHAI)
    root = bench.root
    assert bench.execute(fork=Fork.CANCUN, parent_beacon_block_root=word(1)).state_root == root


def test_a_missing_request_contract_makes_the_block_invalid(engine: ExecutionLayer) -> None:
    bench = Bench(engine, Fork.CANCUN)
    with pytest.raises(InvalidBlockError):
        bench.execute(fork=Fork.PRAGUE)


def test_no_requests_have_the_hash_of_nothing(engine: ExecutionLayer) -> None:
    execution = Bench(engine).execute()
    assert execution.requests_hash == bytes.fromhex(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_withdrawal_requests_and_deposits_are_committed_to(engine: ExecutionLayer) -> None:
    public_key, amount = b"\xaa" * 48, (5).to_bytes(8, "big")
    requests = bytes.fromhex("00000961ef480eb55e80d19ad83579a64c007002")
    fields = (b"\x01" * 48, b"\x02" * 32, b"\x03" * 8, b"\x04" * 96, b"\x05" * 8)
    heads, tails, at = b"", b"", 160
    for item in fields:
        padded = item + bytes(-len(item) % 32)
        heads, tails = heads + word(at), tails + word(len(item)) + padded
        at += 32 + len(padded)
    event = bytes.fromhex("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5")
    code = assemble(
        "CALLDATASIZE", 0, 0, "CALLDATACOPY", b"\x7f" + event, "CALLDATASIZE", 0, "LOG1"
    )
    bench = Bench(engine, alloc={TARGET: contract(code)})
    execution = bench.execute(
        sign(transfer(0, to=requests, data=public_key + amount, value=1)),
        sign(transfer(1, to=TARGET, data=heads + tails)),
        deposit_contract=TARGET,
    )
    assert execution.failures == ()
    deposit = b"\x00" + b"".join(fields)
    withdrawal = b"\x01" + ALICE.address + public_key + amount[::-1]
    digests = sha256(deposit).digest() + sha256(withdrawal).digest()
    assert execution.requests_hash == sha256(digests).digest()


def test_a_malformed_deposit_log_makes_the_block_invalid(engine: ExecutionLayer) -> None:
    event = bytes.fromhex("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5")
    bench = Bench(engine, alloc={TARGET: contract(b"\x7f" + event, 32, 0, "LOG1")})
    with pytest.raises(InvalidBlockError):
        bench.execute(sign(transfer(to=TARGET)), deposit_contract=TARGET)


def test_blockhash_reaches_back_256_blocks(engine: ExecutionLayer) -> None:
    code = assemble(*(x for n in (43, 44, 299, 300, 301) for x in (n, "BLOCKHASH", n, "SSTORE")))
    bench = Bench(engine, alloc={TARGET: contract(code)})
    ancestors = b"".join(word(1_000 + n) for n in range(299, 43, -1))
    bench.execute(sign(transfer(to=TARGET)), number=300, ancestor_hashes=ancestors)
    found = [bench.slot(TARGET, n) for n in (43, 44, 299, 300, 301)]
    assert found == [0, 1_044, 1_299, 0, 0]


def test_code_sees_its_block(engine: ExecutionLayer) -> None:
    row = "COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID BASEFEE GASPRICE ORIGIN"
    names = row.split()
    code = assemble(*(x for slot, name in enumerate(names) for x in (name, slot, "SSTORE")))
    bench = Bench(engine, alloc={TARGET: contract(code)})
    context = bench.context
    bench.execute(sign(transfer(to=TARGET)))
    assert [bench.slot(TARGET, slot) for slot in range(len(names))] == [
        int.from_bytes(BENEFICIARY, "big"),
        context.timestamp,
        context.number,
        int.from_bytes(context.prev_randao, "big"),
        context.gas_limit,
        CHAIN_ID,
        7,
        8,
        int.from_bytes(ALICE.address, "big"),
    ]
