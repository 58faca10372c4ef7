"""Accounts from mnemonics, against published examples."""

import pytest

from contractchain.codec.hexadecimal import to_checksum
from contractchain.crypto import derive_account, derive_accounts
from contractchain.errors import ValidationError

DEV = "test test test test test test test test test test test junk"


def test_the_development_mnemonic_gives_the_accounts_everybody_knows() -> None:
    accounts = derive_accounts(DEV, 10)
    assert [to_checksum(account.address) for account in accounts][:3] == [
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    ]
    assert to_checksum(accounts[9].address) == "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"
    assert accounts[0].private_key.hex() == (
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
    )


def test_the_example_of_bip_39_gives_its_first_ethereum_account() -> None:
    words = "abandon " * 11 + "about"
    (account,) = derive_accounts(words, 1)
    assert to_checksum(account.address) == "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"


def test_another_path_gives_other_accounts() -> None:
    assert derive_accounts(DEV, 1, path="m/44'/60'/1'/0/") != derive_accounts(DEV, 1)


def test_a_key_never_shows_in_text() -> None:
    account = derive_account(b"\x2a" * 32)
    assert "2a2a" not in repr(account)
    assert "*****" not in repr(account)


def test_a_key_out_of_range_is_refused() -> None:
    with pytest.raises(ValidationError):
        derive_account(bytes(32))
