"""The calls of a transaction as a tree."""

from dataclasses import dataclass, field

from contractchain.types import (
    Address,
    Destruction,
    FrameEnd,
    FrameKind,
    FrameStart,
    Log,
    TraceEvent,
)

SELFDESTRUCT = "SELFDESTRUCT"


@dataclass(slots=True, kw_only=True)
class TracedLog:
    """A log, and where in its frame it was emitted."""

    log: Log
    position: int
    """Calls that the frame had made before it."""
    index: int
    """Among the logs of the transaction; of a frame that fails, those after it count on from
    before it."""


@dataclass(slots=True, kw_only=True)
class CallFrame:
    """A call, a creation or a destruction."""

    kind: str
    """Name of the instruction."""
    caller: Address
    callee: Address
    value: int | None
    """Wei; None for a STATICCALL."""
    gas: int
    data: bytes
    gas_used: int = 0
    output: bytes = b""
    error: str | None = None
    """`revert`, or the reason of a halt."""
    calls: "list[CallFrame]" = field(default_factory=list)
    logs: list[TracedLog] = field(default_factory=list)

    @property
    def is_creation(self) -> bool:
        """Whether it makes a contract."""
        return self.kind in (FrameKind.CREATE.value, FrameKind.CREATE2.value)


class CallTree:
    """Makes the tree of the events of one transaction."""

    def __init__(self) -> None:
        self.root: CallFrame | None = None
        """The outermost frame, complete when all events are taken."""
        self._open: list[CallFrame] = []
        self._logs = 0
        self._logs_before: list[int] = []
        """When each open frame began."""

    def take(self, event: TraceEvent) -> None:
        """Take an event; instructions are passed over."""
        match event:
            case FrameStart():
                self._start(event)
            case FrameEnd():
                self._end(event)
            case Log():
                frame = self._open[-1]
                frame.logs.append(TracedLog(log=event, position=len(frame.calls), index=self._logs))
                self._logs += 1
            case Destruction(address=address, beneficiary=beneficiary, balance=balance):
                self._open[-1].calls.append(
                    CallFrame(
                        kind=SELFDESTRUCT,
                        caller=address,
                        callee=beneficiary,
                        value=balance,
                        gas=0,
                        data=b"",
                    )
                )
            case _:
                pass

    def _start(self, event: FrameStart) -> None:
        is_static = event.kind is FrameKind.STATICCALL
        frame = CallFrame(
            kind=event.kind.value,
            caller=event.caller,
            callee=event.callee,
            value=None if is_static else event.value,
            gas=event.gas,
            data=event.data,
        )
        if self._open:
            self._open[-1].calls.append(frame)
        else:
            self.root = frame
        self._open.append(frame)
        self._logs_before.append(self._logs)

    def _end(self, event: FrameEnd) -> None:
        frame, before = self._open.pop(), self._logs_before.pop()
        if event.error is not None:
            self._logs = before
        frame.output, frame.gas_used, frame.error = event.output, event.gas_used, event.error


def drop_failed_logs(root: CallFrame) -> None:
    """Remove the logs of frames that failed, and of all below them."""
    waiting = [(root, False)]
    while waiting:
        frame, is_lost = waiting.pop()
        is_lost = is_lost or frame.error is not None
        if is_lost:
            frame.logs.clear()
        waiting.extend((call, is_lost) for call in frame.calls)
