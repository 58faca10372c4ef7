"""eth_simulateV1: blocks of calls that leave no trace."""

from typing import Any

from contractchain.chain.references import BlockTag
from contractchain.chain.simulation_plan import CallView, SimulatedBlockView
from contractchain.errors import (
    BlockNotFoundError,
    BlockOrderError,
    CallRefusedError,
    FeeTooLowError,
    GasLimitExceededError,
    InitCodeTooLargeError,
    InsufficientFundsError,
    IntrinsicGasTooLowError,
    InvalidTransactionError,
    NonceOverflowError,
    NonceTooHighError,
    NonceTooLowError,
    PrecompileMovedToItselfError,
    SimulationLimitError,
    ValidationError,
)
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.errors import (
    EXECUTION_REVERTED,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    SERVER_ERROR,
    RpcFault,
    to_fault,
)
from contractchain.rpc.objects import block_object, log_object, transaction_object
from contractchain.rpc.parameters import BlockArg
from contractchain.rpc.reasons import describe_revert
from contractchain.rpc.rendering import Plain
from contractchain.rpc.simulation_parameters import SimulationArg
from contractchain.types import Halt, LegacyTransaction, Revert, Success

VM_ERROR = -32015
NUMBER_ORDER, TIMESTAMP_ORDER = -38020, -38021
CODES: tuple[tuple[type[ValidationError], int], ...] = (
    (NonceTooLowError, -38010),
    (NonceTooHighError, -38011),
    (FeeTooLowError, -38012),
    (IntrinsicGasTooLowError, -38013),
    (InsufficientFundsError, -38014),
    (GasLimitExceededError, -38015),
    (PrecompileMovedToItselfError, -38022),
    (InitCodeTooLargeError, -38025),
    (SimulationLimitError, -38026),
    (NonceOverflowError, INTERNAL_ERROR),
    (InvalidTransactionError, INVALID_PARAMS),
)
"""The first class that fits decides; others have their usual codes."""


async def simulate(
    context: RpcContext, payload: SimulationArg, block: BlockArg = BlockTag.LATEST
) -> list[dict[str, Any]]:
    """Return blocks as they would be, with what came of their calls."""
    try:
        blocks = await context.read(context.chain.simulations.simulate, payload.plan, block)
    except BlockNotFoundError as error:
        raise RpcFault(code=SERVER_ERROR, message=str(error)) from error
    except ValidationError as error:
        raise _fault_of(error) from error
    return [_render_block(view, full=payload.wants_transactions) for view in blocks]


def _fault_of(error: ValidationError) -> RpcFault:
    reason = error.reason if isinstance(error, CallRefusedError) else error
    if isinstance(reason, BlockOrderError):
        is_number = reason.field_name == "number"
        return RpcFault(code=NUMBER_ORDER if is_number else TIMESTAMP_ORDER, message=str(error))
    for kind, code in CODES:
        if isinstance(reason, kind):
            return RpcFault(code=code, message=str(error))
    return to_fault(error)


def _render_block(view: SimulatedBlockView, *, full: bool) -> dict[str, Any]:
    out = block_object(view.block, [transaction.hash for transaction in view.transactions])
    if full:
        out["transactions"] = [transaction_object(t) for t in view.transactions]
        for rendered, transaction in zip(out["transactions"], view.transactions, strict=True):
            if isinstance(transaction.transaction, LegacyTransaction):
                rendered["v"] = 0  # as r and s: nobody signed it
    out["calls"] = [_render_call(call) for call in view.calls]
    return out


def _render_call(view: CallView) -> dict[str, Any]:
    out: dict[str, Any] = {
        "returnData": b"",
        "logs": [log_object(log) for log in view.logs],
        "gasUsed": view.gas_used,
        "maxUsedGas": view.max_gas_used,
        "status": int(isinstance(view.outcome, Success)),
    }
    match view.outcome:
        case Success(return_data=data):
            out["returnData"] = data
        case Revert(data=data):
            out["error"] = {
                "code": Plain(EXECUTION_REVERTED),
                "message": describe_revert(data),
                "data": data,
            }
        case Halt(reason=reason):
            out["error"] = {"code": Plain(VM_ERROR), "message": reason.replace("-", " ")}
    return out


METHODS: Methods = {"eth_simulateV1": simulate}
