"""Signatures against eth-keys, in its pure Python form."""

from contextlib import suppress

import pytest
from eth_keys import KeyAPI
from eth_keys.backends.native import NativeECCBackend
from eth_keys.exceptions import BadSignature
from eth_utils import ValidationError as ValidationErrorOfEthUtils
from hypothesis import given, settings
from hypothesis import strategies as st

from contractchain.crypto import (
    SECP256K1_N,
    Signature,
    address_of,
    recover_address,
    sign_hash,
)
from contractchain.errors import InvalidSignatureError, ValidationError

PURE = KeyAPI(NativeECCBackend())
private_keys = st.integers(1, SECP256K1_N - 1).map(lambda n: n.to_bytes(32, "big"))
digests = st.binary(min_size=32, max_size=32)
SLOW = settings(max_examples=25)


@SLOW
@given(private_keys, digests)
def test_signatures_and_addresses_are_those_of_eth_keys(key: bytes, digest: bytes) -> None:
    other = PURE.PrivateKey(key)
    signature = sign_hash(digest, key)
    assert tuple(signature) == other.sign_msg_hash(digest).vrs
    assert address_of(key) == other.public_key.to_canonical_address()
    assert recover_address(digest, signature) == address_of(key)
    assert signature.s <= SECP256K1_N // 2


edge = st.sampled_from([0, 1, 2, 5, SECP256K1_N - 1, SECP256K1_N, 2**256 - 1])


@SLOW
@given(digests, st.one_of(edge, st.integers(0, 2**256 - 1)), edge, st.integers(0, 1))
def test_recovery_agrees_with_eth_keys_about_strange_values(
    digest: bytes, r: int, s: int, y_parity: int
) -> None:
    expected = None
    with suppress(BadSignature, ValidationErrorOfEthUtils):
        signature = PURE.Signature(vrs=(y_parity, r, s))
        expected = signature.recover_public_key_from_msg_hash(digest).to_canonical_address()
    found = None
    with suppress(InvalidSignatureError):
        found = recover_address(digest, Signature(y_parity, r, s), low_s=False)
    assert found == expected


def test_a_high_s_is_refused_unless_allowed() -> None:
    digest, key = b"\x01" * 32, b"\x02" * 32
    y_parity, r, s = sign_hash(digest, key)
    mirrored = Signature(1 - y_parity, r, SECP256K1_N - s)
    with pytest.raises(InvalidSignatureError, match="upper half"):
        recover_address(digest, mirrored)
    assert recover_address(digest, mirrored, low_s=False) == address_of(key)


@pytest.mark.parametrize("key", [b"", bytes(32), b"\x01" * 31, b"\x01" * 33, b"\xff" * 32])
def test_a_key_out_of_range_is_refused(key: bytes) -> None:
    with pytest.raises(ValidationError):
        address_of(key)
    with pytest.raises(ValidationError):
        sign_hash(bytes(32), key)


def test_a_parity_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidSignatureError, match="y parity"):
        recover_address(bytes(32), Signature(2, 1, 1))
