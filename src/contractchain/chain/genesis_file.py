"""geth's genesis.json to and from `Genesis`.

Every key that shapes the first block is read. One that is not known is skipped, unless it is spelt
much like a known one; in an account every other key is refused but those that only tools use
(`secretKey`, `comment`). What the genesis means is in `contractchain.chain.genesis`.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias

from contractchain.chain.bulk import without_cycle_collection
from contractchain.chain.genesis_config import parse_chain_config, to_config_json
from contractchain.chain.json_fields import (
    Fields,
    decode_text,
    located_json_errors,
    parse_fields,
    read_bytes,
)
from contractchain.chain.json_members import MemberReader
from contractchain.crypto import keccak256
from contractchain.errors import closest
from contractchain.types import ZERO_ADDRESS, ZERO_HASH, Address, Genesis, GenesisAccount, Hash32

KEYS = (
    *("config", "alloc", "gasLimit", "difficulty", "timestamp", "coinbase", "extraData"),
    *("mixHash", "nonce", "number", "gasUsed", "parentHash", "baseFeePerGas", "blobGasUsed"),
    *("excessBlobGas", "parentBeaconBlockRoot"),
)
ACCOUNT_KEYS = ("balance", "nonce", "code", "storage")
ACCOUNTS_AT_ONCE = 10_000
ALLOCATION_START, ALLOCATION_END = ',\n  "alloc": {', "\n  }\n}"
"""What `encode_genesis` writes around the lines of the accounts; each begins with a newline."""
Allocation: TypeAlias = tuple[tuple[Address, GenesisAccount], ...]
_PLAIN_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_PLAIN_WORD = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
_PLAIN_BALANCE = re.compile(r"0x[0-9a-f]{1,64}", re.ASCII)
SKIPPED_ACCOUNT_KEYS = frozenset(("secretKey", "privateKey", "comment"))


def load_genesis(path: Path) -> Genesis:
    """Read a genesis file.

    Raises:
        ConfigError: not readable, not JSON, or a key with a value it cannot have.
    """
    return _parse_genesis(*_read_document(read_bytes(path), str(path)))


def load_genesis_and_hash(path: Path) -> tuple[Genesis, Hash32]:
    """Return the genesis of a file and the hash of the very bytes it was read from.

    Raises as `load_genesis`.
    """
    text = [read_bytes(path)]
    digest = keccak256(text[0])
    return _parse_genesis(*_read_document(text.pop(), str(path))), digest


def decode_genesis(text: str | bytes, *, path: str | None = None) -> Genesis:
    """Return the genesis that a JSON text describes. Raises as `load_genesis`."""
    return _parse_genesis(*_read_document(text, path))


def decode_accounts(text: bytes) -> Allocation:
    """Return the accounts of an `alloc`, by address. Raises as `load_genesis`."""
    with located_json_errors(None):
        return _read_alloc(MemberReader(decode_text(text)), Fields({}, key="alloc"))


def encode_genesis(genesis: Genesis) -> str:
    """Return the JSON text of a genesis; `decode_genesis` gives it back."""
    out: dict[str, object] = {
        "config": to_config_json(genesis.config),
        "nonce": "0x" + genesis.nonce.hex(),
        "timestamp": hex(genesis.timestamp),
        "extraData": "0x" + genesis.extra_data.hex(),
        "gasLimit": hex(genesis.gas_limit),
        "difficulty": hex(genesis.difficulty),
        "mixHash": "0x" + genesis.prev_randao.hex(),
        "coinbase": "0x" + genesis.beneficiary.hex(),
        "number": hex(genesis.number),
        "parentHash": "0x" + genesis.parent_hash.hex(),
    }
    optional = {
        "baseFeePerGas": genesis.base_fee_per_gas,
        "blobGasUsed": genesis.blob_gas_used,
        "excessBlobGas": genesis.excess_blob_gas,
    }
    out |= {key: hex(value) for key, value in optional.items() if value is not None}
    if genesis.parent_beacon_block_root is not None:
        out["parentBeaconBlockRoot"] = "0x" + genesis.parent_beacon_block_root.hex()
    head = json.dumps(out, indent=2).removesuffix("\n}")
    return "".join((head, ALLOCATION_START, *_list_account_lines(genesis), ALLOCATION_END))


def _list_account_lines(genesis: Genesis) -> Iterator[str]:
    """Yield an account per line, many lines at a time.

    `json.dumps` with an indentation works instruction by instruction in Python and needs several
    times the memory and the time.
    """
    lines = (
        f'    "0x{address.hex()}": {json.dumps(_to_account_json(account))}'
        for address, account in genesis.alloc
    )
    separator = "\n"
    while some := ",\n".join(islice(lines, ACCOUNTS_AT_ONCE)):
        yield separator + some
        separator = ",\n"


def _read_document(text: str | bytes, path: str | None) -> tuple[Fields, Allocation]:
    """Return everything but the allocation as JSON, and the allocation."""
    values: dict[str, object] = {}
    alloc: Allocation = ()
    with located_json_errors(path), without_cycle_collection():
        # The bytes are given up here: of a large file there is one copy while it is read.
        text = decode_text(text) if isinstance(text, bytes) else text
        reader = MemberReader(text)
        if not reader.is_object():
            return parse_fields(text, path=path), ()
        for key in reader.names():
            if key == "alloc" and reader.is_object():
                alloc = _read_alloc(reader, Fields({}, path=path, key=key))
            else:
                values[key] = reader.value()
        reader.check_end()
    return Fields(values, path=path), alloc


def _parse_genesis(fields: Fields, alloc: Allocation) -> Genesis:
    for key in fields.names():
        if key not in KEYS and (hint := closest(key, KEYS)):
            raise fields.fault(key, "is not a key of a genesis file", hint=hint)
    config = fields.find_object("config")
    if config is None:
        raise fields.fault("config", "missing; expected an object with `chainId` and the forks")
    if fields.find_int("number"):
        raise fields.fault("number", "must be 0: a chain starts at block 0")
    fields.find_int("gasUsed", bits=64)  # follows from there being no transactions
    fields.find_object("alloc")  # null, or no object at all
    extra_data = fields.find_bytes("extraData") or b""
    nonce = fields.find_int("nonce", bits=64) or 0
    return Genesis(
        config=parse_chain_config(config),
        alloc=alloc,
        gas_limit=fields.get_int("gasLimit", bits=63),
        difficulty=fields.find_int("difficulty") or 0,
        timestamp=fields.find_int("timestamp", bits=64) or 0,
        beneficiary=fields.find_bytes("coinbase", size=20) or ZERO_ADDRESS,
        extra_data=extra_data,
        prev_randao=fields.find_bytes("mixHash", size=32) or ZERO_HASH,
        nonce=nonce.to_bytes(8, "big"),
        parent_hash=fields.find_bytes("parentHash", size=32) or ZERO_HASH,
        base_fee_per_gas=fields.find_int("baseFeePerGas"),
        blob_gas_used=fields.find_int("blobGasUsed", bits=64),
        excess_blob_gas=fields.find_int("excessBlobGas", bits=64),
        parent_beacon_block_root=fields.find_bytes("parentBeaconBlockRoot", size=32),
    )


def _read_alloc(reader: MemberReader, alloc: Fields) -> Allocation:
    accounts: dict[Address, GenesisAccount] = {}
    for key in reader.names(may_repeat=True):
        value = reader.value()
        if _PLAIN_ADDRESS.fullmatch(key):
            address = bytes.fromhex(key[2:])
        else:
            address = alloc.to_bytes(key, key, size=20)
        if address in accounts:
            raise alloc.fault(key, "is there twice")
        account = _find_plain_account(value)
        accounts[address] = account or _parse_account(_to_object(alloc, key, value))
    return tuple(sorted(accounts.items(), key=itemgetter(0)))


def _to_object(alloc: Fields, key: str, value: object) -> Fields:
    entry = alloc.to_object(key, value)
    if entry is None:
        raise alloc.fault(key, "expected an object, found null")
    return entry


def _find_plain_account(value: object) -> GenesisAccount | None:
    """Return an account with nothing but a balance in hex, as most of a large allocation are."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    balance = value.get("balance")
    if not isinstance(balance, str) or not _PLAIN_BALANCE.fullmatch(balance):
        return None
    return GenesisAccount(balance=int(balance, 16))


