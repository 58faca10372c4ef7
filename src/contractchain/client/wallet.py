"""Accounts that can sign: development accounts by number or name, given keys, key files."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from contractchain.codec.hexadecimal import parse_address, parse_hex, to_checksum
from contractchain.crypto import Account, derive_account
from contractchain.crypto.keystore import decode_keystore, unlock
from contractchain.errors import (
    ConfigError,
    DecodeError,
    NoKeyError,
    UsageError,
    ValidationError,
    closest,
)
from contractchain.types import Address

_NUMBERED = re.compile(r"(?:account)?([0-9]{1,5})", re.ASCII)


class Wallet:
    """Keys at hand. `account0` (or `0`) is the first development account, and the default."""

    def __init__(
        self,
        accounts: Sequence[Account],
        keys: Sequence[Account] = (),
        ask_password: Callable[[Path], str] | None = None,
    ) -> None:
        """Use development accounts and further keys.

        Args:
            accounts: Development accounts, in order.
            keys: Given by the person; the first one becomes the default account.
            ask_password: Returns the password of a key file; without it none can be opened.
        """
        self._ask_password = ask_password
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
                key, a private key in hex, or the path of a key file. None: the default.

        Raises:
            ConfigError: the key file cannot be read or is malformed.
            WrongPasswordError: the password does not open it.
            NoKeyError: the account's key is not at hand.
            UsageError: not an account at all.
        """
        if text is None:
            return self.default
        if text.startswith(("0x", "0X")):
            if len(text) == 66:
                return derive_key(text)
            address = parse_address(text, "account")
        elif is_path(text) and self._ask_password is not None:
            return open_key_file(Path(text), self._ask_password)
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


def is_path(text: str) -> bool:
    """Tell whether an account is named by a file."""
    return "/" in text or "\\" in text or text.endswith(".json")


def open_key_file(path: Path, ask_password: Callable[[Path], str]) -> Account:
    """Return the account of a key file (Web3 Secret Storage).

    Raises:
        ConfigError: it cannot be read or is malformed; nobody was asked for the password then.
        WrongPasswordError: the password does not open it.
    """
    try:
        keystore = decode_keystore(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", path=str(path)) from error
    except DecodeError as error:
        raise ConfigError(str(error), path=str(path)) from error
    try:
        return unlock(keystore, ask_password(path))
    except ValidationError as error:
        raise ConfigError("holds no private key", path=str(path)) from error


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
