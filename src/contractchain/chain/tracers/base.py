"""What every tracer has in common."""

from dataclasses import dataclass
from typing import Protocol

from contractchain.interfaces.execution import StateReader
from contractchain.interfaces.execution_data import CallResult
from contractchain.types import (
    ZERO_HASH,
    Address,
    Fork,
    Halt,
    Hash32,
    Revert,
    Success,
    TraceEvent,
    TraceOptions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSubject:
    """What was traced, and how it ended."""

    fork: Fork
    sender: Address
    beneficiary: Address
    authorities: tuple[Address, ...] = ()
    """Accounts that may have delegated (EIP-7702)."""
    gas_limit: int
    result: CallResult
    reader: StateReader
    root_before: Hash32
    root_after: Hash32
    block_number: int
    block_hash: Hash32 = ZERO_HASH
    """Zero, of a call."""
    transaction_hash: Hash32 | None = None
    """None, of a call."""
    transaction_index: int = 0
    first_log: int = 0
    """Logs of the transactions before it in the block."""

    @property
    def output(self) -> bytes:
        """Return data, runtime code or revert data."""
        match self.result.outcome:
            case Success(return_data=data) | Revert(data=data):
                return data
            case Halt():
                return b""


class Tracer(Protocol):
    """Makes a result of the events of one transaction."""

    @property
    def wanted(self) -> TraceOptions:
        """What it has to be told."""
        ...

    def take(self, event: TraceEvent) -> None:
        """Take an event, in the order in which it happened."""
        ...

    def build(self, subject: TraceSubject) -> str:
        """Return the result in JSON when there are no more events."""
        ...


def to_hex(data: bytes) -> str:
    """Return bytes as the API shows them."""
    return "0x" + data.hex()
