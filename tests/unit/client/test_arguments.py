"""Arguments as people write them."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abi_strategies import typed_values
from contractchain.client.arguments import parse_argument, parse_arguments
from contractchain.client.numbers import format_ether, parse_number
from contractchain.client.values import format_value, to_json
from contractchain.codec.abi import AbiType, Parameter, Tuple, encode_arguments, parse_type
from contractchain.errors import ArgumentCountError, ArgumentError, DecodeError, NotDeployedError

ALICE = b"\xaa" * 20


def resolve(name: str) -> bytes:
    if name == "alice":
        return ALICE
    raise NotDeployedError(name=name, chain_id=1)


def parse(kind: str, text: str) -> Any:
    return parse_argument(parse_type(kind), text, resolve)


@given(typed_values())
def test_the_text_of_a_value_is_read_back_as_the_value(argument: tuple[AbiType, Any]) -> None:
    kind, value = argument
    assert parse_argument(kind, format_value(kind, value), resolve) == value


@given(typed_values())
def test_every_value_has_a_json_form(argument: tuple[AbiType, Any]) -> None:
    to_json(*argument)


@given(st.sampled_from(["uint256", "bool", "bytes4", "uint8[]", "string[2]"]), st.text())
def test_any_text_is_read_or_refused(kind: str, text: str) -> None:
    with suppress(ArgumentError, DecodeError, NotDeployedError):
        encode_arguments([Parameter(type=parse_type(kind))], [parse(kind, text)])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42),
        ("-7", -7),
        ("0x2a", 42),
        ("1_000", 1000),
        ("1e18", 10**18),
        ("1.5e3", 1500),
        ("1ether", 10**18),
        ("1.5 ether", 15 * 10**17),
        ("0.000000000000000001ether", 1),
        (".5gwei", 5 * 10**8),
        ("10GWEI", 10**10),
        ("2days", 172800),
        ("1.5hours", 5400),
        ("1e2gwei", 10**11),
    ],
)
def test_numbers_are_exact_in_every_notation(text: str, value: int) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a number"),
        ("abc", "is not a number"),
        (".", "is not a number"),
        ("1.5", "is not a whole number"),
        ("1.5wei", "is not a whole number"),
        ("1e999", "too long"),
        ("9" * 300, "too long"),
        ("1parsec", "`parsec` is not a unit"),
        ("٣", "is not a number"),
    ],
)
def test_what_is_not_a_number_is_refused(text: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        parse_number(text)


@given(st.integers(-(10**30), 10**30))
def test_ether_amounts_are_read_back_exactly(wei: int) -> None:
    assert parse_number(format_ether(wei) + "ether") == wei


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("uint8", "max", 255),
        ("int8", "min", -128),
        ("bool", "true", True),
        ("bool", "FALSE", False),
        ("address", "alice", ALICE),
        ("bytes4", '"ab"', b"ab\0\0"),
        ("bytes", "0x", b""),
        ("bytes", '"hé"', "hé".encode()),
        ("string", "hello, world", "hello, world"),
        ("string", '"a\\n\\"b"', 'a\n"b'),
        ("string", '"', '"'),
        ("string", "", ""),
        ("uint8[]", "[]", ()),
        ("uint8[]", " [ 1 , 2 ] ", (1, 2)),
        ("int8[2][]", "[[-1,2],[3,0x4]]", ((-1, 2), (3, 4))),
        ("string[]", '[a b, "c, d", "]"]', ("a b", "c, d", "]")),
        ("address[]", "[alice,0x" + "11" * 20 + "]", (ALICE, b"\x11" * 20)),
    ],
)
def test_arguments_are_read_by_their_type(kind: str, text: str, value: Any) -> None:
    assert parse(kind, text) == value


def test_tuples_nest() -> None:
    pair = Tuple(
        components=(Parameter(type=parse_type("uint8")), Parameter(type=parse_type("string[]")))
    )
    assert parse_argument(pair, '(1ether, [x, "y)"])', resolve) == (10**18, ("x", "y)"))


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("bool", "1", "`1` is neither true nor false"),
        ("bytes4", "0x1234", "expected 4 bytes, found 2"),
        ("bytes4", '"abcde"', "the text has 5 bytes, only 4 fit"),
        ("bytes", "1234", "does not start with 0x"),
        ("address", "0x1234", "expected 20 bytes, found 2"),
        ("address", "0x52908400098527886E0F7030069857D2E4169Ee7", "wrong checksum"),
        ("address", "bob", "`bob` is not deployed"),
        ("address", "", "an address is missing"),
        ("uint8[]", "1,2", "expected `\\[` to open uint8\\[\\] at character 1, found `1`"),
        ("uint8[]", "[1", "expected `,` or `\\]` in uint8\\[\\] at character 3, found the end"),
        ("uint8[2]", "[1]", "expected 2 elements, found 1"),
        ("uint8[]", "[1] 2", "`2` follows the end"),
        ("string[]", '["a]', "quotes opened at character 2 are not closed"),
        ("uint8[]", "[1,,2]", "is not a number"),
        ("string", '"\\ud800"', "cannot be written in UTF-8"),
    ],
)
def test_a_wrong_text_is_refused_with_the_argument(kind: str, text: str, message: str) -> None:
    parameter = Parameter(type=parse_type(kind), name="x")
    with pytest.raises(ArgumentError, match=message) as caught:
        parse_arguments([parameter], [text], signature="f()", resolve=resolve)
    assert str(caught.value).startswith(f"argument 1 `x` of type {kind}: ")


def test_a_wrong_count_shows_the_signature() -> None:
    with pytest.raises(ArgumentCountError, match=r"`f\(uint8 x\)` takes 1 argument, 2 given"):
        parse_arguments(
            [Parameter(type=parse_type("uint8"))],
            ["1", "2"],
            signature="f(uint8 x)",
            resolve=resolve,
        )
