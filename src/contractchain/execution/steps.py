"""Steps of a trace as both engines give them.

When an instruction has two faults, each engine names the one it comes upon first. Which of them a
step shows is decided here, from what was on the stack: too few or too many words, then a change in
a static call, then what the engine says.
"""

from collections.abc import Sequence

from contractchain.errors import UsageError
from contractchain.types import Address
from contractchain.types.opcodes import OPCODES
from contractchain.types.trace import TraceStep

STACK_LIMIT = 1_024
"""Words."""
_CALL = 0xF1
_CHANGES = frozenset((0x55, 0x5D, 0xF0, 0xF5, 0xFF, *range(0xA0, 0xA5)))
"""SSTORE, TSTORE, CREATE, CREATE2, SELFDESTRUCT, LOG0 to LOG4."""


def make_step(
    pc: int,
    op: int,
    gas: int,
    gas_cost: int,
    memory_size: int,
    stack: tuple[int, ...],
    depth: int,
    return_data: bytes,
    refund: int,
    error: str | None,
    memory: bytes | None,
    code_address: Address,
    is_static: bool,
) -> TraceStep:
    """Return a step; `error` is what the engine says, `is_static` whether nothing may change."""
    if error is not None and error != "revert":
        has_third = len(stack) > 2 and stack[-3] != 0
        error = name_fault(error, op, len(stack), has_third, is_static)
    return TraceStep(
        pc,
        op,
        gas,
        gas_cost,
        memory_size,
        stack,
        depth,
        return_data,
        refund,
        error,
        memory,
        code_address,
    )


def require_transaction(transactions: Sequence[bytes]) -> None:
    """Raise UsageError if there is no transaction to trace."""
    if not transactions:
        raise UsageError("there is no transaction to trace")


def name_fault(reported: str, op: int, words: int, has_third: bool, is_static: bool) -> str:
    """Return the name of the failure of an instruction.

    Args:
        reported: What the engine says.
        op: The instruction.
        words: On the stack before it.
        has_third: Whether the third word from the top, the value of a CALL, is not zero.
        is_static: Whether nothing may change.
    """
    known = OPCODES.get(op)
    if known is None or reported == "invalid-opcode":
        return reported
    if words < known.pops:
        return "stack-underflow"
    if words - known.pops + known.pushes > STACK_LIMIT:
        return "stack-overflow"
    if is_static and (op in _CHANGES or (op == _CALL and has_third)):
        return "static-violation"
    return reported
