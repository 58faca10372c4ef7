"""JSON-RPC 2.0 envelopes: bytes to requests, outcomes to bytes.

Knows nothing of methods. A body that is not JSON, a request that is no request and a batch that is
too large are told apart as the specification wants.

The parser is orjson: its nesting limit is its own, where others rely on the interpreter's recursion
limit, which libraries raise.

Spec:
    https://www.jsonrpc.org/specification
"""

from typing import Any, NamedTuple

import orjson

from contractchain.rpc.errors import INVALID_REQUEST, PARSE_ERROR, RpcFault

JsonId = str | int | float | None


class Call(NamedTuple):
    """One request of a body. A tuple: creation is what costs."""

    method: str
    parameters: list[Any]
    id: JsonId = None
    is_notification: bool = False
    """True if the request carries no id: it is executed, and nothing is said about it."""


Item = Call | RpcFault
"""A call, or the fault in the place of what is no request."""


def decode_body(body: bytes, *, max_batch: int) -> Item | list[Item]:
    """Return the request of a body, or the list of those of a batch.

    Raises:
        RpcFault: not JSON, an empty batch, or more than `max_batch` requests.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RpcFault(code=PARSE_ERROR, message=f"the body is not JSON: {error}") from error
    if not isinstance(document, list):
        return _decode_call(document)
    if not document:
        raise RpcFault(code=INVALID_REQUEST, message="the batch is empty")
    if len(document) > max_batch:
        raise RpcFault(
            code=INVALID_REQUEST,
            message=f"the batch has {len(document)} requests, at most {max_batch} are taken",
        )
    return [_decode_call(item) for item in document]


def encode_result(identifier: JsonId, result: object) -> bytes:
    """Return the response that carries a result."""
    return orjson.dumps({"jsonrpc": "2.0", "id": identifier, "result": result})


def encode_fault(identifier: JsonId, fault: RpcFault) -> bytes:
    """Return the response that carries an error."""
    error: dict[str, Any] = {"code": fault.code, "message": fault.message}
    if fault.data is not None:
        error["data"] = fault.data
    return orjson.dumps({"jsonrpc": "2.0", "id": identifier, "error": error})


def _decode_call(item: object) -> Item:
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
    return Call(method, parameters, identifier, "id" not in item)
