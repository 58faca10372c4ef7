"""What a tracer is asked to tell."""

from dataclasses import dataclass, fields
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class StructLoggerOptions:
    """The log of instructions."""

    disable_stack: bool = False
    enable_memory: bool = False
    disable_storage: bool = False
    enable_return_data: bool = False
    limit_bytes: int = 0
    """Of the log, which ends without an error where it is reached; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTracerOptions:
    """The tree of calls."""

    only_top_call: bool = False
    with_log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatCallTracerOptions:
    """The calls as a list, as Parity has them."""

    convert_parity_errors: bool = False
    include_precompiles: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrestateTracerOptions:
    """The accounts that are read or changed."""

    diff_mode: bool = False
    """Before and after of what is changed, instead of what is read as it was before."""
    disable_code: bool = False
    disable_storage: bool = False
    include_empty: bool = False
    """Accounts that do not exist before, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FourByteTracerOptions:
    """The selectors that are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoopTracerOptions:
    """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxTracerOptions:
    """Several tracers in one execution."""

    tracers: "tuple[tuple[str, TracerOptions], ...]" = ()
    """By name, in order."""


TracerOptions: TypeAlias = (
    StructLoggerOptions
    | CallTracerOptions
    | FlatCallTracerOptions
    | PrestateTracerOptions
    | FourByteTracerOptions
    | NoopTracerOptions
    | MuxTracerOptions
)

NAMES: dict[type[TracerOptions], str] = {
    CallTracerOptions: "callTracer",
    PrestateTracerOptions: "prestateTracer",
    FourByteTracerOptions: "4byteTracer",
    FlatCallTracerOptions: "flatCallTracer",
    MuxTracerOptions: "muxTracer",
    NoopTracerOptions: "noopTracer",
}
"""Names over RPC; the log of instructions has none, it is what one gets without a name."""


def to_config(options: TracerOptions) -> dict[str, Any]:
    """Return the configuration that asks a node for a trace like that."""
    match options:
        case StructLoggerOptions():
            return {"limit": options.limit_bytes, **_to_flags(options)}
        case MuxTracerOptions(tracers=tracers):
            parts = {name: to_config(part).get("tracerConfig", {}) for name, part in tracers}
            return {"tracer": NAMES[MuxTracerOptions], "tracerConfig": parts}
        case _:
            return {"tracer": NAMES[type(options)], "tracerConfig": _to_flags(options)}


def _to_flags(options: TracerOptions) -> dict[str, bool]:
    values = {field.name: getattr(options, field.name) for field in fields(options)}
    return {_camel(name): value for name, value in values.items() if isinstance(value, bool)}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
