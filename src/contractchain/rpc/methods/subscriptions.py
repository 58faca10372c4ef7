"""Subscriptions, on connections that can be spoken to without being asked."""

from contractchain.errors import DecodeError
from contractchain.rpc.context import Peer, RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.errors import INVALID_PARAMS, METHOD_NOT_FOUND, RpcFault, invalid_parameter
from contractchain.rpc.parameters import (
    Anything,
    HexId,
    LogFilter,
    Text,
    decode_boolean,
    decode_log_filter,
)
from contractchain.rpc.subscriptions import Topic, Wanted

KINDS = ("newHeads", "logs", "newPendingTransactions", "syncing")


def subscribe(context: RpcContext, kind: Text, options: Anything = None) -> bytes:
    """Have the client told of what happens from now on; returns the subscription's id."""
    peer = _get_peer(context)
    return peer.subscribe(_decode_wanted(kind, options))


def unsubscribe(context: RpcContext, identifier: HexId) -> bool:
    """End a subscription of this connection."""
    _get_peer(context).unsubscribe(identifier)
    return True


def _get_peer(context: RpcContext) -> Peer:
    if context.peer is None:
        raise RpcFault(
            code=METHOD_NOT_FOUND,
            message="notifications not supported (over HTTP; connect by ws:// to the same port)",
        )
    return context.peer


def _decode_wanted(kind: str, options: object) -> Wanted:
    match kind:
        case "newHeads":
            return Topic.NEW_HEADS
        case "syncing":
            return Topic.SYNCING
        case "newPendingTransactions":
            in_full = options is not None and _decode_in_full(options)
            return Topic.PENDING_TRANSACTIONS if in_full else Topic.PENDING_HASHES
        case "logs":
            return LogFilter() if options is None else _decode_filter(options)
        case _:
            known = ", ".join(KINDS)
            message = f'no "{kind[:40]}" subscription in eth namespace (there are {known})'
            raise RpcFault(code=METHOD_NOT_FOUND, message=message)


def _decode_in_full(options: object) -> bool:
    try:
        return decode_boolean(options)
    except DecodeError as error:
        raise invalid_parameter("options", str(error)) from error


def _decode_filter(options: object) -> LogFilter:
    try:
        wanted = decode_log_filter(options)
    except DecodeError as error:
        raise invalid_parameter("options", str(error)) from error
    if wanted.block_hash is not None:
        raise RpcFault(
            code=INVALID_PARAMS,
            message="invalid params: a subscription is on blocks to come, not on one `blockHash`",
        )
    return wanted


METHODS: Methods = {"eth_subscribe": subscribe, "eth_unsubscribe": unsubscribe}
