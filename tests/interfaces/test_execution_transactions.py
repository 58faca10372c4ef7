"""Every execution layer admits transactions by these rules, and runs each type of them."""

from dataclasses import replace

import pytest

from contractchain.codec.receipt import decode_receipt
from contractchain.errors import (
    BlobFeeTooLowError,
    BlobTransactionError,
    DecodeError,
    EngineError,
    FeeOverflowError,
    FeeTooLowError,
    GasLimitExceededError,
    InsufficientFundsError,
    NonceTooHighError,
    NonceTooLowError,
    SenderHasCodeError,
    StateUnavailableError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import (
    Authorization,
    Fork,
    GenesisAccount,
)
from evm_builders import (
    ALICE,
    BOB,
    CAROL,
    ETHER,
    OTHER,
    TARGET,
    Bench,
    assemble,
    authorize,
    blob,
    contract,
    legacy,
    set_code,
    sign,
    transfer,
)

FORKS = [fork for fork in Fork if fork <= Fork.PRAGUE]


# Transactions that are not allowed


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"nonce": 1}, NonceTooHighError(got=1, expected=0)),
        ({"max_fee_per_gas": 6}, FeeTooLowError(max_fee_per_gas=6, base_fee_per_gas=7)),
        (
            {"value": 1000 * ETHER},
            InsufficientFundsError(balance=1000 * ETHER, required=1000 * ETHER + 100 * 1_000_000),
        ),
        (
            {"gas_limit": 30_000_001},
            GasLimitExceededError(gas_limit=30_000_001, available=30_000_000),
        ),
    ],
)
def test_a_transaction_that_is_not_allowed_is_rejected_or_raised(
    engine: ExecutionLayer, fields: dict, error: Exception
) -> None:
    bench = Bench(engine)
    raw = sign(transfer(**fields))
    with pytest.raises(type(error)) as raised:
        bench.execute(raw)
    assert raised.value.to_dict() == error.to_dict()
    execution = bench.execute(raw, sign(transfer()), strict=False)
    assert [(i, e.to_dict()) for i, e in execution.rejected] == [(0, error.to_dict())]
    assert execution.included == (1,)


