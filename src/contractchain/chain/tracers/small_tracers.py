"""`4byteTracer`, `noopTracer`, and `muxTracer`, which asks several at once."""

import json
from collections import Counter
from collections.abc import Sequence

from contractchain.chain.tracers.base import Tracer, TraceSubject, to_hex
from contractchain.chain.tracers.call_tracer import FRAMES
from contractchain.chain.tracers.precompiles import is_precompile
from contractchain.types import Address, FrameStart, TraceEvent, TraceOptions, TraceStep

SELECTOR_BYTES = 4


class FourByteTracer:
    """How often each selector is called with how many bytes of arguments."""

    def __init__(self) -> None:
        self._found: Counter[tuple[Address, bytes, int]] = Counter()

    @property
    def wanted(self) -> TraceOptions:
        """Frames."""
        return FRAMES

    def take(self, event: TraceEvent) -> None:
        """Take an event."""
        if not isinstance(event, FrameStart) or event.kind.is_creation:
            return
        if len(event.data) >= SELECTOR_BYTES:
            rest = len(event.data) - SELECTOR_BYTES
            self._found[event.callee, event.data[:SELECTOR_BYTES], rest] += 1

    def build(self, subject: TraceSubject) -> str:
        """Return counts by selector and size; those of precompiles, which have none, left out."""
        counts: Counter[str] = Counter()
        for (callee, selector, size), count in self._found.items():
            if not is_precompile(callee, subject.fork):
                counts[f"{to_hex(selector)}-{size}"] += count
        return json.dumps(dict(sorted(counts.items())))


class NoopTracer:
    """Executes, and tells nothing."""

    @property
    def wanted(self) -> TraceOptions:
        """Nothing."""
        return TraceOptions(instructions=frozenset())

    def take(self, event: TraceEvent) -> None:
        """Take an event."""

    def build(self, subject: TraceSubject) -> str:
        """Return an empty object."""
        return "{}"


class MuxTracer:
    """Hands what happens to several tracers."""

    def __init__(self, parts: Sequence[tuple[str, Tracer]]) -> None:
        self._parts = parts
        self._wanted = [tracer.wanted for _, tracer in parts]

    @property
    def wanted(self) -> TraceOptions:
        """What any of them wants."""
        instructions: frozenset[int] | None = frozenset()
        for wanted in self._wanted:
            if instructions is None or wanted.instructions is None:
                instructions = None
            else:
                instructions |= wanted.instructions
        return TraceOptions(
            instructions=instructions,
            with_memory=any(wanted.with_memory for wanted in self._wanted),
            with_frames=any(wanted.with_frames for wanted in self._wanted),
        )

    def take(self, event: TraceEvent) -> None:
        """Hand an event to those that want it."""
        for (_, tracer), wanted in zip(self._parts, self._wanted, strict=True):
            if isinstance(event, TraceStep):
                if wanted.instructions is None or event.op in wanted.instructions:
                    tracer.take(event)
            elif wanted.with_frames:
                tracer.take(event)

    def build(self, subject: TraceSubject) -> str:
        """Return the result of each by its name."""
        parts = (f"{json.dumps(name)}:{tracer.build(subject)}" for name, tracer in self._parts)
        return "{" + ",".join(parts) + "}"
