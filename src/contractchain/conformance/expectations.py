"""What an `expectException` of a vector means in classes of ours.

A vector says why something is invalid; it passes only if our error is of the very class that stands
for that reason, names the field if it is about a header, and has the words given where a class has
several reasons. `A|B` allows either. Names are those of execution-spec-tests, and the older ones of
the retesteth tool.

Where more than one error stands for a name, the comment beside it says what we tell apart there.
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
    """A class of error, not those derived from it, and what the error must say."""

    error: type[ValidationError]
    field_name: str = ""
    """Header field that it names; empty for any, and for none."""
    words: str = ""
    """Part of its message."""

    def is_met_by(self, error: ValidationError) -> bool:
        """Tell whether an error is the one that is expected."""
        if type(error) is not self.error or self.words not in str(error):
            return False
        return not self.field_name or getattr(error, "field_name", None) == self.field_name


def _any(*classes: type[ValidationError]) -> tuple[Expected, ...]:
    return tuple(Expected(error) for error in classes)


def _header(*names: str) -> tuple[Expected, ...]:
    return tuple(Expected(InvalidHeaderError, name) for name in names)


def _executed(name: str) -> tuple[Expected, ...]:
    return (Expected(MismatchError, name),)


def _worded(error: type[ValidationError], *words: str) -> tuple[Expected, ...]:
    return tuple(Expected(error, words=part) for part in words)


def _uncle(*names: str) -> tuple[Expected, ...]:
    return _worded(InvalidUncleError, *(f"is invalid: `{name}`" for name in names))


_ENCODING = _any(DecodeError)
_OVERFLOW = _worded(DecodeError, "integer longer than")
_WORD = _worded(DecodeError, "expected 32 bytes")
_ADDRESS = _worded(DecodeError, "expected 20 bytes")
_RECIPIENT = _worded(DecodeError, "`to` has")
_TYPE = _any(TransactionTypeError)
_NO_BLOBS = _worded(BlobTransactionError, "at least one blob")
_MANY_BLOBS = (
    *_worded(BlobTransactionError, "blobs, at most", "blobs in the block, at most"),
    Expected(InvalidHeaderError, "blob_gas_used", "exceeds"),
)
"""In a transaction, in a block, and in a header that says what the blobs of its block come to, for
headers are looked at first."""
_BLOB_CREATION = _worded(BlobTransactionError, "cannot create")
_BLOB_VERSION = _worded(BlobTransactionError, "has version")
_CREATION = _worded(AuthorizationListError, "cannot create")
_NO_RELATIVE = _worded(InvalidUncleError, "no close relative")
_ANCESTOR = _worded(InvalidUncleError, "is an ancestor, or listed before")
_BASE_FEE = (*_header("base_fee_per_gas"), *_uncle("base_fee_per_gas"))
"""Of a block, or of an uncle."""
_DAO_MARK = (
    *_header("extra_data"),
    *_worded(InvalidUncleError, "is invalid: `extra_data`: must be `dao-hard-fork`"),
)
"""Of a block, or of an uncle."""
_NO_WITHDRAWALS = _worded(InvalidBlockError, "list of withdrawals")
_CANCUN_FIELDS = _header("blob_gas_used", "excess_blob_gas", "parent_beacon_block_root")
"""Whichever of the three that came together is missed first."""

TRANSACTIONS: dict[str, tuple[Expected, ...]] = {
    # A known type comes too early; bytes that begin with anything else are of no type. What does
    # not decode counts before the type: numbers that no field holds, fields of another type.
    "TYPE_NOT_SUPPORTED": (
        *_TYPE,
        *_worded(DecodeError, "unknown transaction type", "fields, found", "expected a list"),
        *_OVERFLOW,
    ),
    "SENDER_NOT_EOA": _any(SenderHasCodeError),
    "ADDRESS_TOO_SHORT": _RECIPIENT,
    "ADDRESS_TOO_LONG": _RECIPIENT,
    "NONCE_MISMATCH_TOO_HIGH": _any(NonceTooHighError),
    "NONCE_MISMATCH_TOO_LOW": _any(NonceTooLowError),
    "NONCE_TOO_BIG": _any(NonceOverflowError),
    "NONCE_IS_MAX": _any(NonceOverflowError),
    "NONCE_OVERFLOW": _OVERFLOW,
    # One vector writes the limit with zeros before it, which is wrong whatever its size.
    "GASLIMIT_OVERFLOW": (*_OVERFLOW, *_worded(DecodeError, "leading zeros")),
    "VALUE_OVERFLOW": _OVERFLOW,
    "GASPRICE_OVERFLOW": _OVERFLOW,
    "PRIORITY_OVERFLOW": _OVERFLOW,
    "GASLIMIT_PRICE_PRODUCT_OVERFLOW": _any(FeeOverflowError),
    # An r or s of more than 256 bits does not decode.
    "INVALID_SIGNATURE_VRS": (*_any(InvalidSignatureError), *_OVERFLOW),
    "EC_RECOVERY_FAIL": _any(InvalidSignatureError),
    # Also of a v that is neither a recovery id nor holds a chain id.
    "INVALID_CHAINID": (*_any(WrongChainIdError), *_worded(InvalidSignatureError, "v is")),
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
    "TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH": _BLOB_VERSION,
    "TYPE_3_TX_BLOB_COUNT_EXCEEDED": _MANY_BLOBS,
    "TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED": _MANY_BLOBS,
    "TYPE_3_TX_ZERO_BLOBS": _NO_BLOBS,
    "TYPE_3_TX_CONTRACT_CREATION": _BLOB_CREATION,
    "TYPE_3_TX_WITH_FULL_BLOBS": _ENCODING,
    "TYPE_4_EMPTY_AUTHORIZATION_LIST": _worded(AuthorizationListError, "is empty"),
    "TYPE_4_TX_CONTRACT_CREATION": _CREATION,
    # A signature that recovers nobody is skipped; invalid is only what does not decode.
    "TYPE_4_INVALID_AUTHORITY_SIGNATURE": _OVERFLOW,
    "TYPE_4_INVALID_AUTHORITY_SIGNATURE_S_TOO_HIGH": _OVERFLOW,
    "TYPE_4_INVALID_AUTHORIZATION_FORMAT": _ENCODING,
    "TYPE_4_TX_PRE_FORK": _TYPE,
    "RLP_INVALID_ACCESS_LIST_ADDRESS_TOO_LONG": _ADDRESS,
    "RLP_INVALID_ACCESS_LIST_ADDRESS_TOO_SHORT": _ADDRESS,
    "RLP_INVALID_ACCESS_LIST_STORAGE_TOO_LONG": _WORD,
    "RLP_INVALID_ACCESS_LIST_STORAGE_TOO_SHORT": _WORD,
}
"""By name after `TransactionException.`; all other `RLP_…` names are encodings."""

BLOCKS: dict[str, tuple[Expected, ...]] = {
    "TOO_MANY_UNCLES": _worded(InvalidUncleError, "at most"),
    "UNCLE_IN_CHAIN": _ANCESTOR,
    "UNCLE_IS_ANCESTOR": _ANCESTOR,
    "UNCLE_IS_BROTHER": _NO_RELATIVE,
    "UNCLE_PARENT_INCORRECT": _NO_RELATIVE,
    "UNCLE_UNKNOWN_PARENT": _NO_RELATIVE,
    "EXTRA_DATA_TOO_BIG": _header("extra_data"),
    "EXTRA_DATA_INVALID_DAO": _DAO_MARK,
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
    # After the merge it is a fault of the header, before it one that the body shows.
    "INVALID_UNCLES_HASH": (*_executed("uncles_hash"), *_header("uncles_hash")),
    "INVALID_REQUESTS": _executed("requests_hash"),
    "INVALID_BASEFEE_PER_GAS": _header("base_fee_per_gas"),
    # Above the limit it is a fault of the header, or of a transaction that has no room.
    "GAS_USED_OVERFLOW": (*_header("gas_used"), *_any(GasLimitExceededError)),
    # What exceeds the gas limit is seen before anything is executed.
    "INVALID_GAS_USED": (*_executed("gas_used"), *_header("gas_used")),
    "INVALID_GAS_USED_ABOVE_LIMIT": _header("gas_used"),
    # A field of the header too many or too few is seen when it is decoded, when the header is
    # checked, or, for the withdrawals of the body, with the block.
    "INCORRECT_BLOCK_FORMAT": (
        *_any(DecodeError, InvalidHeaderError),
        *_NO_WITHDRAWALS,
    ),
    "BLOB_GAS_USED_ABOVE_LIMIT": _header("blob_gas_used"),
    # What is no whole number of blobs is a fault of the header, the sum shows after executing.
    "INCORRECT_BLOB_GAS_USED": (*_header("blob_gas_used"), *_executed("blob_gas_used")),
    "INCORRECT_EXCESS_BLOB_GAS": _header("excess_blob_gas"),
    "INVALID_DEPOSIT_EVENT_LAYOUT": _worded(InvalidBlockError, "deposit log"),
    "SYSTEM_CONTRACT_EMPTY": _worded(InvalidBlockError, "has no code"),
    "SYSTEM_CONTRACT_CALL_FAILED": _worded(InvalidBlockError, " failed"),
    # RLP as such, but no structure of a block: a header that lacks a field decodes as an older one.
    "RLP_STRUCTURES_ENCODING": _any(DecodeError, InvalidHeaderError),
    # A body without withdrawals decodes as one of an older block.
    "RLP_WITHDRAWALS_NOT_READ": (*_ENCODING, *_NO_WITHDRAWALS),
    "RLP_INVALID_FIELD_OVERFLOW_64": _OVERFLOW,
    "RLP_INVALID_ADDRESS": _ADDRESS,
    "RLP_BLOCK_LIMIT_EXCEEDED": _worded(InvalidBlockError, "bytes, at most"),
    # Blocks of the wrong era: some field of the header has no place, or is missing.
    "IMPORT_IMPOSSIBLE_LEGACY": _header("base_fee_per_gas"),
    "IMPORT_IMPOSSIBLE_LEGACY_WRONG_PARENT": _BASE_FEE,
    "IMPORT_IMPOSSIBLE_LONDON_WRONG_PARENT": _BASE_FEE,
    "IMPORT_IMPOSSIBLE_LONDON_OVER_LEGACY": _header("base_fee_per_gas"),
    "IMPORT_IMPOSSIBLE_LONDON_OVER_PARIS": _header("difficulty"),
    "IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS": _header("difficulty"),
    "IMPORT_IMPOSSIBLE_PARIS_WRONG_POW": _header("difficulty"),
    "IMPORT_IMPOSSIBLE_PARIS_WRONG_POS": _header("difficulty"),
    "IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS": _header("uncles_hash"),
    "IMPORT_IMPOSSIBLE_SHANGHAI": _header("withdrawals_root"),
    "IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI": _header("withdrawals_root"),
    "IMPORT_IMPOSSIBLE_CANCUN": _CANCUN_FIELDS,
    "IMPORT_IMPOSSIBLE_CANCUN_OVER_SHANGHAI": _CANCUN_FIELDS,
}
"""By name after `BlockException.`."""

_ENGINE_API = "a fault of an Engine API message, which no block has"
_ACCESS_LISTS = "block-level access lists (EIP-7928) come with a fork after Osaka"
ELSEWHERE: dict[str, str] = {
    "INVALID_BLOCK_HASH": _ENGINE_API,
    "INVALID_VERSIONED_HASHES": _ENGINE_API,
    "INVALID_BLOCK_ACCESS_LIST": _ACCESS_LISTS,
    "INVALID_BAL_HASH": _ACCESS_LISTS,
    "INVALID_BAL_EXTRA_ACCOUNT": _ACCESS_LISTS,
    "INVALID_BAL_MISSING_ACCOUNT": _ACCESS_LISTS,
}
"""Names after `BlockException.` that no error here can stand for, and why."""

OLDER: dict[str, tuple[Expected, ...]] = {
    "TR_TypeNotSupported": _TYPE,
    "TR_TypeNotSupportedBlob": _TYPE,
    "TR_IntrinsicGas": _any(IntrinsicGasTooLowError),
    "IntrinsicGas": _any(IntrinsicGasTooLowError),
    "TR_NoFunds": _any(InsufficientFundsError),
    # What gas may cost at most overflows 256 bits, so that nobody has the funds.
    "TR_NoFundsX": _any(InsufficientFundsError, FeeOverflowError),
    # The names with two reasons allow either.
    "TR_NoFundsOrGas": _any(InsufficientFundsError, GasLimitExceededError, IntrinsicGasTooLowError),
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
    "TR_RLP_WRONGVALUE": _OVERFLOW,
    "TR_BLOBLIST_OVERSIZE": _MANY_BLOBS,
    "TR_EMPTYBLOB": _NO_BLOBS,
    "TR_BLOBCREATE": _BLOB_CREATION,
    "TR_BLOBVERSION_INVALID": _BLOB_VERSION,
    "SenderNotEOA": _any(SenderHasCodeError),
    "SenderNotEOAorNoCASH": _any(SenderHasCodeError, InsufficientFundsError),
    "TooManyUncles": _worded(InvalidUncleError, "at most"),
    "UncleInChain": _ANCESTOR,
    "UncleIsAncestor": _ANCESTOR,
    # One vector lists the same uncle twice.
    "UncleIsBrother": (*_NO_RELATIVE, *_ANCESTOR),
    "UncleParentIncorrect": _NO_RELATIVE,
    "UncleParentIsNotAncestor": _NO_RELATIVE,
    # One vector lists an ancestor, whose parent is none of those whose children may be uncles.
    "InvalidUncleParentHash": (*_NO_RELATIVE, *_ANCESTOR),
    "UncleTooOld": _NO_RELATIVE,
    # Of the block, or of an uncle.
    "InvalidDifficulty": (*_header("difficulty"), *_uncle("difficulty")),
    "InvalidNumber": (*_header("number"), *_uncle("number")),
    "InvalidTimestamp": (*_header("timestamp"), *_uncle("timestamp")),
    "InvalidTimestampEqualParent": (*_header("timestamp"), *_uncle("timestamp")),
    "InvalidTimestampOlderParent": (*_header("timestamp"), *_uncle("timestamp")),
    "InvalidGasLimit": (*_header("gas_limit"), *_uncle("gas_limit")),
    "InvalidGasLimit2": (*_header("gas_limit"), *_uncle("gas_limit")),
    # One vector has a limit of zero, which is too low by itself.
    "TooMuchGasUsed": (*_header("gas_used", "gas_limit"), *_uncle("gas_used")),
    "BlockGasLimitReached": _any(GasLimitExceededError),
    # As INVALID_GAS_USED and INVALID_UNCLES_HASH.
    "InvalidUncles": (*_executed("uncles_hash"), *_header("uncles_hash")),
    "InvalidUnclesHash": _executed("uncles_hash"),
    "InvalidGasUsed": (*_executed("gas_used"), *_header("gas_used")),
    "InvalidStateRoot": _executed("state_root"),
    "InvalidReceiptsStateRoot": _executed("receipts_root"),
    "InvalidTransactionRoot": _executed("transactions_root"),
    "InvalidTransactionsRoot": _executed("transactions_root"),
    "InvalidLogBloom": _executed("logs_bloom"),
    "ExtraDataTooBig": _header("extra_data"),
    "ExtraDataIncorrectDAO": _DAO_MARK,
    "UnknownParent": _any(UnknownParentError),
    "UnknownParent2": _any(UnknownParentError),
    "InvalidWithdrawals": _executed("withdrawals_root"),
    "INPUT_UNMARSHAL_ERROR": _OVERFLOW,
    "INPUT_UNMARSHAL_ADDRESS_ERROR": _ADDRESS,
    "RLP_ExpectedAsList": (*_ENCODING, *_NO_WITHDRAWALS),
    "1559BaseFeeTooLow": _header("base_fee_per_gas"),
    "1559BlockImportImpossible_BaseFeeWrong": _BASE_FEE,
    "1559BlockImportImpossible_HeaderIsLegacy": _BASE_FEE,
    "LegacyBlockImportImpossible": _BASE_FEE,
    "LegacyBlockImportImpossible2": _BASE_FEE,
    "ParisBlockImportImpossible": _header("withdrawals_root"),
    "ShanghaiBlockImportImpossible": _header("withdrawals_root"),
    "3675PoWBlockRejected": _header("difficulty"),
    "3675PoSBlockRejected": _header("difficulty"),
    # What a block of proof of work has after the merge: a difficulty, or uncles.
    "3675PreParis1559BlockRejected": _header("difficulty", "uncles_hash"),
    "PostMergeUncleHashIsInvalid": _header("uncles_hash"),
    "PostParisUncleHashIsNotEmpty": _header("uncles_hash"),
    "PostParisDifficultyIsNot0": _header("difficulty"),
}
"""Names of retesteth, as older files have them."""


def find_expected(name: str) -> tuple[Expected, ...] | None:
    """Return what one name of an `expectException` stands for, None if it is not known."""
    family, _, reason = name.strip().rpartition(".")
    if family == "TransactionException":
        return TRANSACTIONS.get(reason) or (_ENCODING if reason.startswith("RLP_") else None)
    if family == "BlockException":
        return BLOCKS.get(reason)
    return OLDER.get(reason)


def find_reason_elsewhere(name: str) -> str | None:
    """Return why no error here can stand for one name, None if one could."""
    family, _, reason = name.strip().rpartition(".")
    if family == "EOFException":
        return "EOF is in no fork that is built"
    return ELSEWHERE.get(reason) if family == "BlockException" else None


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
        names = ", ".join(_name_unknown(name) for name in unknown)
        return f"no error class is known for {names}; refused with {name_error(error)}: {error}"
    return f"refused for another reason: {error}"


def _name_unknown(name: str) -> str:
    why = find_reason_elsewhere(name)
    return f"`{name}`" if why is None else f"`{name}` ({why})"


def name_error(error: ValidationError) -> str:
    """Return the class of an error, with the header field it names."""
    field_name = getattr(error, "field_name", "")
    name = type(error).__name__
    return f"{name}({field_name})" if field_name else name
