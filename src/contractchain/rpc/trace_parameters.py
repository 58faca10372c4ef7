"""The configuration of a trace, as `debug_trace…` take it.

Spec:
    geth's `debug` namespace and built-in tracers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from contractchain.chain.simulation_plan import BlockOverrides
from contractchain.chain.tracers import (
    CallTracerOptions,
    FlatCallTracerOptions,
    FourByteTracerOptions,
    MuxTracerOptions,
    NoopTracerOptions,
    PrestateTracerOptions,
    StructLoggerOptions,
    TraceBudget,
    TracerOptions,
)
from contractchain.chain.tracers.guard import DEFAULT_TIMEOUT_MS
from contractchain.chain.tracing import TraceRequest
from contractchain.errors import DecodeError, closest
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.rpc.parameters import decode_boolean, decode_field, decode_object
from contractchain.rpc.parameters import decode_overrides as decode_accounts
from contractchain.rpc.simulation_parameters import decode_block_overrides

TRACERS = (
    "callTracer",
    "prestateTracer",
    "4byteTracer",
    "flatCallTracer",
    "muxTracer",
    "noopTracer",
)
MAX_MUX_DEPTH = 4
_STRUCT_FLAGS = {
    "disableStack": "disable_stack",
    "enableMemory": "enable_memory",
    "disableStorage": "disable_storage",
    "enableReturnData": "enable_return_data",
}
_CALL_FLAGS = {"onlyTopCall": "only_top_call", "withLog": "with_log"}
_FLAT_FLAGS = {
    "convertParityErrors": "convert_parity_errors",
    "includePrecompiles": "include_precompiles",
}
_PRESTATE_FLAGS = {
    "diffMode": "diff_mode",
    "disableCode": "disable_code",
    "disableStorage": "disable_storage",
    "includeEmpty": "include_empty",
}
_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceConfig:
    """How a transaction is traced, and for a call what is different."""

    tracer: TracerOptions = field(default_factory=StructLoggerOptions)
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    accounts: Mapping[bytes, AccountOverride] = field(default_factory=dict)
    block: BlockOverrides | None = None

    def to_request(self) -> TraceRequest:
        """Return the request, whose time begins now."""
        return TraceRequest(tracer=self.tracer, budget=TraceBudget(timeout_ms=self.timeout_ms))


def decode_trace_config(value: Any) -> TraceConfig:
    """Read the configuration of a trace; `reexec` has no meaning here and is passed over."""
    fields = decode_object(value, "trace configuration")
    if fields.get("txIndex") is not None:
        raise DecodeError("a call after part of a block is not supported", what="`txIndex`")
    timeout = fields.get("timeout")
    overrides = fields.get("blockOverrides")
    return TraceConfig(
        tracer=_decode_tracer(fields),
        timeout_ms=DEFAULT_TIMEOUT_MS if timeout is None else _decode_duration(timeout),
        accounts=decode_accounts(fields.get("stateOverrides") or {}),
        block=None if overrides is None else decode_block_overrides(overrides),
    )


def _decode_tracer(fields: dict[str, Any]) -> TracerOptions:
    name = fields.get("tracer")
    if name is None or name == "":
        limit = fields.get("limit")
        if limit is not None and (not isinstance(limit, int) or limit < 0):
            raise DecodeError("expected a number of bytes", what="`limit`")
        flags = _decode_flags(fields, _STRUCT_FLAGS)
        return StructLoggerOptions(limit_bytes=limit or 0, **flags)
    if not isinstance(name, str):
        raise DecodeError("expected the name of a tracer", what="`tracer`")
    return _decode_native(name, fields.get("tracerConfig") or {}, MAX_MUX_DEPTH)


def _decode_native(name: str, config: Any, depth: int) -> TracerOptions:
    fields = decode_object(config, "tracerConfig")
    match name:
        case "callTracer":
            return CallTracerOptions(**_decode_flags(fields, _CALL_FLAGS))
        case "prestateTracer":
            return PrestateTracerOptions(**_decode_flags(fields, _PRESTATE_FLAGS))
        case "flatCallTracer":
            return FlatCallTracerOptions(**_decode_flags(fields, _FLAT_FLAGS))
        case "4byteTracer":
            return FourByteTracerOptions()
        case "noopTracer":
            return NoopTracerOptions()
        case "muxTracer":
            if not depth:
                raise DecodeError("tracers in tracers go too deep", what="`tracerConfig`")
            return MuxTracerOptions(
                tracers=tuple(
                    (part, _decode_native(part, inner or {}, depth - 1))
                    for part, inner in fields.items()
                )
            )
    raise _refuse(name)


def _refuse(name: str) -> DecodeError:
    known = ", ".join(f"`{tracer}`" for tracer in TRACERS)
    if not re.fullmatch(r"\w{1,40}", name):
        return DecodeError(
            f"JavaScript tracers are not supported; there are {known}", what="tracer"
        )
    hint = closest(name, TRACERS)
    return DecodeError(
        f"there is no `{name}`" + (f" ({hint})" if hint else f"; there are {known}"), what="tracer"
    )


def _decode_flags(fields: dict[str, Any], names: Mapping[str, str]) -> dict[str, bool]:
    return {
        name: decode_field(key, decode_boolean, fields[key])
        for key, name in names.items()
        if fields.get(key) is not None
    }


def _decode_duration(value: Any) -> int:
    """Read a duration as Go writes it, in milliseconds."""
    if not isinstance(value, str) or not re.fullmatch(f"(?:{_DURATION.pattern})+", value):
        raise DecodeError("expected a duration such as `5s` or `500ms`", what="`timeout`")
    parts = _DURATION.findall(value)
    return int(sum(float(number) * _UNITS_MS[unit] for number, unit in parts))


TraceConfigArg = Annotated[TraceConfig, decode_trace_config]
