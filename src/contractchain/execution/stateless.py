"""The rules of a transaction that need no state.

Used by the py-evm engine and mirrored in Rust by the native one, which gives the same error for
the same transaction. Rules that need a state (nonce, funds, fees against the block) are the
engines' own.

Spec:
    EIP-2, 155, 1559, 2028, 2681, 2718, 2930, 3860, 4844, 7594, 7623, 7702, 7825.
"""

from collections.abc import Sequence
from typing import NamedTuple

from contractchain.codec.transaction import decode_transaction, hash_transaction, recover_sender
from contractchain.errors import (
    AuthorizationListError,
    BlobTransactionError,
    FeeOverflowError,
    FeeTooLowError,
    GasLimitExceededError,
    InitCodeTooLargeError,
    IntrinsicGasTooLowError,
    InvalidSignatureError,
    NonceOverflowError,
    PriorityFeeAboveMaxFeeError,
    TransactionTypeError,
    WrongChainIdError,
)
from contractchain.interfaces.execution_data import DecodedTransaction, TransactionRules
from contractchain.types import (
    AccessEntry,
    AccessListTransaction,
    BlobTransaction,
    Fork,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)

MAX_NONCE = 2**64 - 1
MAX_COST = 2**256 - 1
"""Wei; what gas may cost at most."""
MAX_INIT_CODE_BYTES = 49_152
MAX_TRANSACTION_GAS = 2**24
MAX_TRANSACTION_BLOBS = 6
BLOB_HASH_VERSION = 1

TRANSACTION_GAS = 21_000
CREATION_GAS = 32_000
ZERO_BYTE_GAS = 4
NONZERO_BYTE_GAS = 16
NONZERO_BYTE_GAS_BEFORE_ISTANBUL = 68
ACCESS_ADDRESS_GAS = 2_400
ACCESS_SLOT_GAS = 1_900
INIT_CODE_WORD_GAS = 2
AUTHORIZATION_GAS = 25_000
FLOOR_TOKEN_GAS = 10

FIRST_FORK_OF_TYPE = (Fork.FRONTIER, Fork.BERLIN, Fork.LONDON, Fork.CANCUN, Fork.PRAGUE)
"""By EIP-2718 type."""


class IntrinsicGas(NamedTuple):
    """What a transaction costs before any instruction runs."""

    intrinsic: int
    """Gas charged at the start."""
    floor: int
    """Gas that is charged at least in the end (EIP-7623); 0 before Prague."""

    @property
    def required(self) -> int:
        """Least gas limit."""
        return max(self.intrinsic, self.floor)


