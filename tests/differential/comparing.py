"""What must be equal between the engines, and what may differ."""

from dataclasses import fields

from contractchain.codec.state_diff import decode_state_diff
from contractchain.errors import DecodeError, InvalidSignatureError, ValidationError
from contractchain.interfaces.execution_data import BlockExecution, CallResult
from contractchain.types import Halt

SAME_HALTS = ("out-of-gas", "stack-underflow", "other: precompile failed")


def plain(value: object) -> object:
    """Make results comparable where the engines may differ.

    What is malformed may be described in other words. When one instruction has two faults, such
    as a stack too small and memory that no gas can pay for, the engines may name either; MODEXP
    with lengths that no gas can pay for is a failed precompile to revm.
    """
    if isinstance(value, Halt) and value.reason in SAME_HALTS:
        return Halt(reason="out-of-gas")
    if isinstance(value, CallResult):
        return plain(value.outcome), value.gas_used, value.logs
    if isinstance(value, DecodeError | InvalidSignatureError):
        return type(value)
    if isinstance(value, ValidationError):
        return type(value), value.to_dict()
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(plain(item) for item in value)
    return value


def facts(execution: BlockExecution) -> dict[str, object]:
    """Return everything about a block in comparable form."""
    out = {f.name: plain(getattr(execution, f.name)) for f in fields(execution)}
    return {"decoded_diff": decode_state_diff(execution.state_diff), **out}
