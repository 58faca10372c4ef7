"""From the events of a trace to what geth's tracers tell of a transaction.

One tracer for both engines and every door: the events are what an execution layer reports, the
result is text in JSON, made where the work is done and not on a server's loop. JavaScript tracers
are not among them.
"""

from collections.abc import Sequence

from contractchain.chain.tracers.base import Tracer, TraceSubject
from contractchain.chain.tracers.call_tracer import CallTracer, FlatCallTracer
from contractchain.chain.tracers.call_tree import CallFrame, CallTree
from contractchain.chain.tracers.guard import TraceBudget
from contractchain.chain.tracers.options import (
    CallTracerOptions,
    FlatCallTracerOptions,
    FourByteTracerOptions,
    MuxTracerOptions,
    NoopTracerOptions,
    PrestateTracerOptions,
    StructLoggerOptions,
    TracerOptions,
)
from contractchain.chain.tracers.prestate import PrestateTracer
from contractchain.chain.tracers.small_tracers import FourByteTracer, MuxTracer, NoopTracer
from contractchain.chain.tracers.struct_logger import StructLogger


def create_tracer(options: TracerOptions, budget: TraceBudget) -> Tracer:
    """Return a new tracer, good for one transaction."""
    match options:
        case StructLoggerOptions():
            return StructLogger(options, budget)
        case CallTracerOptions():
            return CallTracer(options, budget)
        case FlatCallTracerOptions():
            return FlatCallTracer(options, budget)
        case PrestateTracerOptions():
            return PrestateTracer(options, budget)
        case FourByteTracerOptions():
            return FourByteTracer()
        case NoopTracerOptions():
            return NoopTracer()
        case MuxTracerOptions(tracers=tracers):
            parts: Sequence[tuple[str, Tracer]] = [
                (name, create_tracer(part, budget)) for name, part in tracers
            ]
            return MuxTracer(parts)


__all__ = [
    "CallFrame",
    "CallTracerOptions",
    "CallTree",
    "FlatCallTracerOptions",
    "FourByteTracerOptions",
    "MuxTracerOptions",
    "NoopTracerOptions",
    "PrestateTracerOptions",
    "StructLoggerOptions",
    "TraceBudget",
    "TraceSubject",
    "Tracer",
    "TracerOptions",
    "create_tracer",
]
