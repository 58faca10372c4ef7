"""Accounts by name, number, address and key."""

import pytest

from contractchain.client.wallet import Wallet, derive_key
from contractchain.codec.hexadecimal import to_checksum, to_hex
from contractchain.crypto import derive_accounts
from contractchain.errors import DecodeError, NoKeyError, UsageError

ACCOUNTS = derive_accounts("test test test test test test test test test test test junk", 3)
OTHER = derive_key("0x" + "11" * 32)


@pytest.mark.parametrize("text", ["account1", "1", to_checksum(ACCOUNTS[1].address)])
def test_an_account_is_known_by_name_number_and_address(text: str) -> None:
    assert Wallet(ACCOUNTS).get_signer(text) == ACCOUNTS[1]


def test_a_private_key_signs_for_its_own_account() -> None:
    assert Wallet(ACCOUNTS).get_signer(to_hex(OTHER.private_key)) == OTHER


def test_a_given_key_becomes_the_default() -> None:
    assert Wallet(ACCOUNTS).default == ACCOUNTS[0]
    assert Wallet(ACCOUNTS, [OTHER]).default == OTHER
    assert Wallet(ACCOUNTS, [OTHER]).get_signer(to_checksum(OTHER.address)) == OTHER


def test_an_address_without_key_cannot_sign() -> None:
    with pytest.raises(NoKeyError) as caught:
        Wallet(ACCOUNTS).get_signer(to_checksum(OTHER.address))
    assert to_checksum(OTHER.address) in str(caught.value)


@pytest.mark.parametrize("text", ["acount1", "account3", "3", "", "account01x"])
def test_what_is_no_account_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not an account"):
        Wallet(ACCOUNTS).get_signer(text)


def test_a_malformed_address_is_refused() -> None:
    with pytest.raises(DecodeError):
        Wallet(ACCOUNTS).get_signer("0x1234")


def test_without_keys_nobody_is_the_default() -> None:
    with pytest.raises(UsageError, match="no account that could sign"):
        _ = Wallet([]).default


@pytest.mark.parametrize("text", ["0x" + "00" * 32, "0x" + "ff" * 32, "0x12", "secret"])
def test_an_error_about_a_key_does_not_show_it(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        derive_key(text)
    assert text not in str(caught.value)


def test_an_account_shows_no_private_key() -> None:
    assert OTHER.private_key.hex() not in repr(OTHER)
