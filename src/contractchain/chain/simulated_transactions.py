"""The transaction that stands for a call in a simulated block; nobody signed it."""

from contractchain.chain.simulation_plan import CallPlan
from contractchain.errors import (
    AuthorizationListError,
    BlobTransactionError,
    TransactionTypeError,
)
from contractchain.interfaces.execution_data import BlockContext, Message
from contractchain.interfaces.simulation_data import SimulatedCall
from contractchain.types import (
    AccessListTransaction,
    BlobTransaction,
    DynamicFeeTransaction,
    Fork,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)

BLOB_HASH_VERSION = 1
FIRST_FORK_OF_TYPE = (Fork.FRONTIER, Fork.BERLIN, Fork.LONDON, Fork.CANCUN, Fork.PRAGUE)
"""By EIP-2718 type."""


def validate_call(plan: CallPlan, context: BlockContext, blobs_before: int) -> int:
    """Check what needs no state, and return how many blobs the call carries.

    Raises:
        TransactionTypeError: the fork has no such transaction.
        BlobTransactionError: it creates, has a blob of another version, or one too many.
        AuthorizationListError: it creates.
    """
    message = plan.call.message
    kind = find_type(plan, context.fork)
    if kind >= len(FIRST_FORK_OF_TYPE) or context.fork < FIRST_FORK_OF_TYPE[kind]:
        raise TransactionTypeError(got=kind, fork=context.fork.value)
    if message.authorization_list and message.to is None:
        raise AuthorizationListError("a set-code transaction cannot create a contract")
    hashes = message.blob_versioned_hashes
    if hashes and message.to is None:
        raise BlobTransactionError("a blob transaction cannot create a contract")
    if any(blob_hash[0] != BLOB_HASH_VERSION for blob_hash in hashes):
        raise BlobTransactionError(f"a blob hash has another version than {BLOB_HASH_VERSION}")
    most = context.blob_schedule.max if context.blob_schedule else 0
    if hashes and blobs_before + len(hashes) > most:
        raise BlobTransactionError(
            f"{blobs_before + len(hashes)} blobs in the block, at most {most} are allowed"
        )
    return len(hashes)


def find_type(plan: CallPlan, fork: Fork) -> int:
    """Return the EIP-2718 type of the transaction."""
    message = plan.call.message
    if message.authorization_list:
        return 4
    if message.blob_versioned_hashes:
        return 3
    if plan.type is not None:
        return plan.type
    if fork >= Fork.LONDON:
        return 2
    return 1 if message.access_list else 0


def build_transaction(plan: CallPlan, call: SimulatedCall, context: BlockContext) -> Transaction:
    """Return the transaction of a call, without a signature."""
    message = plan.call.message
    match find_type(plan, context.fork):
        case 0:
            return LegacyTransaction(
                nonce=call.nonce,
                gas_price=message.max_fee_per_gas,
                gas_limit=call.gas_limit,
                to=message.to,
                value=message.value,
                data=message.data,
            )
        case 1:
            return AccessListTransaction(
                chain_id=context.chain_id,
                nonce=call.nonce,
                gas_price=message.max_fee_per_gas,
                gas_limit=call.gas_limit,
                to=message.to,
                value=message.value,
                data=message.data,
                access_list=message.access_list,
            )
        case kind:
            return _build_dynamic_fee(kind, message, call, context.chain_id)


def _build_dynamic_fee(
    kind: int, message: Message, call: SimulatedCall, chain_id: int
) -> Transaction:
    plain = DynamicFeeTransaction(
        chain_id=chain_id,
        nonce=call.nonce,
        max_priority_fee_per_gas=message.max_priority_fee_per_gas,
        max_fee_per_gas=message.max_fee_per_gas,
        gas_limit=call.gas_limit,
        to=message.to,
        value=message.value,
        data=message.data,
        access_list=message.access_list,
    )
    if kind == 2:
        return plain
    common = {name: getattr(plain, name) for name in DynamicFeeTransaction.__slots__}
    if kind == 3:
        return BlobTransaction(
            **common,
            max_fee_per_blob_gas=message.max_fee_per_blob_gas,
            blob_versioned_hashes=message.blob_versioned_hashes,
        )
    return SetCodeTransaction(**common, authorization_list=message.authorization_list)
