"""Bodies to answers: the whole server, without a socket.

A method is a function `method(context, …)` whose annotations say how its parameters are decoded
(`contractchain.rpc.parameters`); what it returns is rendered by `contractchain.rpc.rendering`.
Quick methods answer where they are called; one that returns a `Later` or is a coroutine answers
when that is done, and may hand work to a thread meanwhile.
"""

import asyncio
import inspect
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeAlias, TypeVar

from contractchain.errors import ContractChainError, closest
from contractchain.rpc.envelope import Call, Item, decode_body, encode_fault, encode_result
from contractchain.rpc.errors import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    LIMIT_EXCEEDED,
    METHOD_NOT_FOUND,
    RpcFault,
    invalid_parameter,
    to_fault,
)
from contractchain.rpc.later import Later
from contractchain.rpc.parameters import find_decoders
from contractchain.rpc.rendering import render

log = logging.getLogger("contractchain.rpc")
ContextT = TypeVar("ContextT")
Methods: TypeAlias = Mapping[str, Callable[..., Any]]
"""Functions by method name."""
Respond: TypeAlias = Callable[[bytes], None]
"""Takes the answer to a body; empty if it held notifications only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one body may ask for."""

    max_batch: int = 1000
    """Requests in a batch."""
    max_response_bytes: int = 25_000_000
    """Bytes of all responses of a batch together."""


