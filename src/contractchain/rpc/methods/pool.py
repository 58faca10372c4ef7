"""What waits in the mempool (`txpool_…`), as geth shows it: by sender and nonce."""

from collections.abc import Callable, Iterable
from typing import Any

from contractchain.chain.deriving import build_pending_view
from contractchain.codec.hexadecimal import to_checksum
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.objects import transaction_object
from contractchain.rpc.parameters import AddressArg

Waiting = Iterable[DecodedTransaction]


def get_status(context: RpcContext) -> dict[str, int]:
    """Return how many transactions can be executed now, and how many wait behind a gap."""
    ready, gapped = context.chain.pool.list_waiting()
    return {"pending": len(ready), "queued": len(gapped)}


async def get_content(context: RpcContext) -> dict[str, Any]:
    """Return all waiting transactions."""
    ready, gapped = await context.read(context.chain.pool.list_waiting)
    return {"pending": _by_sender(ready, _show), "queued": _by_sender(gapped, _show)}


async def get_content_from(context: RpcContext, address: AddressArg) -> dict[str, Any]:
    """Return the waiting transactions of one sender."""
    ready, gapped = await context.read(context.chain.pool.list_waiting)
    return {
        "pending": {str(t.nonce): _show(t) for t in ready if t.sender == address},
        "queued": {str(t.nonce): _show(t) for t in gapped if t.sender == address},
    }


async def inspect(context: RpcContext) -> dict[str, Any]:
    """Return a line of text for each waiting transaction."""
    ready, gapped = await context.read(context.chain.pool.list_waiting)
    return {"pending": _by_sender(ready, _describe), "queued": _by_sender(gapped, _describe)}


def _by_sender(
    transactions: Waiting, show: Callable[[DecodedTransaction], Any]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for t in transactions:
        found.setdefault(to_checksum(t.sender), {})[str(t.nonce)] = show(t)
    return found


def _show(transaction: DecodedTransaction) -> dict[str, Any]:
    return transaction_object(build_pending_view(transaction))


def _describe(t: DecodedTransaction) -> str:
    target = "contract creation" if t.to is None else to_checksum(t.to)
    return f"{target}: {t.value} wei + {t.gas_limit} gas × {t.max_fee_per_gas} wei"


METHODS: Methods = {
    "txpool_status": get_status,
    "txpool_content": get_content,
    "txpool_contentFrom": get_content_from,
    "txpool_inspect": inspect,
}
