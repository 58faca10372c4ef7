"""Transactions against py-evm's own classes, and against bytes that are none."""

from dataclasses import replace

import pytest
from codec_strategies import legacy_transactions, transactions
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_keys import keys
from hypothesis import assume, given
from hypothesis import strategies as st

from contractchain.codec.rlp import decode, encode
from contractchain.codec.transaction import (
    decode_transaction,
    encode_transaction,
    hash_for_signing,
    hash_transaction,
    recover_sender,
    sign_transaction,
)
from contractchain.errors import DecodeError, InvalidSignatureError
from contractchain.types import (
    AccessListTransaction,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)

KEY = bytes(31) + b"\x2a"
ADDRESS = keys.PrivateKey(KEY).public_key.to_canonical_address()


@given(transactions)
def test_what_was_encoded_decodes(transaction: Transaction) -> None:
    assert decode_transaction(encode_transaction(transaction)) == transaction


@given(transactions)
def test_a_signature_recovers_its_signer(transaction: Transaction) -> None:
    assert recover_sender(sign_transaction(transaction, KEY)) == ADDRESS


@given(transactions)
def test_py_evm_sees_the_same_hash_sender_and_fields(transaction: Transaction) -> None:
    if transaction.to is None and isinstance(transaction, SetCodeTransaction):
        transaction = replace(transaction, to=bytes(20))
    # py-evm takes chain id 0 of a legacy transaction for none when it recovers the sender.
    assume(transaction.chain_id != 0)
    signed = sign_transaction(transaction, KEY)
    raw = encode_transaction(signed)
    other = PragueTransactionBuilder.decode(raw)
    assert other.encode() == raw
    assert other.hash == hash_transaction(raw)
    assert other.sender == ADDRESS
    assert (other.nonce, other.gas, other.value) == (
        signed.nonce,
        signed.gas_limit,
        signed.value,
    )
    assert (other.data, other.to) == (signed.data, signed.to or b"")


@given(legacy_transactions)
def test_eth_keys_makes_the_same_signature(transaction: LegacyTransaction) -> None:
    signature = keys.PrivateKey(KEY).sign_msg_hash(hash_for_signing(transaction))
    signed = sign_transaction(transaction, KEY)
    assert (signed.y_parity, signed.r, signed.s) == signature.vrs


def test_the_example_of_eip_155() -> None:
    transaction = LegacyTransaction(
        nonce=9,
        gas_price=20 * 10**9,
        gas_limit=21_000,
        to=b"\x35" * 20,
        value=10**18,
        chain_id=1,
    )
    digest = "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
    assert hash_for_signing(transaction).hex() == digest
    signed = sign_transaction(transaction, b"\x46" * 32)
    assert encode_transaction(signed).hex() == (
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000"
        "8025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
        "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
    )


@given(st.binary(max_size=150))
def test_any_bytes_decode_or_give_a_typed_error(data: bytes) -> None:
    for prefix in (b"", b"\x01", b"\x02", b"\x03", b"\x04", b"\xf8\x96"):
        try:
            transaction = decode_transaction(prefix + data)
        except (DecodeError, InvalidSignatureError):
            continue
        assert encode_transaction(transaction) == prefix + data


@given(transactions, st.integers(0, 600), st.integers(0, 255))
def test_a_damaged_encoding_decodes_to_itself_or_not_at_all(
    transaction: Transaction, at: int, byte: int
) -> None:
    raw = bytearray(encode_transaction(transaction))
    raw[at % len(raw)] = byte
    try:
        decoded = decode_transaction(bytes(raw))
    except (DecodeError, InvalidSignatureError):
        return
    assert encode_transaction(decoded) == bytes(raw)


junk = st.recursive(
    st.one_of(st.binary(max_size=3), st.binary(min_size=20, max_size=20)),
    lambda children: st.lists(children, max_size=3),
    max_leaves=6,
)


@given(st.integers(0, 4), st.data())
def test_fields_of_any_shape_decode_or_give_a_typed_error(kind: int, data: st.DataObject) -> None:
    count = (9, 11, 12, 14, 13)[kind]
    body = encode(data.draw(st.lists(junk, min_size=count, max_size=count)))
    try:
        decode_transaction(body if kind == 0 else bytes((kind,)) + body)
    except (DecodeError, InvalidSignatureError):
        return


@given(transactions)
def test_a_missing_or_extra_field_is_refused(transaction: Transaction) -> None:
    raw = encode_transaction(transaction)
    prefix, body = (raw[:1], raw[1:]) if raw[0] < 0xC0 else (b"", raw)
    fields = list(decode(body))
    for wrong in (fields[:-1], [*fields, b""]):
        with pytest.raises(DecodeError):
            decode_transaction(prefix + encode(wrong))


def test_a_signature_out_of_range_recovers_nobody() -> None:
    blank = LegacyTransaction(nonce=0, gas_price=0, gas_limit=0, to=None)
    for r, s in ((0, 1), (1, 0), (2**256 - 1, 1), (5, 5)):
        with pytest.raises(InvalidSignatureError):
            recover_sender(replace(blank, r=r, s=s))


def test_what_does_not_decode_counts_before_a_parity_out_of_range() -> None:
    blank = AccessListTransaction(chain_id=1, nonce=0, gas_price=1, gas_limit=1, to=None)
    raw = encode_transaction(replace(blank, y_parity=2, r=5, s=6))
    with pytest.raises(InvalidSignatureError):
        decode_transaction(raw)
    with pytest.raises(DecodeError):
        decode_transaction(raw[:-1] + b"\x00")
