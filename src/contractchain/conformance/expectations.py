"""What an `expectException` of a vector means in classes of ours.

A vector says why something is invalid; it passes only if our error is of the class (and, for a
header, names the field) that stands for that reason. `A|B` allows either. Names are those of
execution-spec-tests, and the older ones of the retesteth tool.

Where several classes stand for one name, the vectors use the name for what we tell apart.
"""

from dataclasses import dataclass

from contractchain.errors import (
    AuthorizationListError,
    BlobFeeTooLowError,
    BlobTransactionError,
    DecodeError,
    FeeOverflowError,
    FeeTooLowError,
    GasLimitExceededError,
    InitCodeTooLargeError,
    InsufficientFundsError,
    IntrinsicGasTooLowError,
    InvalidBlockError,
    InvalidHeaderError,
    InvalidSignatureError,
    InvalidUncleError,
    MismatchError,
    NonceOverflowError,
    NonceTooHighError,
    NonceTooLowError,
    PriorityFeeAboveMaxFeeError,
    SenderHasCodeError,
    TransactionTypeError,
    UnknownParentError,
    ValidationError,
    WrongChainIdError,
)


@dataclass(frozen=True, slots=True)
class Expected:
    """A class of error, and the header field it must name if it is about one."""

    error: type[ValidationError]
    field_name: str = ""

    def is_met_by(self, error: ValidationError) -> bool:
        """Tell whether an error is the one that is expected."""
        if not isinstance(error, self.error):
            return False
        return not self.field_name or getattr(error, "field_name", None) == self.field_name


def _any(*classes: type[ValidationError]) -> tuple[Expected, ...]:
    return tuple(Expected(error) for error in classes)


def _header(*names: str) -> tuple[Expected, ...]:
    return tuple(Expected(InvalidHeaderError, name) for name in names)


def _executed(name: str) -> tuple[Expected, ...]:
    return (Expected(MismatchError, name),)


_ENCODING = _any(DecodeError)
_BLOBS = _any(BlobTransactionError)
_TYPE = _any(TransactionTypeError)

