"""Transactions that are valid but not accepted into the pool."""

from dataclasses import dataclass
from typing import ClassVar

from contractchain.errors.base import ContractChainError


@dataclass(eq=False)
class MempoolError(ContractChainError):
    """The pool does not take the transaction."""

    code: ClassVar[str] = "mempool"

    message: str = ""

    def describe(self) -> str:
        return self.message or self.code


@dataclass(eq=False)
class AlreadyKnownError(MempoolError):
    """The very same transaction is in the pool."""

    code: ClassVar[str] = "already-known"

    hash: bytes = b""

    def describe(self) -> str:
        return f"transaction 0x{self.hash.hex()} is already in the pool"


@dataclass(eq=False)
class UnderpricedError(MempoolError):
    """A replacement must raise both fees by the required percentage."""

    code: ClassVar[str] = "underpriced"

    got: int = 0
    """Offered fee, in wei per gas."""
    required: int = 0
    """Least fee that would be taken, in wei per gas."""

    def describe(self) -> str:
        return f"replacement underpriced: fee {self.got} wei, at least {self.required} wei needed"


@dataclass(eq=False)
class MempoolFullError(MempoolError):
    """The pool (or the sender's share of it) is full."""

    code: ClassVar[str] = "mempool-full"

    limit: int = 0
    """Transactions."""

    def describe(self) -> str:
        return f"the mempool is full ({self.limit} transactions)"


@dataclass(eq=False)
class TransactionTooLargeError(MempoolError):
    """The encoded transaction is larger than the pool takes."""

    code: ClassVar[str] = "transaction-too-large"

    size_bytes: int = 0
    limit_bytes: int = 0

    def describe(self) -> str:
        return f"the transaction has {self.size_bytes} bytes, at most {self.limit_bytes} are taken"
