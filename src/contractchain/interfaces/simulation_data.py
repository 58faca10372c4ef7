"""What crosses the line to the execution layer when whole blocks are simulated."""

from dataclasses import dataclass
from typing import TypeAlias

from contractchain.interfaces.execution_data import Message
from contractchain.types import Address, Hash32, Log, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A call of a simulated block; without a gas limit it may use what the block has left."""

    message: Message
    nonce: int | None = None
    """None: the sender's in the state, after the calls before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationTerms:
    """How strictly calls are taken, and what is reported of them."""

    validates: bool = False
    """Whether nonces must be right and the base fee be paid. Otherwise a nonce is only what the
    transaction will show, and a call that offers no fee pays none."""
    traces_transfers: bool = False
    """Whether movements of ether are events."""
    gas: int
    """Gas that all calls of the block may use; a call that asks for more is given what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Ether moved by a transaction, CALL, CREATE or SELFDESTRUCT; never a fee or a withdrawal."""

    sender: Address
    recipient: Address
    value: int
    """Wei, more than 0."""


Event: TypeAlias = Log | Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCall:
    """A call as it was executed."""

    nonce: int
    """As planned, else what the sender's was."""
    gas_limit: int
    """What the call was given."""
    outcome: Outcome
    gas_used: int
    """Refunds deducted."""
    max_gas_used: int
    """Gas before refunds, the most that was needed at any time."""
    events: tuple[Event, ...]
    """In order; none of a call that failed."""
    state_root: Hash32 | None
    """After the call, before Byzantium only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBlock:
    """A block as it was simulated. Its transactions and receipts are for the caller to encode."""

    state_root: Hash32
    requests_hash: Hash32 | None
    """None before Prague (EIP-7685)."""
    gas_used: int
    blob_gas_used: int
    calls: tuple[SimulatedCall, ...]
