"""Faults of block production."""

from dataclasses import dataclass
from typing import ClassVar

from contractchain.errors.base import ContractChainError


@dataclass(eq=False)
class ConsensusError(ContractChainError):
    """The consensus engine cannot go on."""

    code: ClassVar[str] = "consensus"

    message: str

    def describe(self) -> str:
        return self.message


@dataclass(eq=False)
class NotSupportedByEngineError(ConsensusError):
    """The operation makes no sense under this consensus engine."""

    code: ClassVar[str] = "not-supported-by-engine"

    message: str = ""
    engine: str = ""
    operation: str = ""

    def describe(self) -> str:
        return f"consensus engine `{self.engine}` does not support {self.operation}"
