"""Blocks, transactions, receipts and logs in the shapes of the JSON-RPC API.

Spec:
    execution-apis, schemas `Block`, `TransactionInfo`, `ReceiptInfo`, `Log`.
"""

from collections.abc import Sequence
from typing import Any

from contractchain.chain.views import LogView, ReceiptView, TransactionView
from contractchain.codec.block import encode_block
from contractchain.interfaces.execution_data import AccountProof
from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    Address,
    BlobTransaction,
    Block,
    Hash32,
    Header,
    LegacyTransaction,
    SetCodeTransaction,
)


def block_object(
    block: Block, transactions: Sequence[TransactionView] | Sequence[Hash32]
) -> dict[str, Any]:
    """Return a block with its transactions, or with their hashes if that is what is given."""
    out = header_object(block.header, block.hash)
    out["size"] = len(encode_block(block))
    out["uncles"] = []
    out["transactions"] = [
        transaction_object(t) if isinstance(t, TransactionView) else t for t in transactions
    ]
    if block.withdrawals is not None:
        out["withdrawals"] = [
            {
                "index": w.index,
                "validatorIndex": w.validator_index,
                "address": w.address,
                "amount": w.amount_gwei,
            }
            for w in block.withdrawals
        ]
    return out


def header_object(header: Header, block_hash: bytes) -> dict[str, Any]:
    """Return a header; fields that its fork does not have are left out."""
    out: dict[str, Any] = {
        "number": header.number,
        "hash": block_hash,
        "parentHash": header.parent_hash,
        "nonce": header.nonce,
        "mixHash": header.prev_randao,
        "sha3Uncles": header.uncles_hash,
        "logsBloom": header.logs_bloom,
        "transactionsRoot": header.transactions_root,
        "stateRoot": header.state_root,
        "receiptsRoot": header.receipts_root,
        "miner": header.beneficiary,
        "difficulty": header.difficulty,
        "extraData": header.extra_data,
        "gasLimit": header.gas_limit,
        "gasUsed": header.gas_used,
        "timestamp": header.timestamp,
    }
    later = {
        "baseFeePerGas": header.base_fee_per_gas,
        "withdrawalsRoot": header.withdrawals_root,
        "blobGasUsed": header.blob_gas_used,
        "excessBlobGas": header.excess_blob_gas,
        "parentBeaconBlockRoot": header.parent_beacon_block_root,
        "requestsHash": header.requests_hash,
    }
    out.update((key, value) for key, value in later.items() if value is not None)
    return out


def transaction_object(view: TransactionView) -> dict[str, Any]:
    """Return a transaction; its place is null while it is pending."""
    t = view.transaction
    out: dict[str, Any] = {
        "blockHash": view.block_hash,
        "blockNumber": view.block_number,
        "blockTimestamp": view.timestamp,
        "transactionIndex": view.index,
        "hash": view.hash,
        "from": view.sender,
        "to": t.to,
        "type": t.type,
        "nonce": t.nonce,
        "gas": t.gas_limit,
        "value": t.value,
        "input": t.data,
        "r": t.r,
        "s": t.s,
    }
    if isinstance(t, LegacyTransaction):
        out["gasPrice"] = t.gas_price
        out["v"] = 27 + t.y_parity if t.chain_id is None else 35 + 2 * t.chain_id + t.y_parity
        if t.chain_id is not None:
            out["chainId"] = t.chain_id
        return out
    out |= {
        "chainId": t.chain_id,
        "v": t.y_parity,
        "yParity": t.y_parity,
        "accessList": access_list_object(t.access_list),
    }
    if isinstance(t, AccessListTransaction):
        out["gasPrice"] = t.gas_price
        return out
    paid = view.effective_gas_price
    out["gasPrice"] = t.max_fee_per_gas if paid is None else paid
    out["maxFeePerGas"] = t.max_fee_per_gas
    out["maxPriorityFeePerGas"] = t.max_priority_fee_per_gas
    if isinstance(t, BlobTransaction):
        out["maxFeePerBlobGas"] = t.max_fee_per_blob_gas
        out["blobVersionedHashes"] = t.blob_versioned_hashes
    if isinstance(t, SetCodeTransaction):
        out["authorizationList"] = [
            {
                "chainId": a.chain_id,
                "address": a.address,
                "nonce": a.nonce,
                "yParity": a.y_parity,
                "r": a.r,
                "s": a.s,
            }
            for a in t.authorization_list
        ]
    return out


def receipt_object(view: ReceiptView) -> dict[str, Any]:
    """Return a receipt."""
    out: dict[str, Any] = {
        "transactionHash": view.transaction_hash,
        "transactionIndex": view.transaction_index,
        "blockHash": view.block_hash,
        "blockNumber": view.block_number,
        "from": view.sender,
        "to": view.to,
        "contractAddress": view.contract_address,
        "type": view.type,
        "gasUsed": view.gas_used,
        "cumulativeGasUsed": view.cumulative_gas_used,
        "effectiveGasPrice": view.effective_gas_price,
        "logs": [log_object(log) for log in view.logs],
        "logsBloom": view.logs_bloom,
    }
    if view.state_root is not None:
        out["root"] = view.state_root
    else:
        out["status"] = int(view.succeeded)
    if view.blob_gas_used is not None:
        out["blobGasUsed"] = view.blob_gas_used
        out["blobGasPrice"] = view.blob_gas_price
    return out


def log_object(view: LogView) -> dict[str, Any]:
    """Return a log in its block."""
    return {
        "address": view.address,
        "topics": view.topics,
        "data": view.data,
        "blockNumber": view.block_number,
        "blockHash": view.block_hash,
        "blockTimestamp": view.timestamp,
        "transactionHash": view.transaction_hash,
        "transactionIndex": view.transaction_index,
        "logIndex": view.index,
        "removed": view.is_removed,
    }


def access_list_object(entries: Sequence[AccessEntry]) -> list[dict[str, Any]]:
    """Return an EIP-2930 access list."""
    return [{"address": e.address, "storageKeys": e.slots} for e in entries]


def proof_object(
    address: Address, proof: AccountProof, keys: Sequence[bytes | int]
) -> dict[str, Any]:
    """Return a proof (EIP-1186); `keys` are its slots as the client wrote them."""
    account = proof.account
    return {
        "address": address,
        "accountProof": proof.nodes,
        "balance": account.balance if account else 0,
        "nonce": account.nonce if account else 0,
        "codeHash": account.code_hash if account else bytes(32),
        "storageHash": proof.storage_root,
        "storageProof": [
            {"key": key, "value": int.from_bytes(p.value, "big"), "proof": p.nodes}
            for key, p in zip(keys, proof.storage, strict=True)
        ],
    }
