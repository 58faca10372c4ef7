"""Scenarios: a state, blocks of transactions on it and calls at its end, as one JSON file.

What differential testing finds is kept in this form and run again by `ctc evm run --scenario`, on
either engine or on both. There are no headers and no hashes to get right: a block is its
environment and raw transactions. Nothing here says what must come out; the engines say it to each
other (`compare_engines`).
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field, fields
from itertools import zip_longest

from contractchain.chain.system_contracts import system_accounts
from contractchain.codec.state_diff import decode_state_diff
from contractchain.conformance.values import encode_accounts
from contractchain.errors import ContractChainError, DecodeError, InvalidSignatureError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import (
    BlockContext,
    BlockExecution,
    CallResult,
    Message,
)
from contractchain.types import (
    EMPTY_TRIE_ROOT,
    Address,
    Fork,
    GenesisAccount,
    Halt,
    Hash32,
    Outcome,
    TraceEvent,
    TraceStep,
    Withdrawal,
)
from contractchain.types.fork import CANCUN_BLOBS, PRAGUE_BLOBS, BlobSchedule

CHAIN_ID = 31337
FIRST_TIMESTAMP = 1_700_000_000
BENEFICIARY = bytes.fromhex("be" * 20)
SAME_HALTS = (
    "out-of-gas",
    "stack-underflow",
    "invalid-opcode",
    "other: precompile failed",
    "other: init code size limit",
    "other: return data out of bounds",
)
"""Reasons that the engines may exchange: where one instruction has two faults, such as a stack too
small and memory, or the instruction itself, that no gas pays for, either may be named; MODEXP with
lengths that no gas pays for is a failed precompile to revm."""
_SAME_HALTS = re.compile("|".join(SAME_HALTS))


def unify_halts(line: str) -> str:
    """Return a line of a trace in which the reasons that the engines may exchange are one."""
    return _SAME_HALTS.sub("out-of-gas", line)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioBlock:
    """One block: what it is given and what surrounds it."""

    transactions: tuple[bytes, ...] = ()
    """Raw; invalid ones are left out of the block and reported."""
    withdrawals: tuple[Withdrawal, ...] = ()
    """Only from Shanghai on."""
    uncles: tuple[tuple[int, Address], ...] = ()
    """(number, beneficiary); only before the merge."""
    gas_limit: int = 30_000_000
    base_fee_per_gas: int = 7
    """Wei per gas; only from London on."""
    excess_blob_gas: int = 0
    """Only from Cancun on."""
    beneficiary: Address = BENEFICIARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A state and what happens on it."""

    fork: Fork
    alloc: dict[Address, GenesisAccount] = field(default_factory=dict)
    """The contracts that the fork's system calls need are added where they are missing."""
    blocks: tuple[ScenarioBlock, ...] = ()
    calls: tuple[Message, ...] = ()
    """Simulated after the last block, and their gas estimated."""
    deposit_contract: Address = bytes(20)
    """Whose logs become deposit requests (EIP-6110)."""
    blob_schedule: BlobSchedule | None = None
    """None: the one that the fork comes with; another is that of a BPO fork (EIP-7892)."""
    note: str = ""
    """Why it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """All that came of a scenario on one engine."""

    start_root: Hash32
    blocks: tuple[BlockExecution | ContractChainError, ...]
    """A block that no engine may make leaves the state as it was."""
    calls: tuple[CallResult | ContractChainError, ...]
    estimates: tuple[int | Outcome | ContractChainError, ...]
    traces: tuple[tuple[TraceStep, ...], ...] = ()
    """The instructions of each call, if they were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first thing that two engines disagree about."""

    where: str
    """E.g. `block 2: receipts`."""
    left: str
    right: str


def run_scenario(
    engine: ExecutionLayer, scenario: Scenario, *, with_traces: bool = False
) -> ScenarioResult:
    """Execute the blocks in order, then the calls; the engine keeps no state of it."""
    accounts = dict(system_accounts(scenario.fork)) | scenario.alloc
    root = start = engine.apply_diffs(EMPTY_TRIE_ROOT, [encode_accounts(accounts)])
    held = [root]
    *contexts, last = build_contexts(scenario)
    results: list[BlockExecution | ContractChainError] = []
    try:
        for block, context in zip(scenario.blocks, contexts, strict=True):
            try:
                execution = engine.execute_block(root, context, block.transactions, strict=False)
            except ContractChainError as error:
                results.append(error)
                continue
            root = execution.state_root
            held.append(root)
            results.append(execution)
        calls = tuple(_call(engine, root, last, message) for message in scenario.calls)
        estimates = tuple(_estimate(engine, root, last, message) for message in scenario.calls)
        traced = scenario.calls if with_traces else ()
        traces = tuple(_trace(engine, root, last, message) for message in traced)
    finally:
        for state in held:
            engine.release(state)
    return ScenarioResult(
        start_root=start,
        blocks=tuple(results),
        calls=calls,
        estimates=estimates,
        traces=traces,
    )


def build_contexts(scenario: Scenario) -> list[BlockContext]:
    """Return what surrounds each block, and at the end what surrounds the calls."""
    ancestors = b"\x11" * 32
    contexts = []
    last = scenario.blocks[-1] if scenario.blocks else ScenarioBlock()
    for number, block in enumerate((*scenario.blocks, last), 1):
        contexts.append(_build_context(scenario, block, number, ancestors))
        ancestors = _mark_number(number) + ancestors
    return contexts


def compare_engines(
    left: ExecutionLayer, right: ExecutionLayer, scenario: Scenario, *, with_traces: bool = False
) -> Difference | None:
    """Return the first difference between the engines, None if they agree byte for byte."""
    ours, theirs = (
        run_scenario(engine, scenario, with_traces=with_traces) for engine in (left, right)
    )
    return find_difference(ours, theirs)


def find_difference(left: ScenarioResult, right: ScenarioResult) -> Difference | None:
    """Return the first difference between two results of one scenario."""
    if left.start_root != right.start_root:
        return _difference("the first state root", left.start_root, right.start_root)
    for number, (ours, theirs) in enumerate(zip(left.blocks, right.blocks, strict=True), 1):
        found = _compare_blocks(f"block {number}", ours, theirs)
        if found is not None:
            return found
    for what in ("calls", "estimates"):
        pairs = zip(getattr(left, what), getattr(right, what), strict=True)
        for number, (ours, theirs) in enumerate(pairs, 1):
            if to_comparable(ours) != to_comparable(theirs):
                return _difference(f"{what} {number}", ours, theirs)
    for number, pair in enumerate(zip(left.traces, right.traces, strict=True), 1):
        for at, (step, other) in enumerate(zip_longest(*pair), 1):
            if to_comparable(step) != to_comparable(other):
                return _difference(f"trace of call {number}: step {at}", step, other)
    return None


def to_comparable(value: object) -> object:
    """Return a result in the form in which the engines must agree.

    What is malformed may be described in other words, and halts of `SAME_HALTS` are one.
    """
    match value:
        case Halt(reason=reason) if reason in SAME_HALTS:
            return Halt(reason="out-of-gas")
        case TraceStep(error=str(error)):
            return value._replace(error=unify_halts(error))
        case CallResult():
            return to_comparable(value.outcome), value.gas_used, value.logs
        case DecodeError() | InvalidSignatureError():
            return type(value)
        case ContractChainError():
            return type(value), value.to_dict()
        case tuple() if type(value) is tuple:
            return tuple(to_comparable(item) for item in value)
        case _:
            return value


def _build_context(
    scenario: Scenario, block: ScenarioBlock, number: int, ancestors: bytes
) -> BlockContext:
    fork = scenario.fork
    merged = fork >= Fork.PARIS
    return BlockContext(
        fork=fork,
        chain_id=CHAIN_ID,
        number=number,
        timestamp=FIRST_TIMESTAMP + number,
        gas_limit=block.gas_limit,
        beneficiary=block.beneficiary,
        base_fee_per_gas=block.base_fee_per_gas if fork >= Fork.LONDON else 0,
        prev_randao=b"\x5a" * 32 if merged else bytes(32),
        difficulty=0 if merged else 131_072,
        parent_hash=ancestors[:32],
        ancestor_hashes=ancestors[: 32 * 256],
        parent_beacon_block_root=b"\x22" * 32 if fork >= Fork.CANCUN else None,
        withdrawals=block.withdrawals if fork >= Fork.SHANGHAI else None,
        excess_blob_gas=block.excess_blob_gas if fork >= Fork.CANCUN else 0,
        uncles=() if merged else block.uncles,
        deposit_contract=scenario.deposit_contract,
        blob_schedule=scenario.blob_schedule or _find_blob_schedule(fork),
    )


def _find_blob_schedule(fork: Fork) -> BlobSchedule | None:
    if fork < Fork.CANCUN:
        return None
    return PRAGUE_BLOBS if fork >= Fork.PRAGUE else CANCUN_BLOBS


def _mark_number(number: int) -> Hash32:
    """Stand in for the hash of a block, which has no header."""
    return number.to_bytes(32, "big")


def _call(
    engine: ExecutionLayer, root: Hash32, context: BlockContext, message: Message
) -> CallResult | ContractChainError:
    try:
        return engine.call(root, context, message)
    except ContractChainError as error:
        return error


def _trace(
    engine: ExecutionLayer, root: Hash32, context: BlockContext, message: Message
) -> tuple[TraceStep, ...]:
    steps: list[TraceEvent] = []
    with suppress(ContractChainError):  # which the call without a trace has reported
        engine.trace_call(root, context, message, steps.append)
    return tuple(step for step in steps if isinstance(step, TraceStep))


def _estimate(
    engine: ExecutionLayer, root: Hash32, context: BlockContext, message: Message
) -> int | Outcome | ContractChainError:
    try:
        return engine.estimate_gas(root, context, message)
    except ContractChainError as error:
        return error


def _compare_blocks(
    where: str,
    left: BlockExecution | ContractChainError,
    right: BlockExecution | ContractChainError,
) -> Difference | None:
    if not (isinstance(left, BlockExecution) and isinstance(right, BlockExecution)):
        same = to_comparable(left) == to_comparable(right)
        return None if same else _difference(where, left, right)
    for name in _COMPARED:
        ours, theirs = getattr(left, name), getattr(right, name)
        if to_comparable(ours) == to_comparable(theirs):
            continue
        if name == "state_diff":
            ours, theirs = decode_state_diff(ours), decode_state_diff(theirs)
            pairs = zip_longest(ours.accounts, theirs.accounts)
            ours, theirs = next(((a, b) for a, b in pairs if a != b), (ours.codes, theirs.codes))
        return _difference(f"{where}: {name}", ours, theirs)
    return None


_TELLING = ("rejected", "skipped", "included", "failures", "gas_used", "state_diff", "receipts")
_COMPARED = (*_TELLING, *(f.name for f in fields(BlockExecution) if f.name not in _TELLING))
"""Fields of a block, those first that say most about what went apart."""


def _difference(where: str, left: object, right: object) -> Difference:
    return Difference(where=where, left=_show(left), right=_show(right))


def _show(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return f"{type(value).__name__}: {value}" if isinstance(value, Exception) else repr(value)
