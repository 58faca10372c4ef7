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
class TraceLimitError(EngineError):
    """A trace takes more than a request may."""

    code: ClassVar[str] = "trace-limit"

    message: str = ""


@dataclass(eq=False)
class TraceTooLargeError(TraceLimitError):
    """The result of a trace does not fit."""

    code: ClassVar[str] = "trace-too-large"

    limit_bytes: int = 0

    def describe(self) -> str:
        return (
            f"the trace is larger than {self.limit_bytes} bytes; leave out the stack, the memory "
            "or the storage, or trace less at once"
        )


@dataclass(eq=False)
class TraceTimeoutError(TraceLimitError):
    """A trace is not done in time."""

    code: ClassVar[str] = "trace-timeout"

    timeout_ms: int = 0

    def describe(self) -> str:
        return f"execution timeout: the trace was not done in {self.timeout_ms} ms"


@dataclass(eq=False)
class NotTraceableError(EngineError):
    """There is nothing to execute again."""

    code: ClassVar[str] = "not-traceable"

    message: str = "genesis is not traceable"


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
