"""What a client needs of a chain, wherever the chain is: in this process or behind JSON-RPC."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from contractchain.client.registry import ChainIdentity
from contractchain.types import Address, Hash32, Header, Outcome

if TYPE_CHECKING:
    from contractchain.chain import (
        BlockReference,
        LogFilter,
        LogView,
        ReceiptView,
        SuggestedFees,
        TransactionView,
    )
    from contractchain.chain.simulation_plan import CallView, SimulationPlan
    from contractchain.chain.tracers import TracerOptions
    from contractchain.interfaces.execution_data import CallResult, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSummary:
    """A block without the bodies of its transactions."""

    header: Header
    hash: Hash32
    transaction_hashes: tuple[Hash32, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBlock:
    """A block that was simulated, with what came of its calls."""

    block: BlockSummary
    calls: "tuple[CallView, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account as of a block; an absent one reads as empty."""

    balance: int
    """Wei."""
    nonce: int
    code: bytes
    """Runtime code; empty for an account that is no contract."""


class ChainReader(Protocol):
    """Reads."""

    def identity(self) -> ChainIdentity:
        """Return chain id and genesis hash."""
        ...

    def get_block(self, reference: "BlockReference") -> BlockSummary:
        """Return a block.

        Raises:
            BlockNotFoundError: no such block.
        """
        ...

    def get_account(self, address: Address, at: "BlockReference") -> AccountState:
        """Return an account as of a block.

        Raises:
            BlockNotFoundError: no such block.
            StateUnavailableError: its state is no longer kept.
        """
        ...

    def get_code(self, address: Address, at: "BlockReference") -> bytes:
        """Return the runtime code at an address; empty if it is no contract. Raises likewise."""
        ...

    def find_transaction(self, transaction_hash: Hash32) -> "TransactionView | None":
        """Return a transaction, mined or pending."""
        ...

    def find_receipt(self, transaction_hash: Hash32) -> "ReceiptView | None":
        """Return a receipt, None while the transaction is not mined."""
        ...

    def find_logs(
        self, wanted: "LogFilter", first: "BlockReference", last: "BlockReference"
    ) -> "list[LogView]":
        """Return the matching logs of the blocks `first` to `last`, both included.

        Raises:
            BlockNotFoundError: either bound does not exist.
        """
        ...

    def find_outcome(self, transaction_hash: Hash32) -> Outcome | None:
        """Return how a mined transaction ended, None if that cannot be told."""
        ...


class Caller(Protocol):
    """Calls that leave no trace."""

    def call(self, message: "Message", at: "BlockReference") -> "CallResult":
        """Execute a message call on the state after a block."""
        ...

    def estimate_gas(self, message: "Message") -> int | Outcome:
        """Return the least gas limit that succeeds now, or the failure at any limit."""
        ...

    def simulate(
        self, plan: "SimulationPlan", at: "BlockReference"
    ) -> "tuple[SimulatedBlock, ...]":
        """Execute calls in blocks on top of a block; those that fill gaps are among the result.

        Raises:
            ContractChainError: the plan, or a call of it, cannot be executed.
        """
        ...

    def trace(self, transaction_hash: Hash32, tracer: "TracerOptions") -> Any:
        """Return what a tracer tells of a mined transaction, as geth has it in JSON.

        Raises:
            ContractChainError: there is no such transaction, or its trace is refused.
        """
        ...


class Sender(Protocol):
    """Transactions."""

    def get_next_nonce(self, address: Address) -> int:
        """Return the nonce for the next transaction of an account."""
        ...

    def suggest_fees(self) -> "SuggestedFees":
        """Return fees for a transaction that is sent now."""
        ...

    def submit(self, raw: bytes) -> Hash32:
        """Send a signed transaction.

        Raises:
            ContractChainError: it is not taken.
        """
        ...

    def wait_for_receipt(self, transaction_hash: Hash32, *, timeout_seconds: int) -> "ReceiptView":
        """Return the receipt once the transaction is in a block.

        Raises:
            ReceiptTimeoutError: it is in no block in time.
        """
        ...


class Connection(ChainReader, Caller, Sender, Protocol):
    """A chain that a client talks to."""

    @property
    def place(self) -> str:
        """Where the chain is: a URL or a directory, for messages."""
        ...

    def close(self) -> None:
        """Let go of what the connection holds open. Closing twice is harmless."""
        ...
