"""`handle(body) -> bytes`: the whole server, without a socket.

A method is a function `method(context, …)` whose annotations say how its parameters are decoded
(`contractchain.rpc.parameters`); what it returns is rendered by `contractchain.rpc.rendering`.
Quick methods run where they are called; a coroutine may hand work to a thread.
"""

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeAlias, TypeVar

from contractchain.errors import ContractChainError, closest
from contractchain.rpc.envelope import Body, Call, decode_body, encode_fault, encode_result
from contractchain.rpc.errors import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    LIMIT_EXCEEDED,
    METHOD_NOT_FOUND,
    RpcFault,
    invalid_parameter,
    to_fault,
)
from contractchain.rpc.parameters import find_decoders
from contractchain.rpc.rendering import render

log = logging.getLogger("contractchain.rpc")
ContextT = TypeVar("ContextT")
Methods: TypeAlias = Mapping[str, Callable[..., Any]]
"""Functions by method name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one body may ask for."""

    max_batch: int = 1000
    """Requests in a batch."""
    max_response_bytes: int = 25_000_000
    """Bytes of all responses of a batch together."""


class Dispatcher(Generic[ContextT]):
    """Maps method names to functions and bodies to responses."""

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

    async def handle(self, body: bytes) -> bytes:
        """Answer one body; empty if it held notifications only."""
        try:
            decoded = decode_body(body, max_batch=self._limits.max_batch)
        except RpcFault as fault:
            return encode_fault(None, fault)
        if not decoded.is_batch:
            return await self._answer(decoded.items[0])
        return await self._answer_batch(decoded)

    async def _answer_batch(self, decoded: Body) -> bytes:
        answers: list[bytes] = []
        size = 0
        for is_concurrent, group in groupby(decoded.items, self._is_concurrent):
            if is_concurrent:
                found: Iterable[bytes] = await asyncio.gather(*map(self._answer, group))
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

    def _is_concurrent(self, item: Call | RpcFault) -> bool:
        """Tell whether neighbours of this kind in a batch may be under way together."""
        if isinstance(item, RpcFault):
            return False
        method = self._methods.get(item.method)
        return method is not None and method.function in self._concurrent

    async def _answer(self, item: Call | RpcFault) -> bytes:
        if isinstance(item, RpcFault):
            return encode_fault(item.id, item)
        try:
            result = await self._execute(item)
        except RpcFault as fault:
            return b"" if item.is_notification else encode_fault(item.id, fault)
        if item.is_notification:
            return b""
        return encode_result(item.id, result)

    async def _execute(self, call: Call) -> object:
        method = self._methods.get(call.method)
        if method is None:
            hint = closest(call.method, self._methods)
            message = f"the method {call.method} does not exist"
            raise RpcFault(
                code=METHOD_NOT_FOUND, message=f"{message} ({hint})" if hint else message
            )
        arguments = method.decode(call.parameters)
        try:
            result = method.function(self._context, *arguments)
            if inspect.isawaitable(result):
                result = await result
            return render(result)
        except RpcFault:
            raise
        except ContractChainError as error:
            raise to_fault(error) from error
        except Exception as error:
            log.exception("%s failed", call.method)
            raise RpcFault(
                code=INTERNAL_ERROR,
                message=f"internal error in {call.method}; this is a bug, the log has the details",
            ) from error


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
