"""Faults of what is kept on disk."""

from dataclasses import dataclass
from typing import ClassVar

from contractchain.errors.base import ContractChainError


@dataclass(eq=False)
class StoreError(ContractChainError):
    """The store cannot do what was asked."""

    code: ClassVar[str] = "store"

    message: str
    path: str = ""

    def describe(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(eq=False)
class CorruptStoreError(StoreError):
    """What is on disk fails its checks; nothing was changed."""

    code: ClassVar[str] = "corrupt-store"


@dataclass(eq=False)
class StoreLockedError(StoreError):
    """Another process has the data directory open."""

    code: ClassVar[str] = "store-locked"

    message: str = ""
    pid: int | None = None

    def describe(self) -> str:
        owner = f" by process {self.pid}" if self.pid else ""
        return f"{self.path} is in use{owner}"


@dataclass(eq=False)
class StoreMismatchError(StoreError):
    """The data directory belongs to another chain or another format."""

    code: ClassVar[str] = "store-mismatch"
