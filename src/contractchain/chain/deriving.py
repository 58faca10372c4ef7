"""Makes the views of transactions, receipts and logs from a block's encodings."""

from dataclasses import dataclass
from itertools import accumulate

from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.fees import (
    GAS_PER_BLOB,
    calculate_blob_base_fee,
    calculate_effective_gas_price,
)
from contractchain.chain.views import LogView, ReceiptView, TransactionView
from contractchain.codec.receipt import calculate_bloom, decode_receipt
from contractchain.codec.rlp import encode, encode_int
from contractchain.codec.transaction import decode_transaction
from contractchain.crypto import keccak256
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.types import (
    AccessListTransaction,
    Address,
    BlobTransaction,
    ChainConfig,
    Hash32,
    LegacyTransaction,
    Receipt,
    Transaction,
)


def calculate_contract_address(sender: Address, nonce: int) -> Address:
    """Return the address of the contract that a transaction creates."""
    return keccak256(encode([sender, encode_int(nonce)]))[12:]


def build_transaction_view(block: ExecutedBlock, index: int) -> TransactionView:
    """Return the transaction at a place in a block."""
    raw = block.block.transactions[index]
    transaction = decode_transaction(raw)
    return TransactionView(
        hash=block.transaction_hashes[index],
        sender=block.senders[index],
        transaction=transaction,
        raw=raw,
        block_number=block.number,
        block_hash=block.hash,
        index=index,
        effective_gas_price=_effective_gas_price(transaction, block),
        timestamp=block.header.timestamp,
    )


def build_pending_view(waiting: DecodedTransaction) -> TransactionView:
    """Return a transaction of the pool."""
    return TransactionView(
        hash=waiting.hash,
        sender=waiting.sender,
        transaction=decode_transaction(waiting.raw),
        raw=waiting.raw,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedReceipts:
    """The consensus receipts of a block."""

    receipts: tuple[Receipt, ...]
    first_logs: tuple[int, ...]
    """Place, among all logs of the block, of the first log of each receipt."""


def decode_receipts(block: ExecutedBlock) -> DecodedReceipts:
    """Return the consensus receipts of a block."""
    receipts = tuple(decode_receipt(raw) for raw in block.receipts)
    counts = accumulate((len(receipt.logs) for receipt in receipts), initial=0)
    return DecodedReceipts(receipts=receipts, first_logs=tuple(counts)[:-1])


def build_receipt_view(
    block: ExecutedBlock, decoded: DecodedReceipts, index: int, config: ChainConfig
) -> ReceiptView:
    """Return the receipt at a place in a block.

    Args:
        block: The block.
        decoded: All its receipts: places of logs and gas count from the block's start.
        index: Place in the block.
        config: For the blob parameters.
    """
    receipts = decoded.receipts
    receipt = receipts[index]
    transaction = decode_transaction(block.block.transactions[index])
    before = receipts[index - 1].cumulative_gas_used if index else 0
    sender = block.senders[index]
    created = None
    if transaction.to is None:
        created = calculate_contract_address(sender, transaction.nonce)
    blob_gas, blob_price = _blob_fields(transaction, block, config)
    return ReceiptView(
        transaction_hash=block.transaction_hashes[index],
        transaction_index=index,
        block_number=block.number,
        block_hash=block.hash,
        timestamp=block.header.timestamp,
        sender=sender,
        to=transaction.to,
        contract_address=created,
        type=receipt.type,
        succeeded=receipt.succeeded,
        state_root=receipt.state_root,
        gas_used=receipt.cumulative_gas_used - before,
        cumulative_gas_used=receipt.cumulative_gas_used,
        effective_gas_price=_effective_gas_price(transaction, block),
        logs=build_log_views(block, decoded, index),
        logs_bloom=calculate_bloom(receipt.logs),
        blob_gas_used=blob_gas,
        blob_gas_price=blob_price,
    )


def build_log_views(
    block: ExecutedBlock, decoded: DecodedReceipts, index: int
) -> tuple[LogView, ...]:
    """Return the logs of the transaction at a place in a block."""
    first = decoded.first_logs[index]
    return tuple(
        LogView(
            address=log.address,
            topics=log.topics,
            data=log.data,
            block_number=block.number,
            block_hash=block.hash,
            timestamp=block.header.timestamp,
            transaction_hash=block.transaction_hashes[index],
            transaction_index=index,
            index=first + position,
        )
        for position, log in enumerate(decoded.receipts[index].logs)
    )


def bloom_bits(entry: Address | Hash32) -> int:
    """Return the three bits that an address or topic sets in a bloom."""
    digest = keccak256(entry)
    bits = 0
    for i in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[i : i + 2], "big") & 2047)
    return bits


def _effective_gas_price(transaction: Transaction, block: ExecutedBlock) -> int:
    match transaction:
        case LegacyTransaction() | AccessListTransaction():
            return transaction.gas_price
        case _:
            return calculate_effective_gas_price(
                transaction.max_fee_per_gas,
                transaction.max_priority_fee_per_gas,
                block.header.base_fee_per_gas,
            )


def _blob_fields(
    transaction: Transaction, block: ExecutedBlock, config: ChainConfig
) -> tuple[int | None, int | None]:
    schedule = config.blob_schedule_at(block.header.timestamp)
    if not isinstance(transaction, BlobTransaction) or schedule is None:
        return None, None
    price = calculate_blob_base_fee(block.header.excess_blob_gas or 0, schedule)
    return len(transaction.blob_versioned_hashes) * GAS_PER_BLOB, price
