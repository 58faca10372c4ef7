"""Encoding, decoding, hashing, signing and recovery of the five transaction types.

Spec:
    EIP-155, 2718, 2930, 1559, 4844, 7702.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from contractchain.codec.rlp import Item, as_bytes, as_int, as_list, decode, encode, encode_int
from contractchain.crypto import Signature, keccak256, recover_address, sign_hash
from contractchain.errors import DecodeError, InvalidSignatureError
from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    Address,
    Authorization,
    BlobTransaction,
    DynamicFeeTransaction,
    Hash32,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)

WHAT = "transaction"
MAX_TYPE = 4


def encode_transaction(transaction: Transaction) -> bytes:
    """Return the EIP-2718 encoding of a signed transaction, as blocks hold it."""
    if isinstance(transaction, LegacyTransaction):
        signature = (_legacy_v(transaction), transaction.r, transaction.s)
        return encode([*_payload_fields(transaction), *(encode_int(x) for x in signature)])
    signature = (transaction.y_parity, transaction.r, transaction.s)
    fields = [*_payload_fields(transaction), *(encode_int(x) for x in signature)]
    return bytes((transaction.type,)) + encode(fields)


def encode_unsigned_transaction(transaction: Transaction) -> bytes:
    """Return the EIP-2718 encoding with zeros for the signature, v of type 0 included."""
    body = encode([*_payload_fields(transaction), b"", b"", b""])
    return body if transaction.type == 0 else bytes((transaction.type,)) + body


def hash_transaction(raw: bytes) -> Hash32:
    """Return the transaction hash of an encoded transaction."""
    return keccak256(raw)


def hash_for_signing(transaction: Transaction) -> Hash32:
    """Return the digest that the sender signs."""
    if isinstance(transaction, LegacyTransaction):
        fields = _payload_fields(transaction)
        if transaction.chain_id is not None:
            fields += [encode_int(transaction.chain_id), b"", b""]
        return keccak256(encode(fields))
    return keccak256(bytes((transaction.type,)) + encode(_payload_fields(transaction)))


def sign_transaction(transaction: Transaction, private_key: bytes) -> Transaction:
    """Return the transaction with the signature of `private_key`."""
    y_parity, r, s = sign_hash(hash_for_signing(transaction), private_key)
    return replace(transaction, y_parity=y_parity, r=r, s=s)


def recover_sender(transaction: Transaction, *, low_s: bool = True) -> Address:
    """Return the address that signed.

    Raises:
        InvalidSignatureError: a value is out of range, or nothing recovers.
    """
    signature = Signature(transaction.y_parity, transaction.r, transaction.s)
    return recover_address(hash_for_signing(transaction), signature, low_s=low_s)


def hash_authorization(authorization: Authorization) -> Hash32:
    """Return the digest that the authority of a delegation signs (EIP-7702)."""
    fields = (
        encode_int(authorization.chain_id),
        authorization.address,
        encode_int(authorization.nonce),
    )
    return keccak256(b"\x05" + encode(fields))


def decode_transaction(raw: bytes) -> Transaction:
    """Decode an EIP-2718 transaction as blocks hold it (a blob transaction has no sidecar).

    Raises:
        DecodeError: unknown type, not canonical, wrong number or size of fields.
        InvalidSignatureError: v or the y parity has a value that it never has.
    """
    if not raw:
        raise DecodeError("no bytes", what=WHAT)
    if raw[0] >= 0xC0:
        return _decode_legacy(as_list(decode(raw, WHAT), WHAT, length=9))
    kind = raw[0]
    if not 1 <= kind <= MAX_TYPE:
        raise DecodeError(f"unknown transaction type {kind}", what=WHAT)
    transaction = _decode_typed(kind, as_list(decode(raw[1:], WHAT), WHAT))
    if transaction.y_parity > 1:  # only now: what does not decode at all counts first
        raise InvalidSignatureError(f"y parity is {transaction.y_parity}, must be 0 or 1")
    return transaction


def _legacy_v(transaction: LegacyTransaction) -> int:
    if transaction.chain_id is None:
        return 27 + transaction.y_parity
    return 35 + 2 * transaction.chain_id + transaction.y_parity


def _payload_fields(transaction: Transaction) -> list[Item]:
    to = transaction.to or b""
    tail: list[Item] = [
        encode_int(transaction.gas_limit),
        to,
        encode_int(transaction.value),
        transaction.data,
    ]
    match transaction:
        case LegacyTransaction():
            return [encode_int(transaction.nonce), encode_int(transaction.gas_price), *tail]
        case AccessListTransaction():
            ids = (transaction.chain_id, transaction.nonce, transaction.gas_price)
            return [*map(encode_int, ids), *tail, _access_list_items(transaction.access_list)]
        case DynamicFeeTransaction() | BlobTransaction() | SetCodeTransaction():
            head = (
                transaction.chain_id,
                transaction.nonce,
                transaction.max_priority_fee_per_gas,
                transaction.max_fee_per_gas,
            )
            fields: list[Item] = [*map(encode_int, head), *tail]
            fields.append(_access_list_items(transaction.access_list))
            if isinstance(transaction, BlobTransaction):
                fields.append(encode_int(transaction.max_fee_per_blob_gas))
                fields.append(list(transaction.blob_versioned_hashes))
            elif isinstance(transaction, SetCodeTransaction):
                fields.append([_authorization_items(a) for a in transaction.authorization_list])
            return fields
        case _:
            assert_never(transaction)


def _access_list_items(access_list: tuple[AccessEntry, ...]) -> list[Item]:
    return [[entry.address, list(entry.slots)] for entry in access_list]


def _authorization_items(a: Authorization) -> list[Item]:
    values = (a.nonce, a.y_parity, a.r, a.s)
    return [encode_int(a.chain_id), a.address, *map(encode_int, values)]


def _to(item: Item) -> Address | None:
    data = as_bytes(item, WHAT)
    if len(data) not in (0, 20):
        raise DecodeError(f"`to` has {len(data)} bytes, must have 20 or none", what=WHAT)
    return data or None


def _decode_access_entries(item: Item) -> tuple[AccessEntry, ...]:
    entries = []
    for entry in as_list(item, WHAT):
        address, slots = as_list(entry, WHAT, length=2)
        entries.append(
            AccessEntry(
                address=as_bytes(address, WHAT, size=20),
                slots=tuple(as_bytes(slot, WHAT, size=32) for slot in as_list(slots, WHAT)),
            )
        )
    return tuple(entries)


def _decode_authorization(item: Item) -> Authorization:
    chain_id, address, nonce, y_parity, r, s = as_list(item, WHAT, length=6)
    return Authorization(
        chain_id=as_int(chain_id, WHAT),
        address=as_bytes(address, WHAT, size=20),
        nonce=as_int(nonce, WHAT, bits=64),
        y_parity=as_int(y_parity, WHAT, bits=8),
        r=as_int(r, WHAT),
        s=as_int(s, WHAT),
    )


def _decode_typed(kind: int, fields: Sequence[Item]) -> Transaction:
    match kind:
        case 1:
            return _decode_access_list(as_list(fields, WHAT, length=11))
        case 2:
            return _decode_dynamic_fee(as_list(fields, WHAT, length=12))
        case 3:
            return _decode_blob(as_list(fields, WHAT, length=14))
        case _:
            return _decode_set_code(as_list(fields, WHAT, length=13))


def _decode_legacy(fields: Sequence[Item]) -> LegacyTransaction:
    nonce, gas_price, gas_limit, to, value, data, v_item, r, s = fields
    v = as_int(v_item, WHAT)
    transaction = LegacyTransaction(
        nonce=as_int(nonce, WHAT, bits=64),
        gas_price=as_int(gas_price, WHAT),
        gas_limit=as_int(gas_limit, WHAT, bits=64),
        to=_to(to),
        value=as_int(value, WHAT),
        data=as_bytes(data, WHAT),
        chain_id=(v - 35) // 2 if v >= 35 else None,
        y_parity=(v - 35) % 2 if v >= 35 else v - 27,
        r=as_int(r, WHAT),
        s=as_int(s, WHAT),
    )
    if v not in (27, 28) and v < 35:
        raise InvalidSignatureError(f"v is {v}, must be 27, 28 or at least 35")
    return transaction


def _decode_access_list(fields: Sequence[Item]) -> AccessListTransaction:
    chain_id, nonce, gas_price, gas_limit, to, value, data, access_list, y_parity, r, s = fields
    return AccessListTransaction(
        chain_id=as_int(chain_id, WHAT, bits=64),
        nonce=as_int(nonce, WHAT, bits=64),
        gas_price=as_int(gas_price, WHAT),
        gas_limit=as_int(gas_limit, WHAT, bits=64),
        to=_to(to),
        value=as_int(value, WHAT),
        data=as_bytes(data, WHAT),
        access_list=_decode_access_entries(access_list),
        y_parity=as_int(y_parity, WHAT),
        r=as_int(r, WHAT),
        s=as_int(s, WHAT),
    )


def _decode_dynamic_fee(fields: Sequence[Item]) -> DynamicFeeTransaction:
    chain_id, nonce, priority, fee, gas_limit, to, value, data, access_list, y_parity, r, s = fields
    return DynamicFeeTransaction(
        chain_id=as_int(chain_id, WHAT, bits=64),
        nonce=as_int(nonce, WHAT, bits=64),
        max_priority_fee_per_gas=as_int(priority, WHAT),
        max_fee_per_gas=as_int(fee, WHAT),
        gas_limit=as_int(gas_limit, WHAT, bits=64),
        to=_to(to),
        value=as_int(value, WHAT),
        data=as_bytes(data, WHAT),
        access_list=_decode_access_entries(access_list),
        y_parity=as_int(y_parity, WHAT),
        r=as_int(r, WHAT),
        s=as_int(s, WHAT),
    )


def _decode_blob(fields: Sequence[Item]) -> BlobTransaction:
    common = _decode_dynamic_fee([*fields[:9], *fields[11:]])
    return BlobTransaction(
        chain_id=common.chain_id,
        nonce=common.nonce,
        max_priority_fee_per_gas=common.max_priority_fee_per_gas,
        max_fee_per_gas=common.max_fee_per_gas,
        gas_limit=common.gas_limit,
        to=common.to,
        value=common.value,
        data=common.data,
        access_list=common.access_list,
        max_fee_per_blob_gas=as_int(fields[9], WHAT),
        blob_versioned_hashes=tuple(
            as_bytes(item, WHAT, size=32) for item in as_list(fields[10], WHAT)
        ),
        y_parity=common.y_parity,
        r=common.r,
        s=common.s,
    )


def _decode_set_code(fields: Sequence[Item]) -> SetCodeTransaction:
    common = _decode_dynamic_fee([*fields[:9], *fields[10:]])
    return SetCodeTransaction(
        chain_id=common.chain_id,
        nonce=common.nonce,
        max_priority_fee_per_gas=common.max_priority_fee_per_gas,
        max_fee_per_gas=common.max_fee_per_gas,
        gas_limit=common.gas_limit,
        to=common.to,
        value=common.value,
        data=common.data,
        access_list=common.access_list,
        authorization_list=tuple(_decode_authorization(a) for a in as_list(fields[9], WHAT)),
        y_parity=common.y_parity,
        r=common.r,
        s=common.s,
    )
