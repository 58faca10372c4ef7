"""What the execution of code looks like from inside: instructions, and the frames they run in."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from contractchain.types.primitives import Address
from contractchain.types.receipt import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceOptions:
    """What a trace tells; what is not asked for costs next to nothing."""

    instructions: frozenset[int] | None = None
    """Those whose steps are reported; None: all."""
    with_memory: bool = False
    """Whether steps have the memory; it can be large."""
    with_frames: bool = False
    """Whether frames, logs and destructions are reported."""


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


class FrameKind(Enum):
    """How a frame came to be."""

    CALL = "CALL"
    CALLCODE = "CALLCODE"
    DELEGATECALL = "DELEGATECALL"
    STATICCALL = "STATICCALL"
    CREATE = "CREATE"
    CREATE2 = "CREATE2"

    @property
    def is_creation(self) -> bool:
        """Whether code is run to make a contract."""
        return self in (FrameKind.CREATE, FrameKind.CREATE2)


class FrameStart(NamedTuple):
    """A call or a creation begins; also one that fails before any code of it runs.

    It follows the step that makes it. Calls of accounts without code and of precompiles have
    frames, without steps in them.
    """

    kind: FrameKind
    caller: Address
    """Account that makes it; the sender, of the outermost."""
    callee: Address
    """Account that is asked, which may have delegated to the code of another (EIP-7702); the new
    contract, of a creation."""
    address: Address
    """Account whose storage it works on: the callee, or the caller where only code is borrowed."""
    value: int
    """Wei; a DELEGATECALL shows that of the frame it is made in, and moves none."""
    gas: int
    """What it is given; of the outermost, without the intrinsic gas."""
    data: bytes
    """Calldata or init code."""


class FrameEnd(NamedTuple):
    """The innermost frame that has begun ends."""

    output: bytes
    """Return data, revert data or runtime code; nothing after a halt."""
    gas_used: int
    """Of what it was given."""
    error: str | None
    """`revert`, or a reason of `contractchain.types.Halt`; engines may differ in that of a
    precompile."""


class Destruction(NamedTuple):
    """A contract gives away what it has by SELFDESTRUCT; follows that step."""

    address: Address
    beneficiary: Address
    balance: int
    """Wei."""


TraceEvent: TypeAlias = TraceStep | FrameStart | FrameEnd | Log | Destruction
"""What a trace is made of. A log follows the step that emits it, and counts only if its frame and
those around it succeed."""