TRANSACTIONS: dict[str, tuple[Expected, ...]] = {
    # An unknown type does not decode, a known one comes too early.
    "TYPE_NOT_SUPPORTED": _any(TransactionTypeError, DecodeError),
    "SENDER_NOT_EOA": _any(SenderHasCodeError),
    "ADDRESS_TOO_SHORT": _ENCODING,
    "ADDRESS_TOO_LONG": _ENCODING,
    "NONCE_MISMATCH_TOO_HIGH": _any(NonceTooHighError),
    "NONCE_MISMATCH_TOO_LOW": _any(NonceTooLowError),
    "NONCE_TOO_BIG": _any(NonceOverflowError),
    "NONCE_IS_MAX": _any(NonceOverflowError),
    "NONCE_OVERFLOW": _ENCODING,
    "GASLIMIT_OVERFLOW": _ENCODING,
    "VALUE_OVERFLOW": _ENCODING,
    "GASPRICE_OVERFLOW": _any(DecodeError, FeeOverflowError),
    "PRIORITY_OVERFLOW": _any(DecodeError, FeeOverflowError),
    "GASLIMIT_PRICE_PRODUCT_OVERFLOW": _any(FeeOverflowError),
    # An r or s of more than 256 bits does not decode.
    "INVALID_SIGNATURE_VRS": _any(InvalidSignatureError, DecodeError),
    "EC_RECOVERY_FAIL": _any(InvalidSignatureError),
    # Also of a v that is neither a recovery id nor holds a chain id.
    "INVALID_CHAINID": _any(WrongChainIdError, InvalidSignatureError),
    "INSUFFICIENT_ACCOUNT_FUNDS": _any(InsufficientFundsError),
    "INSUFFICIENT_MAX_FEE_PER_GAS": _any(FeeTooLowError),
    "INSUFFICIENT_MAX_FEE_PER_BLOB_GAS": _any(BlobFeeTooLowError),
    "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS": _any(PriorityFeeAboveMaxFeeError),
    "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2": _any(PriorityFeeAboveMaxFeeError),
    "INTRINSIC_GAS_TOO_LOW": _any(IntrinsicGasTooLowError),
    "INTRINSIC_GAS_BELOW_FLOOR_GAS_COST": _any(IntrinsicGasTooLowError),
    "INITCODE_SIZE_EXCEEDED": _any(InitCodeTooLargeError),
    "GAS_ALLOWANCE_EXCEEDED": _any(GasLimitExceededError),
    "GAS_LIMIT_EXCEEDS_MAXIMUM": _any(GasLimitExceededError),
    "TYPE_1_TX_PRE_FORK": _TYPE,
    "TYPE_2_TX_PRE_FORK": _TYPE,
    "TYPE_3_TX_PRE_FORK": _TYPE,
    "TYPE_3_TX_ZERO_BLOBS_PRE_FORK": _TYPE,
    "TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH": _BLOBS,
    "TYPE_3_TX_BLOB_COUNT_EXCEEDED": _BLOBS,
    "TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED": _BLOBS,
    "TYPE_3_TX_ZERO_BLOBS": _BLOBS,
    "TYPE_3_TX_CONTRACT_CREATION": _BLOBS,
    "TYPE_3_TX_WITH_FULL_BLOBS": _ENCODING,
    "TYPE_4_EMPTY_AUTHORIZATION_LIST": _any(AuthorizationListError),
    "TYPE_4_TX_CONTRACT_CREATION": _any(AuthorizationListError),
    "TYPE_4_INVALID_AUTHORITY_SIGNATURE": _any(AuthorizationListError, DecodeError),
    "TYPE_4_INVALID_AUTHORITY_SIGNATURE_S_TOO_HIGH": _any(AuthorizationListError, DecodeError),
    "TYPE_4_INVALID_AUTHORIZATION_FORMAT": _ENCODING,
    "TYPE_4_TX_PRE_FORK": _TYPE,
}
"""By name after `TransactionException.`; `RLP_…` names are all encodings."""

