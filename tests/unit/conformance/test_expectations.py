"""Which of our errors stands for which expectation."""

import pytest

from contractchain.conformance.expectations import (
    BLOCKS,
    ELSEWHERE,
    OLDER,
    TRANSACTIONS,
    explain_mismatch,
    find_expected,
    find_reason_elsewhere,
)
from contractchain.errors import (
    BlobTransactionError,
    DecodeError,
    FeeOverflowError,
    FeeTooLowError,
    InsufficientFundsError,
    InvalidBlockError,
    InvalidHeaderError,
    InvalidUncleError,
    MismatchError,
    NonceTooLowError,
    ValidationError,
)

OF_DIFFICULTY = InvalidHeaderError("", field_name="difficulty")
OF_BLOBS = InvalidHeaderError("917504 exceeds 6 blobs", field_name="blob_gas_used")


@pytest.mark.parametrize(
    ("expectation", "error"),
    [
        ("TransactionException.NONCE_MISMATCH_TOO_LOW", NonceTooLowError()),
        ("TransactionException.RLP_ERROR_EOF", DecodeError("too short")),
        ("BlockException.INVALID_STATE_ROOT", MismatchError(field_name="state_root")),
        ("BlockException.INVALID_GASLIMIT", InvalidHeaderError("", field_name="gas_limit")),
        ("BlockException.IMPORT_IMPOSSIBLE_LONDON_OVER_PARIS", OF_DIFFICULTY),
        ("TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED", OF_BLOBS),
        ("TR_NoFunds", InsufficientFundsError()),
        ("TransactionException.ADDRESS_TOO_LONG", DecodeError("`to` has 21 bytes")),
        (
            "BlockException.EXTRA_DATA_INVALID_DAO",
            InvalidUncleError("uncle 0x00 is invalid: `extra_data`: must be `dao-hard-fork` in"),
        ),
        ("TR_NoFundsX", FeeOverflowError()),
        ("InvalidNumber", InvalidUncleError("uncle 0x00 is invalid: `number`: must be 2, not 1")),
        ("TooMuchGasUsed", InvalidHeaderError("", field_name="gas_used")),
        (
            "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS"
            "|TransactionException.INSUFFICIENT_ACCOUNT_FUNDS",
            InsufficientFundsError(),
        ),
    ],
)
def test_the_right_reason_is_accepted(expectation: str, error: ValidationError) -> None:
    assert explain_mismatch(expectation, error) is None


@pytest.mark.parametrize(
    ("expectation", "error"),
    [
        ("TransactionException.NONCE_MISMATCH_TOO_LOW", FeeTooLowError()),
        ("BlockException.INVALID_STATE_ROOT", MismatchError(field_name="receipts_root")),
        ("BlockException.INVALID_GASLIMIT", InvalidHeaderError("", field_name="number")),
        ("TransactionException.RLP_ERROR_EOF", InsufficientFundsError()),
        ("TransactionException.ADDRESS_TOO_LONG", DecodeError("cut short")),
        ("BlockException.INCORRECT_BLOCK_FORMAT", MismatchError(field_name="state_root")),
        ("BlockException.SYSTEM_CONTRACT_EMPTY", InvalidBlockError("the contract failed")),
        (
            "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED",
            InvalidHeaderError("1 is not a multiple of 131072", field_name="blob_gas_used"),
        ),
        (
            "BlockException.EXTRA_DATA_INVALID_DAO",
            InvalidUncleError("uncle 0x00 is invalid: `extra_data`: at most 32 bytes, not 33"),
        ),
        ("TR_NoFunds", FeeOverflowError()),
        ("InvalidNumber", InvalidUncleError("uncle 0x00 is invalid: `timestamp`: must be")),
    ],
)
def test_another_reason_is_not(expectation: str, error: ValidationError) -> None:
    explanation = explain_mismatch(expectation, error)
    assert explanation is not None
    assert "another reason" in explanation


def test_a_name_nobody_knows_never_passes() -> None:
    explanation = explain_mismatch("BlockException.MADE_UP", DecodeError("anything"))
    assert explanation is not None
    assert "`BlockException.MADE_UP`" in explanation


def test_no_name_stands_for_any_error() -> None:
    for table in (TRANSACTIONS, BLOCKS, OLDER):
        for expected in table.values():
            assert expected
            assert all(entry.error is not ValidationError for entry in expected)


def test_a_class_that_is_told_apart_by_words_is_never_accepted_without_them() -> None:
    for table in (TRANSACTIONS, BLOCKS, OLDER):
        for name, expected in table.items():
            for entry in expected:
                if entry.error in (InvalidBlockError, BlobTransactionError, InvalidUncleError):
                    assert entry.words, name


def test_names_of_both_families_are_found() -> None:
    assert find_expected("TransactionException.TYPE_3_TX_ZERO_BLOBS")
    assert find_expected("BlockException.INVALID_REQUESTS")
    assert find_expected("SenderNotEOA")
    assert find_expected("TransactionException.INVALID_REQUESTS") is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("BlockException.INVALID_BLOCK_HASH", "Engine API"),
        ("BlockException.INVALID_VERSIONED_HASHES", "Engine API"),
        ("BlockException.INVALID_BAL_HASH", "EIP-7928"),
        ("EOFException.INVALID_MAGIC", "EOF is in no fork"),
    ],
)
def test_a_reason_that_nothing_here_can_have_is_explained(name: str, why: str) -> None:
    assert find_expected(name) is None
    explanation = explain_mismatch(name, DecodeError("cut short"))
    assert explanation is not None
    assert why in explanation


def test_a_name_has_either_a_class_or_a_reason_why_not() -> None:
    assert not ELSEWHERE.keys() & BLOCKS.keys()
    assert find_reason_elsewhere("BlockException.INVALID_STATE_ROOT") is None
    assert find_reason_elsewhere("TransactionException.NEVER_HEARD_OF") is None
