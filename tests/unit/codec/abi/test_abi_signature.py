"""Signatures as people write them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.codec.abi import parse_signature
from contractchain.errors import DecodeError


@pytest.mark.parametrize(
    ("text", "signature", "outputs"),
    [
        ("count()", "count()", ""),
        ("balanceOf(address)(uint256)", "balanceOf(address)", "uint256"),
        (" transfer ( address to , uint amount ) ", "transfer(address,uint256)", ""),
        (
            "f(uint8[2][] a) external view returns (bool ok, string memory)",
            "f(uint8[2][])",
            "bool ok,string",
        ),
        ("g((uint8,(bytes,bool)[])[3])", "g((uint8,(bytes,bool)[])[3])", ""),
        ("h(tuple(uint8 a) calldata t)((address,bool)[])", "h((uint8))", "(address,bool)[]"),
        ("function f() pure returns (uint)", "f()", "uint256"),
    ],
)
def test_signatures_are_read(text: str, signature: str, outputs: str) -> None:
    function = parse_signature(text)
    assert function.signature == signature
    assert ",".join(output.describe() for output in function.outputs) == outputs


@pytest.mark.parametrize(
    "text",
    [
        "",
        "f",
        "f(",
        "f(uint",
        "f(uint7)",
        "f()x",
        "f(,)",
        "f(uint8,)",
        "1f()",
        "f(()",
        "f()()()",
        "f(" + "(" * 40 + ")" * 40 + ")",
        "f(" + "uint8," * 2000 + "uint8)",
    ],
)
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_signature(text)


@given(st.text("f(),[]u8int256 tuple", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(DecodeError):
        parse_signature(text)
