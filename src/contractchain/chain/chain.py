"""The chain as the floors above see it, and as its consensus engine drives it."""

from collections.abc import Callable, Mapping, Sequence

from contractchain.chain.references import BlockReference, BlockTag
from contractchain.chain.time_control import TimeControl
from contractchain.chain.views import (
    HeadChange,
    LogFilter,
    LogView,
    ReceiptView,
    SuggestedFees,
    TransactionView,
)
from contractchain.errors import ContractChainError
from contractchain.interfaces.consensus import BuildAttributes, Head, Validation
from contractchain.interfaces.execution_data import (
    AccountOverride,
    AccountProof,
    CallResult,
    Message,
)
from contractchain.types import (
    AccessEntry,
    Account,
    Address,
    Block,
    ChainConfig,
    Genesis,
    Hash32,
    Header,
    Outcome,
)


class Blocks:
    """Reads of blocks and of what is in them. `chain.blocks`."""

    def get_block(self, reference: BlockReference = BlockTag.LATEST) -> Block:
        """Return a block. Raises BlockNotFoundError."""
        raise NotImplementedError

    def get_header(self, reference: BlockReference = BlockTag.LATEST) -> Header:
        """Return the header of a block. Raises BlockNotFoundError."""
        raise NotImplementedError

    def get_transactions(self, reference: BlockReference) -> tuple[TransactionView, ...]:
        """Return the transactions of a block. Raises BlockNotFoundError."""
        raise NotImplementedError

    def get_receipts(self, reference: BlockReference) -> tuple[ReceiptView, ...]:
        """Return the receipts of a block. Raises BlockNotFoundError."""
        raise NotImplementedError

    def find_transaction(self, transaction_hash: Hash32) -> TransactionView | None:
        """Return a transaction of the canonical chain or of the pool."""
        raise NotImplementedError

    def find_receipt(self, transaction_hash: Hash32) -> ReceiptView | None:
        """Return the receipt of a canonical transaction, None while it is pending or unknown."""
        raise NotImplementedError

    def find_logs(
        self, first: BlockReference, last: BlockReference, wanted: LogFilter
    ) -> list[LogView]:
        """Return the matching logs of the blocks `first` to `last`, both included."""
        raise NotImplementedError


class StateViews:
    """Reads of accounts as of a block. `chain.state`."""

    def get_account(self, address: Address, at: BlockReference = BlockTag.LATEST) -> Account:
        """Return an account; an absent one reads as empty."""
        raise NotImplementedError

    def get_code(self, address: Address, at: BlockReference = BlockTag.LATEST) -> bytes:
        """Return the runtime code."""
        raise NotImplementedError

    def get_storage(
        self, address: Address, slot: Hash32, at: BlockReference = BlockTag.LATEST
    ) -> Hash32:
        """Return the 32-byte value of a storage slot."""
        raise NotImplementedError

    def get_proof(
        self, address: Address, slots: Sequence[Hash32], at: BlockReference = BlockTag.LATEST
    ) -> AccountProof:
        """Return Merkle proofs (EIP-1186)."""
        raise NotImplementedError

    def get_next_nonce(self, address: Address) -> int:
        """Return the nonce for the next transaction, those waiting in the pool counted."""
        raise NotImplementedError


class Calls:
    """Message calls that leave no trace. `chain.calls`."""

    def call(
        self,
        message: Message,
        at: BlockReference = BlockTag.LATEST,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> CallResult:
        """Execute a call on the state after a block, in the environment of that block."""
        raise NotImplementedError

    def estimate_gas(
        self,
        message: Message,
        at: BlockReference = BlockTag.LATEST,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> int | Outcome:
        """Return the least gas limit that succeeds, or the Revert or Halt it ends with."""
        raise NotImplementedError

    def create_access_list(
        self, message: Message, at: BlockReference = BlockTag.LATEST
    ) -> tuple[tuple[AccessEntry, ...], CallResult]:
        """Return the slots that the call touches and its result."""
        raise NotImplementedError

    def find_outcome(self, transaction_hash: Hash32) -> Outcome | None:
        """Return how a mined transaction ended (revert data included), None if not mined."""
        raise NotImplementedError


class Chain:
    """One chain. Safe to use from several threads: one writes at a time, readers do not wait."""

    blocks: Blocks
    state: StateViews
    calls: Calls
    time: TimeControl
    genesis: Genesis
    genesis_hash: Hash32

    @property
    def config(self) -> ChainConfig:
        """Chain id and fork schedule."""
        raise NotImplementedError

    def submit(self, raws: Sequence[bytes]) -> list[Hash32 | ContractChainError]:
        """Take transactions into the pool; with `instant`, they are mined before this returns.

        Returns:
            In the order of `raws`: the hash, or why the transaction is not taken.
        """
        raise NotImplementedError

    def suggest_fees(self) -> SuggestedFees:
        """Return fees for a transaction sent now."""
        raise NotImplementedError

    def mine(self, count: int = 1, *, timestamp: int | None = None) -> tuple[Hash32, ...]:
        """Produce blocks now. Raises NotSupportedByEngineError."""
        raise NotImplementedError

    def snapshot(self) -> int:
        """Remember head, pool and time; returns the id for `revert_to`."""
        raise NotImplementedError

    def revert_to(self, snapshot: int) -> None:
        """Return to a snapshot; it and later ones are gone. Raises SnapshotNotFoundError."""
        raise NotImplementedError

    def set_next_timestamp(self, timestamp: int) -> None:
        """Fix the timestamp of the next block, in seconds. Raises UsageError."""
        raise NotImplementedError

    def increase_time(self, seconds: int) -> int:
        """Move the chain's time forward; returns the whole offset in seconds."""
        raise NotImplementedError

    def subscribe(self, callback: Callable[[HeadChange], None]) -> Callable[[], None]:
        """Call `callback` after every change of the head; returns what ends that."""
        raise NotImplementedError

    def verify(self, first: int, last: int, execution: object) -> None:
        """Execute blocks again with any engine and compare everything."""
        raise NotImplementedError

    def head(self) -> Head:
        """Return the current head."""
        raise NotImplementedError

    def find_block(self, reference: int | Hash32) -> Block | None:
        """Return a block by canonical number or by hash."""
        raise NotImplementedError

    def build(self, attributes: BuildAttributes) -> Block:
        """Build a block on the head from the pool, as a candidate."""
        raise NotImplementedError

    def validate(self, block: Block) -> Validation:
        """Execute a block and check all its roots; adopts nothing."""
        raise NotImplementedError

    def set_head(self, block_hash: Hash32, *, finalized: Hash32 | None = None) -> None:
        """Make a known block the head, durably."""
        raise NotImplementedError

    def discard(self, block_hash: Hash32) -> None:
        """Forget a candidate."""
        raise NotImplementedError

    def has_executable_transactions(self) -> bool:
        """Tell whether a block built now would hold a transaction."""
        raise NotImplementedError