class Dispatcher(Generic[ContextT]):
    """Maps method names to functions and bodies to responses. Belongs to the loop's thread."""

    def __init__(
        self,
        context: ContextT,
        methods: Methods,
        limits: Limits | None = None,
        concurrent: Iterable[Callable[..., Any]] = (),
    ) -> None:
        """Build a dispatcher.

        Args:
            context: First argument of every method.
            methods: Functions by method name.
            limits: What one body may ask for.
            concurrent: Methods that a batch may have under way together when they stand side by
                side, because they keep their order themselves.
        """
        self._context = context
        self._methods = {name: _Method(name, function) for name, function in methods.items()}
        self._limits = limits or Limits()
        self._concurrent = frozenset(concurrent)

    def for_context(self, context: ContextT) -> "Dispatcher[ContextT]":
        """Return a dispatcher of the same methods that gives them another context."""
        other = copy(self)
        other._context = context
        return other

    async def handle(self, body: bytes) -> bytes:
        """Answer one body; empty if it held notifications only."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        task = self.start(body, lambda answer: None if future.done() else future.set_result(answer))
        try:
            return await future
        finally:
            if task is not None:
                task.cancel()

    def start(self, body: bytes, respond: Respond) -> asyncio.Task[None] | None:
        """Begin to answer one body; `respond` is called once, at once or later.

        Returns:
            A task to cancel if nobody waits for the answer any more, or None.
        """
        try:
            decoded = decode_body(body, max_batch=self._limits.max_batch)
        except RpcFault as fault:
            respond(encode_fault(None, fault))
            return None
        if isinstance(decoded, list):
            return _start_task(self._answer_batch(decoded), respond)
        begun = self._begin(decoded)
        if isinstance(begun, bytes):
            respond(begun)
            return None
        call, result = begun
        if isinstance(result, Later):
            result.listen(lambda outcome: respond(self._encode(call, outcome)))
            return None
        task = _start_task(self._finish(call, result), respond)
        task.add_done_callback(lambda _: result.close())
        return task

    async def _answer_batch(self, items: list[Item]) -> bytes:
        answers: list[bytes] = []
        size = 0
        for is_concurrent, group in groupby(items, self._is_concurrent):
            if is_concurrent:
                found = await self._answer_together(list(group))
                answers.extend(answer for answer in found if answer)
                size += sum(map(len, found))
                continue
            for item in group:
                if size > self._limits.max_response_bytes:
                    fault = RpcFault(
                        code=LIMIT_EXCEEDED, message="the batch's response is too large"
                    )
                    answer = encode_fault(item.id, fault)
                else:
                    answer = await self._answer(item)
                if answer:
                    answers.append(answer)
                    size += len(answer)
        return b"[" + b",".join(answers) + b"]" if answers else b""

    def _is_concurrent(self, item: Item) -> bool:
        """Tell whether neighbours of this kind in a batch may be under way together."""
        if isinstance(item, RpcFault):
            return False
        method = self._methods.get(item.method)
        return method is not None and method.function in self._concurrent

    async def _answer_together(self, items: Sequence[Item]) -> list[bytes]:
        """Begin all before waiting for any."""
        begun = [self._begin(item) for item in items]
        return [
            part if isinstance(part, bytes) else await self._finish(part[0], part[1])
            for part in begun
        ]

    async def _answer(self, item: Item) -> bytes:
        return (await self._answer_together((item,)))[0]

    def _begin(self, item: Item) -> "bytes | tuple[Call, _UnderWay]":
        """Return the answer, or what it is waiting for."""
        if isinstance(item, RpcFault):
            return encode_fault(item.id, item)
        try:
            method = self._methods.get(item.method)
            if method is None:
                raise _describe_unknown(item.method, self._methods)
            result = method.function(self._context, *method.decode(item.parameters))
        except Exception as error:  # noqa: BLE001  told to the client, and logged if it is ours
            return self._encode(item, error)
        if isinstance(result, Later) or inspect.iscoroutine(result):
            return item, result
        return self._encode(item, result)

    async def _finish(self, call: Call, result: "_UnderWay") -> bytes:
        try:
            outcome: object = await (result.wait() if isinstance(result, Later) else result)
        except Exception as error:  # noqa: BLE001  as in `_begin`
            outcome = error
        return self._encode(call, outcome)

    def _encode(self, call: Call, outcome: object) -> bytes:
        """Return the answer that tells the result of a call, or the exception that ended it."""
        if not isinstance(outcome, Exception):
            try:
                answer = encode_result(call.id, render(outcome))
            except Exception as error:  # noqa: BLE001  a result that cannot be rendered: ours
                outcome = error
            else:
                return b"" if call.is_notification else answer
        fault = _to_fault(call, outcome)
        return b"" if call.is_notification else encode_fault(call.id, fault)


_UnderWay: TypeAlias = Later[Any] | Coroutine[Any, Any, Any]


def _start_task(answer: Coroutine[Any, Any, bytes], respond: Respond) -> asyncio.Task[None]:
    """Answer in a task. What is cancelled before it has begun is closed without a word."""
    task = asyncio.create_task(_respond_with(answer, respond))
    task.add_done_callback(lambda _: answer.close())
    return task


async def _respond_with(answer: Coroutine[Any, Any, bytes], respond: Respond) -> None:
    respond(await answer)


def _describe_unknown(name: str, known: Iterable[str]) -> RpcFault:
    hint = closest(name, known)
    message = f"the method {name} does not exist"
    return RpcFault(code=METHOD_NOT_FOUND, message=f"{message} ({hint})" if hint else message)


def _to_fault(call: Call, error: Exception) -> RpcFault:
    if isinstance(error, RpcFault):
        return error
    if isinstance(error, ContractChainError):
        return to_fault(error)
    log.error("%s failed", call.method, exc_info=error)
    return RpcFault(
        code=INTERNAL_ERROR,
        message=f"internal error in {call.method}; this is a bug, the log has the details",
    )


class _Method:
    """A function with the decoders of its parameters."""

    __slots__ = ("_decoders", "_required", "function", "name")

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self.function = function
        self._decoders = find_decoders(function)
        self._required = sum(not decoder.is_optional for decoder in self._decoders)

    def decode(self, parameters: list[Any]) -> list[Any]:
        count = len(parameters)
        if not self._required <= count <= len(self._decoders):
            names = ", ".join(f"[{d.name}]" if d.is_optional else d.name for d in self._decoders)
            raise RpcFault(
                code=INVALID_PARAMS,
                message=f"{self.name} takes ({names}), {count} parameters were given",
            )
        arguments = []
        for decoder, value in zip(self._decoders, parameters, strict=False):
            if value is None and decoder.is_optional:
                arguments.append(decoder.default)
                continue
            try:
                arguments.append(decoder.decode(value))
            except ContractChainError as error:
                raise invalid_parameter(decoder.name, str(error)) from error
            except RecursionError as error:
                raise invalid_parameter(decoder.name, "nested too deeply") from error
        return arguments
