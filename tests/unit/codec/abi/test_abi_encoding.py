"""Encoding and decoding of arguments, compared with `eth-abi` and with published examples."""

from contextlib import suppress
from typing import Any

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi_strategies import typed_values, types
from contractchain.codec.abi import (
    AbiType,
    AddressWord,
    Array,
    Parameter,
    Tuple,
    decode_arguments,
    encode_arguments,
    parse_type,
)
from contractchain.errors import ArgumentCountError, ArgumentError, DecodeError


def parameters(*names: str) -> list[Parameter]:
    return [Parameter(type=parse_type(name), name=f"p{i}") for i, name in enumerate(names)]


def for_eth_abi(kind: AbiType, value: Any) -> Any:
    """The value as `eth-abi` wants it: addresses in hex."""
    match kind:
        case AddressWord():
            return "0x" + value.hex()
        case Array():
            return [for_eth_abi(kind.element, item) for item in value]
        case Tuple():
            pairs = zip(kind.components, value, strict=True)
            return tuple(for_eth_abi(component.type, item) for component, item in pairs)
        case _:
            return value


@given(st.lists(typed_values(), max_size=4))
def test_encodes_as_eth_abi_does(arguments: list[tuple[AbiType, Any]]) -> None:
    kinds = [kind for kind, _ in arguments]
    ours = encode_arguments([Parameter(type=k) for k in kinds], [value for _, value in arguments])
    theirs = eth_abi.encode(
        [kind.canonical for kind in kinds], [for_eth_abi(k, v) for k, v in arguments]
    )
    assert ours == theirs


@given(st.lists(typed_values(), max_size=4))
def test_decoding_gives_back_what_was_encoded(arguments: list[tuple[AbiType, Any]]) -> None:
    inputs = [Parameter(type=kind) for kind, _ in arguments]
    given_values = tuple(value for _, value in arguments)
    assert decode_arguments(inputs, encode_arguments(inputs, given_values)) == given_values


@given(st.lists(types(), min_size=1, max_size=3), st.binary(max_size=400))
def test_any_bytes_decode_or_give_a_decode_error(kinds: list[AbiType], data: bytes) -> None:
    with suppress(DecodeError):
        decode_arguments([Parameter(type=kind) for kind in kinds], data)


@given(typed_values(), st.data())
def test_shortened_data_is_refused_or_decodes_alike(
    argument: tuple[AbiType, Any], data: st.DataObject
) -> None:
    inputs = [Parameter(type=argument[0])]
    encoded = encode_arguments(inputs, [argument[1]])
    cut = data.draw(st.integers(0, len(encoded)))
    try:
        values = decode_arguments(inputs, encoded[:cut])
    except DecodeError:
        return
    assert values == (argument[1],)


def test_the_example_of_the_solidity_documentation_encodes_as_printed_there() -> None:
    inputs = parameters("uint256", "uint32[]", "bytes10", "bytes")
    encoded = encode_arguments(inputs, [0x123, [0x456, 0x789], b"1234567890", b"Hello, world!"])
    assert encoded.hex() == (
        "0000000000000000000000000000000000000000000000000000000000000123"
        "0000000000000000000000000000000000000000000000000000000000000080"
        "3132333435363738393000000000000000000000000000000000000000000000"
        "00000000000000000000000000000000000000000000000000000000000000e0"
        "0000000000000000000000000000000000000000000000000000000000000002"
        "0000000000000000000000000000000000000000000000000000000000000456"
        "0000000000000000000000000000000000000000000000000000000000000789"
        "000000000000000000000000000000000000000000000000000000000000000d"
        "48656c6c6f2c20776f726c642100000000000000000000000000000000000000"
    )


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("uint8", 256, "out of range, allowed are 0 to 255"),
        ("uint8", -1, "out of range, allowed are 0 to 255"),
        ("int8", 128, "allowed are -128 to 127"),
        ("uint256", 2**256, "allowed are 0 to 2**256-1"),
        ("int256", 2**255, "allowed are -2**255 to 2**255-1"),
        ("uint256", True, "is not an integer"),
        ("uint256", 1 << 600, "an integer of 601 bits is out of range"),
        ("bool", 1, "is not true or false"),
        ("bytes4", b"abc", "expected 4 bytes, found 3"),
        ("address", b"abc", "expected 20 bytes, found 3"),
        ("address", "0x00", "is not bytes"),
        ("string", b"a", "is not a string"),
        ("string", "\ud800", "cannot be written in UTF-8"),
        ("uint8[2]", [1], "expected 2 elements, found 1"),
        ("uint8[]", [1, 300], "element 1 of type uint8: `300` is out of range"),
        ("uint8[]", "12", "is not a list"),
    ],
)
def test_a_wrong_value_is_refused_with_the_argument(kind: str, value: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        encode_arguments(parameters("bool", kind), [True, value])
    assert str(caught.value).startswith(f"argument 2 `p1` of type {kind}: ")
    assert message in str(caught.value)


def test_a_wrong_component_is_named() -> None:
    pair = Tuple(components=tuple(parameters("uint8", "bool")))
    with pytest.raises(ArgumentError, match="component 1 `p1` of type bool: `3` is not true"):
        encode_arguments([Parameter(type=pair)], [(1, 3)])


def test_a_tuple_may_be_given_by_component_names() -> None:
    pair = [Parameter(type=Tuple(components=tuple(parameters("uint8", "bool"))))]
    by_name = encode_arguments(pair, [{"p1": True, "p0": 4}])
    assert by_name == encode_arguments(pair, [(4, True)])


def test_a_wrong_number_of_arguments_shows_the_signature() -> None:
    with pytest.raises(ArgumentCountError) as caught:
        encode_arguments(parameters("uint8"), [], "set(uint8 p0)")
    assert str(caught.value) == "`set(uint8 p0)` takes 1 argument, 0 given"


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        ("uint8", word(256), "256 is out of range for `uint8`"),
        ("int8", word(128), "128 is out of range"),
        ("bool", word(2), "a bool is 2"),
        ("address", b"\x01" + bytes(31), "not padded with zeros"),
        ("bytes4", bytes(31) + b"\x01", "not padded with zeros"),
        ("uint256", bytes(31), "expected 32 bytes, 31 are left"),
        ("bytes", word(1 << 200), "points outside"),
        ("bytes", word(32) + word(1), "expected 1 bytes, 0 are left"),
        ("uint256[]", word(32) + word(1 << 255), "does not fit"),
    ],
)
def test_malformed_data_is_refused(kind: str, data: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message.replace("`", ".")):
        decode_arguments(parameters(kind), data)


def test_offsets_that_share_what_they_point_at_are_followed_only_so_often() -> None:
    bomb = word(32) * 200
    with pytest.raises(DecodeError, match="offsets overlap too often"):
        decode_arguments(parameters("uint256" + "[]" * 20), bomb)


def test_invalid_utf8_in_a_string_is_shown_escaped() -> None:
    data = word(32) + word(2) + b"a\xff".ljust(32, b"\0")
    assert decode_arguments(parameters("string"), data) == ("a\\xff",)
