"""JSON-RPC 2.0 envelopes: bytes to requests, outcomes to bytes.

Knows nothing of methods. A body that is not JSON, a request that is no request and a batch that is
too large are told apart as the specification wants.

The parser is orjson: its nesting limit is its own, where others rely on the interpreter's recursion
limit, which libraries raise.

Spec:
    https://www.jsonrpc.org/specification
"""

from dataclasses import dataclass
from typing import Any

import orjson

from contractchain.rpc.errors import INVALID_REQUEST, PARSE_ERROR, RpcFault

JsonId = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a body."""

    method: str
    parameters: list[Any]
    id: JsonId = None
    is_notification: bool = False
    """True if the request carries no id: it is executed, and nothing is said about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A decoded body: calls, and faults in the places of what is no request."""

    items: tuple[Call | RpcFault, ...]
    is_batch: bool


def decode_body(body: bytes, *, max_batch: int) -> Body:
    """Split a body into its requests.

    Raises:
        RpcFault: not JSON, an empty batch, or more than `max_batch` requests.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RpcFault(code=PARSE_ERROR, message=f"the body is not JSON: {error}") from error
    if not isinstance(document, list):
        return Body(items=(_decode_call(document),), is_batch=False)
    if not document:
        raise RpcFault(code=INVALID_REQUEST, message="the batch is empty")
    if len(document) > max_batch:
        raise RpcFault(
            code=INVALID_REQUEST,
            message=f"the batch has {len(document)} requests, at most {max_batch} are taken",
        )
    return Body(items=tuple(_decode_call(item) for item in document), is_batch=True)


def encode_result(identifier: JsonId, result: object) -> bytes:
    """Return the response that carries a result."""
    return orjson.dumps({"jsonrpc": "2.0", "id": identifier, "result": result})


def encode_fault(identifier: JsonId, fault: RpcFault) -> bytes:
    """Return the response that carries an error."""
    error: dict[str, Any] = {"code": fault.code, "message": fault.message}
    if fault.data is not None:
        error["data"] = fault.data
    return orjson.dumps({"jsonrpc": "2.0", "id": identifier, "error": error})


def _decode_call(item: object) -> Call | RpcFault:
    if not isinstance(item, dict):
        return RpcFault(code=INVALID_REQUEST, message="a request is an object")
    identifier = item.get("id")
    if isinstance(identifier, (dict, list, bool)):
        return RpcFault(code=INVALID_REQUEST, message="`id` is a string, a number or null")
    method = item.get("method")
    if not isinstance(method, str):
        return RpcFault(
            code=INVALID_REQUEST, message="`method` is missing or no string", id=identifier
        )
    if item.get("jsonrpc", "2.0") != "2.0":
        return RpcFault(code=INVALID_REQUEST, message='`jsonrpc` must be "2.0"', id=identifier)
    parameters = item.get("params")
    if parameters is None:
        parameters = []
    if not isinstance(parameters, list):
        return RpcFault(code=INVALID_REQUEST, message="`params` must be an array", id=identifier)
    return Call(
        method=method,
        parameters=parameters,
        id=identifier,
        is_notification="id" not in item,
    )
