"""Faults in IR: text that cannot be read, and programs that break its rules."""

from dataclasses import dataclass
from typing import ClassVar

from contractchain.errors import ContractChainError, InternalError


@dataclass(eq=False)
class IrSyntaxError(ContractChainError):
    """A text is not in the text form of the IR."""

    code: ClassVar[str] = "ir-syntax"

    line: int
    """Line, counted from 1."""
    message: str

    def describe(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(eq=False)
class InvalidIrError(InternalError):
    """A function breaks a rule of the IR (`verify`)."""

    code: ClassVar[str] = "invalid-ir"

    function: str = ""
    block: str = ""

    def describe(self) -> str:
        return f"invalid IR in `@{self.function}`, block `{self.block}`: {self.message}"
