"""One transaction from what a person wants to its receipt: nonce, fees, gas, signature, sending."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contractchain.client.connection import Connection
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.crypto import Account
from contractchain.interfaces.execution_data import Message
from contractchain.types import Address, DynamicFeeTransaction, Halt, Revert

if TYPE_CHECKING:
    from contractchain.chain import ReceiptView

RECEIPT_TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionOptions:
    """What a person may fix about a transaction; None leaves it to us."""

    value: int = 0
    """Wei."""
    gas_limit: int | None = None
    """None: the estimate and a fifth more."""
    max_fee_per_gas: int | None = None
    """Wei per gas; None: room for the base fee to double."""
    max_priority_fee_per_gas: int | None = None
    """Wei per gas; None: as the node suggests."""
    timeout_seconds: int = RECEIPT_TIMEOUT_SECONDS
    """How long to wait for the receipt."""


def send_transaction(
    connection: Connection,
    signer: Account,
    to: Address | None,
    data: bytes,
    options: TransactionOptions,
) -> "ReceiptView | Revert | Halt":
    """Sign and send a transaction and return its receipt.

    Args:
        connection: The chain.
        signer: Who sends and pays.
        to: None creates a contract.
        data: Calldata or init code.
        options: What is fixed.

    Returns:
        The receipt, or the failure that the gas estimate found; then nothing was sent.

    Raises:
        ContractChainError: the transaction is not taken, or is in no block in time.
    """
    gas_limit = options.gas_limit
    if gas_limit is None:
        message = Message(sender=signer.address, to=to, value=options.value, data=data)
        estimate = connection.estimate_gas(message)
        if isinstance(estimate, (Revert, Halt)):
            return estimate
        if not isinstance(estimate, int):
            raise TypeError(f"{estimate!r} is no gas estimate")
        latest_limit = _block_gas_limit(connection)
        gas_limit = max(estimate, min(estimate + estimate // 5, latest_limit))
    max_fee, priority_fee = _choose_fees(connection, options)
    transaction = DynamicFeeTransaction(
        chain_id=connection.identity().chain_id,
        nonce=connection.get_next_nonce(signer.address),
        max_priority_fee_per_gas=priority_fee,
        max_fee_per_gas=max_fee,
        gas_limit=gas_limit,
        to=to,
        value=options.value,
        data=data,
    )
    raw = encode_transaction(sign_transaction(transaction, signer.private_key))
    transaction_hash = connection.submit(raw)
    return connection.wait_for_receipt(transaction_hash, timeout_seconds=options.timeout_seconds)


def _block_gas_limit(connection: Connection) -> int:
    from contractchain.chain import BlockTag

    return connection.get_block(BlockTag.LATEST).header.gas_limit


def _choose_fees(connection: Connection, options: TransactionOptions) -> tuple[int, int]:
    """Return (max fee, max priority fee), the missing ones completed without contradiction."""
    max_fee, priority_fee = options.max_fee_per_gas, options.max_priority_fee_per_gas
    if max_fee is not None and priority_fee is not None:
        return max_fee, priority_fee
    suggested = connection.suggest_fees()
    if max_fee is not None:
        return max_fee, min(suggested.max_priority_fee_per_gas, max_fee)
    if priority_fee is not None:
        return 2 * suggested.base_fee_per_gas + priority_fee, priority_fee
    return suggested.max_fee_per_gas, suggested.max_priority_fee_per_gas
