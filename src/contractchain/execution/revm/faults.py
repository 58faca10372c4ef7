"""Typed errors from the faults of the native core, which cross as a code and fields."""

from typing import Any, NoReturn

from contractchain.errors import (
    AuthorizationListError,
    BlobFeeTooLowError,
    BlobTransactionError,
    ContractChainError,
    DecodeError,
    EngineError,
    FeeOverflowError,
    FeeTooLowError,
    GasLimitExceededError,
    InitCodeTooLargeError,
    InsufficientFundsError,
    InternalError,
    IntrinsicGasTooLowError,
    InvalidBlockError,
    InvalidHeaderError,
    InvalidOverrideError,
    InvalidSignatureError,
    InvalidTransactionError,
    NonceOverflowError,
    NonceTooHighError,
    NonceTooLowError,
    PrecompileMovedToItselfError,
    PriorityFeeAboveMaxFeeError,
    SenderHasCodeError,
    SimulationLimitError,
    StateUnavailableError,
    TransactionTypeError,
    ValidationError,
    WrongChainIdError,
)

_CLASSES: dict[str, type[ContractChainError]] = {
    error.code: error
    for error in (
        AuthorizationListError,
        BlobFeeTooLowError,
        BlobTransactionError,
        DecodeError,
        EngineError,
        FeeOverflowError,
        FeeTooLowError,
        GasLimitExceededError,
        InitCodeTooLargeError,
        InsufficientFundsError,
        InternalError,
        IntrinsicGasTooLowError,
        InvalidBlockError,
        InvalidHeaderError,
        InvalidOverrideError,
        InvalidSignatureError,
        InvalidTransactionError,
        NonceOverflowError,
        NonceTooHighError,
        NonceTooLowError,
        PrecompileMovedToItselfError,
        PriorityFeeAboveMaxFeeError,
        SenderHasCodeError,
        SimulationLimitError,
        StateUnavailableError,
        TransactionTypeError,
        ValidationError,
        WrongChainIdError,
    )
}


def make_error(code: str, facts: dict[str, Any]) -> ContractChainError:
    """Return the error that a fault of the native core stands for."""
    error_class = _CLASSES.get(code)
    if error_class is None:
        return InternalError(f"the native core reports an unknown fault `{code}`: {facts}")
    return error_class(**facts)


def make_validation_error(code: str, facts: dict[str, Any]) -> ValidationError:
    """Return the error of a fault that is known to be about data from outside.

    Raises:
        ContractChainError: it is about something else after all.
    """
    error = make_error(code, facts)
    if not isinstance(error, ValidationError):
        raise error
    return error


def raise_fault(fault: Exception) -> NoReturn:
    """Raise the error that a `contractchain._native.Fault` stands for."""
    code, facts = fault.args
    raise make_error(code, facts) from None
