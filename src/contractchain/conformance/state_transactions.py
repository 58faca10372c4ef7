"""The transaction of a state test, built from its fields and signed."""

from typing import Any

from contractchain.chain.json_fields import Fields
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.conformance.values import (
    find_value,
    get_bytes,
    get_list,
    get_object,
    to_word,
)
from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    Authorization,
    BlobTransaction,
    DynamicFeeTransaction,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)


def build_transaction(fields: Fields, indexes: Fields, chain_id: int) -> bytes:
    """Return the encoded transaction that a case picks out of a state test.

    Args:
        fields: `transaction` of the test, with lists of data, gas limits and values.
        indexes: Which of each the case takes.
        chain_id: EIP-155; legacy transactions are signed without it.

    Raises:
        ConfigError: a field is missing or malformed.
        ValidationError: the fields make no transaction.
    """
    data_index = indexes.get_int("data", bits=16)
    data = fields.to_bytes("data", _pick(fields, "data", data_index))
    gas_limit = _pick_int(fields, "gasLimit", indexes.get_int("gas", bits=16), bits=64)
    value = _pick_int(fields, "value", indexes.get_int("value", bits=16))
    common: dict[str, Any] = {
        "nonce": fields.get_int("nonce", bits=64),
        "gas_limit": gas_limit,
        "to": fields.find_bytes("to", size=20) if find_value(fields, "to") else None,
        "value": value,
        "data": data,
    }
    signed = sign_transaction(
        _build(fields, common, data_index, chain_id), get_bytes(fields, "secretKey", size=32)
    )
    return encode_transaction(signed)


def _build(fields: Fields, common: dict[str, Any], index: int, chain_id: int) -> Transaction:
    entries = _access_list(fields, index)
    if "maxFeePerGas" not in fields:
        price = fields.get_int("gasPrice")
        if entries is None:
            return LegacyTransaction(gas_price=price, **common)
        return AccessListTransaction(
            chain_id=chain_id, gas_price=price, access_list=entries, **common
        )
    common |= {
        "chain_id": chain_id,
        "max_priority_fee_per_gas": fields.get_int("maxPriorityFeePerGas"),
        "max_fee_per_gas": fields.get_int("maxFeePerGas"),
        "access_list": entries or (),
    }
    if find_value(fields, "authorizationList") is not None:
        authorizations = tuple(_authorizations(fields))
        return SetCodeTransaction(authorization_list=authorizations, **common)
    if find_value(fields, "blobVersionedHashes") is not None:
        hashes = get_list(fields, "blobVersionedHashes")
        return BlobTransaction(
            max_fee_per_blob_gas=fields.find_int("maxFeePerBlobGas") or 0,
            blob_versioned_hashes=tuple(
                to_word(fields, "blobVersionedHashes", str(item)) for item in hashes
            ),
            **common,
        )
    return DynamicFeeTransaction(**common)


def _pick(fields: Fields, key: str, index: int) -> object:
    values = get_list(fields, key)
    if index >= len(values):
        raise fields.fault(key, f"has {len(values)} values, the case names number {index}")
    return values[index]


def _pick_int(fields: Fields, key: str, index: int, *, bits: int = 256) -> int:
    text = _pick(fields, key, index)
    # `0x:bigint 0x…` marks a number that is too large on purpose.
    plain = str(text).removeprefix("0x:bigint ")
    return Fields({key: plain}).get_int(key, bits=bits)


def _access_list(fields: Fields, index: int) -> tuple[AccessEntry, ...] | None:
    lists = find_value(fields, "accessLists")
    if lists is None:
        return None
    entries = _pick(fields, "accessLists", index)
    if not isinstance(entries, list):
        return None if entries is None else ()
    return tuple(
        AccessEntry(
            address=fields.to_bytes("accessLists", entry["address"], size=20),
            slots=tuple(to_word(fields, "accessLists", key) for key in entry["storageKeys"]),
        )
        for entry in entries
    )


def _authorizations(fields: Fields) -> list[Authorization]:
    found = []
    for entry in get_list(fields, "authorizationList"):
        item = get_object(Fields({"authorization": entry}), "authorization")
        parity = item.find_int("yParity")
        found.append(
            Authorization(
                chain_id=item.get_int("chainId"),
                address=get_bytes(item, "address", size=20),
                nonce=item.get_int("nonce", bits=64),
                y_parity=item.get_int("v") if parity is None else parity,
                r=item.get_int("r"),
                s=item.get_int("s"),
            )
        )
    return found
