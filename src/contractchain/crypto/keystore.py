"""Key files: a private key encrypted with a password, as wallets and geth keep them.

Reads and decrypts; does not write them. What a file may cost to open is bounded, for a key file
comes from outside and says itself how much memory its key derivation takes.

Spec:
    Web3 Secret Storage, version 3.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

import orjson

from contractchain.crypto.hashing import keccak256
from contractchain.crypto.keys import Account, derive_account
from contractchain.errors import DecodeError, WrongPasswordError

VERSION = 3
MAX_BYTES = 100_000
MAX_SCRYPT_MEMORY = 512 * 2**20
"""Bytes; geth's standard key files take half of it."""
MAX_SCRYPT_WORK = 2**23
"""n * r * p; geth's standard key files take a quarter of it."""
MAX_PBKDF2_ROUNDS = 10_000_000
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrypt:
    """Key derivation by scrypt (RFC 7914)."""

    n: int
    """Cost, a power of two."""
    r: int
    """Block size."""
    p: int
    """Parallelisation."""
    salt: bytes

    def derive(self, password: bytes) -> bytes:
        """Return 32 bytes."""
        # Not hashlib's: OpenSSL refuses the n of 2**18 with an r of 1 that key files have.
        from Crypto.Protocol.KDF import scrypt

        return bytes(scrypt(password, self.salt, KEY_BYTES, self.n, self.r, self.p))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pbkdf2:
    """Key derivation by PBKDF2 with HMAC-SHA256 (RFC 8018)."""

    rounds: int
    salt: bytes

    def derive(self, password: bytes) -> bytes:
        """Return 32 bytes."""
        return hashlib.pbkdf2_hmac("sha256", password, self.salt, self.rounds, KEY_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keystore:
    """A key file, still locked."""

    kdf: Scrypt | Pbkdf2
    iv: bytes
    """Of AES-128-CTR, 16 bytes."""
    ciphertext: bytes = field(repr=False)
    mac: bytes
    """keccak256 of the second half of the derived key and the ciphertext."""


def decode_keystore(data: bytes) -> Keystore:
    """Read a key file without opening it.

    Raises:
        DecodeError: not a key file, of another version or cipher, or too costly to open.
    """
    if len(data) > MAX_BYTES:
        raise _fault("", f"{len(data)} bytes are more than {MAX_BYTES}")
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _fault("", f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise _fault("", "expected an object")
    if document.get("version") != VERSION:
        raise _fault("version", f"expected {VERSION}, found {document.get('version')!r:.20}")
    crypto = _object(document, "crypto" if "crypto" in document else "Crypto")
    if crypto.get("cipher") != "aes-128-ctr":
        raise _fault("cipher", "expected `aes-128-ctr`")
    ciphertext = _bytes(crypto, "ciphertext")
    if len(ciphertext) != KEY_BYTES:
        raise _fault("ciphertext", f"expected {KEY_BYTES} bytes, found {len(ciphertext)}")
    iv = _bytes(_object(crypto, "cipherparams"), "iv")
    if len(iv) > 16:
        raise _fault("iv", f"expected 16 bytes, found {len(iv)}")
    return Keystore(
        kdf=_decode_kdf(crypto),
        iv=iv.rjust(16, b"\0"),
        ciphertext=ciphertext,
        mac=_bytes(crypto, "mac"),
    )


def unlock(keystore: Keystore, password: str) -> Account:
    """Return the account of a key file.

    Raises:
        WrongPasswordError: the password does not open it.
        ValidationError: it holds a number that is no private key.
    """
    derived = keystore.kdf.derive(password.encode())
    expected = keccak256(derived[16:32] + keystore.ciphertext)
    if not hmac.compare_digest(expected, keystore.mac):
        raise WrongPasswordError("the password does not open the key file")
    from Crypto.Cipher import AES

    cipher = AES.new(derived[:16], AES.MODE_CTR, nonce=b"", initial_value=keystore.iv)
    return derive_account(cipher.decrypt(keystore.ciphertext))


def _decode_kdf(crypto: dict[str, Any]) -> Scrypt | Pbkdf2:
    parameters = _object(crypto, "kdfparams")
    salt = _bytes(parameters, "salt")
    length = _integer(parameters, "dklen")
    if length != KEY_BYTES:
        raise _fault("dklen", f"expected {KEY_BYTES}, found {length}")
    match crypto.get("kdf"):
        case "scrypt":
            n, r, p = (_integer(parameters, key) for key in ("n", "r", "p"))
            if n < 2 or n & (n - 1):
                raise _fault("n", f"expected a power of two, found {n}")
            if 128 * n * r > MAX_SCRYPT_MEMORY or n * r * p > MAX_SCRYPT_WORK:
                raise _fault("kdfparams", f"n={n}, r={r}, p={p} cost more than is allowed")
            return Scrypt(n=n, r=r, p=p, salt=salt)
        case "pbkdf2":
            rounds = _integer(parameters, "c")
            if rounds > MAX_PBKDF2_ROUNDS:
                raise _fault("c", f"{rounds} rounds are more than {MAX_PBKDF2_ROUNDS}")
            if parameters.get("prf") != "hmac-sha256":
                raise _fault("prf", "expected `hmac-sha256`")
            return Pbkdf2(rounds=rounds, salt=salt)
        case other:
            raise _fault("kdf", f"expected `scrypt` or `pbkdf2`, found {other!r:.20}")


def _object(fields: dict[str, Any], key: str) -> dict[str, Any]:
    found = fields.get(key)
    if not isinstance(found, dict):
        raise _fault(key, "expected an object")
    return found


def _integer(fields: dict[str, Any], key: str) -> int:
    found = fields.get(key)
    if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found < 2**32:
        raise _fault(key, "expected a positive integer")
    return found


def _bytes(fields: dict[str, Any], key: str) -> bytes:
    found = fields.get(key)
    if not isinstance(found, str):
        raise _fault(key, "expected a string of hex digits")
    digits = found.removeprefix("0x")
    try:
        return bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)
    except ValueError as error:
        raise _fault(key, "expected a string of hex digits") from error


def _fault(key: str, reason: str) -> DecodeError:
    return DecodeError(reason, what=f"key file, `{key}`" if key else "key file")
