"""Key files (Web3 Secret Storage) made for tests, cheap to open."""

import hashlib
import json
from typing import Any

from Crypto.Cipher import AES
from eth_hash.auto import keccak

PASSWORD = "correct horse"
PRIVATE_KEY = bytes.fromhex("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d")


def make_key_file(kdf: str = "scrypt", private_key: bytes = PRIVATE_KEY) -> dict[str, Any]:
    """Return a key file as its JSON document."""
    salt, iv = bytes(range(32)), bytes(range(16))
    if kdf == "scrypt":
        parameters: dict[str, Any] = {"n": 16, "r": 1, "p": 1}
        derived = hashlib.scrypt(PASSWORD.encode(), salt=salt, n=16, r=1, p=1, dklen=32)
    else:
        parameters = {"c": 3, "prf": "hmac-sha256"}
        derived = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, 3, 32)
    cipher = AES.new(derived[:16], AES.MODE_CTR, nonce=b"", initial_value=iv)
    ciphertext = cipher.encrypt(private_key)
    return {
        "version": 3,
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": iv.hex()},
            "ciphertext": ciphertext.hex(),
            "kdf": kdf,
            "kdfparams": {"dklen": 32, "salt": salt.hex()} | parameters,
            "mac": keccak(derived[16:] + ciphertext).hex(),
        },
    }


def encode_key_file(**options: Any) -> bytes:
    """Return a key file."""
    return json.dumps(make_key_file(**options)).encode()
