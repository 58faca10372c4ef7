"""Key files: opened with the password, refused for a reason, never dearer than is allowed."""

import json
from typing import Any

import pytest
from tests.key_files import PASSWORD, PRIVATE_KEY, encode_key_file, make_key_file

from contractchain.crypto.keystore import MAX_BYTES, decode_keystore, unlock
from contractchain.errors import DecodeError, ValidationError, WrongPasswordError


@pytest.mark.parametrize("kdf", ["scrypt", "pbkdf2"])
def test_the_password_opens_it(kdf: str) -> None:
    assert unlock(decode_keystore(encode_key_file(kdf=kdf)), PASSWORD).private_key == PRIVATE_KEY


@pytest.mark.parametrize("kdf", ["scrypt", "pbkdf2"])
def test_another_password_does_not(kdf: str) -> None:
    with pytest.raises(WrongPasswordError):
        unlock(decode_keystore(encode_key_file(kdf=kdf)), PASSWORD + " ")


def test_the_old_spelling_and_prefixes_are_taken() -> None:
    document = make_key_file()
    crypto = document.pop("crypto")
    document["Crypto"] = crypto | {"mac": "0x" + crypto["mac"]}
    keystore = decode_keystore(json.dumps(document).encode())
    assert unlock(keystore, PASSWORD).private_key == PRIVATE_KEY


def test_a_number_that_is_no_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        unlock(decode_keystore(encode_key_file(private_key=bytes(32))), PASSWORD)


def test_a_locked_key_file_does_not_show_its_ciphertext() -> None:
    assert make_key_file()["crypto"]["ciphertext"] not in repr(decode_keystore(encode_key_file()))


CHANGES: list[tuple[tuple[str, ...], Any, str]] = [
    (("version",), 1, "`version`"),
    (("version",), "3", "`version`"),
    (("crypto",), None, "`crypto`"),
    (("crypto", "cipher"), "aes-256-gcm", "`cipher`"),
    (("crypto", "cipherparams"), [], "`cipherparams`"),
    (("crypto", "cipherparams", "iv"), "00" * 17, "`iv`"),
    (("crypto", "ciphertext"), "zz", "`ciphertext`"),
    (("crypto", "ciphertext"), "00" * 31, "`ciphertext`"),
    (("crypto", "mac"), 5, "`mac`"),
    (("crypto", "kdf"), "argon2", "`kdf`"),
    (("crypto", "kdfparams", "salt"), None, "`salt`"),
    (("crypto", "kdfparams", "dklen"), 31, "`dklen`"),
    (("crypto", "kdfparams", "n"), 15, "`n`"),
    (("crypto", "kdfparams", "n"), True, "`n`"),
    (("crypto", "kdfparams", "n"), 2**30, "cost more than is allowed"),
    (("crypto", "kdfparams", "p"), 2**31, "cost more than is allowed"),
    (("crypto", "kdfparams", "r"), -1, "`r`"),
]


@pytest.mark.parametrize(("path", "value", "message"), CHANGES)
def test_what_is_wrong_is_named(path: tuple[str, ...], value: Any, message: str) -> None:
    document = make_key_file()
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(DecodeError, match="malformed key file") as caught:
        decode_keystore(json.dumps(document).encode())
    assert message in str(caught.value)


@pytest.mark.parametrize("rounds", [0, 10**8])
def test_rounds_have_a_bound(rounds: int) -> None:
    document = make_key_file("pbkdf2")
    document["crypto"]["kdfparams"]["c"] = rounds
    with pytest.raises(DecodeError, match="`c`"):
        decode_keystore(json.dumps(document).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"null", b"[" * 50_000, b" " * (MAX_BYTES + 1)])
def test_what_is_no_key_file_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_keystore(data)