def _parse_account(entry: Fields) -> GenesisAccount:
    for key in entry.names():
        if key not in ACCOUNT_KEYS and key not in SKIPPED_ACCOUNT_KEYS:
            raise entry.fault(
                key,
                "is not a key of an account",
                hint=closest(key, ACCOUNT_KEYS) or "known are " + ", ".join(ACCOUNT_KEYS),
            )
    return GenesisAccount(
        balance=entry.find_int("balance") or 0,
        nonce=entry.find_int("nonce", bits=64) or 0,
        code=entry.find_bytes("code") or b"",
        storage=_parse_storage(entry),
    )


def _parse_storage(entry: Fields) -> tuple[tuple[Hash32, Hash32], ...]:
    storage = entry.find_object("storage")
    if storage is None:
        return ()
    slots: dict[Hash32, Hash32] = {}
    for key, value in storage.items():
        slot = _to_word(storage, key, key)
        if slot in slots:
            raise storage.fault(key, "is there twice")
        slots[slot] = _to_word(storage, key, value)
    return tuple(sorted(slots.items()))


def _to_word(storage: Fields, key: str, value: object) -> Hash32:
    """geth takes short hex and pads it on the left."""
    if isinstance(value, str) and _PLAIN_WORD.fullmatch(value):
        return bytes.fromhex(value[2:])
    if isinstance(value, str) and len(value) % 2:
        value = "0x0" + value[2:] if value.startswith(("0x", "0X")) else "0" + value
    data = storage.to_bytes(key, value)
    if len(data) > 32:
        raise storage.fault(key, f"expected at most 32 bytes of hex, found {len(data)}")
    return data.rjust(32, b"\x00")


def _to_account_json(account: GenesisAccount) -> dict[str, object]:
    out: dict[str, object] = {"balance": hex(account.balance)}
    if account.nonce:
        out["nonce"] = hex(account.nonce)
    if account.code:
        out["code"] = "0x" + account.code.hex()
    if account.storage:
        out["storage"] = {"0x" + s.hex(): "0x" + v.hex() for s, v in account.storage}
    return out
