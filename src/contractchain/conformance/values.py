"""Values of the vectors, and what they all have: accounts, environments, blob parameters.

Numbers and bytes of a vector may have any number of digits; what is not hex is a fault of the
file, with the key in the error.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contractchain.chain.json_fields import Fields, read_fields
from contractchain.codec.state_diff import AccountChange, encode_state_diff
from contractchain.crypto import keccak256
from contractchain.errors import ConfigError
from contractchain.types import EMPTY_CODE_HASH, Address, GenesisAccount, Hash32
from contractchain.types.fork import BlobSchedule

WORD_BYTES = 32
ENGINE_KEY = "engineNewPayloads"
"""What tests of the Engine API have in the place of blocks."""


def read_cases(path: Path, keys: tuple[str, ...]) -> Iterator[tuple[str, Fields]]:
    """Yield the named tests of a file.

    Args:
        path: A JSON file.
        keys: What a test of the suite has; a file with none that has them is no such file.

    Raises:
        ConfigError: not JSON, or not of this suite.
    """
    document = read_fields(path)
    tests = [(name, entry) for name, entry in document.objects() if not name.startswith("_")]
    found = [(name, entry) for name, entry in tests if all(key in entry for key in keys)]
    if not found:
        if any(ENGINE_KEY in entry for _, entry in tests):
            raise ConfigError(
                f"is for the Engine API (`{ENGINE_KEY}`), which is not tested here",
                path=str(path),
                hint="`blockchain_tests` of the same release has the same chains as blocks",
            )
        wanted = ", ".join(f"`{key}`" for key in keys)
        raise ConfigError(f"holds no test with {wanted}", path=str(path))
    yield from found


def get_object(fields: Fields, key: str) -> Fields:
    """Return an object that must be there."""
    found = fields.find_object(key)
    if found is None:
        raise fields.fault(key, "missing; expected an object")
    return found


def get_text(fields: Fields, key: str) -> str:
    """Return text that must be there."""
    value = find_value(fields, key)
    if not isinstance(value, str):
        raise fields.fault(key, "missing; expected text")
    return value


def find_value(fields: Fields, key: str) -> Any:
    """Return a value as it is, None if there is none."""
    return dict(fields.items()).get(key)


def get_list(fields: Fields, key: str) -> list[Any]:
    """Return a list that must be there."""
    value = find_value(fields, key)
    if not isinstance(value, list):
        raise fields.fault(key, "missing; expected a list")
    return value


def get_bytes(fields: Fields, key: str, *, size: int | None = None) -> bytes:
    """Return bytes that must be there."""
    value = fields.find_bytes(key, size=size)
    if value is None:
        raise fields.fault(key, "missing; expected hex")
    return value


def to_word(fields: Fields, key: str, text: str) -> bytes:
    """Return the 32 bytes of a number in hex with any number of digits."""
    digits = text[2:] if text[:2] in ("0x", "0X") else text
    return fields.to_bytes(key, digits.rjust(2 * WORD_BYTES, "0"), size=WORD_BYTES)


def find_word(fields: Fields, key: str) -> bytes | None:
    """Return the 32 bytes of a number, None if there is none."""
    value = find_value(fields, key)
    return None if value is None else to_word(fields, key, str(value))


def parse_accounts(fields: Fields) -> dict[Address, GenesisAccount]:
    """Return the accounts of a `pre` or `postState`."""
    accounts = {}
    for name, entry in fields.objects():
        slots = entry.find_object("storage")
        storage = _parse_slots(slots) if slots is not None else ()
        accounts[fields.to_bytes(name, name, size=20)] = GenesisAccount(
            balance=entry.get_int("balance"),
            nonce=entry.get_int("nonce", bits=64),
            code=entry.find_bytes("code") or b"",
            storage=storage,
        )
    return accounts


def _parse_slots(slots: Fields) -> tuple[tuple[Hash32, Hash32], ...]:
    pairs = (
        (to_word(slots, slot, slot), to_word(slots, slot, str(value)))
        for slot, value in slots.items()
    )
    return tuple(sorted((slot, value) for slot, value in pairs if any(value)))


def encode_accounts(accounts: Mapping[Address, GenesisAccount]) -> bytes:
    """Return accounts as a state diff from the empty state."""
    changes = [
        AccountChange(
            address=address,
            nonce=account.nonce,
            balance=account.balance,
            code_hash=keccak256(account.code) if account.code else EMPTY_CODE_HASH,
            slots=tuple((slot, int.from_bytes(value, "big")) for slot, value in account.storage),
        )
        for address, account in accounts.items()
    ]
    codes = [account.code for account in accounts.values() if account.code]
    return encode_state_diff(changes, codes)


def parse_blob_schedules(test: Fields) -> dict[str, BlobSchedule]:
    """Return the blob parameters by fork that a test brings along in its `config`."""
    config = test.find_object("config")
    given = config.find_object("blobSchedule") if config is not None else None
    if given is None:
        return {}
    return {
        name: BlobSchedule(
            target=entry.get_int("target", bits=32),
            max=entry.get_int("max", bits=32),
            base_fee_update_fraction=max(entry.get_int("baseFeeUpdateFraction", bits=64), 1),
        )
        for name, entry in given.objects()
    }


def parse_chain_id(test: Fields) -> int:
    """Return the chain id of a test, 1 unless its `config` names another."""
    config = test.find_object("config")
    found = config.find_int("chainid", bits=64) if config is not None else None
    return 1 if found is None else found
