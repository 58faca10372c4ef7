"""ECDSA over secp256k1 with public key recovery, on libsecp256k1 (coincurve)."""

from typing import NamedTuple

import coincurve

from contractchain.crypto.hashing import keccak256
from contractchain.errors import InvalidSignatureError, ValidationError
from contractchain.types import Address, Hash32

SECP256K1_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of the curve's group."""


class Signature(NamedTuple):
    """An ECDSA signature that names its key."""

    y_parity: int
    """0 or 1."""
    r: int
    s: int


def sign_hash(digest: Hash32, private_key: bytes) -> Signature:
    """Sign a 32-byte digest; deterministic (RFC 6979), always with low s.

    Raises:
        ValidationError: the key is not 32 bytes within the curve's order.
    """
    validate_private_key(private_key)
    raw = coincurve.PrivateKey(private_key).sign_recoverable(digest, hasher=None)
    return Signature(raw[64], int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"))


def recover_address(digest: Hash32, signature: Signature, *, low_s: bool = True) -> Address:
    """Return the address whose key signed `digest`.

    Args:
        digest: What was signed, 32 bytes.
        signature: With `y_parity` 0 or 1.
        low_s: Whether to demand s of at most half the order (EIP-2, from Homestead on).

    Raises:
        InvalidSignatureError: a value is out of range, or no key can have signed so.
    """
    y_parity, r, s = signature
    if y_parity not in (0, 1):
        raise InvalidSignatureError(f"y parity is {y_parity}, must be 0 or 1")
    if not 0 < r < SECP256K1_N or not 0 < s < SECP256K1_N:
        raise InvalidSignatureError("r or s is out of range")
    if low_s and s > SECP256K1_N // 2:
        raise InvalidSignatureError("s is in the upper half of the order (EIP-2)")
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((y_parity,))
    try:
        public = coincurve.PublicKey.from_signature_and_message(raw, digest, hasher=None)
    except Exception as error:  # coincurve raises bare Exception when nothing recovers
        raise InvalidSignatureError("no public key recovers from the signature") from error
    return keccak256(public.format(compressed=False)[1:])[12:]


def address_of(private_key: bytes) -> Address:
    """Return the address of a private key.

    Raises:
        ValidationError: the key is not 32 bytes within the curve's order.
    """
    validate_private_key(private_key)
    public = coincurve.PublicKey.from_valid_secret(private_key)
    return keccak256(public.format(compressed=False)[1:])[12:]


def validate_private_key(private_key: bytes) -> None:
    """Check a private key; libsecp256k1 pads a short one instead of refusing it.

    Raises:
        ValidationError: the key is not 32 bytes within the curve's order.
    """
    if len(private_key) != 32 or not 0 < int.from_bytes(private_key, "big") < SECP256K1_N:
        raise ValidationError("a private key is 32 bytes between 1 and the curve order")
