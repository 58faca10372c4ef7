"""The hash, against an independent implementation."""

from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from contractchain.crypto import keccak256


def test_the_hash_of_nothing_is_the_known_one() -> None:
    known = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == known


@given(st.binary(max_size=600))
def test_a_hash_is_that_of_an_independent_implementation(data: bytes) -> None:
    assert keccak256(data) == keccak(data)
