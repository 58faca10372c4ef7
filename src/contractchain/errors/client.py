"""Faults of a person's request: arguments, names of contracts and functions, nodes not reached."""

from dataclasses import dataclass
from typing import ClassVar

from contractchain.errors.base import ContractChainError, UsageError
from contractchain.errors.lookup import NotFoundError


@dataclass(eq=False)
class ArgumentError(UsageError):
    """A value that is not of the type that a function, constructor or option takes."""

    code: ClassVar[str] = "argument"

    message: str
    index: int = 0
    """Place among the arguments, counted from 1; 0 if it is not one of a list."""
    name: str = ""
    """Name of the parameter; empty if it has none."""
    type: str = ""
    """ABI type."""

    def describe(self) -> str:
        number = f" {self.index}" if self.index else ""
        name = f" `{self.name}`" if self.name else ""
        kind = f" of type {self.type}" if self.type else ""
        return f"argument{number}{name}{kind}: {self.message}"


@dataclass(eq=False)
class ArgumentCountError(UsageError):
    """Too many or too few arguments."""

    code: ClassVar[str] = "argument-count"

    message: str = ""
    signature: str = ""
    """With the names of the parameters, e.g. `transfer(address to, uint256 amount)`."""
    got: int = 0
    expected: int = 0

    def describe(self) -> str:
        what = f"`{self.signature}`" if self.signature else "the call"
        plural = "" if self.expected == 1 else "s"
        return f"{what} takes {self.expected} argument{plural}, {self.got} given"


@dataclass(eq=False)
class ContractNotFoundError(NotFoundError):
    """No source, artifact or example has the name."""

    code: ClassVar[str] = "contract-not-found"

    message: str = ""
    name: str = ""

    def describe(self) -> str:
        return self.message or f"there is no contract `{self.name}`"


@dataclass(eq=False)
class AmbiguousNameError(UsageError):
    """Several things go by the name."""

    code: ClassVar[str] = "ambiguous-name"

    message: str = ""
    name: str = ""
    candidates: tuple[str, ...] = ()

    def describe(self) -> str:
        found = ", ".join(f"`{item}`" for item in self.candidates)
        return f"`{self.name}` may mean {found}"


@dataclass(eq=False)
class FunctionNotFoundError(NotFoundError):
    """The contract has no such function."""

    code: ClassVar[str] = "function-not-found"

    message: str = ""
    contract: str = ""
    name: str = ""

    def describe(self) -> str:
        return f"contract `{self.contract}` has no function `{self.name}`"


@dataclass(eq=False)
class EventNotFoundError(NotFoundError):
    """The contract has no such event."""

    code: ClassVar[str] = "event-not-found"

    message: str = ""
    contract: str = ""
    name: str = ""

    def describe(self) -> str:
        return f"contract `{self.contract}` has no event `{self.name}`"


@dataclass(eq=False)
class NotDeployedError(NotFoundError):
    """The name is known, but nothing was deployed under it on this chain."""

    code: ClassVar[str] = "not-deployed"

    message: str = ""
    name: str = ""
    chain_id: int = 0
    genesis_hash: bytes = b""

    def describe(self) -> str:
        if self.message:
            return self.message
        return f"`{self.name}` is not deployed on this chain (chain id {self.chain_id})"


@dataclass(eq=False)
class NoCodeError(NotFoundError):
    """A call to an address that holds no contract."""

    code: ClassVar[str] = "no-code"

    message: str = ""
    address: str = ""

    def describe(self) -> str:
        return self.message or f"there is no contract at {self.address}"


@dataclass(eq=False)
class NoKeyError(UsageError):
    """A transaction from an account whose private key is not at hand."""

    code: ClassVar[str] = "no-key"

    message: str = ""
    account: str = ""

    def describe(self) -> str:
        return f"no private key for `{self.account}` is at hand"


@dataclass(eq=False)
class WrongPasswordError(UsageError):
    """A password that does not open a key file."""

    code: ClassVar[str] = "wrong-password"


@dataclass(eq=False)
class NodeError(ContractChainError):
    """A node reached over the network does not do what was asked."""

    code: ClassVar[str] = "node"

    message: str
    url: str = ""

    def describe(self) -> str:
        return f"{self.url}: {self.message}" if self.url else self.message


@dataclass(eq=False)
class NodeUnreachableError(NodeError):
    """Nobody answers, or not in time."""

    code: ClassVar[str] = "node-unreachable"


@dataclass(eq=False)
class NodeResponseError(NodeError):
    """The answer is not JSON-RPC, or not what the method promises."""

    code: ClassVar[str] = "node-response"


@dataclass(eq=False)
class NodeRefusedError(NodeError):
    """The node answers with a JSON-RPC error."""

    code: ClassVar[str] = "node-refused"

    method: str = ""
    rpc_code: int = 0
    """JSON-RPC error code."""
    data: str = ""
    """`data` of the error, as text; the revert data, for a call that reverts."""

    def describe(self) -> str:
        return f"{self.url}: `{self.method}` failed: {self.message} (code {self.rpc_code})"


@dataclass(eq=False)
class ReceiptTimeoutError(ContractChainError):
    """A transaction was sent and is in no block yet."""

    code: ClassVar[str] = "receipt-timeout"

    transaction_hash: bytes = b""
    timeout_seconds: int = 0

    def describe(self) -> str:
        return (
            f"transaction 0x{self.transaction_hash.hex()} was sent, but is in no block after "
            f"{self.timeout_seconds} seconds"
        )
