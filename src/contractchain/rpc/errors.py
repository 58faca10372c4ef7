"""From the error tree to JSON-RPC codes: one table.

Spec:
    JSON-RPC 2.0; EIP-1474; code 3 with data for a revert, as geth has it.
"""

from dataclasses import dataclass, field

from contractchain.errors import (
    ConsensusError,
    ContractChainError,
    DecodeError,
    EngineError,
    InvalidTransactionError,
    MempoolError,
    MempoolFullError,
    NotFoundError,
    NotSupportedByEngineError,
    StateUnavailableError,
    StoreError,
    TraceLimitError,
    UsageError,
    ValidationError,
)

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
RESOURCE_NOT_FOUND = -32001
TRANSACTION_REJECTED = -32003
NOT_SUPPORTED = -32004
LIMIT_EXCEEDED = -32005
EXECUTION_REVERTED = 3

CODES: tuple[tuple[type[ContractChainError], int], ...] = (
    (StateUnavailableError, SERVER_ERROR),
    (NotFoundError, RESOURCE_NOT_FOUND),
    (MempoolFullError, LIMIT_EXCEEDED),
    (MempoolError, TRANSACTION_REJECTED),
    (InvalidTransactionError, TRANSACTION_REJECTED),
    (DecodeError, INVALID_PARAMS),
    (ValidationError, SERVER_ERROR),
    (UsageError, INVALID_PARAMS),
    (NotSupportedByEngineError, NOT_SUPPORTED),
    (ConsensusError, SERVER_ERROR),
    (TraceLimitError, LIMIT_EXCEEDED),
    (EngineError, SERVER_ERROR),
    (StoreError, SERVER_ERROR),
)
"""The first class that fits decides."""


@dataclass(eq=False)
class RpcFault(Exception):
    """The error member of a response."""

    code: int
    message: str
    data: str | None = None
    """Return data of a revert, in hex."""
    id: str | int | float | None = field(default=None)
    """Id of the request, where the fault was found before the request was understood."""

    def __str__(self) -> str:
        return self.message


def to_fault(error: ContractChainError) -> RpcFault:
    """Return the fault that tells a client of `error`."""
    message = str(error) if error.hint is None else f"{error} ({error.hint})"
    for kind, code in CODES:
        if isinstance(error, kind):
            return RpcFault(code=code, message=message)
    return RpcFault(code=INTERNAL_ERROR, message=message)


def invalid_parameter(name: str, reason: str) -> RpcFault:
    """Return the fault for a parameter that cannot be understood."""
    return RpcFault(code=INVALID_PARAMS, message=f"invalid params: `{name}`: {reason}")
