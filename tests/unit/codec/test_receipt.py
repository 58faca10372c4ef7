"""Receipts and blooms against py-evm and eth-bloom."""

import pytest
import rlp
from codec_strategies import bytes32, logs, receipts
from eth.rlp.logs import Log as OtherLog
from eth.rlp.receipts import Receipt as OtherReceipt
from eth_bloom import BloomFilter
from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.receipt import calculate_bloom, decode_receipt, encode_receipt
from contractchain.errors import DecodeError
from contractchain.types import Log, Receipt


@given(receipts)
def test_a_receipt_survives(receipt: Receipt) -> None:
    assert decode_receipt(encode_receipt(receipt)) == receipt


@given(receipts)
def test_py_evm_encodes_a_receipt_alike(receipt: Receipt) -> None:
    other = OtherReceipt(
        state_root=b"\x01" if receipt.succeeded else b"",
        gas_used=receipt.cumulative_gas_used,
        logs=[
            OtherLog(log.address, [int.from_bytes(t, "big") for t in log.topics], log.data)
            for log in receipt.logs
        ],
    )
    prefix = bytes((receipt.type,)) if receipt.type else b""
    assert encode_receipt(receipt) == prefix + rlp.encode(other)


@given(st.lists(logs, max_size=5))
def test_the_bloom_is_that_of_eth_bloom(entries: list[Log]) -> None:
    expected = BloomFilter()
    for log in entries:
        expected.extend((log.address, *log.topics))
    assert int.from_bytes(calculate_bloom(entries), "big") == int(expected)


@given(bytes32)
def test_a_receipt_before_byzantium_names_a_root(root: bytes) -> None:
    receipt = Receipt(state_root=root, cumulative_gas_used=21_000)
    decoded = decode_receipt(encode_receipt(receipt))
    assert decoded.state_root == root


@given(st.binary(max_size=100))
def test_any_bytes_give_a_decode_error(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_receipt(data)


@given(receipts, st.integers(0, 2_000), st.integers(0, 255))
def test_a_damaged_receipt_never_raises_anything_else(receipt: Receipt, at: int, byte: int) -> None:
    data = bytearray(encode_receipt(receipt))
    data[at % len(data)] = byte
    try:
        decode_receipt(bytes(data))
    except DecodeError:
        return


def test_a_receipt_of_a_type_that_no_transaction_has_is_refused() -> None:
    with pytest.raises(DecodeError):
        decode_receipt(b"\x05" + encode_receipt(Receipt(type=1))[1:])
