"""JSON-RPC values <-> our data: hex quantities, blocks, transactions and receipts.

Reads what nodes answer; a field that is missing or malformed is a DecodeError that names it.

Spec:
    ethereum/execution-apis, schemas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from contractchain.chain import (
    BlockReference,
    BlockTag,
    LogFilter,
    LogView,
    ReceiptView,
    TransactionView,
)
from contractchain.client.connection import BlockSummary
from contractchain.codec.hexadecimal import parse_hex, to_hex
from contractchain.codec.transaction import encode_transaction
from contractchain.errors import DecodeError
from contractchain.interfaces.execution_data import Message
from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    Authorization,
    BlobTransaction,
    DynamicFeeTransaction,
    Hash32,
    Header,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)

WHAT = "node answer"
Fields: TypeAlias = Mapping[str, Any]


def write_reference(reference: BlockReference) -> Any:
    """Return a block reference as JSON-RPC writes it (EIP-1898 for a hash)."""
    match reference:
        case BlockTag():
            return reference.value
        case bytes():
            return {"blockHash": to_hex(reference)}
        case _:
            return hex(reference)


def write_message(message: Message) -> dict[str, Any]:
    """Return a call object."""
    out: dict[str, Any] = {"from": to_hex(message.sender), "data": to_hex(message.data)}
    if message.to is not None:
        out["to"] = to_hex(message.to)
    if message.value:
        out["value"] = hex(message.value)
    if message.gas_limit is not None:
        out["gas"] = hex(message.gas_limit)
    if message.max_fee_per_gas:
        out["maxFeePerGas"] = hex(message.max_fee_per_gas)
        out["maxPriorityFeePerGas"] = hex(message.max_priority_fee_per_gas)
    if message.access_list:
        out["accessList"] = [
            {"address": to_hex(entry.address), "storageKeys": list(map(to_hex, entry.slots))}
            for entry in message.access_list
        ]
    if message.authorization_list:
        out["authorizationList"] = list(map(_write_authorization, message.authorization_list))
    if message.blob_versioned_hashes:
        out["blobVersionedHashes"] = list(map(to_hex, message.blob_versioned_hashes))
        out["maxFeePerBlobGas"] = hex(message.max_fee_per_blob_gas)
    return out


def _write_authorization(authorization: Authorization) -> dict[str, str]:
    return {
        "chainId": hex(authorization.chain_id),
        "address": to_hex(authorization.address),
        "nonce": hex(authorization.nonce),
        "yParity": hex(authorization.y_parity),
        "r": hex(authorization.r),
        "s": hex(authorization.s),
    }


def write_log_filter(wanted: LogFilter) -> dict[str, Any]:
    """Return a filter object, without bounds."""
    out: dict[str, Any] = {}
    if wanted.addresses:
        out["address"] = sorted(map(to_hex, wanted.addresses))
    if wanted.topics:
        out["topics"] = [sorted(map(to_hex, accepted)) or None for accepted in wanted.topics]
    return out


def read_quantity(value: object, key: str = "quantity") -> int:
    """Return a hex quantity; a plain number, which some nodes write, is taken too."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.startswith("0x") and 2 < len(value) <= 66:
        try:
            return int(value, 16)
        except ValueError:
            pass
    raise DecodeError(f"`{key}` is {str(value)[:40]!r}, not a quantity", what=WHAT)


def read_bytes(value: object, key: str = "data", *, size: int | None = None) -> bytes:
    """Return hex data."""
    if not isinstance(value, str):
        raise DecodeError(f"`{key}` is {str(value)[:40]!r}, not hex data", what=WHAT)
    return parse_hex(value, f"{WHAT}, `{key}`", size=size)


def read_object(value: object, key: str) -> Fields:
    """Return a JSON object."""
    if not isinstance(value, Mapping):
        raise DecodeError(f"`{key}` is not an object", what=WHAT)
    return value


