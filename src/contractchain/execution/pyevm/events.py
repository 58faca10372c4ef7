"""What a transaction emits and pays, in order: logs, and between them each movement of ether.

Ether moves with the transaction, CALL, CREATE and SELFDESTRUCT; fees, withdrawals and rewards are
no such movement. What a failed frame did is not reported.
"""

from functools import cache
from typing import Any

from eth.exceptions import Halt
from eth.vm.opcode_values import CALLCODE, SELFDESTRUCT

from contractchain.interfaces.simulation_data import Event, Transfer
from contractchain.types import Address, Log


def start_recording(state: Any) -> None:
    """Make a state note the events of what it computes, in `state.events`."""
    state.events = []
    state.computation_class = _recording_class(type(state).computation_class)


def add_transfer(events: list[Event], sender: Address, recipient: Address, value: int) -> None:
    """Note that ether was moved, if it was any."""
    if value:
        events.append(Transfer(sender=sender, recipient=recipient, value=value))


class _RecordingComputation:
    """Mixed in before our computation of a fork, on a state that has `events`."""

    state: Any
    msg: Any
    code: Any

    def apply_child_computation(self, child_msg: Any) -> Any:
        events: list[Event] = self.state.events
        before = len(events)
        instruction = self.msg.code[self.code.program_counter - 1]
        if child_msg.should_transfer_value and instruction != CALLCODE:
            add_transfer(events, child_msg.sender, child_msg.storage_address, child_msg.value)
        child = super().apply_child_computation(child_msg)  # type: ignore[misc]
        if child.is_error:
            del events[before:]
        return child

    def add_log_entry(self, account: Address, topics: tuple[int, ...], data: bytes) -> None:
        super().add_log_entry(account, topics, data)  # type: ignore[misc]
        words = tuple(topic.to_bytes(32, "big") for topic in topics)
        self.state.events.append(Log(address=account, topics=words, data=bytes(data)))


def _record_destruction(logic: Any) -> Any:
    """Return the logic of SELFDESTRUCT that notes where the balance goes."""

    def selfdestruct(computation: Any) -> None:
        sender: Address = computation.msg.storage_address
        operands = computation._stack.values[-1:]
        balance = computation.state.get_balance(sender)
        try:
            logic(computation)
        except Halt:  # as it ends when it succeeds
            top = operands[0]
            word = top.to_bytes(32, "big") if isinstance(top, int) else top.rjust(32, b"\0")
            add_transfer(computation.state.events, sender, word[12:], balance)
            raise

    return selfdestruct


@cache
def _recording_class(computation_class: Any) -> Any:
    gas, logic = computation_class.steps[SELFDESTRUCT]
    steps = list(computation_class.steps)
    steps[SELFDESTRUCT] = (gas, _record_destruction(logic))
    return type(
        f"Recording{computation_class.__name__}",
        (_RecordingComputation, computation_class),
        {"steps": tuple(steps)},
    )
