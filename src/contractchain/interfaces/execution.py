"""The execution layer: the EVM together with the world states it runs on.

A world state is immutable and named by its root. Executing a block yields a new state and leaves
the old one as it was; states share structure, so keeping many costs what they differ by. The
layer holds a state while somebody retains it. Bytes cross this line as bytes, one crossing per
block, per call, or per batch of raw transactions.

Data that crosses is in `contractchain.interfaces.execution_data`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from contractchain.errors import ValidationError
from contractchain.interfaces.execution_data import (
    AccountOverride,
    AccountProof,
    BlockContext,
    BlockExecution,
    CallResult,
    DecodedTransaction,
    Message,
    TracedCall,
    TracedTransaction,
    TransactionRules,
)
from contractchain.interfaces.simulation_data import (
    PlannedCall,
    SimulatedBlock,
    SimulationTerms,
)
from contractchain.types import (
    AccessEntry,
    Account,
    Address,
    Hash32,
    Outcome,
    TraceEvent,
    TraceOptions,
)

TraceSink: TypeAlias = Callable[[TraceEvent], object]
"""Takes the events of a trace as they come."""
EVERY_STEP = TraceOptions()
"""All instructions, and nothing else."""


class TransactionDecoder(Protocol):
    """Turns raw transactions into checked, recovered ones."""

    def decode_many(
        self, raws: Sequence[bytes], rules: TransactionRules
    ) -> list[DecodedTransaction | ValidationError]:
        """Decode, check and recover a batch; the result has the order and length of `raws`.

        Every rule that needs no state is checked, in this order: encoding, type under the fork,
        chain id, last nonce, fees by themselves, blobs, authorization list, size of init code,
        max fee against the base fee, signature (range, low s, and that it recovers somebody),
        intrinsic and floor gas. The first fault is returned in its place (`DecodeError` or a
        subclass of `InvalidTransactionError`), never raised.
        """
        ...

    def prepare(self, raws: Sequence[bytes], rules: TransactionRules) -> None:
        """Hear which raw transactions `decode_many` will be asked for soon.

        A hint: an engine may begin to recover their senders beside the caller, who is not kept
        waiting. It changes no result and reports no fault.
        """
        ...


class BlockExecutor(Protocol):
    """Runs the transactions of a block."""

    def execute_block(
        self,
        parent_root: Hash32,
        context: BlockContext,
        transactions: Sequence[bytes],
        *,
        strict: bool,
    ) -> BlockExecution:
        """Execute a whole block on the state `parent_root`, system calls and rewards included.

        The resulting state is retained once for the caller, who releases it.

        A transaction is checked in this order, and the first fault counts: the rules that need
        no state, in the order of `decode_many`; room for its gas, then for its blobs, in what is
        left of the block; blob fee; code of the sender (EIP-3607; a delegation is not code);
        nonce; funds for gas limit, value and blobs at the maximum fees.
        When building, one that has no room now but would fit in an empty block is skipped, and
        so is everything of the same sender after it; one whose gas exceeds the whole block's is
        rejected. The contracts of withdrawal and consolidation requests must have code from
        Prague on (EIP-7002, 7251); those of beacon roots and history may be missing.

        Args:
            parent_root: Root of the state to start from; must be retained.
            context: The block's environment.
            transactions: Raw transactions in order.
            strict: True when a block is imported: the first invalid transaction raises. False
                when a block is built: invalid transactions are left out and reported in
                `rejected`, a transaction that does not fit in the gas left is skipped.

        Raises:
            StateUnavailableError: `parent_root` is not held.
            ValidationError: strict, and a transaction is malformed or invalid.
            InvalidBlockError: a request contract has no code or fails, or a deposit log is not
                laid out as EIP-6110 says.
            EngineError: the engine does not run the fork.
        """
        ...


class StateKeeper(Protocol):
    """Holds world states by root and moves them in and out."""

    def has_state(self, root: Hash32) -> bool:
        """Tell whether the state is held. The empty state always is."""
        ...

    def retain(self, root: Hash32) -> None:
        """Hold the state once more.

        Raises:
            StateUnavailableError: it is not held.
        """
        ...

    def release(self, root: Hash32) -> None:
        """Give up one hold; the last one frees what no other state shares."""
        ...

    def apply_diffs(self, root: Hash32, diffs: Sequence[bytes]) -> Hash32:
        """Return the root after applying encoded state diffs in order, without the EVM.

        Used for genesis (on the empty state), checkpoints and replay. The new state is retained
        once. Format: `contractchain.codec.state_diff`.

        Raises:
            StateUnavailableError: `root` is not held.
            DecodeError: a diff is malformed; nothing changes.
        """
        ...

    def export_state(self, root: Hash32) -> Iterator[bytes]:
        """Yield the whole state as encoded diffs which, applied to the empty state, restore it.

        Each chunk holds at most about 10,000 accounts or slots.
        """
        ...


class StateReader(Protocol):
    """Reads of one state. Absent accounts and slots read as empty.

    Every method raises StateUnavailableError if `root` is not held.
    """

    def accounts(self, root: Hash32, addresses: Sequence[Address]) -> list[Account | None]:
        """Return the accounts in the order of `addresses`, None where there is none."""
        ...

    def storage(self, root: Hash32, address: Address, slot: Hash32) -> Hash32:
        """Return the 32-byte value of a storage slot."""
        ...

    def code(self, root: Hash32, address: Address) -> bytes:
        """Return the runtime code."""
        ...

    def proof(self, root: Hash32, address: Address, slots: Sequence[Hash32]) -> AccountProof:
        """Return Merkle proofs of the account and of slots of it (EIP-1186)."""
        ...


class Simulator(Protocol):
    """Calls and blocks that no chain will hold. Raises StateUnavailableError like the readers."""

    def call(
        self,
        root: Hash32,
        context: BlockContext,
        message: Message,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> CallResult:
        """Execute a call as `eth_call` does: no nonce check, no fee unless one is given.

        Raises:
            IntrinsicGasTooLowError: the gas limit of the message does not cover its data.
            InsufficientFundsError: the sender cannot pay for the value, and the fees if given.
            FeeTooLowError: a fee is given, and it is below the base fee.
            InitCodeTooLargeError: a creation whose init code no transaction may carry (EIP-3860).
            NonceOverflowError: the sender's nonce is 2**64 - 1 (EIP-2681); no other is checked.
            InvalidOverrideError: a precompile is moved that is none, or to an overridden address.
        """
        ...

    def simulate_block(
        self,
        parent_root: Hash32,
        context: BlockContext,
        calls: Sequence[PlannedCall],
        terms: SimulationTerms,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> SimulatedBlock:
        """Execute calls that nobody signed as the transactions of one block.

        The overrides come first, then all that `execute_block` does, on the state as the calls
        before have left it. The resulting state is retained once for the caller. A call is checked
        in this order, and the first fault counts: room for its gas in the block; nonce; fees;
        size of init code; intrinsic gas; funds. That the sender may have code (EIP-3607) and how
        much gas one transaction may have (EIP-7825) is never checked. Where nonces are not
        checked, the one after 2**64 - 1 is 0.

        Raises:
            CallRefusedError: a call cannot be part of the block; names its place and the reason.
            InvalidOverrideError: a precompile is moved that is none, or to an overridden address.
            InvalidBlockError: as `execute_block`.
            EngineError: the engine does not run the fork.
        """
        ...

    def estimate_gas(
        self,
        root: Hash32,
        context: BlockContext,
        message: Message,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> int | Outcome:
        """Return the least gas limit with which the call succeeds.

        Returns:
            Gas, or the `Revert` or `Halt` with which it fails at any limit.

        Raises:
            InvalidTransactionError: the sender cannot pay for value and fees.
        """
        ...

    def create_access_list(
        self, root: Hash32, context: BlockContext, message: Message
    ) -> tuple[tuple[AccessEntry, ...], CallResult]:
        """Return the slots the call touches, as an EIP-2930 list, and the call's result."""
        ...