def test_a_price_of_more_than_128_bits_is_more_than_a_sender_has(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    with pytest.raises(InsufficientFundsError) as raised:
        bench.execute(sign(transfer(max_fee_per_gas=2**200, gas_limit=21_000)))
    assert raised.value.required == 21_000 * 2**200 + transfer().value


def test_a_sender_with_more_than_128_bits_of_wei_pays_the_usual_price(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine, alloc={ALICE.address: GenesisAccount(balance=2**255)})
    bench.execute(sign(transfer(max_fee_per_gas=2**200, gas_limit=21_000, value=0)))
    price = bench.context.base_fee_per_gas + transfer().max_priority_fee_per_gas
    assert bench.balance(ALICE.address) == 2**255 - 21_000 * price


def test_only_a_price_that_takes_more_than_all_ether_is_where_the_engines_part(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine, alloc={ALICE.address: GenesisAccount(balance=2**255)})
    raw = sign(legacy(gas_price=2**128, gas_limit=21_000))
    if engine.name == "revm":  # counts prices in 128 bits; see docs/conformance.md
        with pytest.raises(FeeOverflowError):
            bench.execute(raw)
    else:
        bench.execute(raw)
        assert bench.balance(ALICE.address) == 2**255 - 21_000 * 2**128


def test_a_fee_below_the_base_fee_counts_before_too_little_gas(engine: ExecutionLayer) -> None:
    with pytest.raises(FeeTooLowError):
        Bench(engine).execute(sign(transfer(max_fee_per_gas=6, gas_limit=12)))


def test_a_used_nonce_is_too_low(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    bench.execute(sign(transfer()))
    with pytest.raises(NonceTooLowError) as raised:
        bench.execute(sign(transfer(value=1)))
    assert (raised.value.got, raised.value.expected) == (0, 1)


def test_a_contract_cannot_send(engine: ExecutionLayer) -> None:
    code = GenesisAccount(balance=ETHER, code=b"\x00")
    bench = Bench(engine, alloc={ALICE.address: code})
    with pytest.raises(SenderHasCodeError):
        bench.execute(sign(transfer()))


def test_a_malformed_transaction_is_rejected_or_raised(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    with pytest.raises(DecodeError):
        bench.execute(b"\x02\xff")
    execution = bench.execute(b"", b"\x02\xff", sign(transfer()), strict=False)
    assert [(index, type(error)) for index, error in execution.rejected] == [
        (0, DecodeError),
        (1, DecodeError),
    ]


def test_what_does_not_fit_is_skipped_with_the_later_ones_of_its_sender(
    engine: ExecutionLayer,
) -> None:
    bench = Bench(engine)
    raws = [
        sign(transfer(0, gas_limit=40_000)),
        sign(transfer(1, gas_limit=90_000)),
        sign(transfer(2, gas_limit=21_000)),
        sign(transfer(0, gas_limit=50_000), CAROL),
    ]
    execution = bench.execute(*raws, strict=False, gas_limit=100_000)
    assert execution.included == (0, 3)
    assert execution.skipped == (1, 2)
    assert execution.rejected == ()


def test_a_strict_block_over_its_gas_limit_raises(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    raws = [sign(transfer(0)), sign(transfer(1))]
    with pytest.raises(GasLimitExceededError) as raised:
        bench.execute(*raws, gas_limit=1_000_000)
    assert raised.value.available == 979_000


def test_an_unknown_parent_state_is_an_error(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    with pytest.raises(StateUnavailableError):
        engine.execute_block(b"\x01" * 32, bench.context, [], strict=True)


def test_a_fork_an_engine_does_not_run_is_an_error(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    if engine.name == "revm":
        bench.execute(fork=Fork.OSAKA)
    else:
        with pytest.raises(EngineError, match="py-evm runs forks up to Prague"):
            bench.execute(fork=Fork.OSAKA)


# Blobs


def test_blob_gas_is_burnt_at_the_blob_base_fee(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    execution = bench.execute(sign(blob(count=2)))
    assert execution.blob_gas_used == 2 * 131_072
    assert bench.balance(ALICE.address) == 1000 * ETHER - 21_000 * 8 - 2 * 131_072


def test_code_sees_blob_hashes_and_the_blob_base_fee(engine: ExecutionLayer) -> None:
    code = assemble(
        1, "BLOBHASH", 0, "SSTORE", "BLOBBASEFEE", 1, "SSTORE", 9, "BLOBHASH", 2, "SSTORE"
    )
    bench = Bench(engine, alloc={TARGET: contract(code)})
    bench.execute(sign(blob(count=2, to=TARGET)), excess_blob_gas=10_000_000)
    assert bench.slot(TARGET, 0) == int.from_bytes(b"\x01" + bytes(30) + b"\x01", "big")
    assert bench.slot(TARGET, 1) == 7
    assert bench.slot(TARGET, 2) == 0


def test_a_blob_fee_below_the_base_fee_is_rejected(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    with pytest.raises(BlobFeeTooLowError) as raised:
        bench.execute(sign(blob(max_fee_per_blob_gas=6)), excess_blob_gas=10_000_000)
    assert (raised.value.max_fee_per_blob_gas, raised.value.blob_base_fee) == (6, 7)


def test_blobs_that_do_not_fit_wait_for_a_later_block(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    raws = [sign(blob(0, 6)), sign(blob(1, 4)), sign(blob(0, 3), BOB)]
    execution = bench.execute(*raws, strict=False)
    assert execution.included == (0, 2)
    assert execution.skipped == (1,)
    bench = Bench(engine)
    with pytest.raises(BlobTransactionError):
        bench.execute(*raws)


# Set-code transactions


def test_a_delegation_lets_an_account_run_a_contract(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("CALLER", 0, "SSTORE")})
    execution = bench.execute(sign(set_code(0, authorize(BOB), to=BOB.address)))
    assert engine.code(bench.root, BOB.address) == b"\xef\x01\x00" + TARGET
    assert engine.accounts(bench.root, [BOB.address])[0].nonce == 1
    assert bench.slot(BOB.address, 0) == int.from_bytes(ALICE.address, "big")
    assert decode_receipt(execution.receipts[0]).type == 4


def test_a_delegation_to_zero_clears_it(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    bench.execute(sign(set_code(0, authorize(BOB))))
    bench.execute(sign(set_code(1, authorize(BOB, bytes(20), 1))))
    assert engine.code(bench.root, BOB.address) == b""


@pytest.mark.parametrize(
    "bad",
    [
        authorize(chain_id=1),
        authorize(nonce=1),
        replace(authorize(), r=0),
        replace(authorize(), s=2**255),
        replace(authorize(), y_parity=2),
    ],
)
def test_a_bad_authorization_is_passed_over(engine: ExecutionLayer, bad: Authorization) -> None:
    bench = Bench(engine)
    execution = bench.execute(sign(set_code(0, bad)))
    assert execution.failures == ()
    assert engine.code(bench.root, BOB.address) == b""
    assert execution.gas_used == 21_000 + 25_000


def test_an_authority_that_exists_earns_a_refund(engine: ExecutionLayer) -> None:
    bench = Bench(engine)
    used = bench.execute(sign(set_code(0, authorize(BOB)))).gas_used
    spent = 21_000 + 25_000
    assert used == spent - min(12_500, spent // 5)


def test_a_delegated_account_still_sends(engine: ExecutionLayer) -> None:
    bench = Bench(engine, alloc={TARGET: contract("STOP")})
    bench.execute(sign(set_code(0, authorize(BOB))))
    assert bench.execute(sign(transfer(1), BOB)).failures == ()


def test_a_delegated_sender_pays_for_init_code_once(engine: ExecutionLayer) -> None:
    creator = assemble(64, 0, 0, "CREATE", 0, "SSTORE")
    alloc = {TARGET: contract(creator), OTHER: contract(creator)}
    bench = Bench(engine, alloc=alloc)
    bench.execute(sign(set_code(0, authorize(BOB))))
    own = bench.execute(sign(transfer(1, to=BOB.address), BOB)).gas_used
    bench = Bench(engine, alloc=alloc)
    other = bench.execute(sign(transfer(0, to=OTHER))).gas_used
    assert own == other
