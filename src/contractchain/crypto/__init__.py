"""Hashing, signatures and keys. Knows no encoding and no transaction."""

from contractchain.crypto.hashing import keccak256
from contractchain.crypto.keys import Account, derive_account, derive_accounts
from contractchain.crypto.signatures import (
    SECP256K1_N,
    Signature,
    address_of,
    recover_address,
    sign_hash,
)

__all__ = [
    "SECP256K1_N",
    "Account",
    "Signature",
    "address_of",
    "derive_account",
    "derive_accounts",
    "keccak256",
    "recover_address",
    "sign_hash",
]
