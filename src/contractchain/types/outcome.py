"""How a message call or a transaction ended: data, never an exception."""

from dataclasses import dataclass
from typing import TypeAlias

from contractchain.types.primitives import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """The call returned or stopped."""

    return_data: bytes = b""
    """Return data; the runtime code for a creation."""
    created_address: Address | None = None
    """Address of the new contract, for a creation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revert:
    """The call executed REVERT; unused gas was returned."""

    data: bytes = b""
    """ABI-encoded error, by Solidity's convention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """The call failed exceptionally; all its gas was consumed."""

    reason: str
    """Kind of failure in kebab case: `out-of-gas`, `invalid-opcode`, `stack-underflow`,
    `stack-overflow`, `invalid-jump`, `static-violation`, `create-collision`,
    `code-size-limit`, `invalid-code-prefix`, `call-depth`, `other: …`."""


Outcome: TypeAlias = Success | Revert | Halt