def calculate_intrinsic_gas(
    fork: Fork,
    data: bytes,
    *,
    is_creation: bool,
    access_list: Sequence[AccessEntry] = (),
    authorizations: int = 0,
) -> IntrinsicGas:
    """Return the intrinsic and the floor gas of a transaction.

    Args:
        fork: Rules in force.
        data: Calldata or init code.
        is_creation: Whether the transaction creates a contract.
        access_list: EIP-2930.
        authorizations: Length of the authorization list (EIP-7702).
    """
    zeros = data.count(0)
    nonzeros = len(data) - zeros
    per_byte = NONZERO_BYTE_GAS
    if fork < Fork.ISTANBUL:
        per_byte = NONZERO_BYTE_GAS_BEFORE_ISTANBUL
    gas = TRANSACTION_GAS + zeros * ZERO_BYTE_GAS + nonzeros * per_byte
    if is_creation and fork >= Fork.HOMESTEAD:
        gas += CREATION_GAS
    if is_creation and fork >= Fork.SHANGHAI:
        gas += INIT_CODE_WORD_GAS * ((len(data) + 31) // 32)
    for entry in access_list:
        gas += ACCESS_ADDRESS_GAS + ACCESS_SLOT_GAS * len(entry.slots)
    gas += AUTHORIZATION_GAS * authorizations
    floor = 0
    if fork >= Fork.PRAGUE:
        floor = TRANSACTION_GAS + FLOOR_TOKEN_GAS * (zeros + 4 * nonzeros)
    return IntrinsicGas(gas, floor)


def intrinsic_gas_of(transaction: Transaction, fork: Fork) -> IntrinsicGas:
    """Return the intrinsic and the floor gas of `transaction` under `fork`."""
    access_list: tuple[AccessEntry, ...] = ()
    if not isinstance(transaction, LegacyTransaction):
        access_list = transaction.access_list
    authorizations = 0
    if isinstance(transaction, SetCodeTransaction):
        authorizations = len(transaction.authorization_list)
    return calculate_intrinsic_gas(
        fork,
        transaction.data,
        is_creation=transaction.to is None,
        access_list=access_list,
        authorizations=authorizations,
    )


def decode_checked(raw: bytes, rules: TransactionRules) -> tuple[Transaction, DecodedTransaction]:
    """Decode a transaction, check it against every rule that needs no state, recover its sender.

    The order of the checks is: encoding, type, chain id, nonce, fees, blobs, authorizations,
    init code, base fee, signature, gas limit. The first fault is raised.

    Raises:
        DecodeError: the encoding is malformed.
        InvalidTransactionError: a rule is broken; the subclass says which.
    """
    transaction = decode_transaction(raw)
    validate_fields(transaction, rules)
    max_fee, priority_fee = fees_of(transaction)
    if max_fee < rules.base_fee_per_gas:
        raise FeeTooLowError(max_fee_per_gas=max_fee, base_fee_per_gas=rules.base_fee_per_gas)
    sender = recover_sender(transaction, low_s=rules.fork >= Fork.HOMESTEAD)
    gas = intrinsic_gas_of(transaction, rules.fork)
    if transaction.gas_limit < gas.required:
        raise IntrinsicGasTooLowError(gas_limit=transaction.gas_limit, required=gas.required)
    if rules.fork >= Fork.OSAKA and transaction.gas_limit > MAX_TRANSACTION_GAS:
        raise GasLimitExceededError(gas_limit=transaction.gas_limit, available=MAX_TRANSACTION_GAS)
    blob_fee, blob_count = 0, 0
    if isinstance(transaction, BlobTransaction):
        blob_fee = transaction.max_fee_per_blob_gas
        blob_count = len(transaction.blob_versioned_hashes)
    return transaction, DecodedTransaction(
        raw=raw,
        hash=hash_transaction(raw),
        sender=sender,
        type=transaction.type,
        nonce=transaction.nonce,
        gas_limit=transaction.gas_limit,
        max_fee_per_gas=max_fee,
        max_priority_fee_per_gas=priority_fee,
        value=transaction.value,
        to=transaction.to,
        intrinsic_gas=gas.required,
        max_fee_per_blob_gas=blob_fee,
        blob_count=blob_count,
    )


def fees_of(transaction: Transaction) -> tuple[int, int]:
    """Return max fee and max priority fee, in wei per gas; the gas price for types 0 and 1."""
    if isinstance(transaction, LegacyTransaction | AccessListTransaction):
        return transaction.gas_price, transaction.gas_price
    return transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas


def validate_fields(transaction: Transaction, rules: TransactionRules) -> None:
    """Check everything but gas limit and signature.

    Raises:
        InvalidTransactionError: a rule is broken; the subclass says which.
    """
    _validate_type(transaction.type, rules)
    _validate_chain_id(transaction, rules)
    if transaction.nonce == MAX_NONCE:
        raise NonceOverflowError()
    max_fee, priority_fee = fees_of(transaction)
    if priority_fee > max_fee:
        raise PriorityFeeAboveMaxFeeError(
            max_priority_fee_per_gas=priority_fee, max_fee_per_gas=max_fee
        )
    if transaction.gas_limit * max_fee > MAX_COST:
        raise FeeOverflowError()
    if isinstance(transaction, BlobTransaction):
        _validate_blobs(transaction, rules)
    if isinstance(transaction, SetCodeTransaction):
        if transaction.to is None:
            raise AuthorizationListError("a set-code transaction cannot create a contract")
        if not transaction.authorization_list:
            raise AuthorizationListError("the authorization list is empty")
    if transaction.to is None:
        validate_init_code(transaction.data, rules.fork)


def validate_init_code(init_code: bytes, fork: Fork) -> None:
    """Check the size of init code (EIP-3860).

    Raises:
        InitCodeTooLargeError: it is larger than the fork allows.
    """
    size = len(init_code)
    if fork >= Fork.SHANGHAI and size > MAX_INIT_CODE_BYTES:
        raise InitCodeTooLargeError(size_bytes=size, limit_bytes=MAX_INIT_CODE_BYTES)


def _validate_type(kind: int, rules: TransactionRules) -> None:
    if rules.fork < FIRST_FORK_OF_TYPE[kind]:
        raise TransactionTypeError(got=kind, fork=rules.fork.value)


def _validate_chain_id(transaction: Transaction, rules: TransactionRules) -> None:
    chain_id = transaction.chain_id
    if isinstance(transaction, LegacyTransaction):
        if chain_id is None:
            return
        if rules.fork < Fork.SPURIOUS_DRAGON:
            raise InvalidSignatureError("v names a chain id, which EIP-155 allows later")
    if chain_id != rules.chain_id:
        raise WrongChainIdError(got=chain_id, expected=rules.chain_id)


def _validate_blobs(transaction: BlobTransaction, rules: TransactionRules) -> None:
    if transaction.to is None:
        raise BlobTransactionError("a blob transaction cannot create a contract")
    hashes = transaction.blob_versioned_hashes
    if not hashes:
        raise BlobTransactionError("a blob transaction carries at least one blob")
    limit = rules.max_blobs
    if rules.fork >= Fork.OSAKA:
        limit = min(limit, MAX_TRANSACTION_BLOBS)
    if len(hashes) > limit:
        raise BlobTransactionError(f"{len(hashes)} blobs, at most {limit} are allowed")
    for index, versioned_hash in enumerate(hashes):
        if versioned_hash[0] != BLOB_HASH_VERSION:
            raise BlobTransactionError(
                f"blob hash {index} has version {versioned_hash[0]}, must be {BLOB_HASH_VERSION}"
            )
