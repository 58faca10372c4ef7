"""The seam between a chain and whoever decides which block comes next.

Shaped like the Engine API: the consensus engine drives, the chain builds, validates and adopts.
An engine knows no EVM and no trie; the chain knows no engine. One block format and one hash
under every engine. All calls are synchronous: what waits for a network or a clock is the engine,
in a thread or loop of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from contractchain.interfaces.execution_data import AccountOverride
from contractchain.types import ZERO_ADDRESS, ZERO_HASH, Address, Block, Hash32, Header


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the chain stands."""

    number: int
    hash: Hash32
    timestamp: int
    """Seconds."""
    finalized: int
    """Number of the highest block that can no longer be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildAttributes:
    """What an engine decides about a block before it is built."""

    timestamp: int
    """Seconds; must exceed the parent's."""
    beneficiary: Address = ZERO_ADDRESS
    prev_randao: Hash32 = ZERO_HASH
    extra_data: bytes = b""
    difficulty: int = 0
    gas_limit: int | None = None
    """None: as the chain is configured."""
    max_transactions: int | None = None
    edits: Mapping[Address, AccountOverride] | None = None
    """State that the block sets, on a development chain; it has no transactions then."""


class Verdict(Enum):
    """What the chain says of a block that an engine shows it."""

    VALID = "valid"
    UNKNOWN_PARENT = "unknown-parent"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Verdict and, if the block is invalid, the reason."""

    verdict: Verdict
    reason: str | None = None


class ChainPort(Protocol):
    """The only thing of a chain that an engine sees. Calls are serialised by the chain."""

    def head(self) -> Head:
        """Return the current head."""
        ...

    def find_block(self, reference: int | Hash32) -> Block | None:
        """Return a block by canonical number or by hash."""
        ...

    def build(self, attributes: BuildAttributes) -> Block:
        """Build a block on the head from the pool; it is held as a candidate, not adopted."""
        ...

    def validate(self, block: Block) -> Validation:
        """Execute a block and check all its roots; idempotent, adopts nothing."""
        ...

    def set_head(self, block_hash: Hash32, *, finalized: Hash32 | None = None) -> None:
        """Make a built or validated block the head, durably. Reorganises if it has to.

        Raises:
            BlockNotFoundError: neither a candidate nor in the chain.
        """
        ...

    def discard(self, block_hash: Hash32) -> None:
        """Forget a candidate."""
        ...

    def has_executable_transactions(self) -> bool:
        """Tell whether a block built now would hold a transaction."""
        ...


class HeaderRules(Protocol):
    """Pure rules of an engine: no I/O, no clock."""

    def verify(self, header: Header, parent: Header) -> None:
        """Check what this engine demands beyond the common header rules.

        Raises:
            InvalidHeaderError: a field is not as it must be.
            InvalidSealError: the seal is wrong.
        """
        ...

    def seal(self, block: Block) -> Block:
        """Return the block as sealed by this node."""
        ...

    def find_author(self, header: Header) -> Address:
        """Return who produced the block."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """What an engine says of itself."""

    engine: str
    running: bool
    blocks_produced: int
    last_error: str | None = None


Clock = Callable[[], int]
"""Returns seconds since the Unix epoch."""


class ConsensusEngine(Protocol):
    """Decides when a block is built and which block becomes the head."""

    @property
    def name(self) -> str:
        """`instant`, `interval`, …"""
        ...

    @property
    def rules(self) -> HeaderRules:
        """The header rules of this engine."""
        ...

    def start(self, chain: ChainPort) -> None:
        """Begin; returns when the engine is ready."""
        ...

    def stop(self) -> None:
        """End; no block is produced once this returns."""
        ...

    def on_transactions(self) -> None:
        """Hear that the pool has taken transactions. `instant` builds before it returns."""
        ...

    def mine(
        self,
        count: int = 1,
        *,
        timestamp: int | None = None,
        edits: Mapping[Address, AccountOverride] | None = None,
    ) -> tuple[Hash32, ...]:
        """Produce blocks now, with or without transactions; `edits` are for the first.

        Raises:
            NotSupportedByEngineError: blocks cannot be had on demand here.
        """
        ...

    def status(self) -> EngineStatus:
        """Return a description of the present state."""
        ...
