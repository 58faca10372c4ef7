"""Simulated calls."""

from typing import Any

from contractchain.chain.references import BlockTag
from contractchain.errors import EngineError
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.errors import EXECUTION_REVERTED, SERVER_ERROR, RpcFault
from contractchain.rpc.messages import to_message
from contractchain.rpc.objects import access_list_object
from contractchain.rpc.parameters import (
    BlockArg,
    OverridesArg,
    TransactionArg,
)
from contractchain.rpc.reasons import describe_revert
from contractchain.types import Halt, Outcome, Revert, Success


async def call(
    context: RpcContext,
    request: TransactionArg,
    block: BlockArg = BlockTag.LATEST,
    overrides: OverridesArg = {},  # noqa: B006  never changed
) -> bytes:
    """Return what a call would return."""
    result = await context.read(
        context.chain.calls.call, to_message(request), block, overrides or None
    )
    return return_data_of(result.outcome)


async def estimate_gas(
    context: RpcContext,
    request: TransactionArg,
    block: BlockArg = BlockTag.LATEST,
    overrides: OverridesArg = {},  # noqa: B006  never changed
) -> int:
    """Return the least gas limit with which a call succeeds."""
    found = await context.read(
        context.chain.calls.estimate_gas, to_message(request), block, overrides or None
    )
    if isinstance(found, int):
        return found
    return_data_of(found)
    raise EngineError("the engine's estimate is neither gas nor a failure")


async def create_access_list(
    context: RpcContext, request: TransactionArg, block: BlockArg = BlockTag.LATEST
) -> dict[str, Any]:
    """Return the slots that a call touches, and the gas it uses with them declared."""
    entries, result = await context.read(
        context.chain.calls.create_access_list, to_message(request), block
    )
    out: dict[str, Any] = {
        "accessList": access_list_object(entries),
        "gasUsed": result.gas_used,
    }
    match result.outcome:
        case Revert(data=data):
            out["error"] = describe_revert(data)
        case Halt(reason=reason):
            out["error"] = reason
    return out


def return_data_of(outcome: Outcome) -> bytes:
    """Return the data of a success.

    Raises:
        RpcFault: code 3 with the data of a revert, or the reason of a halt.
    """
    match outcome:
        case Success(return_data=data):
            return data
        case Revert(data=data):
            raise RpcFault(
                code=EXECUTION_REVERTED, message=describe_revert(data), data="0x" + data.hex()
            )
        case Halt(reason=reason):
            raise RpcFault(code=SERVER_ERROR, message=reason.replace("-", " "))


METHODS: Methods = {
    "eth_call": call,
    "eth_estimateGas": estimate_gas,
    "eth_createAccessList": create_access_list,
}