BLOCKS: dict[str, tuple[Expected, ...]] = {
    "TOO_MANY_UNCLES": _any(InvalidUncleError),
    "UNCLE_IN_CHAIN": _any(InvalidUncleError),
    "UNCLE_IS_ANCESTOR": _any(InvalidUncleError),
    "UNCLE_IS_BROTHER": _any(InvalidUncleError),
    "UNCLE_PARENT_INCORRECT": _any(InvalidUncleError),
    "UNCLE_UNKNOWN_PARENT": _any(InvalidUncleError),
    "EXTRA_DATA_TOO_BIG": _header("extra_data"),
    "EXTRA_DATA_INVALID_DAO": _header("extra_data"),
    "UNKNOWN_PARENT": _any(UnknownParentError),
    "UNKNOWN_PARENT_ZERO": _any(UnknownParentError),
    "GASLIMIT_TOO_BIG": _header("gas_limit"),
    "INVALID_GASLIMIT": _header("gas_limit"),
    "INVALID_BLOCK_NUMBER": _header("number"),
    "INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT": _header("timestamp"),
    "INVALID_DIFFICULTY": _header("difficulty"),
    "INVALID_LOG_BLOOM": _executed("logs_bloom"),
    "INVALID_STATE_ROOT": _executed("state_root"),
    "INVALID_RECEIPTS_ROOT": _executed("receipts_root"),
    "INVALID_TRANSACTIONS_ROOT": _executed("transactions_root"),
    "INVALID_WITHDRAWALS_ROOT": _executed("withdrawals_root"),
    "INVALID_UNCLES_HASH": (*_executed("uncles_hash"), *_header("uncles_hash")),
    "INVALID_REQUESTS": _executed("requests_hash"),
    "INVALID_BASEFEE_PER_GAS": _header("base_fee_per_gas"),
    # Above the limit it is a fault of the header, or of a transaction that has no room.
    "GAS_USED_OVERFLOW": (*_header("gas_used"), *_any(GasLimitExceededError)),
    "INVALID_GAS_USED": (*_executed("gas_used"), *_header("gas_used")),
    "INVALID_GAS_USED_ABOVE_LIMIT": _header("gas_used"),
    "INCORRECT_BLOCK_FORMAT": _any(DecodeError, InvalidHeaderError, InvalidBlockError),
    "BLOB_GAS_USED_ABOVE_LIMIT": _header("blob_gas_used"),
    "INCORRECT_BLOB_GAS_USED": (*_header("blob_gas_used"), *_executed("blob_gas_used")),
    "INCORRECT_EXCESS_BLOB_GAS": _header("excess_blob_gas"),
    "INVALID_DEPOSIT_EVENT_LAYOUT": _any(InvalidBlockError),
    "SYSTEM_CONTRACT_EMPTY": _any(InvalidBlockError),
    "SYSTEM_CONTRACT_CALL_FAILED": _any(InvalidBlockError),
    "RLP_STRUCTURES_ENCODING": _any(DecodeError, InvalidHeaderError),
    "RLP_WITHDRAWALS_NOT_READ": _any(DecodeError, InvalidBlockError),
    "RLP_INVALID_FIELD_OVERFLOW_64": _ENCODING,
    "RLP_INVALID_ADDRESS": _ENCODING,
    "RLP_BLOCK_LIMIT_EXCEEDED": _any(InvalidBlockError),
    # Blocks of the wrong era: some field of the header has no place, or is missing.
    "IMPORT_IMPOSSIBLE_LEGACY": _header("base_fee_per_gas", "gas_limit"),
    # The next two are also said of uncles.
    "IMPORT_IMPOSSIBLE_LEGACY_WRONG_PARENT": (
        *_header("base_fee_per_gas", "gas_limit"),
        *_any(InvalidUncleError),
    ),
    "IMPORT_IMPOSSIBLE_LONDON_WRONG_PARENT": (
        *_header("base_fee_per_gas", "gas_limit"),
        *_any(InvalidUncleError),
    ),
    "IMPORT_IMPOSSIBLE_LONDON_OVER_LEGACY": _header("base_fee_per_gas", "gas_limit"),
    "IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS": _header("difficulty"),
    "IMPORT_IMPOSSIBLE_PARIS_WRONG_POW": _header("difficulty"),
    "IMPORT_IMPOSSIBLE_PARIS_WRONG_POS": _header("difficulty"),
    "IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS": _header("uncles_hash"),
    "IMPORT_IMPOSSIBLE_SHANGHAI": _header("withdrawals_root"),
    "IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI": _header("withdrawals_root"),
    "IMPORT_IMPOSSIBLE_CANCUN": _any(InvalidHeaderError),
    "IMPORT_IMPOSSIBLE_CANCUN_OVER_SHANGHAI": _any(InvalidHeaderError),
}
"""By name after `BlockException.`."""

