"""Every execution layer decodes transactions and applies the rules that need no state."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.rlp import decode, encode
from contractchain.codec.transaction import decode_transaction, encode_transaction, sign_transaction
from contractchain.crypto import SECP256K1_N, keccak256
from contractchain.errors import (
    AuthorizationListError,
    BlobTransactionError,
    DecodeError,
    FeeOverflowError,
    GasLimitExceededError,
    InitCodeTooLargeError,
    IntrinsicGasTooLowError,
    InvalidSignatureError,
    InvalidTransactionError,
    NonceOverflowError,
    PriorityFeeAboveMaxFeeError,
    TransactionTypeError,
    ValidationError,
    WrongChainIdError,
)
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import DecodedTransaction, TransactionRules
from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    Fork,
    LegacyTransaction,
    Transaction,
)
from evm_builders import (
    ALICE,
    BOB,
    CHAIN_ID,
    OTHER,
    TARGET,
    authorize,
    blob,
    legacy,
    set_code,
    sign,
    transfer,
    word,
)

PRAGUE = TransactionRules(fork=Fork.PRAGUE, chain_id=CHAIN_ID, max_blobs=9)
ENTRIES = (AccessEntry(address=TARGET, slots=(word(1), word(2))), AccessEntry(address=OTHER))
TYPE_1 = AccessListTransaction(
    chain_id=CHAIN_ID,
    nonce=3,
    gas_price=9,
    gas_limit=60_000,
    to=BOB.address,
    value=4,
    data=b"\x00\x01",
    access_list=ENTRIES,
)
ONE_OF_EACH: tuple[Transaction, ...] = (
    legacy(3),
    TYPE_1,
    transfer(3),
    blob(3),
    set_code(3, authorize()),
)


def rules_of(fork: Fork) -> TransactionRules:
    return replace(PRAGUE, fork=fork)


def decode_one(
    engine: ExecutionLayer, raw: bytes, rules: TransactionRules = PRAGUE
) -> DecodedTransaction | ValidationError:
    (result,) = engine.decode_many([raw], rules)
    return result


def fault_of(
    engine: ExecutionLayer, transaction: Transaction, rules: TransactionRules = PRAGUE
) -> ValidationError:
    result = decode_one(engine, sign(transaction), rules)
    assert isinstance(result, ValidationError)
    return result


def test_each_type_decodes_with_its_sender_and_fees(engine: ExecutionLayer) -> None:
    raws = [sign(transaction) for transaction in ONE_OF_EACH]
    results = engine.decode_many(raws, PRAGUE)
    for raw, transaction, result in zip(raws, ONE_OF_EACH, results, strict=True):
        assert isinstance(result, DecodedTransaction)
        assert result.raw == raw
        assert result.hash == keccak256(raw)
        assert result.sender == ALICE.address
        assert (result.type, result.nonce, result.to) == (transaction.type, 3, transaction.to)
        assert (result.gas_limit, result.value) == (transaction.gas_limit, transaction.value)
    assert [r.max_fee_per_gas for r in results] == [100, 9, 100, 100, 100]
    assert [r.max_priority_fee_per_gas for r in results] == [100, 9, 1, 1, 1]
    assert [(r.blob_count, r.max_fee_per_blob_gas) for r in results][3] == (1, 10)
    assert {(r.blob_count, r.max_fee_per_blob_gas) for r in results if r.type != 3} == {(0, 0)}


def test_intrinsic_gas_counts_data_lists_and_authorizations(engine: ExecutionLayer) -> None:
    cases = [
        (transfer(data=b"\x00\x01"), Fork.CANCUN, 21_000 + 4 + 16),
        (legacy(data=b"\x00\x01"), Fork.PETERSBURG, 21_000 + 4 + 68),
        (legacy(data=b"\x01" * 33, to=None), Fork.FRONTIER, 21_000 + 33 * 68),
        (legacy(data=b"\x01" * 33, to=None), Fork.HOMESTEAD, 53_000 + 33 * 68),
        (transfer(data=b"\x01" * 33, to=None), Fork.SHANGHAI, 53_000 + 33 * 16 + 4),
        (transfer(data=b"\x01\x00"), Fork.PRAGUE, 21_000 + 50),
        (TYPE_1, Fork.BERLIN, 21_000 + 20 + 2 * 2_400 + 2 * 1_900),
        (set_code(0, authorize(), authorize()), Fork.PRAGUE, 21_000 + 50_000),
    ]
    for transaction, fork, expected in cases:
        result = decode_one(engine, sign(transaction), rules_of(fork))
        assert isinstance(result, DecodedTransaction)
        assert result.intrinsic_gas == expected


def test_one_gas_less_than_intrinsic_is_too_little(engine: ExecutionLayer) -> None:
    for data in (b"", b"\x01" * 50, b"\x00" * 50):
        required = max(
            21_000 + sum(16 if b else 4 for b in data), 21_000 + sum(40 if b else 10 for b in data)
        )
        fault = fault_of(engine, transfer(data=data, gas_limit=required - 1))
        assert isinstance(fault, IntrinsicGasTooLowError)
        assert (fault.gas_limit, fault.required) == (required - 1, required)
        assert isinstance(
            decode_one(engine, sign(transfer(data=data, gas_limit=required))), DecodedTransaction
        )


@pytest.mark.parametrize("index", [1, 2, 3, 4])
def test_a_type_is_refused_before_its_fork(engine: ExecutionLayer, index: int) -> None:
    before = (Fork.FRONTIER, Fork.ISTANBUL, Fork.BERLIN, Fork.SHANGHAI, Fork.CANCUN)[index]
    fault = fault_of(engine, ONE_OF_EACH[index], rules_of(before))
    assert isinstance(fault, TransactionTypeError)
    assert (fault.got, fault.fork) == (index, before.value)


def test_what_does_not_decode_counts_before_the_type(engine: ExecutionLayer) -> None:
    fields = list(decode(sign(transfer())[1:]))
    zeros_in_front = b"\x02" + encode([*fields[:2], b"\x00\x01", *fields[3:]])
    for raw in (b"\x02", b"\x02\xc0", b"\x04zz", zeros_in_front):
        for fork in (Fork.FRONTIER, Fork.BERLIN, Fork.PRAGUE):
            assert isinstance(decode_one(engine, raw, rules_of(fork)), DecodeError)


def test_the_type_counts_before_every_other_rule(engine: ExecutionLayer) -> None:
    faulty = replace(transfer(), chain_id=2, nonce=2**64 - 1, gas_limit=1)
    assert isinstance(fault_of(engine, faulty, rules_of(Fork.BERLIN)), TransactionTypeError)
    assert isinstance(fault_of(engine, faulty, rules_of(Fork.LONDON)), WrongChainIdError)


@pytest.mark.parametrize("fork", [Fork.FRONTIER, Fork.BERLIN, Fork.PRAGUE])
def test_a_signature_that_recovers_nobody_counts_before_intrinsic_gas(
    engine: ExecutionLayer, fork: Fork
) -> None:
    poor = replace(legacy(gas_limit=20_999), chain_id=None)
    signed = sign_transaction(poor, ALICE.private_key)
    for r in (0, 5, SECP256K1_N):  # there is no point of the curve whose x is 5
        raw = encode_transaction(replace(signed, r=r))
        assert isinstance(decode_one(engine, raw, rules_of(fork)), InvalidSignatureError)
    raw = encode_transaction(signed)
    assert isinstance(decode_one(engine, raw, rules_of(fork)), IntrinsicGasTooLowError)


def test_too_little_gas_is_told_again_of_one_that_is_remembered(engine: ExecutionLayer) -> None:
    raw = sign(legacy(gas_limit=52_999, to=None))
    for fork in (Fork.HOMESTEAD, Fork.FRONTIER, Fork.HOMESTEAD):
        result = decode_one(engine, raw, rules_of(fork))
        is_enough = fork is Fork.FRONTIER
        assert isinstance(result, DecodedTransaction if is_enough else IntrinsicGasTooLowError)


@pytest.mark.parametrize("transaction", ONE_OF_EACH[1:], ids=lambda t: f"type-{t.type}")
def test_another_chain_id_is_refused(engine: ExecutionLayer, transaction: Transaction) -> None:
    fault = fault_of(engine, replace(transaction, chain_id=2))
    assert isinstance(fault, WrongChainIdError)
    assert (fault.got, fault.expected) == (2, CHAIN_ID)


def test_legacy_transactions_may_name_the_chain_or_not(engine: ExecutionLayer) -> None:
    assert isinstance(fault_of(engine, legacy(chain_id=2)), WrongChainIdError)
    for chain_id in (None, CHAIN_ID):
        result = decode_one(engine, sign(legacy(chain_id=chain_id)))
        assert isinstance(result, DecodedTransaction)
        assert result.sender == ALICE.address


def test_replay_protection_does_not_exist_before_spurious_dragon(engine: ExecutionLayer) -> None:
    protected = legacy(chain_id=CHAIN_ID)
    fault = fault_of(engine, protected, rules_of(Fork.TANGERINE_WHISTLE))
    assert isinstance(fault, InvalidSignatureError)
    raw = sign(protected)
    assert isinstance(decode_one(engine, raw, rules_of(Fork.SPURIOUS_DRAGON)), DecodedTransaction)


def test_a_high_s_is_valid_under_frontier_only(engine: ExecutionLayer) -> None:
    signed = sign_transaction(legacy(), ALICE.private_key)
    assert isinstance(signed, LegacyTransaction)
    mirrored = replace(signed, s=SECP256K1_N - signed.s, y_parity=1 - signed.y_parity)
    raw = encode_transaction(mirrored)
    result = decode_one(engine, raw, rules_of(Fork.FRONTIER))
    assert isinstance(result, DecodedTransaction)
    assert result.sender == ALICE.address
    assert isinstance(decode_one(engine, raw, rules_of(Fork.HOMESTEAD)), InvalidSignatureError)


@pytest.mark.parametrize(
    "broken", [{"r": 0}, {"s": 0}, {"r": SECP256K1_N}, {"s": SECP256K1_N}, {"r": 5}]
)
def test_a_signature_out_of_range_is_refused(
    engine: ExecutionLayer, broken: dict[str, int]
) -> None:
    signed = sign_transaction(transfer(), ALICE.private_key)
    raw = encode_transaction(replace(signed, **broken))
    assert isinstance(decode_one(engine, raw), InvalidSignatureError)


def test_a_parity_that_does_not_exist_is_an_invalid_signature(engine: ExecutionLayer) -> None:
    fields = list(decode(sign(transfer())[1:]))
    fields[9] = b"\x02"
    assert isinstance(decode_one(engine, b"\x02" + encode(fields)), InvalidSignatureError)
    fields = list(decode(sign(legacy())))
    fields[6] = b"\x03"
    assert isinstance(decode_one(engine, encode(fields)), InvalidSignatureError)


def test_fees_are_256_bits(engine: ExecutionLayer) -> None:
    fee = 2**256 // 21_000
    decoded = decode_one(engine, sign(legacy(gas_price=fee, gas_limit=21_000)))
    assert isinstance(decoded, DecodedTransaction)
    assert decoded.max_fee_per_gas == decoded.max_priority_fee_per_gas == fee
    fault = decode_one(engine, sign(legacy(gas_price=fee + 1, gas_limit=21_000)))
    assert isinstance(fault, FeeOverflowError)


@pytest.mark.parametrize(
    ("transaction", "error"),
    [
        (transfer(2**64 - 1), NonceOverflowError),
        (transfer(max_priority_fee_per_gas=101), PriorityFeeAboveMaxFeeError),
        (transfer(to=None, data=bytes(49_153)), InitCodeTooLargeError),
        (blob(count=0), BlobTransactionError),
        (blob(count=10), BlobTransactionError),
        (blob(to=None), BlobTransactionError),
        (blob(blob_versioned_hashes=(b"\x02" + bytes(31),)), BlobTransactionError),
        (set_code(0), AuthorizationListError),
        (set_code(0, authorize(), to=None), AuthorizationListError),
    ],
)
def test_each_broken_rule_has_its_error(
    engine: ExecutionLayer, transaction: Transaction, error: type[ValidationError]
) -> None:
    assert type(fault_of(engine, transaction)) is error


def test_init_code_of_49152_bytes_is_the_most(engine: ExecutionLayer) -> None:
    fits = transfer(to=None, data=bytes(49_152))
    assert isinstance(decode_one(engine, sign(fits)), DecodedTransaction)
    before = replace(PRAGUE, fork=Fork.PARIS)
    too_large = transfer(to=None, data=bytes(49_153))
    assert isinstance(decode_one(engine, sign(too_large), before), DecodedTransaction)


def test_osaka_caps_gas_and_blobs_of_a_transaction(engine: ExecutionLayer) -> None:
    rules = rules_of(Fork.OSAKA)
    fault = fault_of(engine, transfer(gas_limit=2**24 + 1), rules)
    assert isinstance(fault, GasLimitExceededError)
    assert fault.available == 2**24
    assert isinstance(fault_of(engine, blob(count=7), rules), BlobTransactionError)


def test_the_first_broken_rule_is_the_one_reported(engine: ExecutionLayer) -> None:
    wrong = transfer(2**64 - 1, chain_id=2, max_priority_fee_per_gas=101, gas_limit=0)
    assert isinstance(fault_of(engine, wrong), WrongChainIdError)
    assert isinstance(fault_of(engine, replace(wrong, chain_id=CHAIN_ID)), NonceOverflowError)


def test_faults_stand_in_the_place_of_their_transaction(engine: ExecutionLayer) -> None:
    good = sign(transfer())
    results = engine.decode_many([good, b"", good, b"\xc0"], PRAGUE)
    assert [type(r).__name__ for r in results] == [
        "DecodedTransaction",
        "DecodeError",
        "DecodedTransaction",
        "DecodeError",
    ]
    assert engine.decode_many([], PRAGUE) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00",
        b"\x05\xc0",
        b"\x7f",
        b"\x80",
        b"\xc0",
        b"\x02",
        b"\x02\xc0",
        b"\xf8\xff",
        b"\xff" * 9,
        b"\xbf" + b"\xff" * 8,
        b"\x02" + b"\xc1" * 10_000,
        b"\xc1" * 2_000 + b"\xc0",
    ],
)
def test_malformed_bytes_are_a_decode_error(engine: ExecutionLayer, raw: bytes) -> None:
    assert type(decode_one(engine, raw)) is DecodeError


def test_trailing_bytes_and_leading_zeros_are_refused(engine: ExecutionLayer) -> None:
    raw = sign(transfer())
    assert type(decode_one(engine, raw + b"\x00")) is DecodeError
    fields = list(decode(raw[1:]))
    fields[1] = b"\x00"
    assert type(decode_one(engine, b"\x02" + encode(fields))) is DecodeError


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (1, bytes([1]) + bytes(8)),
        (4, bytes([1]) + bytes(8)),
        (2, bytes([1]) + bytes(32)),
        (6, bytes([1]) + bytes(32)),
        (5, bytes(19)),
        (5, bytes(21)),
        (8, b"\x01"),
        (8, [[bytes(20)]]),
        (8, [[bytes(20), [bytes(31)]]]),
        (10, bytes([1]) + bytes(32)),
    ],
)
def test_a_field_of_the_wrong_shape_is_refused(
    engine: ExecutionLayer, field: int, value: object
) -> None:
    fields = list(decode(sign(transfer())[1:]))
    fields[field] = value
    assert type(decode_one(engine, b"\x02" + encode(fields))) is DecodeError


@given(st.binary(max_size=200))
def test_any_bytes_give_a_typed_fault_or_a_transaction(engine: ExecutionLayer, raw: bytes) -> None:
    for prefix in (b"", b"\x01", b"\x02", b"\x03", b"\x04"):
        result = decode_one(engine, prefix + raw)
        assert isinstance(result, DecodedTransaction | DecodeError | InvalidTransactionError)


@given(st.sampled_from(ONE_OF_EACH), st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_transaction_never_passes_unnoticed(
    engine: ExecutionLayer, transaction: Transaction, at: int, byte: int
) -> None:
    raw = bytearray(sign(transaction))
    at %= len(raw)
    is_damaged = raw[at] != byte
    raw[at] = byte
    result = decode_one(engine, bytes(raw))
    if isinstance(result, DecodedTransaction):
        assert (result.sender != ALICE.address) == is_damaged
        assert encode_transaction(decode_transaction(bytes(raw))) == bytes(raw)
    else:
        assert isinstance(result, DecodeError | InvalidTransactionError)


def test_what_was_prepared_decodes_as_if_it_was_not(engine: ExecutionLayer) -> None:
    raws = [sign(transfer(nonce)) for nonce in range(30)]
    raws[7], raws[11] = b"", sign(transfer(11, chain_id=2))
    prepared = create_engine(engine.name)
    for start in range(0, 30, 6):
        prepared.prepare(raws[start : start + 6], PRAGUE)
    order = [*range(20, 30), *range(20), 3, 25]  # across the parts that were prepared
    results = prepared.decode_many([raws[place] for place in order], PRAGUE)
    expected = engine.decode_many([raws[place] for place in order], PRAGUE)
    assert list(map(repr, results)) == list(map(repr, expected))


def test_preparing_reports_no_fault_and_promises_nothing(engine: ExecutionLayer) -> None:
    good = sign(transfer())
    engine.prepare([], PRAGUE)
    engine.prepare([b"", good, good, b"\xc0"], PRAGUE)
    engine.prepare([good], PRAGUE)
    assert isinstance(decode_one(engine, sign(transfer(1))), DecodedTransaction)
    assert isinstance(decode_one(engine, good), DecodedTransaction)
    assert isinstance(decode_one(engine, b""), DecodeError)


def test_rules_are_those_of_decoding_not_of_preparing(engine: ExecutionLayer) -> None:
    raw = sign(transfer())
    engine.prepare([raw], PRAGUE)
    other = replace(PRAGUE, chain_id=2)
    assert isinstance(decode_one(engine, raw, other), WrongChainIdError)


def test_threads_may_decode_what_others_have_prepared(engine: ExecutionLayer) -> None:
    raws = [sign(transfer(nonce)) for nonce in range(40)]
    engine.prepare(raws, PRAGUE)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: engine.decode_many(raws, PRAGUE), range(4)))
    for results in found:
        assert [r.nonce for r in results if isinstance(r, DecodedTransaction)] == list(range(40))
