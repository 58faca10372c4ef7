"""Traces of transactions, blocks and calls (`debug_trace…`)."""

from collections.abc import Callable
from typing import ParamSpec

from contractchain.chain.references import BlockTag
from contractchain.errors import NotFoundError, TransactionNotFoundError
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.errors import SERVER_ERROR, RpcFault
from contractchain.rpc.messages import to_message
from contractchain.rpc.parameters import BlockArg, Data, HashArg, TransactionArg
from contractchain.rpc.rendering import EncodedJson
from contractchain.rpc.trace_parameters import TraceConfig, TraceConfigArg

P = ParamSpec("P")
DEFAULT = TraceConfig()


async def trace_transaction(
    context: RpcContext, transaction: HashArg, config: TraceConfigArg = DEFAULT
) -> EncodedJson:
    """Return what happened inside a transaction."""
    return await _trace(
        context, context.chain.traces.trace_transaction, transaction, config.to_request()
    )


async def trace_call(
    context: RpcContext,
    request: TransactionArg,
    block: BlockArg = BlockTag.LATEST,
    config: TraceConfigArg = DEFAULT,
) -> EncodedJson:
    """Return what would happen inside a call."""
    return await _trace(
        context,
        context.chain.traces.trace_call,
        to_message(request),
        config.to_request(),
        block,
        config.accounts,
        config.block,
    )


async def trace_block(
    context: RpcContext, block: BlockArg, config: TraceConfigArg = DEFAULT
) -> EncodedJson:
    """Return what happened inside the transactions of a block."""
    return await _trace(context, context.chain.traces.trace_block, block, config.to_request())


async def trace_block_by_hash(
    context: RpcContext, block: HashArg, config: TraceConfigArg = DEFAULT
) -> EncodedJson:
    """Return what happened inside the transactions of a block."""
    return await _trace(context, context.chain.traces.trace_block, block, config.to_request())


async def trace_encoded_block(
    context: RpcContext, block: Data, config: TraceConfigArg = DEFAULT
) -> EncodedJson:
    """Return what happens inside the transactions of a block that is given in RLP."""
    return await _trace(
        context, context.chain.traces.trace_encoded_block, block, config.to_request()
    )


async def _trace(
    context: RpcContext, trace: Callable[P, str], *args: P.args, **kwargs: P.kwargs
) -> EncodedJson:
    """Trace in a thread; what is not there has the code that geth gives it here."""
    try:
        return EncodedJson(await context.trace(trace, *args, **kwargs))
    except TransactionNotFoundError as error:
        raise RpcFault(code=SERVER_ERROR, message="transaction not found") from error
    except NotFoundError as error:
        raise RpcFault(code=SERVER_ERROR, message=str(error)) from error


METHODS: Methods = {
    "debug_traceTransaction": trace_transaction,
    "debug_traceCall": trace_call,
    "debug_traceBlockByNumber": trace_block,
    "debug_traceBlockByHash": trace_block_by_hash,
    "debug_traceBlock": trace_encoded_block,
}
