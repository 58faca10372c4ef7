"""The struct logger, geth's default: a record of every instruction.

Unlike there, an instruction that halts shows as its cost all the gas that was left, and every halt
has an `error`, not only those that are seen before the instruction begins.

Spec:
    geth's built-in tracers; execution-apis, `debug_traceTransaction`.
"""

import json

from contractchain.chain.tracers.base import TraceSubject
from contractchain.chain.tracers.failures import describe_failure
from contractchain.chain.tracers.guard import TraceBudget
from contractchain.chain.tracers.options import StructLoggerOptions
from contractchain.codec.trace import name_opcode
from contractchain.types import (
    Address,
    FrameEnd,
    FrameStart,
    Success,
    TraceEvent,
    TraceOptions,
    TraceStep,
)

_NAMES = tuple(name_opcode(op) for op in range(256))
_SLOAD, _SSTORE = 0x54, 0x55
_WORD = 32
LINES_PER_BLOCK = 4_096


class StructLogger:
    """Writes the log as the steps come."""

    def __init__(self, options: StructLoggerOptions, budget: TraceBudget) -> None:
        self._options = options
        self._budget = budget
        self._blocks: list[str] = []
        self._lines: list[str] = []
        self._size_bytes = 0
        self._frames: list[Address] = []
        self._storage: dict[Address, dict[int, int]] = {}
        self._load: TraceStep | None = None
        """An SLOAD whose value the next event tells."""

    @property
    def wanted(self) -> TraceOptions:
        """Every instruction; whose storage it works on is known from the frames."""
        return TraceOptions(
            with_memory=self._options.enable_memory,
            with_frames=not self._options.disable_storage,
        )

    def take(self, event: TraceEvent) -> None:
        """Take an event."""
        if isinstance(event, TraceStep):
            if self._load is not None:
                self._finish_load(event.stack[-1] if event.stack else None)
            if self._options.disable_storage:
                self._write(event, None)
            elif event.op == _SLOAD and event.stack:
                self._load = event
            elif event.op == _SSTORE and len(event.stack) > 1:
                slots = self._slots()
                slots[event.stack[-1]] = event.stack[-2]
                self._write(event, slots)
            else:
                self._write(event, None)
        elif isinstance(event, FrameStart):
            self._frames.append(event.address)
        elif isinstance(event, FrameEnd):
            if self._load is not None:
                self._finish_load(None)
            self._frames.pop()

    def build(self, subject: TraceSubject) -> str:
        """Return the log with how the transaction ended."""
        head = {
            "gas": subject.result.gas_used,
            "failed": not isinstance(subject.result.outcome, Success),
            "returnValue": "0x" + subject.output.hex(),
        }
        start = json.dumps(head, separators=(",", ":"))[:-1]
        pieces = [f'{start},"structLogs":[']
        for block in (*self._blocks, ",".join(self._lines)):
            if len(pieces) > 1 and block:
                pieces.append(",")
            pieces.append(block)
        return "".join((*pieces, "]}"))

    def _slots(self) -> dict[int, int]:
        return self._storage.setdefault(self._frames[-1], {})

    def _finish_load(self, value: int | None) -> None:
        step, self._load = self._load, None
        assert step is not None
        if value is None:  # it failed
            self._write(step, None)
            return
        slots = self._slots()
        slots[step.stack[-1]] = value
        self._write(step, slots)

    def _write(self, step: TraceStep, storage: dict[int, int] | None) -> None:
        options = self._options
        if options.limit_bytes and self._size_bytes > options.limit_bytes:
            return
        line = (
            f'{{"pc":{step.pc},"op":"{_NAMES[step.op]}","gas":{step.gas},'
            f'"gasCost":{step.gas_cost},"depth":{step.depth}'
        )
        if step.error is not None and step.error != "revert":
            line += f',"error":{json.dumps(describe_failure(step.error))}'
        if not options.disable_stack:
            stack = '","'.join(map(hex, step.stack))
            line += f',"stack":["{stack}"]' if stack else ',"stack":[]'
        if options.enable_return_data and step.return_data:
            line += f',"returnData":"0x{step.return_data.hex()}"'
        if step.memory:
            text = step.memory.hex()
            words = '","0x'.join(text[at : at + 2 * _WORD] for at in range(0, len(text), 2 * _WORD))
            line += f',"memory":["0x{words}"]'
        if storage:
            pairs = ",".join(f'"{key:#066x}":"{storage[key]:#066x}"' for key in sorted(storage))
            line += f',"storage":{{{pairs}}}'
        if step.refund:
            line += f',"refund":{step.refund}'
        line += "}"
        self._size_bytes += len(line)
        self._budget.spend(len(line) + 1)
        self._lines.append(line)
        if len(self._lines) == LINES_PER_BLOCK:  # many small texts take half as much again
            self._blocks.append(",".join(self._lines))
            self._lines.clear()
