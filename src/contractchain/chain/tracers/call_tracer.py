"""`callTracer` and `flatCallTracer`: the tree of calls, and the same as a list.

Trees can be over a thousand deep, more than encoders of JSON go down by themselves; the text is put
together here without recursion.

Spec:
    geth's built-in tracers; the list is that of Parity's `trace_transaction`.
"""

import json
from collections.abc import Callable

from contractchain.chain.tracers.base import TraceSubject, to_hex
from contractchain.chain.tracers.call_tree import (
    SELFDESTRUCT,
    CallFrame,
    CallTree,
    TracedLog,
    drop_failed_logs,
)
from contractchain.chain.tracers.failures import describe_failure, describe_parity_failure
from contractchain.chain.tracers.guard import TraceBudget
from contractchain.chain.tracers.options import CallTracerOptions, FlatCallTracerOptions
from contractchain.chain.tracers.precompiles import is_precompile
from contractchain.codec.abi import Panic, RevertReason, decode_revert
from contractchain.types import FrameEnd, FrameStart, Log, TraceEvent, TraceOptions

FRAMES = TraceOptions(instructions=frozenset(), with_frames=True)
FRAME_BYTES = 512
"""About what a frame without its data takes in a result."""


class CallTracer:
    """The calls of a transaction, each with those it makes inside."""

    def __init__(self, options: CallTracerOptions, budget: TraceBudget) -> None:
        self._options = options
        self._budget = budget
        self._tree = CallTree()
        self._depth = 0

    @property
    def wanted(self) -> TraceOptions:
        """Frames."""
        return FRAMES

    def take(self, event: TraceEvent) -> None:
        """Take an event."""
        _spend(event, self._budget)
        if self._options.only_top_call:
            match event:
                case FrameStart():
                    self._depth += 1
                    if self._depth > 1:
                        return
                case FrameEnd():
                    self._depth -= 1
                    if self._depth > 0:
                        return
                case Log() if self._depth == 1:
                    pass
                case _:
                    return
        self._tree.take(event)

    def build(self, subject: TraceSubject) -> str:
        """Return the tree."""
        root = _root_of(self._tree, subject)
        if self._options.with_log:
            drop_failed_logs(root)

        def text(frame: CallFrame, calls: str) -> str:
            out = _frame_fields(frame)
            if self._options.with_log and frame.logs:
                out["logs"] = [_log_object(entry, subject.first_log) for entry in frame.logs]
            body = json.dumps(out, separators=(",", ":"))
            return f'{body[:-1]},"calls":[{calls}]}}' if calls else body

        return _fold(root, text)


class FlatCallTracer:
    """The calls of a transaction in order, each with its place in the tree."""

    def __init__(self, options: FlatCallTracerOptions, budget: TraceBudget) -> None:
        self._options = options
        self._budget = budget
        self._tree = CallTree()

    @property
    def wanted(self) -> TraceOptions:
        """Frames."""
        return FRAMES

    def take(self, event: TraceEvent) -> None:
        """Take an event."""
        _spend(event, self._budget)
        self._tree.take(event)

    def build(self, subject: TraceSubject) -> str:
        """Return the list."""
        root = _root_of(self._tree, subject)
        if not self._options.include_precompiles:
            _drop_precompiles(root, subject)
        entries = []
        waiting: list[tuple[CallFrame, list[int]]] = [(root, [])]
        while waiting:
            frame, place = waiting.pop()
            entry = self._entry(frame, place)
            entry["blockHash"] = to_hex(subject.block_hash)
            entry["blockNumber"] = subject.block_number
            if subject.transaction_hash is not None:
                entry["transactionHash"] = to_hex(subject.transaction_hash)
            entry["transactionPosition"] = subject.transaction_index
            self._budget.spend(4 * len(place))
            entries.append(json.dumps(entry, separators=(",", ":")))
            children = list(enumerate(frame.calls))
            waiting.extend((call, [*place, index]) for index, call in reversed(children))
        return f"[{','.join(entries)}]"

    def _entry(self, frame: CallFrame, place: list[int]) -> dict[str, object]:
        action, result, kind = _flat_parts(frame)
        out: dict[str, object] = {"action": action}
        if frame.error is not None:
            words = describe_failure(frame.error)
            if self._options.convert_parity_errors:
                words = describe_parity_failure(frame.error)
            out["error"] = words
            if frame.error == "revert":
                out["result"] = result
        else:
            out["result"] = result
        out["subtraces"] = len(frame.calls)
        out["traceAddress"] = place
        out["type"] = kind
        return out


