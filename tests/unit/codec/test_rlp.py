"""RLP, against the `rlp` package."""

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from rlp.exceptions import DecodingError

from contractchain.codec.rlp import Item, decode, encode
from contractchain.errors import DecodeError

sizes = st.sampled_from([0, 1, 2, 54, 55, 56, 57, 255, 256, 300])
strings = st.binary(max_size=70) | sizes.map(bytes) | sizes.map(lambda size: b"\xff" * size)
items = st.recursive(strings, lambda inner: st.lists(inner, max_size=8), max_leaves=40)


@given(items)
def test_an_encoding_is_that_of_the_package_and_decodes_to_the_same(item: Item) -> None:
    encoded = encode(item)
    assert encoded == rlp.encode(item)
    assert decode(encoded) == item


@given(items, st.data())
def test_a_damaged_encoding_is_judged_as_the_package_judges_it(
    item: Item, data: st.DataObject
) -> None:
    encoded = bytearray(encode(item))
    position = data.draw(st.integers(0, len(encoded) - 1))
    encoded[position] = data.draw(st.integers(0, 255))
    damaged = bytes(encoded[: data.draw(st.integers(0, len(encoded)))])
    try:
        expected = rlp.decode(damaged, strict=True)
    except DecodingError:
        with pytest.raises(DecodeError):
            decode(damaged)
    else:
        assert decode(damaged) == expected


@pytest.mark.parametrize("depth", [65, 10_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    data = b"\xc0"
    for _ in range(depth):
        size = len(data)
        if size < 56:
            data = bytes((0xC0 + size,)) + data
        else:
            length = size.to_bytes((size.bit_length() + 7) // 8, "big")
            data = bytes((0xF7 + len(length),)) + length + data
    with pytest.raises(DecodeError, match="nested"):
        decode(data)


def test_text_is_not_bytes() -> None:
    with pytest.raises(TypeError):
        encode("text")  # type: ignore[arg-type]
