"""Contents of literals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.lang.parse.literals import decode_hex_string, decode_string, find_number_fault


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ('"abc"', b"abc"),
        ("'a\"b'", b'a"b'),
        (r'"\n\r\t\\\'\""', b"\n\r\t\\'\""),
        (r'"\x00\xff"', b"\x00\xff"),
        (r'"\u00e9"', "é".encode()),
        ('"a\\\nb"', b"ab"),
        ('unicode"' + "é".encode().decode("latin-1") + '"', "é".encode()),
    ],
)
def test_escapes_are_replaced(token: str, value: bytes) -> None:
    content, _, faults = decode_string(token)
    assert (content, faults) == (value, [])


@pytest.mark.parametrize("token", [r'"\q"', r'"\x0"', r'"\u12"', '"\x07"'])
def test_what_is_no_escape_or_not_printable_is_a_fault(token: str) -> None:
    assert decode_string(token)[2]


@pytest.mark.parametrize(
    ("token", "value"),
    [('hex""', b""), ('hex"00ff"', b"\x00\xff"), ("hex'12_34'", b"\x12\x34")],
)
def test_hex_strings_are_bytes(token: str, value: bytes) -> None:
    assert decode_hex_string(token) == (value, None)


@pytest.mark.parametrize("token", ['hex"0"', 'hex"_00"', 'hex"1_2"', 'hex"xy"'])
def test_hex_strings_need_pairs(token: str) -> None:
    assert decode_hex_string(token)[1] is not None


@pytest.mark.parametrize("text", ["1", "1_000", "0xff_ff", "1.5", ".5", "1e10", "1_0e1_0", "0"])
def test_numbers_as_the_language_writes_them_are_fine(text: str) -> None:
    assert find_number_fault(text) is None


@pytest.mark.parametrize(
    "text", ["1__0", "1_", "0x_1", "0x1_", "01", "1_.5", "1._5", "1_e5", "1e_5"]
)
def test_misplaced_underscores_and_octals_are_faults(text: str) -> None:
    assert find_number_fault(text) is not None


@given(st.binary(max_size=40))
def test_bytes_survive_being_written_as_escapes(data: bytes) -> None:
    token = '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'
    assert decode_string(token) == (data, False, [])