def _flat_parts(frame: CallFrame) -> tuple[dict[str, str], dict[str, str] | None, str]:
    """Return action, result and type."""
    if frame.kind == SELFDESTRUCT:
        action = {
            "address": to_hex(frame.caller),
            "balance": hex(frame.value or 0),
            "refundAddress": to_hex(frame.callee),
        }
        return action, None, "suicide"
    shared = {"from": to_hex(frame.caller), "gas": hex(frame.gas), "value": hex(frame.value or 0)}
    used = {"gasUsed": hex(frame.gas_used)}
    if frame.is_creation:
        action = {**shared, "creationMethod": frame.kind.lower(), "init": to_hex(frame.data)}
        made = {"address": to_hex(frame.callee), "code": to_hex(frame.output)}
        return action, {**made, **used}, "create"
    action = {
        **shared,
        "callType": frame.kind.lower(),
        "input": to_hex(frame.data),
        "to": to_hex(frame.callee),
    }
    return action, {**used, "output": to_hex(frame.output)}, "call"


def _drop_precompiles(root: CallFrame, subject: TraceSubject) -> None:
    waiting = [root]
    while waiting:
        frame = waiting.pop()
        frame.calls = [
            call
            for call in frame.calls
            if call.value or not is_precompile(call.callee, subject.fork)
        ]
        waiting.extend(frame.calls)


def _root_of(tree: CallTree, subject: TraceSubject) -> CallFrame:
    """Return the outermost frame with the gas of the transaction instead of its own."""
    root = tree.root
    assert root is not None
    root.gas, root.gas_used = subject.gas_limit, subject.result.gas_used
    return root


def _fold(root: CallFrame, text: Callable[[CallFrame, str], str]) -> str:
    """Return the text of a tree; `text` is given a frame and the texts of its calls."""
    done: list[str] = []
    waiting: list[tuple[CallFrame, bool]] = [(root, False)]
    while waiting:
        frame, is_ready = waiting.pop()
        if not is_ready:
            waiting.append((frame, True))
            waiting.extend((call, False) for call in reversed(frame.calls))
            continue
        count = len(frame.calls)
        calls = ",".join(done[len(done) - count :])
        del done[len(done) - count :]
        done.append(text(frame, calls))
    return done[0]


def _frame_fields(frame: CallFrame) -> dict[str, object]:
    out: dict[str, object] = {
        "from": to_hex(frame.caller),
        "gas": hex(frame.gas),
        "gasUsed": hex(frame.gas_used),
    }
    if not (frame.is_creation and frame.error is not None):
        out["to"] = to_hex(frame.callee)
    out["input"] = to_hex(frame.data)
    if frame.output:
        out["output"] = to_hex(frame.output)
    if frame.error is not None:
        out["error"] = describe_failure(frame.error)
        reason = _reason_of(frame)
        if reason is not None:
            out["revertReason"] = reason
    if frame.value is not None:
        out["value"] = hex(frame.value)
    out["type"] = frame.kind
    return out


def _reason_of(frame: CallFrame) -> str | None:
    if frame.error != "revert" or len(frame.output) < 4:
        return None
    match decode_revert(frame.output):
        case RevertReason(text=text):
            return text
        case Panic(words=words):
            return words
        case _:
            return None


def _log_object(entry: TracedLog, first: int) -> dict[str, object]:
    return {
        "address": to_hex(entry.log.address),
        "topics": [to_hex(topic) for topic in entry.log.topics],
        "data": to_hex(entry.log.data),
        "index": hex(first + entry.index),
        "position": hex(entry.position),
    }


def _spend(event: TraceEvent, budget: TraceBudget) -> None:
    match event:
        case FrameStart(data=data):
            budget.spend(FRAME_BYTES + 2 * len(data))
        case FrameEnd(output=output):
            budget.spend(2 * len(output))
        case Log(data=data):
            budget.spend(FRAME_BYTES + 2 * len(data))
        case _:
            pass
