"""Reading single fields of an encoded block without decoding it."""

from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.block import (
    encode_block,
    hash_header,
    slice_logs_bloom,
    slice_parent_hash,
)
from contractchain.types import Block, Header


@given(
    parent=st.binary(min_size=32, max_size=32),
    bloom=st.binary(min_size=256, max_size=256),
    transactions=st.lists(st.binary(min_size=1, max_size=300).map(lambda b: b"\x02" + b)),
    fee=st.none() | st.integers(0, 2**64),
)
def test_slices_are_the_fields(
    parent: bytes, bloom: bytes, transactions: list[bytes], fee: int | None
) -> None:
    header = Header(parent_hash=parent, logs_bloom=bloom, base_fee_per_gas=fee)
    block = Block(header=header, hash=hash_header(header), transactions=tuple(transactions))
    encoded = encode_block(block)
    assert slice_parent_hash(encoded) == parent
    assert slice_logs_bloom(encoded) == bloom
