"""Which of our errors stands for which expectation."""

import pytest

from contractchain.conformance.expectations import (
    BLOCKS,
    OLDER,
    TRANSACTIONS,
    explain_mismatch,
    find_expected,
)
from contractchain.errors import (
    BlobTransactionError,
    DecodeError,
    FeeTooLowError,
    InsufficientFundsError,
    InvalidBlockError,
    InvalidHeaderError,
    InvalidUncleError,
    MismatchError,
    NonceTooLowError,
    ValidationError,
)


@pytest.mark.parametrize(
    ("expectation", "error"),
    [
        ("TransactionException.NONCE_MISMATCH_TOO_LOW", NonceTooLowError()),
        ("TransactionException.RLP_ERROR_EOF", DecodeError("too short")),
        ("BlockException.INVALID_STATE_ROOT", MismatchError(field_name="state_root")),
        ("BlockException.INVALID_GASLIMIT", InvalidHeaderError("", field_name="gas_limit")),
        ("TR_NoFunds", InsufficientFundsError()),
        ("TransactionException.ADDRESS_TOO_LONG", DecodeError("`to` has 21 bytes")),
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
