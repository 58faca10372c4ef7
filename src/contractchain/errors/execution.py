"""Faults of the execution engines."""

from dataclasses import dataclass
from typing import ClassVar

from contractchain.errors.base import ContractChainError


@dataclass(eq=False)
class EngineError(ContractChainError):
    """The execution engine cannot do what was asked."""

    code: ClassVar[str] = "engine"

    message: str

    def describe(self) -> str:
        return self.message


@dataclass(eq=False)
class EngineUnavailableError(EngineError):
    """The engine is not installed."""

    code: ClassVar[str] = "engine-unavailable"
    exit_code: ClassVar[int] = 2

    message: str = ""
    engine: str = ""
    reason: str = ""

    def describe(self) -> str:
        return f"engine `{self.engine}` is not available: {self.reason}"


@dataclass(eq=False)
class EngineMismatchError(EngineError):
    """The two engines disagree; one of them has a fault."""

    code: ClassVar[str] = "engine-mismatch"

    message: str = ""
    field_name: str = ""
    got: str = ""
    expected: str = ""

    def describe(self) -> str:
        return f"engines disagree on `{self.field_name}`: {self.got} and {self.expected}"
