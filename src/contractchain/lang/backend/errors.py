"""What the back end can refuse."""

from dataclasses import dataclass, field
from typing import ClassVar

from contractchain.errors import ContractChainError


@dataclass(eq=False)
class StackTooDeepError(ContractChainError):
    """Too many values are live at once and memory may not hold them."""

    code: ClassVar[str] = "stack-too-deep"

    function: str
    """Function of the IR in which it happened."""
    span: object | None = None
    """Place in the source, if known."""
    hint: str | None = field(
        default="use fewer local variables, or mark the inline assembly `memory-safe`",
        kw_only=True,
    )

    def describe(self) -> str:
        return f"stack too deep in `{self.function}`: too many values are needed at once"


@dataclass(eq=False)
class CodeTooLargeError(ContractChainError):
    """The code cannot be addressed with three-byte offsets."""

    code: ClassVar[str] = "code-too-large"

    object_name: str
    size: int
    """Bytes of code."""

    def describe(self) -> str:
        return f"the code of `{self.object_name}` would have {self.size} bytes"


class TooDeep(Exception):
    """A stack item is out of the reach of DUP16 and SWAP16."""

    def __init__(self, position: int, stack: list[object]) -> None:
        super().__init__(position)
        self.position = position
        """Index of the item in the stack, counted from the bottom."""
        self.stack = stack
