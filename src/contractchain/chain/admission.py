"""Who may enter the pool: the rules that need the state of the sender.

What needs no state was checked when the transaction was decoded.

Spec:
    Yellow paper, section 6.2; EIP-1559, 3607, 4844, 7702.
"""

from collections.abc import Sequence

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
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.types import EMPTY_CODE_HASH, Account, Hash32

NO_ACCOUNT = Account()
MAX_TRANSACTION_BYTES = 128 * 1024
"""Size of an encoded transaction; the limit that other nodes have."""
DELEGATION_PREFIX = b"\xef\x01\x00"
"""Code of an account that has delegated to a contract starts so (EIP-7702)."""


def admit_transactions(
    pool: Mempool,
    decoded: Sequence[DecodedTransaction | ValidationError],
    execution: ExecutionLayer,
    state_root: Hash32,
    capacity: Capacity,
) -> list[Hash32 | ContractChainError]:
    """Check transactions against the head's state and put them into the pool.

    Args:
        pool: Takes what passes.
        decoded: As the execution layer decoded them, faults in their places.
        execution: Knows the accounts.
        state_root: State of the head.
        capacity: What the next block offers.

    Returns:
        In order: the hash, or why the transaction is not taken.
    """
    senders = list({tx.sender: None for tx in decoded if isinstance(tx, tuple)})
    accounts = dict(zip(senders, execution.accounts(state_root, senders), strict=True))
    results: list[Hash32 | ContractChainError] = []
    for transaction in decoded:
        if not isinstance(transaction, tuple):
            results.append(transaction)
            continue
        try:
            account = accounts[transaction.sender] or NO_ACCOUNT
            _check_known(pool, transaction)
            _check_size(transaction)
            _check_code(execution, state_root, transaction, account)
            _check_account(pool, transaction, account)
            _check_fees(transaction, capacity)
            pool.add(transaction, account.nonce)
        except ContractChainError as error:
            results.append(error.with_traceback(None))
        else:
            results.append(transaction.hash)
    return results


def _check_known(pool: Mempool, transaction: DecodedTransaction) -> None:
    if transaction.hash in pool:
        raise AlreadyKnownError(hash=transaction.hash)


def _check_size(transaction: DecodedTransaction) -> None:
    size = len(transaction.raw)
    if size > MAX_TRANSACTION_BYTES:
        raise TransactionTooLargeError(size_bytes=size, limit_bytes=MAX_TRANSACTION_BYTES)


def _check_code(
    execution: ExecutionLayer,
    state_root: Hash32,
    transaction: DecodedTransaction,
    account: Account,
) -> None:
    if account.code_hash == EMPTY_CODE_HASH:
        return
    if not execution.code(state_root, transaction.sender).startswith(DELEGATION_PREFIX):
        raise SenderHasCodeError()


def _check_account(pool: Mempool, transaction: DecodedTransaction, account: Account) -> None:
    if transaction.nonce < account.nonce:
        raise NonceTooLowError(got=transaction.nonce, expected=account.nonce)
    required = calculate_cost(transaction)
    queue = pool.find_queue(transaction.sender)
    if queue is not None:
        replaced = queue.entries.get(transaction.nonce)
        required += queue.cost - (replaced.cost if replaced is not None else 0)
    if account.balance < required:
        raise InsufficientFundsError(balance=account.balance, required=required)


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
