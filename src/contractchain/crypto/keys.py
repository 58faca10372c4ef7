"""Accounts from a mnemonic: BIP-39 seed, BIP-32 derivation along Ethereum's BIP-44 path.

Does not store keys and does not check a mnemonic's checksum; whoever reads one from a person does.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

import coincurve

from contractchain.crypto.signatures import SECP256K1_N, address_of
from contractchain.types import Address

HARDENED = 0x80000000


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A key pair."""

    address: Address
    private_key: bytes = field(repr=False)
    """32 bytes; never printed."""


def derive_accounts(mnemonic: str, count: int, *, path: str = "m/44'/60'/0'/0/") -> list[Account]:
    """Return the first `count` accounts of a mnemonic.

    Args:
        mnemonic: Words separated by single spaces.
        count: Number of accounts.
        path: Derivation path of the parent; the index is appended, as Ethereum wallets do.

    Spec:
        BIP-39, BIP-32, BIP-44.
    """
    seed = hashlib.pbkdf2_hmac("sha512", mnemonic.encode(), b"mnemonic", 2048)
    key, chain_code = _split(hmac.digest(b"Bitcoin seed", seed, "sha512"))
    for step in (part for part in path.split("/")[1:] if part):
        index = int(step.rstrip("'")) + (HARDENED if step.endswith("'") else 0)
        key, chain_code = _derive_child(key, chain_code, index)
    accounts = []
    for index in range(count):
        child, _ = _derive_child(key, chain_code, index)
        private_key = child.to_bytes(32, "big")
        accounts.append(Account(address=address_of(private_key), private_key=private_key))
    return accounts


def derive_account(private_key: bytes) -> Account:
    """Return the account of a private key.

    Raises:
        ValidationError: the key is out of range.
    """
    return Account(address=address_of(private_key), private_key=private_key)


def _split(digest: bytes) -> tuple[int, bytes]:
    return int.from_bytes(digest[:32], "big"), digest[32:]


def _derive_child(key: int, chain_code: bytes, index: int) -> tuple[int, bytes]:
    if index & HARDENED:
        data = b"\x00" + key.to_bytes(32, "big")
    else:
        data = coincurve.PublicKey.from_secret(key.to_bytes(32, "big")).format(compressed=True)
    tweak, child_code = _split(hmac.digest(chain_code, data + index.to_bytes(4, "big"), "sha512"))
    return (key + tweak) % SECP256K1_N, child_code
