"""`RevmEngine`: the interface of the execution layer over the native core."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from contractchain.errors import CallRefusedError, EngineUnavailableError, ValidationError
from contractchain.execution.revm.faults import make_validation_error, raise_fault
from contractchain.execution.steps import make_step, name_fault, require_transaction
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
    Event,
    PlannedCall,
    SimulatedBlock,
    SimulatedCall,
    SimulationTerms,
    Transfer,
)
from contractchain.types import (
    EMPTY_TRIE_ROOT,
    AccessEntry,
    Account,
    Address,
    Destruction,
    FrameEnd,
    FrameKind,
    FrameStart,
    Halt,
    Hash32,
    Log,
    Outcome,
    Revert,
    Success,
    TraceEvent,
    TraceOptions,
)

if TYPE_CHECKING:
    from contractchain._native import (
        _AccountData,
        _CallData,
        _EventData,
        _LogData,
        _OutcomeData,
        _SimulatedCallData,
        _StepData,
        _TraceEventData,
    )

NATIVE_ABI = 5
"""Number of the interface of the native core that this adapter is written for."""

try:
    from contractchain import _native
except ImportError as error:
    missing = isinstance(error, ModuleNotFoundError) or "cannot import name" in str(error)
    raise EngineUnavailableError(
        engine="revm",
        reason=(
            "the native core is not built; it needs a Rust toolchain when installing"
            if missing
            else f"the native core does not load: {error}"
        ),
    ) from error
if _native.__abi__ != NATIVE_ABI:
    raise EngineUnavailableError(
        engine="revm",
        reason=f"the native core has interface {_native.__abi__}, this package needs {NATIVE_ABI}",
        hint="install contractchain again, so that the native core is built again",
    )


class RevmEngine:
    """The native engine with the states it holds. Safe to use from several threads."""

    def __init__(self) -> None:
        self._engine = _native.Engine()

    @property
    def name(self) -> str:
        """`revm`."""
        return "revm"

    def prepare(self, raws: Sequence[bytes], rules: TransactionRules) -> None:
        """Begin to recover transactions on whatever cores are free; see `TransactionDecoder`."""
        try:
            self._engine.prepare(raws, rules.fork, rules.chain_id, rules.max_blobs)
        except _native.Fault as fault:
            raise_fault(fault)

    def decode_many(
        self, raws: Sequence[bytes], rules: TransactionRules
    ) -> list[DecodedTransaction | ValidationError]:
        """Decode, check and recover a batch; see `TransactionDecoder`."""
        try:
            items = self._engine.decode_many(raws, rules.fork, rules.chain_id, rules.max_blobs)
        except _native.Fault as fault:
            raise_fault(fault)
        return [
            DecodedTransaction._make(item) if len(item) > 2 else make_validation_error(*item)
            for item in items
        ]

    def execute_block(
        self,
        parent_root: Hash32,
        context: BlockContext,
        transactions: Sequence[bytes],
        *,
        strict: bool,
    ) -> BlockExecution:
        """Execute a whole block; see `BlockExecutor`."""
        try:
            fields = self._engine.execute_block(parent_root, context, transactions, strict)
        except _native.Fault as fault:
            raise_fault(fault)
        return _block_execution(fields)

    def has_state(self, root: Hash32) -> bool:
        """Tell whether the state is held. The empty state always is."""
        try:
            return self._engine.has_state(root)
        except _native.Fault as fault:
            raise_fault(fault)

    def retain(self, root: Hash32) -> None:
        """Hold the state once more; see `StateKeeper`."""
        try:
            self._engine.retain(root)
        except _native.Fault as fault:
            raise_fault(fault)

    def release(self, root: Hash32) -> None:
        """Give up one hold; see `StateKeeper`."""
        try:
            self._engine.release(root)
        except _native.Fault as fault:
            raise_fault(fault)

    def apply_diffs(self, root: Hash32, diffs: Sequence[bytes]) -> Hash32:
        """Return the root after applying encoded state diffs; see `StateKeeper`."""
        try:
            return self._engine.apply_diffs(root, diffs)
        except _native.Fault as fault:
            raise_fault(fault)

    def export_state(self, root: Hash32) -> Iterator[bytes]:
        """Yield the whole state as encoded diffs; see `StateKeeper`."""
        try:
            return iter(self._engine.export_state(root))
        except _native.Fault as fault:
            raise_fault(fault)

    def accounts(self, root: Hash32, addresses: Sequence[Address]) -> list[Account | None]:
        """Return the accounts in the order of `addresses`, None where there is none."""
        try:
            return [_account(data) for data in self._engine.accounts(root, addresses)]
        except _native.Fault as fault:
            raise_fault(fault)

    def storage(self, root: Hash32, address: Address, slot: Hash32) -> Hash32:
        """Return the 32-byte value of a storage slot."""
        try:
            return self._engine.storage(root, address, slot)
        except _native.Fault as fault:
            raise_fault(fault)

    def code(self, root: Hash32, address: Address) -> bytes:
        """Return the runtime code."""
        try:
            return self._engine.code(root, address)
        except _native.Fault as fault:
            raise_fault(fault)

    def proof(self, root: Hash32, address: Address, slots: Sequence[Hash32]) -> AccountProof:
        """Return Merkle proofs of the account and of slots of it (EIP-1186)."""
        try:
            data, nodes, proofs = self._engine.proof(root, address, slots)
        except _native.Fault as fault:
            raise_fault(fault)
        account = _account(data)
        return AccountProof(
            account=account,
            nodes=nodes,
            storage=tuple(
                StorageProof(slot=slot, value=value, nodes=slot_nodes)
                for slot, value, slot_nodes in proofs
            ),
            storage_root=EMPTY_TRIE_ROOT if account is None else account.storage_root,
        )

    def call(
        self,
        root: Hash32,
        context: BlockContext,
        message: Message,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> CallResult:
        """Execute a call as `eth_call` does; see `Simulator`.

        Raises:
            InsufficientFundsError: the sender does not have the value, or the fees it names.
        """
        try:
            return _call_result(self._engine.call(root, context, message, overrides))
        except _native.Fault as fault:
            raise_fault(fault)

    def simulate_block(
        self,
        parent_root: Hash32,
        context: BlockContext,
        calls: Sequence[PlannedCall],
        terms: SimulationTerms,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> SimulatedBlock:
        """Execute calls as the transactions of one block; see `Simulator`."""
        try:
            data = self._engine.simulate_block(parent_root, context, calls, terms, overrides)
        except _native.Fault as fault:
            raise_fault(fault)
        if len(data) == 3:
            index, code, facts = data
            reason = make_validation_error(code, facts)
            raise CallRefusedError(block_number=context.number, index=index, reason=reason)
        state_root, requests_hash, gas_used, blob_gas_used, simulated = data
        return SimulatedBlock(
            state_root=state_root,
            requests_hash=requests_hash,
            gas_used=gas_used,
            blob_gas_used=blob_gas_used,
            calls=tuple(map(_simulated_call, simulated)),
        )

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
        """Execute a call and report what happens; see `Tracer`."""
        take = _chunk_sink(sink)
        try:
            result, diff = self._engine.trace_call(root, context, message, overrides, take, options)
        except _native.Fault as fault:
            raise_fault(fault)
        return TracedCall(result=_call_result(result), state_diff=diff)

    def trace_transaction(
        self,
        parent_root: Hash32,
        context: BlockContext,
        transactions: Sequence[bytes],
        sink: TraceSink,
        *,
        options: TraceOptions = EVERY_STEP,
    ) -> TracedTransaction:
        """Execute a block and report what happens in its last transaction; see `Tracer`."""
        require_transaction(transactions)
        try:
            fields, result = self._engine.trace_transaction(
                parent_root, context, transactions, _chunk_sink(sink), options
            )
        except _native.Fault as fault:
            raise_fault(fault)
        return TracedTransaction(execution=_block_execution(fields), result=_call_result(result))

    def estimate_gas(
        self,
        root: Hash32,
        context: BlockContext,
        message: Message,
        overrides: Mapping[Address, AccountOverride] | None = None,
    ) -> int | Outcome:
        """Return the least gas limit with which the call succeeds; see `Simulator`."""
        try:
            estimate = self._engine.estimate_gas(root, context, message, overrides)
        except _native.Fault as fault:
            raise_fault(fault)
        return estimate if isinstance(estimate, int) else _outcome(estimate)

    def create_access_list(
        self, root: Hash32, context: BlockContext, message: Message
    ) -> tuple[tuple[AccessEntry, ...], CallResult]:
        """Return the slots the call touches, and its result; see `Simulator`."""
        try:
            entries, result = self._engine.create_access_list(root, context, message)
        except _native.Fault as fault:
            raise_fault(fault)
        access_list = tuple(AccessEntry(address=address, slots=slots) for address, slots in entries)
        return access_list, _call_result(result)


def _chunk_sink(sink: TraceSink) -> "Callable[[list[_StepData | _TraceEventData]], None]":
    def take(chunk: "list[_StepData | _TraceEventData]") -> None:
        for data in chunk:
            sink(make_step(*data) if isinstance(data[0], int) else _trace_event(data))

    return take


def _trace_event(data: "_TraceEventData") -> TraceEvent:
    match data[0]:
        case "start":
            return FrameStart(FrameKind(data[1]), *data[2:])
        case "end":
            _, output, gas_used, error, instruction = data
            if error is not None and instruction is not None:
                error = name_fault(error, *instruction)
            return FrameEnd(output, gas_used, error)
        case "log":
            address, topics, body = data[1]
            return Log(address=address, topics=topics, data=body)
        case "destruction":
            return Destruction(*data[1:])


def _block_execution(fields: dict[str, Any]) -> BlockExecution:
    fields["failures"] = tuple((place, _outcome(data)) for place, data in fields["failures"])
    fields["rejected"] = tuple(
        (index, make_validation_error(code, facts)) for index, code, facts in fields["rejected"]
    )
    return BlockExecution(**fields)


def _outcome(data: "_OutcomeData") -> Outcome:
    match data:
        case ("success", return_data, created):
            return Success(return_data=return_data, created_address=created)
        case ("revert", revert_data):
            return Revert(data=revert_data)
        case ("halt", reason):
            return Halt(reason=reason)


def _call_result(data: "_CallData") -> CallResult:
    outcome, gas_used, logs = data
    return CallResult(
        outcome=_outcome(outcome),
        gas_used=gas_used,
        logs=tuple(map(_log, logs)),
    )


def _simulated_call(data: "_SimulatedCallData") -> SimulatedCall:
    nonce, gas_limit, outcome, gas_used, max_gas_used, events, state_root = data
    return SimulatedCall(
        nonce=nonce,
        gas_limit=gas_limit,
        outcome=_outcome(outcome),
        gas_used=gas_used,
        max_gas_used=max_gas_used,
        events=tuple(map(_event, events)),
        state_root=state_root,
    )


def _event(data: "_EventData") -> Event:
    match data:
        case ("log", log):
            return _log(log)
        case ("transfer", sender, recipient, value):
            return Transfer(sender=sender, recipient=recipient, value=value)


def _log(data: "_LogData") -> Log:
    address, topics, body = data
    return Log(address=address, topics=topics, data=body)


def _account(data: "_AccountData | None") -> Account | None:
    if data is None:
        return None
    nonce, balance, storage_root, code_hash = data
    return Account(nonce=nonce, balance=balance, storage_root=storage_root, code_hash=code_hash)
