"""Every instruction as py-evm executes it, and the frames around them.

A traced state computes with a class whose loop reports when an instruction begins and ends;
entering a frame ends the instruction that calls it, and leaving one says how its last instruction
failed. An instruction costs what it takes from the gas meter, not the difference of two readings:
gas that a callee hands back belongs to nobody's cost.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from eth.exceptions import Halt, InvalidInstruction
from eth.vm.gas_meter import GasMeter
from eth.vm.opcode_values import CREATE, CREATE2

from contractchain.execution.pyevm.dispatch import STOP, mend_fault
from contractchain.execution.pyevm.frames import (
    FrameWatch,
    build_end,
    build_start,
    make_log,
    name_failure,
    read_stack,
)
from contractchain.execution.steps import make_step
from contractchain.types import Address, Fork, TraceEvent, TraceOptions

SELF_DESTRUCT_REFUND = 24_000
"""Gas, before London; the transaction adds it at its end, a trace shows it as it comes."""


class Recorder:
    """Makes events of what the frames of one transaction report, and hands them to a sink."""

    def __init__(
        self, sink: Callable[[TraceEvent], object], fork: Fork, options: TraceOptions
    ) -> None:
        self.sink = sink
        self.options = options
        self.has_destruction_refund = fork < Fork.LONDON
        self.frames: list[_Frame] = []

    def start(self, message: Any) -> None:
        """Take note of a call or a creation; the instruction that makes it is over."""
        watch = None
        if self.frames:
            caller = self.frames[-1]
            watch = caller.watch
            if watch is not None:
                watch.has_child = True
            caller.end(self.sink)
        if self.options.with_frames:
            self.sink(build_start(message, watch))

    def finish(self, computation: Any) -> None:
        """Take note of the end of a call or a creation, code paid for and stored."""
        if self.options.with_frames:
            self.sink(build_end(computation))

    def enter(self, computation: Any) -> None:
        """Take note of a new frame."""
        refund, destroyed = 0, frozenset[Address]()
        if self.frames:
            refund, destroyed = self.frames[-1].calculate_refunds()
        self.frames.append(_Frame(self, computation, refund, destroyed))

    def leave(self, computation: Any) -> None:
        """Take note of the end of a frame, and of how it failed if it did."""
        error = name_failure(computation.error) if computation.is_error else None
        frame = self.frames.pop()
        if error is not None and frame.watch is not None:
            computation.halted_at = frame.watch.instruction
        frame.end(self.sink, error)


class _Frame:
    """A frame while it runs, with the instruction it is at."""

    def __init__(
        self, recorder: Recorder, computation: Any, refund: int, destroyed: frozenset[Address]
    ) -> None:
        self._recorder = recorder
        self._computation = computation
        self._refund_before = refund
        self._destroyed_before = destroyed
        self._children = 0
        self._children_refund = 0
        self._destroyed = destroyed
        self._step: tuple[Any, ...] | None = None
        self.watch = FrameWatch(computation) if recorder.options.with_frames else None
        message = computation.msg
        self._code_address: Address = (
            message.storage_address if message.is_create else message.code_address
        )

    def begin(self, pc: int, op: int) -> None:
        """Note the state before an instruction."""
        computation = self._computation
        meter = computation._gas_meter
        meter.charges.clear()
        computation.charges.clear()
        options = self._recorder.options
        if self.watch is not None:
            self.watch.begin(op)
        if options.instructions is not None and op not in options.instructions:
            return
        refund, destroyed = self.calculate_refunds()
        if self._recorder.has_destruction_refund:
            refund += SELF_DESTRUCT_REFUND * len(destroyed)
        memory = computation._memory._bytes
        self._step = (
            pc,
            op,
            meter.gas_remaining,
            len(memory),
            read_stack(computation),
            bytes(computation.return_data),
            refund,
            bytes(memory) if options.with_memory else None,
        )

    def end(self, sink: Callable[[TraceEvent], object], error: str | None = None) -> None:
        """Report the instruction that has begun, unless that is done."""
        if self._step is not None:
            self._report(sink, error)
            self._step = None
        if self.watch is not None:
            self.watch.end(sink, error)

    def _report(self, sink: Callable[[TraceEvent], object], error: str | None) -> None:
        assert self._step is not None
        pc, op, gas, memory_size, stack, return_data, refund, memory = self._step
        cost = sum(self._computation._gas_meter.charges)
        if error is not None and error != "revert":
            cost = gas
        elif op in (CREATE, CREATE2):  # its price first, then what it hands to the init code
            cost -= sum(self._computation.charges[1:])
        message = self._computation.msg
        sink(
            make_step(
                pc,
                op,
                gas,
                cost,
                memory_size,
                stack,
                message.depth + 1,
                return_data,
                refund,
                error,
                memory,
                self._code_address,
                message.is_static,
            )
        )

    def calculate_refunds(self) -> tuple[int, frozenset[Address]]:
        """Return the refund without destructions, and the accounts destroyed so far."""
        computation = self._computation
        children = computation.children
        for child in children[self._children :]:
            self._children_refund += child.get_gas_refund()
            self._destroyed = self._destroyed.union(child.get_accounts_for_deletion())
        self._children = len(children)
        own = computation.msg.refund + computation._gas_meter.gas_refunded
        return self._refund_before + own + self._children_refund, self._destroyed


class _CountingMeter(GasMeter):  # type: ignore[misc]
    """A meter that remembers what the present instruction has taken from it."""

    def __init__(self, meter: GasMeter) -> None:
        super().__init__(meter.start_gas, meter.refund_strategy)
        self.charges: list[int] = []

    def consume_gas(self, amount: int, reason: str) -> None:
        super().consume_gas(amount, reason)
        self.charges.append(amount)


class _TracedComputation:
    """Mixed in before our computation of a fork, on a state that has a `recorder`."""

    state: Any
    msg: Any
    code: Any
    steps: Any
    _gas_meter: GasMeter

    def __init__(self, state: Any, message: Any, transaction_context: Any) -> None:
        super().__init__(state, message, transaction_context)  # type: ignore[call-arg]
        self._gas_meter = _CountingMeter(self._gas_meter)
        self.charges: list[int] = []
        """What the present instruction has asked for, memory aside."""
        self.halted_at: tuple[int, int, bool, bool] | None = None
        self.given_back = 0
        """Gas that the last call did not take, because it could not be made."""

    def consume_gas(self, amount: int, reason: str) -> None:
        super().consume_gas(amount, reason)  # type: ignore[misc]
        self.charges.append(amount)

    def return_gas(self, amount: int) -> None:
        super().return_gas(amount)  # type: ignore[misc]
        self.given_back = amount

    def add_log_entry(self, account: Address, topics: tuple[int, ...], data: bytes) -> None:
        super().add_log_entry(account, topics, data)  # type: ignore[misc]
        watch = self.state.recorder.frames[-1].watch
        if watch is not None:
            watch.log = make_log(account, topics, data)

    @classmethod
    def apply_message(
        cls, state: Any, message: Any, context: Any, parent_computation: Any = None
    ) -> Any:
        if message.is_create:  # whose end is when the code is stored
            return super().apply_message(state, message, context, parent_computation)  # type: ignore[misc]
        state.recorder.start(message)
        computation = super().apply_message(state, message, context, parent_computation)  # type: ignore[misc]
        state.recorder.finish(computation)
        return computation

    @classmethod
    def apply_create_message(
        cls, state: Any, message: Any, context: Any, parent_computation: Any = None
    ) -> Any:
        state.recorder.start(message)
        computation = super().apply_create_message(state, message, context, parent_computation)  # type: ignore[misc]
        state.recorder.finish(computation)
        return computation

    def run(self) -> None:
        """Execute the code to its end as `dispatch` does; empty code has no steps."""
        recorder: Recorder = self.state.recorder
        instructions: bytes = self.msg.code
        frame = recorder.frames[-1]
        counter = 0
        try:
            while True:
                counter = self.code.program_counter
                self.code.program_counter = counter + 1
                op = instructions[counter] if counter < len(instructions) else STOP
                if instructions:
                    frame.begin(counter, op)
                gas, logic = self.steps[op]
                self._gas_meter.consume_gas(gas, "")
                logic(self)
                frame.end(recorder.sink)
        except Halt:
            return
        except InvalidInstruction as error:
            raise mend_fault(error, instructions[counter : counter + 1]) from None

    def __enter__(self) -> Any:
        self.state.recorder.enter(self)
        return super().__enter__()  # type: ignore[misc]

    def __exit__(self, *exception: Any) -> Any:
        is_handled = super().__exit__(*exception)  # type: ignore[misc]
        if exception[0] is None or is_handled:
            self.state.recorder.leave(self)
        return is_handled


def start_tracing(state: Any, recorder: Recorder) -> None:
    """Make a state report what it computes."""
    state.recorder = recorder
    state.computation_class = _traced_class(type(state).computation_class)


def stop_tracing(state: Any) -> None:
    """Make a state compute in silence again."""
    for name in ("recorder", "computation_class"):
        vars(state).pop(name, None)


@cache
def _traced_class(computation_class: Any) -> Any:
    return type(f"Traced{computation_class.__name__}", (_TracedComputation, computation_class), {})
