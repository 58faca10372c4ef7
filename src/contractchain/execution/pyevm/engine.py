"""The engine itself: the methods of `ExecutionLayer`, one lock around them all."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from threading import RLock

from contractchain.codec.state_diff import (
    AccountChange,
    StateDiff,
    decode_state_diff,
    encode_state_diff,
)
from contractchain.crypto import keccak256
from contractchain.errors import DecodeError, ValidationError
from contractchain.execution.pyevm import block_simulation, blocks, simulation
from contractchain.execution.pyevm.recursion import deep_recursion
from contractchain.execution.pyevm.states import StateStore
from contractchain.execution.pyevm.tracing import Recorder
from contractchain.execution.stateless import decode_checked
from contractchain.execution.steps import require_transaction
from contractchain.interfaces.execution import EVERY_STEP, TraceSink
from contractchain.interfaces.execution_data import (
    AccountOverride,
    AccountProof,
    BlockContext,
    BlockExecution,
    CallResult,
    DecodedTransaction,
    Message,
    StorageProof,
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
    EMPTY_CODE_HASH,
    EMPTY_TRIE_ROOT,
    AccessEntry,
    Account,
    Address,
    Hash32,
    Outcome,
    TraceOptions,
)

DECODED_CACHE = 4_096
"""Transactions whose decoding and sender are remembered from the pool to the block."""


class PyEvmEngine:
    """`ExecutionLayer` on py-evm."""

    def __init__(self) -> None:
        self._store = StateStore()
        self._lock = RLock()
        self._decode = lru_cache(maxsize=DECODED_CACHE)(decode_checked)

    @property
    def name(self) -> str:
        """`py-evm`."""
        return "py-evm"

    # TransactionDecoder

    def decode_many(
        self, raws: Sequence[bytes], rules: TransactionRules
    ) -> list[DecodedTransaction | ValidationError]:
        """Decode, check and recover a batch."""
        return [self._decode_one(bytes(raw), rules) for raw in raws]

    def prepare(self, raws: Sequence[bytes], rules: TransactionRules) -> None:
        """Do nothing: there is one interpreter, and it is busy with the caller."""

    def _decode_one(
        self, raw: bytes, rules: TransactionRules
    ) -> DecodedTransaction | ValidationError:
        try:
            return self._decode(raw, rules)[1]
        except ValidationError as error:
            return error

    # BlockExecutor

    def execute_block(
        self,
        parent_root: Hash32,
        context: BlockContext,
        transactions: Sequence[bytes],
        *,
        strict: bool,
    ) -> BlockExecution:
        """Execute a whole block on the state `parent_root`."""
        with self._lock, deep_recursion():
            self._store.require(parent_root)
            return blocks.execute_block(
                self._store, self._decode, parent_root, context, transactions, strict=strict
            )

    # StateKeeper

    def has_state(self, root: Hash32) -> bool:
        """Tell whether the state is held."""
        with self._lock:
            return self._store.has_state(root)

    def retain(self, root: Hash32) -> None:
        """Hold the state once more."""
        with self._lock:
            self._store.retain(root)

    def release(self, root: Hash32) -> None:
        """Give up one hold."""
        with self._lock:
            self._store.release(root)

    def apply_diffs(self, root: Hash32, diffs: Sequence[bytes]) -> Hash32:
        """Return the root after applying encoded state diffs in order."""
        with self._lock:
            self._store.require(root)
            decoded = [decode_state_diff(bytes(diff)) for diff in diffs]
            self._check_codes(decoded)
            self._store.hold(root)
            roots = [root]
            for diff in decoded:
                roots.append(self._store.apply(roots[-1], diff.accounts, diff.codes))
            for passed in roots[:-1]:
                self._store.release(passed)
            return roots[-1]

    def export_state(self, root: Hash32) -> Iterator[bytes]:
        """Yield the whole state as encoded diffs."""
        with self._lock:
            self._store.retain(root)
        try:
            chunks = self._store.export(root)
            while True:
                with self._lock:
                    chunk = next(chunks, None)
                if chunk is None:
                    return
                yield encode_state_diff(*chunk)
        finally:
            with self._lock:
                self._store.release(root)

    def _check_codes(self, diffs: Sequence[StateDiff]) -> None:
        named = {code_hash for diff in diffs for code_hash in map(_code_hash, diff.accounts)}
        given = {keccak256(code) for diff in diffs for code in diff.codes}
        missing = [h for h in named - given if not self._store.has_code(h)]
        if missing:
            raise DecodeError(f"no code has the hash 0x{min(missing).hex()}", what="state diff")

    # StateReader

    def accounts(self, root: Hash32, addresses: Sequence[Address]) -> list[Account | None]:
        """Return the accounts in the order of `addresses`."""
        with self._lock:
            self._store.require(root)
            return [self._store.find_account(root, address) for address in addresses]

    def storage(self, root: Hash32, address: Address, slot: Hash32) -> Hash32:
        """Return the 32-byte value of a storage slot."""
        with self._lock:
            account = self._find_account(root, address)
            if account is None:
                return bytes(32)
            value = self._store.get_slot(account.storage_root, int.from_bytes(slot, "big"))
            return value.to_bytes(32, "big")

    def code(self, root: Hash32, address: Address) -> bytes:
        """Return the runtime code."""
        with self._lock:
            account = self._find_account(root, address)
            return b"" if account is None else self._store.get_code(account.code_hash)

    def proof(self, root: Hash32, address: Address, slots: Sequence[Hash32]) -> AccountProof:
        """Return Merkle proofs of the account and of slots of it (EIP-1186)."""
        with self._lock:
            account = self._find_account(root, address)
            storage_root = EMPTY_TRIE_ROOT if account is None else account.storage_root
            return AccountProof(
                account=account,
                nodes=self._store.prove(root, address),
                storage_root=storage_root,
                storage=tuple(self._prove_slot(storage_root, slot) for slot in slots),
            )

    def _prove_slot(self, storage_root: Hash32, slot: Hash32) -> StorageProof:
        value = self._store.get_slot(storage_root, int.from_bytes(slot, "big"))
        return StorageProof(
            slot=slot,
            value=value.to_bytes(32, "big"),
            nodes=self._store.prove(storage_root, slot),
        )

    def _find_account(self, root: Hash32, address: Address) -> Account | None:
        self._store.require(root)
        return self._store.find_account(root, address)

    # Simulator

    def call(
        self,
        root: Hash32,
        context: BlockContext,
        message: Message,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> CallResult:
        """Execute a call as `eth_call` does."""
        with self._lock, deep_recursion():
            self._store.require(root)
            return simulation.call(self._store, root, context, message, overrides or {})

    def estimate_gas(
        self,
        root: Hash32,
        context: BlockContext,
        message: Message,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> int | Outcome:
        """Return the least gas limit with which the call succeeds."""
        with self._lock, deep_recursion():
            self._store.require(root)
            return simulation.estimate_gas(self._store, root, context, message, overrides or {})

    def create_access_list(
        self, root: Hash32, context: BlockContext, message: Message
    ) -> tuple[tuple[AccessEntry, ...], CallResult]:
        """Return the slots the call touches, and its result."""
        with self._lock, deep_recursion():
            self._store.require(root)
            return simulation.create_access_list(self._store, root, context, message)

    def simulate_block(
        self,
        parent_root: Hash32,
        context: BlockContext,
        calls: Sequence[PlannedCall],
        terms: SimulationTerms,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> SimulatedBlock:
        """Execute calls as the transactions of one block."""
        with self._lock, deep_recursion():
            self._store.require(parent_root)
            return block_simulation.simulate_block(
                self._store, parent_root, context, calls, terms, overrides or {}
            )

    # Tracer

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
        """Execute a call and report what happens."""
        recorder = Recorder(sink, context.fork, options)
        with self._lock, deep_recursion():
            self._store.require(root)
            return simulation.trace_call(
                self._store, root, context, message, overrides or {}, recorder
            )

    def trace_transaction(
        self,
        parent_root: Hash32,
        context: BlockContext,
        transactions: Sequence[bytes],
        sink: TraceSink,
        *,
        options: TraceOptions = EVERY_STEP,
    ) -> TracedTransaction:
        """Execute a block and report what happens in its last transaction."""
        require_transaction(transactions)
        recorder = Recorder(sink, context.fork, options)
        with self._lock, deep_recursion():
            self._store.require(parent_root)
            return blocks.trace_transaction(
                self._store, self._decode, parent_root, context, transactions, recorder
            )


def _code_hash(change: AccountChange) -> Hash32:
    return EMPTY_CODE_HASH if change.is_deleted else change.code_hash
