"""What the execution of code looks like from inside: one step per instruction."""

from typing import NamedTuple

from contractchain.types.primitives import Address


class TraceStep(NamedTuple):
    """One instruction; everything but `gas_cost` and `error` is as it was before it.

    A tuple, not a dataclass: hundreds of thousands are made per second and creation is what costs.
    """

    pc: int
    """Position in the code."""
    op: int
    """The instruction; the implicit STOP after the last byte of the code is one, too."""
    gas: int
    """Left in the frame."""
    gas_cost: int
    """What the instruction took: with the gas that a CALL hands to the callee, without what CREATE
    hands to the init code; everything if it failed."""
    memory_size: int
    """Bytes."""
    stack: tuple[int, ...]
    """The top last."""
    depth: int
    """Of the frame; the outermost has 1."""
    return_data: bytes
    """What the last call or creation in this frame left behind."""
    refund: int
    """Of the whole transaction so far, in gas."""
    error: str | None
    """`revert`, or how the instruction failed: a reason of `contractchain.types.Halt`."""
    memory: bytes | None
    """None unless asked for."""
    code_address: Address
    """Account whose code runs, delegations followed (EIP-7702); the new contract, in init code."""
