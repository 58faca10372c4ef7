"""Receipts and logs."""

from dataclasses import dataclass

from contractchain.types.primitives import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One event emitted by a contract."""

    address: Address
    """Emitter."""
    topics: tuple[Hash32, ...]
    """At most four."""
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the receipts trie keeps of a transaction.

    Spec:
        Yellow paper, section 4.3.1; EIP-658, EIP-2718.
    """

    type: int = 0
    """EIP-2718 type of the transaction."""
    succeeded: bool = True
    """False if the transaction reverted or halted; meaningless before Byzantium."""
    state_root: Hash32 | None = None
    """Intermediate root, before Byzantium only."""
    cumulative_gas_used: int = 0
    """Gas used in the block up to and including the transaction."""
    logs: tuple[Log, ...] = ()
