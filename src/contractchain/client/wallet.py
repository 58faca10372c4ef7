"""Accounts that can sign: the development accounts by number or name, and keys that are given."""

import re
from collections.abc import Sequence

from contractchain.codec.hexadecimal import parse_address, parse_hex, to_checksum
from contractchain.crypto import Account, derive_account
from contractchain.errors import DecodeError, NoKeyError, UsageError, ValidationError, closest
from contractchain.types import Address

_NUMBERED = re.compile(r"(?:account)?([0-9]{1,5})", re.ASCII)


class Wallet:
    """Keys at hand. `account0` (or `0`) is the first development account, and the default."""

    def __init__(self, accounts: Sequence[Account], keys: Sequence[Account] = ()) -> None:
        """Use development accounts and further keys.

        Args:
            accounts: Development accounts, in order.
            keys: Given by the person; the first one becomes the default account.
        """
        self.accounts = tuple(accounts)
        self._keys = tuple(keys)

    @property
    def default(self) -> Account:
        """The account that sends unless another one is named.

        Raises:
            UsageError: no key is at hand.
        """
        for account in (*self._keys, *self.accounts):
            return account
        raise UsageError(
            "there is no account that could sign",
            hint="give a private key in the environment variable CTC_PRIVATE_KEY",
        )

    def find_address(self, text: str) -> Address | None:
        """Return the address of a development account by its name, None if it is no such name."""
        found = _NUMBERED.fullmatch(text)
        if found is None or int(found[1]) >= len(self.accounts):
            return None
        return self.accounts[int(found[1])].address

    def get_signer(self, text: str | None) -> Account:
        """Return the account that signs.

        Args:
            text: Name or number of a development account, its address, the address of a given
                key, or a private key in hex. None: the default.

        Raises:
            NoKeyError: the account's key is not at hand.
            UsageError: not an account at all.
        """
        if text is None:
            return self.default
        if text.startswith(("0x", "0X")):
            if len(text) == 66:
                return derive_key(text)
            address = parse_address(text, "account")
        else:
            known = self.find_address(text)
            if known is None:
                raise UsageError(f"`{text}` is not an account", hint=self._hint_for(text))
            address = known
        for account in (*self._keys, *self.accounts):
            if account.address == address:
                return account
        raise NoKeyError(
            "",
            account=to_checksum(address),
            hint="give its private key in CTC_PRIVATE_KEY, or use one of `ctc accounts`",
        )

    def name_of(self, address: Address) -> str | None:
        """Return the name of a development account, None for any other address."""
        for index, account in enumerate(self.accounts):
            if account.address == address:
                return f"account{index}"
        return None

    def names(self) -> tuple[str, ...]:
        """Return the names of the development accounts."""
        return tuple(f"account{index}" for index in range(len(self.accounts)))

    def _hint_for(self, text: str) -> str:
        if not self.accounts:
            return "give a private key in CTC_PRIVATE_KEY"
        last = len(self.accounts) - 1
        return closest(text, self.names()) or f"accounts are `account0` to `account{last}`"


def derive_key(text: str) -> Account:
    """Return the account of a private key in hex; an error never shows the key.

    Raises:
        UsageError: not a private key.
    """
    try:
        return derive_account(parse_hex(text, "private key", size=32))
    except (DecodeError, ValidationError):
        raise UsageError(
            "the private key is not valid", hint="it is 0x and 64 hex digits, within range"
        ) from None
