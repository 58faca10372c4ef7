"""Whole blocks: which transactions are in, their receipts, and everything the header commits to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from contractchain.codec.block import encode_withdrawal
from contractchain.codec.receipt import calculate_bloom, encode_receipt
from contractchain.codec.roots import calculate_list_root
from contractchain.codec.state_diff import encode_state_diff
from contractchain.errors import (
    BlobTransactionError,
    GasLimitExceededError,
    InternalError,
    ValidationError,
)
from contractchain.execution.pyevm.forks import blob_schedule_of, open_state
from contractchain.execution.pyevm.states import StateStore
from contractchain.execution.pyevm.system import close_block, open_block
from contractchain.execution.pyevm.tracing import Recorder, start_tracing, stop_tracing
from contractchain.execution.pyevm.transactions import (
    GAS_PER_BLOB,
    RunResult,
    execute_run,
    run_of,
    validate_against_state,
)
from contractchain.execution.pyevm.world import World
from contractchain.interfaces.execution_data import (
    BlockContext,
    BlockExecution,
    CallResult,
    DecodedTransaction,
    TracedTransaction,
    TransactionRules,
)
from contractchain.types import (
    Address,
    BlobTransaction,
    Fork,
    Hash32,
    Log,
    Outcome,
    Receipt,
    Success,
    Transaction,
)

Decode: TypeAlias = Callable[[bytes, TransactionRules], tuple[Transaction, DecodedTransaction]]


class _NoRoom(Exception):
    """The transaction does not fit in what is left of the block, but in an empty one it would."""

    def __init__(self, error: ValidationError) -> None:
        self.error = error


@dataclass(slots=True)
class _Block:
    """A block while it is executed."""

    gas_used: int = 0
    blob_gas_used: int = 0
    bloom: int = 0
    included: list[int] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    hashes: list[Hash32] = field(default_factory=list)
    senders: list[Address] = field(default_factory=list)
    receipts: list[bytes] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)
    failures: list[tuple[int, Outcome]] = field(default_factory=list)
    rejected: list[tuple[int, ValidationError]] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    skipped_senders: set[Address] = field(default_factory=set)


def execute_block(
    store: StateStore,
    decode: Decode,
    parent_root: Hash32,
    context: BlockContext,
    transactions: Sequence[bytes],
    *,
    strict: bool,
) -> BlockExecution:
    """Execute a block; see `contractchain.interfaces.execution.BlockExecutor`."""
    return _execute(store, decode, parent_root, context, transactions, strict, None)[0]


def trace_transaction(
    store: StateStore,
    decode: Decode,
    parent_root: Hash32,
    context: BlockContext,
    transactions: Sequence[bytes],
    recorder: Recorder,
) -> TracedTransaction:
    """Trace the last transaction; see `contractchain.interfaces.execution.Tracer`."""
    execution, last = _execute(store, decode, parent_root, context, transactions, True, recorder)
    if last is None:
        raise InternalError("a strict block has no last transaction")
    result = CallResult(outcome=last.outcome, gas_used=last.gas_used, logs=last.logs)
    return TracedTransaction(execution=execution, result=result)


def _execute(
    store: StateStore,
    decode: Decode,
    parent_root: Hash32,
    context: BlockContext,
    transactions: Sequence[bytes],
    strict: bool,
    recorder: Recorder | None,
) -> tuple[BlockExecution, RunResult | None]:
    """Execute a block; with a recorder, the last transaction is traced.

    Returns:
        The block, and what came of the transaction included last.
    """
    state = open_state(World(store, parent_root), context)
    world: World = state.world
    schedule = blob_schedule_of(context)
    rules = TransactionRules(
        fork=context.fork,
        chain_id=context.chain_id,
        max_blobs=schedule.max if schedule else 0,
        base_fee_per_gas=context.base_fee_per_gas if context.fork >= Fork.LONDON else 0,
    )
    if context.opens:
        open_block(state)
    block = _Block()
    last = None
    for index, raw in enumerate(transactions):
        try:
            transaction, decoded = decode(raw, rules)
            _check_room(block, context, rules, decoded)
            if decoded.sender in block.skipped_senders:
                block.skipped.append(index)
                continue
            validate_against_state(transaction, decoded.sender, state)
        except ValidationError as error:
            if strict:
                raise
            block.rejected.append((index, error))
            continue
        except _NoRoom as no_room:
            if strict:
                raise no_room.error from None
            block.skipped.append(index)
            block.skipped_senders.add(decoded.sender)
            continue
        if recorder is not None and index == len(transactions) - 1:
            start_tracing(state, recorder)
        last = _include(store, state, block, index, transaction, decoded)
    if recorder is not None:
        stop_tracing(state)
    requests_hash = close_block(state, block.logs) if context.closes else None
    changes, codes = world.collect_changes()
    execution = BlockExecution(
        state_root=store.apply(parent_root, changes, codes),
        transactions_root=calculate_list_root(block.raws),
        receipts_root=calculate_list_root(block.receipts),
        withdrawals_root=_withdrawals_root(context),
        requests_hash=requests_hash,
        logs_bloom=block.bloom.to_bytes(256, "big"),
        gas_used=block.gas_used,
        blob_gas_used=block.blob_gas_used,
        included=tuple(block.included),
        hashes=tuple(block.hashes),
        senders=tuple(block.senders),
        receipts=tuple(block.receipts),
        failures=tuple(block.failures),
        rejected=tuple(block.rejected),
        skipped=tuple(block.skipped),
        state_diff=encode_state_diff(changes, codes),
    )
    return execution, last


def _check_room(
    block: _Block, context: BlockContext, rules: TransactionRules, decoded: DecodedTransaction
) -> None:
    gas_left = context.gas_limit - block.gas_used
    if decoded.gas_limit > gas_left:
        error = GasLimitExceededError(gas_limit=decoded.gas_limit, available=gas_left)
        raise error if decoded.gas_limit > context.gas_limit else _NoRoom(error)
    blobs = block.blob_gas_used // GAS_PER_BLOB + decoded.blob_count
    if blobs > rules.max_blobs:
        message = f"{blobs} blobs in the block, at most {rules.max_blobs} are allowed"
        raise _NoRoom(BlobTransactionError(message))


def _include(
    store: StateStore,
    state: Any,
    block: _Block,
    index: int,
    transaction: Transaction,
    decoded: DecodedTransaction,
) -> RunResult:
    context: BlockContext = state.context
    world: World = state.world
    result = execute_run(state, run_of(transaction, decoded.sender, context))
    world.end_transaction()
    block.gas_used += result.gas_used
    intermediate_root = None
    if context.fork < Fork.BYZANTIUM:
        changes, _ = world.collect_changes()
        intermediate_root = store.calculate_root(world.state_root, changes)
    receipt = Receipt(
        type=decoded.type,
        succeeded=isinstance(result.outcome, Success),
        state_root=intermediate_root,
        cumulative_gas_used=block.gas_used,
        logs=result.logs,
    )
    block.bloom |= int.from_bytes(calculate_bloom(result.logs), "big")
    if not isinstance(result.outcome, Success):
        block.failures.append((len(block.included), result.outcome))
    if isinstance(transaction, BlobTransaction):
        block.blob_gas_used += GAS_PER_BLOB * decoded.blob_count
    block.included.append(index)
    block.raws.append(decoded.raw)
    block.hashes.append(decoded.hash)
    block.senders.append(decoded.sender)
    block.receipts.append(encode_receipt(receipt))
    block.logs.extend(result.logs)
    return result


def _withdrawals_root(context: BlockContext) -> Hash32 | None:
    if context.fork < Fork.SHANGHAI or not context.closes:
        return None
    return calculate_list_root([encode_withdrawal(w) for w in context.withdrawals or ()])
