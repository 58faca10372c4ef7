"""Ethereum's tests of RLP, keys and signed transactions."""

import json
from typing import Any

import pytest
from vectors import ETHEREUM_TESTS, find_top

from contractchain.codec.rlp import Item, decode, encode, encode_int
from contractchain.codec.transaction import decode_transaction, encode_transaction, recover_sender
from contractchain.crypto import address_of, keccak256
from contractchain.crypto.keystore import decode_keystore, unlock
from contractchain.errors import DecodeError
from contractchain.types import LegacyTransaction

pytestmark = pytest.mark.skipif(
    not ETHEREUM_TESTS.exists(), reason=f"{ETHEREUM_TESTS} is not here; set CTC_VECTORS"
)


def read(file: str) -> Any:
    return json.loads((find_top() / file).read_text("utf-8")) if ETHEREUM_TESTS.exists() else {}


def from_hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def to_item(value: object) -> Item:
    """Return the item that a test writes as JSON; `#` marks a number too long for it."""
    match value:
        case str() if value.startswith("#"):
            return encode_int(int(value[1:]))
        case str():
            return value.encode("utf-8")
        case int():
            return encode_int(value)
        case list():
            return [to_item(child) for child in value]
    raise AssertionError(value)


@pytest.mark.parametrize("name", read("RLPTests/rlptest.json"))
def test_an_item_has_the_encoding_given(name: str) -> None:
    test = read("RLPTests/rlptest.json")[name]
    item, encoded = to_item(test["in"]), from_hex(test["out"])
    assert encode(item) == encoded
    assert decode(encoded) == item


@pytest.mark.parametrize("name", read("RLPTests/invalidRLPTest.json"))
def test_what_is_no_encoding_is_refused(name: str) -> None:
    encoded = from_hex(read("RLPTests/invalidRLPTest.json")[name]["out"])
    with pytest.raises(DecodeError):
        decode(encoded)


def test_a_random_encoding_is_read_and_written_back() -> None:
    for test in read("RLPTests/RandomRLPTests/example.json").values():
        assert test["in"] == "VALID"
        encoded = from_hex(test["out"])
        assert encode(decode(encoded)) == encoded


def test_keys_have_the_addresses_given() -> None:
    tests = read("BasicTests/keyaddrtest.json")
    assert tests
    for test in tests:
        assert keccak256(test["seed"].encode()) == from_hex(test["key"])
        assert address_of(from_hex(test["key"])) == from_hex(test["addr"])


def test_signed_transactions_are_read_and_their_senders_recovered() -> None:
    tests = read("BasicTests/txtest.json")
    assert tests
    for test in tests:
        transaction = decode_transaction(from_hex(test["signed"]))
        assert transaction == LegacyTransaction(
            nonce=test["nonce"],
            gas_price=test["gasprice"],
            gas_limit=test["startgas"],
            to=from_hex(test["to"]) or None,
            value=test["value"],
            data=from_hex(test["data"]),
            y_parity=transaction.y_parity,
            r=transaction.r,
            s=transaction.s,
        )
        assert encode_transaction(transaction) == from_hex(test["signed"])
        sender = recover_sender(transaction, low_s=False)
        assert sender == address_of(from_hex(test["key"]))


@pytest.mark.parametrize("name", list(read("KeyStoreTests/basic_tests.json")))
def test_a_key_file_opens(name: str) -> None:
    case = read("KeyStoreTests/basic_tests.json")[name]
    keystore = decode_keystore(json.dumps(case["json"]).encode())
    assert unlock(keystore, case["password"]).private_key == from_hex(case["priv"])