class Tracer(Protocol):
    """Executions that report what happens inside.

    Events reach the sink in the order of execution, soon after they happened, so that a trace
    of any length needs little memory. What the sink raises ends the execution and comes out of the
    call; no state is retained then. The sink must not call the engine.
    """

    def trace_call(
        self,
        root: Hash32,
        context: BlockContext,
        message: Message,
        sink: TraceSink,
        overrides: Mapping[Address, AccountOverride] | None = None,
        *,
        options: TraceOptions = EVERY_STEP,
    ) -> TracedCall:
        """Execute a call as `Simulator.call` does, and report what happens.

        Args:
            root: Root of the state; must be retained.
            context: The block around the call.
            message: The call.
            sink: Takes the events.
            overrides: Changes to accounts.
            options: Which events.
        """
        ...

    def trace_transaction(
        self,
        parent_root: Hash32,
        context: BlockContext,
        transactions: Sequence[bytes],
        sink: TraceSink,
        *,
        options: TraceOptions = EVERY_STEP,
    ) -> TracedTransaction:
        """Execute a block as a strict `execute_block` does, and report its last transaction.

        To trace one inside a sealed block, execute what is before it with a context that opens
        and does not close, and trace it with one that does neither. The resulting state is
        retained once.

        Raises:
            UsageError: `transactions` is empty.
            ValidationError: as `execute_block`.
        """
        ...


class ExecutionLayer(
    TransactionDecoder, BlockExecutor, StateKeeper, StateReader, Simulator, Tracer, Protocol
):
    """The EVM and its states. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """`revm` or `py-evm`."""
        ...


__all__ = [
    "EVERY_STEP",
    "BlockExecutor",
    "ExecutionLayer",
    "Simulator",
    "StateKeeper",
    "StateReader",
    "TraceSink",
    "Tracer",
    "TransactionDecoder",
]
