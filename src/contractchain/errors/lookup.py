"""Things that were asked for and are not there."""

from dataclasses import dataclass
from typing import ClassVar

from contractchain.errors.base import ContractChainError


@dataclass(eq=False)
class NotFoundError(ContractChainError):
    """What was asked for does not exist."""

    code: ClassVar[str] = "not-found"

    message: str

    def describe(self) -> str:
        return self.message


@dataclass(eq=False)
class BlockNotFoundError(NotFoundError):
    """No such block."""

    code: ClassVar[str] = "block-not-found"

    message: str = ""
    block: str = ""
    """Number, hash or tag, as it was asked for."""

    def describe(self) -> str:
        return f"block {self.block} is not in the chain"


@dataclass(eq=False)
class TransactionNotFoundError(NotFoundError):
    """No such transaction."""

    code: ClassVar[str] = "transaction-not-found"

    message: str = ""
    hash: bytes = b""

    def describe(self) -> str:
        return f"transaction 0x{self.hash.hex()} is not known"


@dataclass(eq=False)
class SnapshotNotFoundError(NotFoundError):
    """No such snapshot, or one that a revert to an earlier one has removed."""

    code: ClassVar[str] = "snapshot-not-found"

    message: str = ""
    snapshot: int = 0

    def describe(self) -> str:
        return f"snapshot {self.snapshot} does not exist"


@dataclass(eq=False)
class StateUnavailableError(NotFoundError):
    """The world state of a block is no longer (or not yet) kept."""

    code: ClassVar[str] = "state-unavailable"

    message: str = ""
    state_root: bytes = b""

    def describe(self) -> str:
        return f"the state with root 0x{self.state_root.hex()} is not available"
