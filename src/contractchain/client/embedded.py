"""A connection to a chain in this process. The chain is given, not opened here."""

import time
from typing import TYPE_CHECKING, Any

import orjson

from contractchain.client.connection import AccountState, BlockSummary, SimulatedBlock
from contractchain.client.registry import ChainIdentity
from contractchain.codec.transaction import hash_transaction
from contractchain.errors import ContractChainError, ReceiptTimeoutError, TraceLimitError
from contractchain.types import Address, Hash32, Outcome

if TYPE_CHECKING:
    from contractchain.chain import (
        BlockReference,
        Chain,
        LogFilter,
        LogView,
        ReceiptView,
        SuggestedFees,
        TransactionView,
    )
    from contractchain.chain.simulation_plan import SimulationPlan
    from contractchain.chain.tracers import TracerOptions
    from contractchain.interfaces.execution_data import CallResult, Message

POLL_SECONDS = 0.02


class EmbeddedConnection:
    """Reads from, calls on and sends to a `Chain` directly."""

    def __init__(self, chain: "Chain", *, place: str) -> None:
        self._chain = chain
        self._place = place

    @property
    def chain(self) -> "Chain":
        """The chain itself, for what a connection does not offer."""
        return self._chain

    @property
    def place(self) -> str:
        """The data directory."""
        return self._place

    def identity(self) -> ChainIdentity:
        """Return chain id and genesis hash."""
        return ChainIdentity(
            chain_id=self._chain.config.chain_id, genesis_hash=self._chain.genesis_hash
        )

    def get_block(self, reference: "BlockReference") -> BlockSummary:
        """Return a block. Raises BlockNotFoundError."""
        block = self._chain.blocks.get_block(reference)
        return BlockSummary(
            header=block.header,
            hash=block.hash,
            transaction_hashes=tuple(hash_transaction(raw) for raw in block.transactions),
        )

    def get_account(self, address: Address, at: "BlockReference") -> AccountState:
        """Return an account as of a block. Raises BlockNotFoundError, StateUnavailableError."""
        account = self._chain.state.get_account(address, at)
        return AccountState(
            balance=account.balance,
            nonce=account.nonce,
            code=self.get_code(address, at),
        )

    def get_code(self, address: Address, at: "BlockReference") -> bytes:
        """Return the runtime code at an address; empty if it is no contract."""
        return self._chain.state.get_code(address, at)

    def find_transaction(self, transaction_hash: Hash32) -> "TransactionView | None":
        """Return a transaction, mined or pending."""
        return self._chain.blocks.find_transaction(transaction_hash)

    def find_receipt(self, transaction_hash: Hash32) -> "ReceiptView | None":
        """Return a receipt, None while the transaction is not mined."""
        return self._chain.blocks.find_receipt(transaction_hash)

    def find_logs(
        self, wanted: "LogFilter", first: "BlockReference", last: "BlockReference"
    ) -> "list[LogView]":
        """Return the matching logs of the blocks `first` to `last`. Raises BlockNotFoundError."""
        return self._chain.blocks.find_logs(first, last, wanted)

    def find_outcome(self, transaction_hash: Hash32) -> Outcome | None:
        """Return how a mined transaction ended."""
        return self._chain.calls.find_outcome(transaction_hash)

    def call(self, message: "Message", at: "BlockReference") -> "CallResult":
        """Execute a message call on the state after a block."""
        return self._chain.calls.call(message, at)

    def estimate_gas(self, message: "Message") -> int | Outcome:
        """Return the least gas limit that succeeds now, or the failure at any limit."""
        return self._chain.calls.estimate_gas(message)

    def simulate(self, plan: "SimulationPlan", at: "BlockReference") -> tuple[SimulatedBlock, ...]:
        """Execute calls in blocks on top of a block. Raises ContractChainError."""
        return tuple(
            SimulatedBlock(
                block=BlockSummary(
                    header=view.block.header,
                    hash=view.block.hash,
                    transaction_hashes=tuple(item.hash for item in view.transactions),
                ),
                calls=view.calls,
            )
            for view in self._chain.simulations.simulate(plan, at)
        )

    def trace(self, transaction_hash: Hash32, tracer: "TracerOptions") -> Any:
        """Return what a tracer tells of a mined transaction. Raises ContractChainError."""
        from contractchain.chain.tracers import TraceBudget
        from contractchain.chain.tracing import TraceRequest

        request = TraceRequest(tracer=tracer, budget=TraceBudget())
        text = self._chain.traces.trace_transaction(transaction_hash, request)
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise TraceLimitError("the calls nest too deep to be read") from error

    def get_next_nonce(self, address: Address) -> int:
        """Return the nonce for the next transaction of an account."""
        return self._chain.state.get_next_nonce(address)

    def suggest_fees(self) -> "SuggestedFees":
        """Return fees for a transaction that is sent now."""
        return self._chain.suggest_fees()

    def submit(self, raw: bytes) -> Hash32:
        """Send a signed transaction. Raises ContractChainError if it is not taken."""
        answer = self._chain.submit([raw])[0]
        if isinstance(answer, ContractChainError):
            raise answer
        return answer

    def wait_for_receipt(self, transaction_hash: Hash32, *, timeout_seconds: int) -> "ReceiptView":
        """Return the receipt; with the `instant` engine it is there at once."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            receipt = self._chain.blocks.find_receipt(transaction_hash)
            if receipt is not None:
                return receipt
            if time.monotonic() > deadline:
                raise ReceiptTimeoutError(
                    transaction_hash=transaction_hash, timeout_seconds=timeout_seconds
                )
            time.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Do nothing: whoever opened the chain closes it."""
