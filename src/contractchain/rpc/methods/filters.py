"""Polling filters."""

from typing import Any

from contractchain.chain.views import LogView
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.filters import Polled
from contractchain.rpc.objects import log_object
from contractchain.rpc.parameters import FilterArg, Quantity


def new_filter(context: RpcContext, wanted: FilterArg) -> int:
    """Install a filter on logs."""
    return context.filters.add(wanted)


def new_block_filter(context: RpcContext) -> int:
    """Install a filter on new blocks."""
    return context.filters.add(Polled.BLOCKS)


def new_transaction_filter(context: RpcContext) -> int:
    """Install a filter on transactions that can be executed."""
    return context.filters.add(Polled.TRANSACTIONS)


async def get_changes(context: RpcContext, identifier: Quantity) -> list[Any]:
    """Return what is new since the last poll."""
    found = await context.read(context.filters.poll, identifier)
    return [log_object(item) if isinstance(item, LogView) else item for item in found]


async def get_filter_logs(context: RpcContext, identifier: Quantity) -> list[Any]:
    """Return all logs of a filter."""
    return [log_object(log) for log in await context.read(context.filters.logs, identifier)]


def uninstall(context: RpcContext, identifier: Quantity) -> bool:
    """Remove a filter; tells whether it was there."""
    return context.filters.remove(identifier)


METHODS: Methods = {
    "eth_newFilter": new_filter,
    "eth_newBlockFilter": new_block_filter,
    "eth_newPendingTransactionFilter": new_transaction_filter,
    "eth_getFilterChanges": get_changes,
    "eth_getFilterLogs": get_filter_logs,
    "eth_uninstallFilter": uninstall,
}
