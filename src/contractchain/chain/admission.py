"""Who may enter the pool: the rules that need the state of the sender.

What needs no state was checked when the transaction was decoded.

Spec:
    Yellow paper, section 6.2; EIP-1559, 3607, 4844, 7702.
"""

from collections.abc import Sequence

from contractchain.chain.head_accounts import HeadAccounts
from contractchain.chain.mempool import Capacity, Mempool
from contractchain.chain.pool_queue import calculate_cost
from contractchain.errors import (
    AlreadyKnownError,
    BlobFeeTooLowError,
    ContractChainError,
    FeeTooLowError,
    GasLimitExceededError,
    InsufficientFundsError,
    NonceTooLowError,
    SenderHasCodeError,
    TransactionTooLargeError,
    ValidationError,
)
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.types import EMPTY_CODE_HASH, Account, Hash32

MAX_TRANSACTION_BYTES = 128 * 1024
"""Size of an encoded transaction; the limit that other nodes have."""


def admit_transactions(
    pool: Mempool,
    decoded: Sequence[DecodedTransaction | ValidationError],
    accounts: HeadAccounts,
    capacity: Capacity,
) -> list[Hash32 | ContractChainError]:
    """Check transactions against the head's state and put them into the pool.

    Args:
        pool: Takes what passes.
        decoded: As the execution layer decoded them, faults in their places.
        accounts: Knows the accounts.
        capacity: What the next block offers.

    Returns:
        In order: the hash, or why the transaction is not taken.
    """
    senders = list({tx.sender: None for tx in decoded if isinstance(tx, tuple)})
    found = accounts.get_many(senders)
    results: list[Hash32 | ContractChainError] = []
    for transaction in decoded:
        if not isinstance(transaction, tuple):
            results.append(transaction)
            continue
        try:
            _admit(pool, transaction, found[transaction.sender], accounts, capacity)
        except ContractChainError as error:
            results.append(error.with_traceback(None))
        else:
            results.append(transaction.hash)
    return results


def _admit(
    pool: Mempool,
    transaction: DecodedTransaction,
    account: Account,
    accounts: HeadAccounts,
    capacity: Capacity,
) -> None:
    """Check one transaction, rule by rule in a fixed order, and put it into the pool."""
    if transaction.hash in pool:
        raise AlreadyKnownError(hash=transaction.hash)
    size = len(transaction.raw)
    if size > MAX_TRANSACTION_BYTES:
        raise TransactionTooLargeError(size_bytes=size, limit_bytes=MAX_TRANSACTION_BYTES)
    sender = transaction.sender
    if account.code_hash != EMPTY_CODE_HASH and not accounts.has_delegated(sender):
        raise SenderHasCodeError()
    if transaction.nonce < account.nonce:
        raise NonceTooLowError(got=transaction.nonce, expected=account.nonce)
    cost = required = calculate_cost(transaction)
    queue = pool.find_queue(sender)
    if queue is not None:
        replaced = queue.entries.get(transaction.nonce)
        required += queue.cost - (replaced.cost if replaced is not None else 0)
    if account.balance < required:
        raise InsufficientFundsError(balance=account.balance, required=required)
    _check_fees(transaction, capacity)
    pool.add(transaction, account.nonce, cost)


def _check_fees(transaction: DecodedTransaction, capacity: Capacity) -> None:
    if transaction.gas_limit > capacity.gas_limit:
        raise GasLimitExceededError(gas_limit=transaction.gas_limit, available=capacity.gas_limit)
    if transaction.max_fee_per_gas < capacity.base_fee_per_gas:
        raise FeeTooLowError(
            max_fee_per_gas=transaction.max_fee_per_gas,
            base_fee_per_gas=capacity.base_fee_per_gas,
        )
    if transaction.blob_count and transaction.max_fee_per_blob_gas < capacity.blob_base_fee:
        raise BlobFeeTooLowError(
            max_fee_per_blob_gas=transaction.max_fee_per_blob_gas,
            blob_base_fee=capacity.blob_base_fee,
        )
