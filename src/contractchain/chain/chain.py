"""The chain as the floors above see it, and as its consensus engine drives it.

One writer at a time, under one lock; readers take the head as a value and do not wait. A block is
durable before anybody can see it. Reading is grouped by purpose: `blocks`, `state`, `calls`.
"""

from collections.abc import Callable, Mapping, Sequence
from threading import RLock

from contractchain.chain.adoption import Adoption
from contractchain.chain.blocks import Blocks
from contractchain.chain.calls import Calls
from contractchain.chain.canonical import CanonicalChain, Tip
from contractchain.chain.checkpointing import Checkpointer
from contractchain.chain.context import build_transaction_rules
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.fees import SUGGESTED_PRIORITY_FEE
from contractchain.chain.importing import import_block
from contractchain.chain.merge import TotalDifficulty
from contractchain.chain.next_block import NextBlock
from contractchain.chain.opening import OpenedStore
from contractchain.chain.pending import PendingBlock
from contractchain.chain.resolving import Resolver
from contractchain.chain.retention import StateRetention
from contractchain.chain.settings import ChainSettings
from contractchain.chain.side_blocks import SideBlocks
from contractchain.chain.simulation import Simulations
from contractchain.chain.snapshots import Snapshot, Snapshots
from contractchain.chain.state_views import StateViews
from contractchain.chain.time_control import TimeControl
from contractchain.chain.tracing import Traces
from contractchain.chain.transaction_pool import TransactionPool, calculate_capacity
from contractchain.chain.verifying import Verification, verify_blocks
from contractchain.chain.views import HeadChange, SuggestedFees
from contractchain.codec.block import decode_block
from contractchain.errors import (
    BlockNotFoundError,
    ContractChainError,
    SnapshotNotFoundError,
    UnknownParentError,
    ValidationError,
)
from contractchain.interfaces.consensus import (
    BuildAttributes,
    ConsensusEngine,
    Head,
    Validation,
    Verdict,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.interfaces.store import Store
from contractchain.types import Address, Block, Genesis, Hash32


class Chain:
    """One chain. Safe to use from several threads."""

    def __init__(
        self,
        opened: OpenedStore,
        *,
        store: Store,
        execution: ExecutionLayer,
        consensus: ConsensusEngine,
        time: TimeControl,
        settings: ChainSettings | None = None,
    ) -> None:
        """Take over an opened store; `open_chain` of the floor above calls this.

        Args:
            opened: What `open_store_of_chain` found.
            store: Where blocks are committed.
            execution: Holds the state of the head.
            consensus: Decides when blocks are built. Start it with the chain.
            time: The clock of the chain; the consensus engine has the same.
            settings: Limits.
        """
        self.genesis: Genesis = opened.genesis
        self.genesis_hash: Hash32 = opened.genesis_block.hash
        self.config = opened.genesis.config
        self.time = time
        settings = settings or ChainSettings()
        self._store = store
        self._execution = execution
        self._consensus = consensus
        self._lock = RLock()
        self._subscribers: list[Callable[[HeadChange], None]] = []
        self._side = SideBlocks(execution)
        self._retention = StateRetention(execution, store, window=settings.state_window)
        self._retention.adopt(opened.head.number, opened.head.state_root)
        first = opened.genesis_block.number
        self._canonical = CanonicalChain(store, opened.head, first=first, side=self._side)
        self._total_difficulty = TotalDifficulty(self.config, self._canonical.find_by_hash)
        self._next = NextBlock(
            self._canonical,
            execution,
            self._total_difficulty,
            lambda: consensus.rules,
            config=self.config,
            time=time,
            settings=settings,
        )
        self.pool = TransactionPool(
            self._canonical, execution, self._next.get_context, settings.pool_limits
        )
        """The waiting transactions."""
        self._pending = PendingBlock(self._retention, self._identify_pending, self._build_pending)
        self._snapshots = Snapshots(self._retention)
        self._checkpointer = Checkpointer(execution, store, pending_bytes=opened.replayed_bytes)
        self._adoption = Adoption(
            canonical=self._canonical,
            side=self._side,
            retention=self._retention,
            pool=self.pool,
            checkpointer=self._checkpointer,
            execution=execution,
        )
        resolver = Resolver(self._canonical, self._pending.get)
        self.blocks = Blocks(self._canonical, resolver, self.pool.find, self.config)
        """Reads of blocks, transactions, receipts and logs."""
        self.state = StateViews(execution, resolver, self._retention, self.pool.find_next_nonce)
        """Reads of accounts, code and storage as of a block."""
        self.calls = Calls(execution, self._canonical, resolver, self._retention, self.config)
        """Message calls that leave no trace."""
        self.traces = Traces(execution, self._canonical, resolver, self._retention, self.config)
        """What happens inside transactions and calls."""
        self.simulations = Simulations(
            execution,
            self._canonical,
            resolver,
            self._retention,
            config=self.config,
            gas=settings.simulation_gas,
        )
        """Blocks of calls that leave no trace."""

    # ---- sending --------------------------------------------------------------------------

    def submit(self, raws: Sequence[bytes]) -> list[Hash32 | ContractChainError]:
        """Take raw transactions into the pool; with `instant`, they are mined before this returns.

        Returns:
            In the order of `raws`: the hash, or why the transaction is not taken.
        """
        rules = build_transaction_rules(self._next.get_context())
        results = self.pool.admit(self._execution.decode_many(raws, rules))
        if any(isinstance(result, bytes) for result in results):
            self._consensus.on_transactions()
        return results

    def prepare(self, raws: Sequence[bytes]) -> None:
        """Hear what will be submitted soon, so that other cores can begin with it."""
        self._execution.prepare(raws, build_transaction_rules(self._next.get_context()))

    def suggest_fees(self) -> SuggestedFees:
        """Return fees with which a transaction sent now is included soon."""
        capacity = calculate_capacity(self._next.get_context())
        priority = SUGGESTED_PRIORITY_FEE
        return SuggestedFees(
            base_fee_per_gas=capacity.base_fee_per_gas,
            max_priority_fee_per_gas=priority,
            max_fee_per_gas=2 * capacity.base_fee_per_gas + priority,
            blob_base_fee=capacity.blob_base_fee,
        )

    # ---- the port of the consensus engine --------------------------------------------------

    def head(self) -> Head:
        """Return the current head."""
        tip = self._canonical.tip
        return Head(
            number=tip.number,
            hash=tip.hash,
            timestamp=tip.header.timestamp,
            finalized=tip.finalized,
        )

    def find_block(self, reference: int | Hash32) -> Block | None:
        """Return a block by canonical number or by hash."""
        if isinstance(reference, int):
            found = self._canonical.find_by_number(reference)
        else:
            found = self._canonical.find_by_hash(reference)
        return None if found is None else found.block

    def build(self, attributes: BuildAttributes) -> Block:
        """Build a block on the head from the pool; it is held as a candidate, not adopted.

        Raises:
            InvalidHeaderError: the timestamp is not above the parent's.
        """
        with self._lock:
            executed = self._next.build(self.pool, attributes)
            self._side.put(executed)
            return executed.block

    def validate(self, block: Block) -> Validation:
        """Execute a block and check all its roots; idempotent, adopts nothing."""
        try:
            self._execute(block)
        except UnknownParentError as error:
            return Validation(verdict=Verdict.UNKNOWN_PARENT, reason=str(error))
        except ValidationError as error:
            return Validation(verdict=Verdict.INVALID, reason=str(error))
        return Validation(verdict=Verdict.VALID)

    def set_head(self, block_hash: Hash32, *, finalized: Hash32 | None = None) -> None:
        """Make a built or validated block the head, durably. Reorganises if it has to.

        Raises:
            BlockNotFoundError: a hash is neither a candidate nor in the chain.
            ConsensusError: a block that is final would be replaced.
        """
        with self._lock:
            tip = self._canonical.tip
            final = self._find_final(block_hash, finalized)
            if block_hash == tip.hash:
                if final is not None:
                    self._canonical.tip = Tip(block=tip.block, finalized=final)
                return
            candidate = self._side.find(block_hash)
            if candidate is not None and candidate.header.parent_hash == tip.hash:
                change = self._adoption.extend(block_hash, final)
            else:
                context = self._next.get_context()
                change = self._adoption.switch(block_hash, final, context)
            if change.applied:
                self.time.on_block()
            self._notify(change)

    def discard(self, block_hash: Hash32) -> None:
        """Forget a candidate."""
        with self._lock:
            self._side.discard(block_hash)

    def has_executable_transactions(self) -> bool:
        """Tell whether a block built now would hold a transaction."""
        return self.pool.has_executable()

    # ---- blocks from elsewhere --------------------------------------------------------------

    def import_block(self, encoded: bytes) -> Hash32:
        """Check an encoded block completely and make it the head if its branch is the heaviest.

        Heaviest by total difficulty, as long as there is any, and then by number.

        Returns:
            Hash of the block.

        Raises:
            DecodeError: malformed.
            UnknownParentError: its parent is not here.
            InvalidBlockError: a rule is broken; `MismatchError` names the field that differs.
            InvalidTransactionError: a transaction cannot be in its place.
        """
        block = decode_block(encoded)
        with self._lock:
            self._execute(block)
            executed = self._side.find(block.hash)
            weigh = self._total_difficulty.weigh
            if executed is not None and weigh(executed) > weigh(self._canonical.tip.block):
                self.set_head(block.hash)
        return block.hash

    def verify(self, first: int, last: int, execution: ExecutionLayer) -> Verification:
        """Execute canonical blocks again, with any engine, and compare everything kept of them.

        Raises:
            BlockNotFoundError: a block of the range is not there.
            EngineMismatchError: something differs; names block and field.
        """
        return verify_blocks(
            self._canonical,
            self._store,
            self.config,
            self._consensus.rules,
            execution,
            first,
            last,
        )

    # ---- control ----------------------------------------------------------------------------

    def mine(self, count: int = 1, *, timestamp: int | None = None) -> tuple[Hash32, ...]:
        """Produce blocks now, with or without transactions.

        Args:
            count: How many.
            timestamp: Seconds, of the first; must exceed the head's.

        Raises:
            NotSupportedByEngineError: the consensus engine cannot do that.
        """
        return self._consensus.mine(count, timestamp=timestamp)

    def edit_state(self, edits: Mapping[Address, AccountOverride]) -> Hash32:
        """Set balances, nonces, code or slots, in a block of its own; returns the block's hash.

        The block has no transactions and is stamped one second after the head; a timestamp that
        was fixed stays that of the block after.

        Raises:
            NotSupportedByEngineError: the consensus engine cannot do that.
            UsageError: a whole storage is replaced, or a precompile moved.
        """
        time = self.time.state
        timestamp = self._canonical.tip.header.timestamp + 1
        (block_hash,) = self._consensus.mine(1, timestamp=timestamp, edits=edits)
        self.time.restore(time)
        return block_hash

    def set_next_timestamp(self, timestamp: int) -> None:
        """Fix the timestamp of the next block, in seconds; time goes on from there.

        Raises:
            UsageError: not above the head's.
        """
        with self._lock:
            self.time.set_next(timestamp, after=self._canonical.tip.header.timestamp)

    def increase_time(self, seconds: int) -> int:
        """Move the chain's time forward; returns the whole offset, in seconds.

        Raises:
            UsageError: `seconds` is negative.
        """
        with self._lock:
            return self.time.increase(seconds)

    def snapshot(self) -> int:
        """Remember head, pool and time; returns the id for `revert_to`."""
        with self._lock:
            return self._snapshots.put(
                Snapshot(
                    tip=self._canonical.tip,
                    time=self.time.state,
                    entries=tuple(self.pool.entries()),
                )
            )

    def revert_to(self, snapshot: int) -> None:
        """Return to a snapshot; it and all later ones are gone.

        Raises:
            SnapshotNotFoundError: there is no such snapshot (any more); nothing changes.
        """
        with self._lock:
            taken = self._snapshots.get(snapshot)
            try:
                change = self._adoption.restore(taken.tip.hash, taken.tip.finalized, taken.entries)
            except BlockNotFoundError as error:
                raise SnapshotNotFoundError(snapshot=snapshot) from error
            self.time.restore(taken.time)
            self._snapshots.discard_from(snapshot)
            self._notify(change)

    def subscribe(self, callback: Callable[[HeadChange], None]) -> Callable[[], None]:
        """Call `callback` after every change of the head, in order; returns what ends that.

        The callback runs in the writer's thread: it must be quick and must not wait for others.
        """
        with self._lock:
            self._subscribers = [*self._subscribers, callback]

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = [item for item in self._subscribers if item is not callback]

        return unsubscribe

    def close(self) -> None:
        """Write a checkpoint if it is worth it and give up all states. Closes no store."""
        with self._lock:
            self._checkpointer.on_close(self._canonical.tip.block)
            self._pending.clear()
            self._snapshots.discard_from(0)
            self._side.clear()
            self._retention.close()

    # ---- inside -----------------------------------------------------------------------------

    def _identify_pending(self) -> object:
        return (self._canonical.tip.hash, self.pool.version, self.time.state)

    def _build_pending(self) -> ExecutedBlock:
        with self._lock:
            return self._next.build(self.pool, None)

    def _execute(self, block: Block) -> None:
        """Check a block by executing it; it is held as a candidate then."""
        with self._lock:
            if self._canonical.find_by_hash(block.hash) is not None:
                return
            parent = self._canonical.find_by_hash(block.header.parent_hash)
            if parent is None:
                raise UnknownParentError(parent_hash=block.header.parent_hash)
            self._total_difficulty.validate(block.header, parent.header)
            with self._retention.hold(parent.number, parent.state_root):
                executed = import_block(
                    block,
                    parent.header,
                    config=self.config,
                    execution=self._execution,
                    rules=self._consensus.rules,
                    ancestor_hashes=self._canonical.list_ancestor_hashes(parent.hash),
                    find_block=self._canonical.find_by_hash,
                )
            self._side.put(executed)

    def _find_final(self, block_hash: Hash32, finalized: Hash32 | None) -> int | None:
        if finalized is None:
            return None
        block = self._canonical.find_by_hash(finalized)
        if block is None or self._canonical.find_by_hash(block_hash) is None:
            missing = finalized if block is None else block_hash
            raise BlockNotFoundError(block="0x" + missing.hex())
        return block.number

    def _notify(self, change: HeadChange) -> None:
        for callback in self._subscribers:
            callback(change)