def read_block(value: object) -> BlockSummary:
    """Return a block of `eth_getBlockBy…` without full transactions."""
    fields = read_object(value, "block")
    hashes = fields.get("transactions")
    if not isinstance(hashes, list):
        raise DecodeError("`transactions` is not a list", what=WHAT)
    return BlockSummary(
        header=_read_header(fields),
        hash=_hash(fields, "hash"),
        transaction_hashes=tuple(read_bytes(item, "transactions", size=32) for item in hashes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHead:
    """A block that has become canonical, as nodes tell of it: without its transactions."""

    header: Header
    hash: Hash32


def read_new_head(value: object) -> NewHead:
    """Return a block of the subscription `newHeads`."""
    fields = read_object(value, "head")
    return NewHead(header=_read_header(fields), hash=_hash(fields, "hash"))


def _read_header(fields: Fields) -> Header:
    return Header(
        parent_hash=_hash(fields, "parentHash"),
        uncles_hash=_hash(fields, "sha3Uncles"),
        beneficiary=_address(fields, "miner"),
        state_root=_hash(fields, "stateRoot"),
        transactions_root=_hash(fields, "transactionsRoot"),
        receipts_root=_hash(fields, "receiptsRoot"),
        logs_bloom=read_bytes(fields.get("logsBloom"), "logsBloom", size=256),
        difficulty=_int(fields, "difficulty", 0),
        number=_int(fields, "number"),
        gas_limit=_int(fields, "gasLimit"),
        gas_used=_int(fields, "gasUsed"),
        timestamp=_int(fields, "timestamp"),
        extra_data=read_bytes(fields.get("extraData", "0x"), "extraData"),
        prev_randao=_optional_hash(fields, "mixHash") or bytes(32),
        nonce=read_bytes(fields.get("nonce") or "0x" + "00" * 8, "nonce", size=8),
        base_fee_per_gas=_optional_int(fields, "baseFeePerGas"),
        withdrawals_root=_optional_hash(fields, "withdrawalsRoot"),
        blob_gas_used=_optional_int(fields, "blobGasUsed"),
        excess_blob_gas=_optional_int(fields, "excessBlobGas"),
        parent_beacon_block_root=_optional_hash(fields, "parentBeaconBlockRoot"),
        requests_hash=_optional_hash(fields, "requestsHash"),
    )


def read_transaction(value: object) -> TransactionView:
    """Return a transaction of `eth_getTransactionByHash`."""
    fields = read_object(value, "transaction")
    transaction = _read_typed(fields)
    return TransactionView(
        hash=_hash(fields, "hash"),
        sender=_address(fields, "from"),
        transaction=transaction,
        raw=encode_transaction(transaction),
        block_number=_optional_int(fields, "blockNumber"),
        block_hash=_optional_hash(fields, "blockHash"),
        index=_optional_int(fields, "transactionIndex"),
        effective_gas_price=_optional_int(fields, "gasPrice"),
    )


def _read_typed(fields: Fields) -> Transaction:
    kind = _int(fields, "type", 0)
    y_parity = _optional_int(fields, "yParity")
    common: dict[str, Any] = {
        "nonce": _int(fields, "nonce"),
        "gas_limit": _int(fields, "gas"),
        "to": _optional_address(fields, "to"),
        "value": _int(fields, "value"),
        "data": read_bytes(fields.get("input", fields.get("data")), "input"),
        "r": _int(fields, "r"),
        "s": _int(fields, "s"),
    }
    if kind == 0:
        v = _int(fields, "v")
        protected = v >= 35
        return LegacyTransaction(
            gas_price=_int(fields, "gasPrice"),
            chain_id=(v - 35) // 2 if protected else None,
            y_parity=(v - 35) % 2 if protected else v - 27,
            **common,
        )
    common["chain_id"] = _int(fields, "chainId")
    common["y_parity"] = y_parity if y_parity is not None else _int(fields, "v")
    common["access_list"] = _read_access_list(fields.get("accessList") or [])
    if kind == 1:
        return AccessListTransaction(gas_price=_int(fields, "gasPrice"), **common)
    common["max_fee_per_gas"] = _int(fields, "maxFeePerGas")
    common["max_priority_fee_per_gas"] = _int(fields, "maxPriorityFeePerGas")
    if kind == 2:
        return DynamicFeeTransaction(**common)
    if kind == 3:
        hashes = fields.get("blobVersionedHashes") or []
        return BlobTransaction(
            max_fee_per_blob_gas=_int(fields, "maxFeePerBlobGas"),
            blob_versioned_hashes=tuple(read_bytes(item, "blob hash", size=32) for item in hashes),
            **common,
        )
    if kind == 4:
        entries = fields.get("authorizationList") or []
        authorizations = tuple(_read_authorization(read_object(e, "entry")) for e in entries)
        return SetCodeTransaction(authorization_list=authorizations, **common)
    raise DecodeError(f"transaction type {kind} is unknown", what=WHAT)


def _read_access_list(entries: object) -> tuple[AccessEntry, ...]:
    if not isinstance(entries, list):
        raise DecodeError("`accessList` is not a list", what=WHAT)
    return tuple(
        AccessEntry(
            address=_address(read_object(entry, "accessList"), "address"),
            slots=tuple(
                read_bytes(slot, "storageKeys", size=32) for slot in entry.get("storageKeys") or []
            ),
        )
        for entry in entries
    )


def _read_authorization(fields: Fields) -> Authorization:
    return Authorization(
        chain_id=_int(fields, "chainId"),
        address=_address(fields, "address"),
        nonce=_int(fields, "nonce"),
        y_parity=_int(fields, "yParity"),
        r=_int(fields, "r"),
        s=_int(fields, "s"),
    )


def read_receipt(value: object) -> ReceiptView:
    """Return a receipt of `eth_getTransactionReceipt`."""
    fields = read_object(value, "receipt")
    logs = fields.get("logs")
    if not isinstance(logs, list):
        raise DecodeError("`logs` is not a list", what=WHAT)
    return ReceiptView(
        transaction_hash=_hash(fields, "transactionHash"),
        transaction_index=_int(fields, "transactionIndex"),
        block_number=_int(fields, "blockNumber"),
        block_hash=_hash(fields, "blockHash"),
        timestamp=_int(fields, "blockTimestamp", 0),
        sender=_address(fields, "from"),
        to=_optional_address(fields, "to"),
        contract_address=_optional_address(fields, "contractAddress"),
        type=_int(fields, "type", 0),
        succeeded=_int(fields, "status", 1) == 1,
        state_root=_optional_hash(fields, "root"),
        gas_used=_int(fields, "gasUsed"),
        cumulative_gas_used=_int(fields, "cumulativeGasUsed"),
        effective_gas_price=_int(fields, "effectiveGasPrice", 0),
        logs=tuple(map(read_log, logs)),
        logs_bloom=read_bytes(fields.get("logsBloom"), "logsBloom", size=256),
        blob_gas_used=_optional_int(fields, "blobGasUsed"),
        blob_gas_price=_optional_int(fields, "blobGasPrice"),
    )


def read_logs(value: object) -> list[LogView]:
    """Return the logs of `eth_getLogs`."""
    if not isinstance(value, list):
        raise DecodeError("the logs are not a list", what=WHAT)
    return [read_log(item) for item in value]


def read_log(value: object) -> LogView:
    """Return a log of a receipt, of `eth_getLogs` or of a subscription."""
    fields = read_object(value, "log")
    topics = fields.get("topics")
    if not isinstance(topics, list):
        raise DecodeError("`topics` is not a list", what=WHAT)
    return LogView(
        address=_address(fields, "address"),
        topics=tuple(read_bytes(topic, "topics", size=32) for topic in topics),
        data=read_bytes(fields.get("data"), "data"),
        block_number=_int(fields, "blockNumber"),
        block_hash=_hash(fields, "blockHash"),
        timestamp=_int(fields, "blockTimestamp", 0),
        transaction_hash=_hash(fields, "transactionHash"),
        transaction_index=_int(fields, "transactionIndex"),
        index=_int(fields, "logIndex"),
        is_removed=fields.get("removed") is True,
    )


def _int(fields: Fields, key: str, default: int | None = None) -> int:
    value = fields.get(key)
    if value is None and default is not None:
        return default
    return read_quantity(value, key)


def _optional_int(fields: Fields, key: str) -> int | None:
    value = fields.get(key)
    return None if value is None else read_quantity(value, key)


def _hash(fields: Fields, key: str) -> bytes:
    return read_bytes(fields.get(key), key, size=32)


def _optional_hash(fields: Fields, key: str) -> bytes | None:
    value = fields.get(key)
    return None if value is None else read_bytes(value, key, size=32)


def _address(fields: Fields, key: str) -> bytes:
    return read_bytes(fields.get(key), key, size=20)


def _optional_address(fields: Fields, key: str) -> bytes | None:
    value = fields.get(key)
    return None if value is None else read_bytes(value, key, size=20)
