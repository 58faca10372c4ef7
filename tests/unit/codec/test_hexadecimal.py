"""Hex text and checksummed addresses."""

import pytest
from eth_utils import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.hexadecimal import parse_address, parse_hex, to_checksum, to_hex
from contractchain.errors import DecodeError

EIP_55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("text", EIP_55)
def test_the_examples_of_eip_55(text: str) -> None:
    assert to_checksum(parse_address(text)) == text


@given(st.binary(min_size=20, max_size=20))
def test_checksums_are_those_of_eth_utils(address: bytes) -> None:
    assert to_checksum(address) == to_checksum_address(address)


@given(st.binary(max_size=60))
def test_bytes_survive(data: bytes) -> None:
    assert parse_hex(to_hex(data)) == data
    assert parse_hex("0X" + data.hex().upper()) == data


@pytest.mark.parametrize(
    "text", ["", "0", "00", "0x0", "0xg0", "0x0 0 ", "0x 00", "x00", "0x٣٣", "0x00\n", "0x_00"]
)
def test_what_is_not_hex_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_hex(text)


@given(st.text(max_size=45))
def test_any_text_is_hex_or_a_decode_error(text: str) -> None:
    for candidate in (text, "0x" + text):
        try:
            assert parse_hex(candidate) == bytes.fromhex(candidate[2:])
        except DecodeError:
            continue


def test_lengths_and_checksums_are_checked() -> None:
    with pytest.raises(DecodeError, match="expected 2 bytes, found 1"):
        parse_hex("0x00", size=2)
    with pytest.raises(DecodeError, match="checksum"):
        parse_address("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    assert parse_address("0x" + "AB" * 20) == parse_address("0x" + "ab" * 20)
