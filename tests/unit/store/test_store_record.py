"""The bytes of a record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.errors import CorruptStoreError
from contractchain.interfaces.store import BlockRecord
from contractchain.store.record import (
    decode_block,
    decode_hashes,
    decode_record,
    decode_state_diff,
    encode_record,
)

zero_runs = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([0, 100, 255, 256, 257, 600]).map(bytes),
        st.just(b"\xb9\x01\x00"),
    ),
    max_size=6,
).map(b"".join)
hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple)
records = st.builds(
    BlockRecord,
    number=st.integers(0, 2**63 - 1),
    hash=st.binary(min_size=32, max_size=32),
    block=zero_runs,
    transaction_hashes=hashes,
    senders=st.lists(st.binary(min_size=20, max_size=20), max_size=5).map(tuple),
    receipts=st.lists(zero_runs, max_size=5).map(tuple),
    state_diff=zero_runs,
)


@given(records)
def test_a_record_is_read_back(record: BlockRecord) -> None:
    blob = encode_record(record)
    assert decode_record(blob, record.number, "file") == record
    assert decode_block(blob, record.number, "file") == record.block
    assert decode_state_diff(blob, record.number, "file") == record.state_diff
    assert decode_hashes(blob, record.number, "file") == (record.hash, record.transaction_hashes)


@given(records, st.data())
def test_a_changed_record_is_refused(record: BlockRecord, data: st.DataObject) -> None:
    blob = bytearray(encode_record(record))
    at = data.draw(st.integers(0, len(blob) - 1).filter(lambda place: place != 3))
    blob[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CorruptStoreError):
        decode_record(bytes(blob), record.number, "file")


@given(records, st.data())
def test_a_shortened_record_is_refused(record: BlockRecord, data: st.DataObject) -> None:
    blob = encode_record(record)
    with pytest.raises(CorruptStoreError):
        decode_record(blob[: data.draw(st.integers(0, len(blob) - 1))], record.number, "file")


@given(st.binary(max_size=300))
def test_anything_else_is_refused(blob: bytes) -> None:
    with pytest.raises(CorruptStoreError) as caught:
        decode_record(blob, 7, "some/file")
    assert caught.value.path == "some/file"
    assert "block 7" in str(caught.value)
    assert caught.value.hint


def test_a_record_in_the_place_of_another_is_refused() -> None:
    blob = encode_record(BlockRecord(number=3, hash=bytes(32), block=b""))
    with pytest.raises(CorruptStoreError):
        decode_record(blob, 4, "file")


def test_empty_blooms_take_no_room() -> None:
    receipt = b"\x01\x82\x52\x08\xb9\x01\x00" + bytes(256) + b"\xc0"
    record = BlockRecord(number=0, hash=bytes(32), block=receipt, receipts=(receipt,) * 100)
    assert len(encode_record(record)) < 100 * 28