OLDER: dict[str, tuple[Expected, ...]] = {
    "TR_TypeNotSupported": _any(TransactionTypeError, DecodeError),
    "TR_TypeNotSupportedBlob": _any(TransactionTypeError, DecodeError),
    "TR_IntrinsicGas": _any(IntrinsicGasTooLowError),
    "IntrinsicGas": _any(IntrinsicGasTooLowError),
    "TR_NoFunds": _any(InsufficientFundsError),
    "TR_NoFundsX": _any(InsufficientFundsError),
    "TR_NoFundsOrGas": _any(InsufficientFundsError, GasLimitExceededError),
    "TR_NoFundsValue": _any(InsufficientFundsError),
    "TR_FeeCapLessThanBlocks": _any(FeeTooLowError),
    "TR_FeeCapLessThanBlocksORNoFunds": _any(FeeTooLowError, InsufficientFundsError),
    "TR_FeeCapLessThanBlocksORGasLimitReached": _any(FeeTooLowError, GasLimitExceededError),
    "TR_GasLimitReached": _any(GasLimitExceededError),
    "TR_TipGtFeeCap": _any(PriorityFeeAboveMaxFeeError),
    "TR_NonceHasMaxValue": _any(NonceOverflowError),
    "TR_NonceTooHigh": _any(NonceTooHighError),
    "TR_NonceTooLow": _any(NonceTooLowError),
    "TR_InitCodeLimitExceeded": _any(InitCodeTooLargeError),
    "TR_BLOBLIST_OVERSIZE": _BLOBS,
    "TR_EMPTYBLOB": _BLOBS,
    "TR_BLOBCREATE": _BLOBS,
    "TR_BLOBVERSION_INVALID": _BLOBS,
    "SenderNotEOA": _any(SenderHasCodeError),
    "SenderNotEOAorNoCASH": _any(SenderHasCodeError, InsufficientFundsError),
    "TooManyUncles": _any(InvalidUncleError),
    "UncleInChain": _any(InvalidUncleError),
    "UncleIsAncestor": _any(InvalidUncleError),
    "UncleIsBrother": _any(InvalidUncleError),
    "UncleParentIncorrect": _any(InvalidUncleError),
    "InvalidDifficulty": _header("difficulty"),
    "InvalidNumber": _header("number"),
    "InvalidTimestampEqualParent": _header("timestamp"),
    "InvalidTimestampOlderParent": _header("timestamp"),
    "InvalidGasLimit": _header("gas_limit"),
    "InvalidGasLimit2": _header("gas_limit"),
    "InvalidGasUsed": (*_executed("gas_used"), *_header("gas_used")),
    "InvalidStateRoot": _executed("state_root"),
    "InvalidReceiptsStateRoot": _executed("receipts_root"),
    "InvalidTransactionRoot": _executed("transactions_root"),
    "InvalidLogBloom": _executed("logs_bloom"),
    "InvalidUncles": (*_executed("uncles_hash"), *_header("uncles_hash")),
    "ExtraDataTooBig": _header("extra_data"),
    "UnknownParent": _any(UnknownParentError),
    "1559BaseFeeTooLow": _header("base_fee_per_gas"),
    "3675PoWBlockRejected": _header("difficulty"),
    "PostMergeUncleHashIsInvalid": _header("uncles_hash"),
}
"""Names of retesteth, as older files have them."""


def find_expected(name: str) -> tuple[Expected, ...] | None:
    """Return what one name of an `expectException` stands for, None if it is not known."""
    family, _, reason = name.strip().rpartition(".")
    if family == "TransactionException":
        return _ENCODING if reason.startswith("RLP_") else TRANSACTIONS.get(reason)
    if family == "BlockException":
        return BLOCKS.get(reason)
    return OLDER.get(reason)


def explain_mismatch(expectation: str, error: ValidationError) -> str | None:
    """Return why an error is not the one that a vector expects, None if it is.

    Args:
        expectation: Value of `expectException`, alternatives separated by `|`.
        error: What was raised.
    """
    unknown = []
    for name in expectation.split("|"):
        expected = find_expected(name)
        if expected is None:
            unknown.append(name)
        elif any(entry.is_met_by(error) for entry in expected):
            return None
    if unknown:
        names = ", ".join(f"`{name}`" for name in unknown)
        return f"no error class is known for {names}; refused with {name_error(error)}: {error}"
    return f"refused for another reason: {error}"


def name_error(error: ValidationError) -> str:
    """Return the class of an error, with the header field it names."""
    field_name = getattr(error, "field_name", "")
    name = type(error).__name__
    return f"{name}({field_name})" if field_name else name
