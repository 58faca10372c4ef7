"""RLP against the `rlp` package, and against input that means harm."""

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from rlp.exceptions import DecodingError

from contractchain.codec.rlp import (
    MAX_DEPTH,
    as_bytes,
    as_int,
    as_list,
    decode,
    encode,
    encode_int,
    wrap_list,
)
from contractchain.errors import DecodeError

sizes = st.sampled_from([0, 1, 2, 54, 55, 56, 57, 255, 256, 300])
strings = st.binary(max_size=70) | sizes.map(bytes) | sizes.map(lambda size: b"\xff" * size)
items = st.recursive(strings, lambda children: st.lists(children, max_size=8), max_leaves=40)


def nested(depth: int) -> bytes:
    data = b"\xc0"
    for _ in range(depth - 1):
        data = wrap_list(data)
    return data


@given(items)
def test_encoding_is_that_of_the_rlp_package(item: object) -> None:
    assert encode(item) == rlp.encode(item)


@given(items)
def test_what_was_encoded_decodes(item: object) -> None:
    assert decode(encode(item)) == item


@given(st.binary(max_size=40))
def test_decoding_accepts_just_what_the_rlp_package_accepts(data: bytes) -> None:
    try:
        expected = rlp.decode(data, strict=True)
    except (DecodingError, IndexError):
        with pytest.raises(DecodeError):
            decode(data)
    else:
        assert decode(data) == expected
        assert encode(decode(data)) == data


@given(items, st.integers(0, 300), st.integers(0, 255))
def test_a_damaged_encoding_decodes_to_itself_or_not_at_all(
    item: object, at: int, byte: int
) -> None:
    data = bytearray(encode(item))
    data[at % len(data)] = byte
    try:
        decoded = decode(bytes(data))
    except DecodeError:
        return
    assert encode(decoded) == bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81\x00",
        b"\x81\x7f",
        b"\xb8\x01\x80",
        b"\xb8\x37" + bytes(0x37),
        b"\xb9\x00\x38" + bytes(0x38),
        b"\xf8\x01\xc0",
        b"\xf9\x00\x38" + bytes(0x38),
        b"\x82\x01",
        b"\xc2\x01",
        b"\xc1\x82",
        b"\xc1\xc1",
        b"\x01\x02",
        b"\xc0\xc0",
        b"\xb8",
        b"\xb9\x01",
        b"\xbf" + b"\xff" * 8,
        b"\xff" + b"\xff" * 8,
        b"\xc3\xb8\x01",
    ],
)
def test_forms_that_are_not_canonical_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(data)


def test_an_error_says_what_and_where() -> None:
    with pytest.raises(DecodeError, match="malformed header at byte 2: ") as raised:
        decode(b"\xc3\x01\x81\x05", "header")
    assert raised.value.offset == 2


def test_lists_nest_to_a_fixed_depth_only() -> None:
    assert decode(nested(MAX_DEPTH)) is not None
    with pytest.raises(DecodeError, match="nested deeper than 64 lists"):
        decode(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize("data", [nested(100_000), b"\xc1" * 1_000_000, b"\xf8" * 1_000_000])
@pytest.mark.timeout(20)
def test_hostile_nesting_is_refused_without_walking_it(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(data)


@given(st.integers(0, 2**300))
def test_integers_survive(value: int) -> None:
    assert as_int(encode_int(value), "number", bits=304) == value
    assert rlp.encode(value) == encode(encode_int(value))


def test_conversions_refuse_the_wrong_shape() -> None:
    for wrong in (
        lambda: as_bytes([], "thing"),
        lambda: as_bytes(b"\x01", "thing", size=2),
        lambda: as_int(b"\x00", "thing"),
        lambda: as_int(b"\x01" * 9, "thing", bits=64),
        lambda: as_int([], "thing"),
        lambda: as_list(b"", "thing"),
        lambda: as_list([b""], "thing", length=2),
    ):
        with pytest.raises(DecodeError, match="malformed thing"):
            wrong()


def test_text_is_not_encoded() -> None:
    with pytest.raises(TypeError):
        encode("text")
