"""State tests: one transaction on a given state, under each fork.

The root of the state and the hash of the logs must come out as the file says. A transaction that
must be refused has to be refused for the reason given. There is no block around the transaction:
no reward, no withdrawals, no system calls.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from contractchain.chain.fees import calculate_excess_blob_gas
from contractchain.chain.json_fields import Fields
from contractchain.codec.receipt import decode_receipt
from contractchain.codec.rlp import Item, encode
from contractchain.codec.state_diff import AccountChange, encode_state_diff
from contractchain.conformance.expectations import explain_mismatch, name_error
from contractchain.conformance.networks import find_blob_schedule, find_fork
from contractchain.conformance.results import CaseResult, Verdict
from contractchain.conformance.state_transactions import build_transaction
from contractchain.conformance.values import (
    encode_accounts,
    find_value,
    find_word,
    get_bytes,
    get_list,
    get_object,
    parse_accounts,
    parse_blob_schedules,
    parse_chain_id,
    read_cases,
)
from contractchain.crypto import keccak256
from contractchain.errors import ConfigError, ContractChainError, EngineError, ValidationError
from contractchain.interfaces.execution import ExecutionLayer, TraceSink
from contractchain.interfaces.execution_data import BlockContext, BlockExecution, CallResult
from contractchain.types import (
    EMPTY_CODE_HASH,
    EMPTY_TRIE_ROOT,
    ZERO_HASH,
    Fork,
    Hash32,
    Header,
    TraceOptions,
)
from contractchain.types.fork import BlobSchedule

KEYS = ("env", "pre", "transaction", "post")
INDEXES = re.compile(r"d\d+g\d+v\d+", re.ASCII)
MAX_GAS_LIMIT = 2**63 - 1
DEFAULT_BASE_FEE = 10
"""Wei per gas, from London on, where the environment names none."""
BLOCKHASH_WINDOW = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCase:
    """One transaction under one fork."""

    name: str
    fork_name: str
    fork: Fork
    context: BlockContext
    pre: bytes
    """State diff from the empty state."""
    transaction: bytes | ValidationError
    """Encoded, or why it has no encoding."""
    expected_root: Hash32
    expected_logs: Hash32
    exception: str | None
    indexes: str = ""
    """Which data, gas limit and value of the test it takes, as `d0g0v0`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedCase:
    """What came of a case that was traced."""

    result: CaseResult
    state_root: Hash32
    """After the transaction; before it, if it was refused."""
    call: CallResult | None
    """None if the transaction was refused."""


def run_state_file(
    path: Path,
    engine: ExecutionLayer,
    fork_name: str | None = None,
    selector: str | None = None,
) -> Iterator[CaseResult]:
    """Run the cases of a file, or those of one fork, or those that a selector picks.

    Raises:
        ConfigError: the file is malformed.
    """
    for case in read_state_cases(path, fork_name, selector):
        if isinstance(case, StateCase):
            yield run_state_case(case, engine, str(path))
        else:
            yield case


def read_state_cases(
    path: Path, fork_name: str | None = None, selector: str | None = None
) -> Iterator["StateCase | CaseResult"]:
    """Yield the cases of a file; a fork that is not built gives a result, which says so.

    Args:
        path: The file.
        fork_name: Only cases of this fork.
        selector: Only the cases of the test of this name, or with these indexes (`d0g0v0`), or
            the one case of this label (`name[0]`).

    Raises:
        ConfigError: the file is malformed.
    """
    for name, test in read_cases(path, KEYS):
        if selector is not None and not _may_pick(selector, name):
            continue
        pre = encode_accounts(parse_accounts(get_object(test, "pre")))
        post = get_object(test, "post")
        for fork in post.names():
            if fork_name is not None and fork != fork_name:
                continue
            for place, entry in enumerate(get_list(post, fork)):
                label = f"{name}[{place}]"
                if not isinstance(entry, dict):
                    raise post.fault(fork, "expected a list of objects")
                fields = Fields(entry, path=str(path), key=f"{name}.post.{fork}.{place}")
                indexes = _name_indexes(fields)
                if selector not in (None, name, label, indexes):
                    continue
                if find_fork(fork) is None:
                    yield CaseResult(
                        name=label,
                        fork=fork,
                        verdict=Verdict.SKIPPED,
                        reason=f"fork `{fork}` is not built",
                        path=str(path),
                    )
                    continue
                yield _parse_case(label, indexes, fork, test, fields, pre)


def _may_pick(selector: str, name: str) -> bool:
    """Tell whether a selector can be about a test, before its cases are read."""
    return selector.startswith(name) or INDEXES.fullmatch(selector) is not None


def _name_indexes(post: Fields) -> str:
    indexes = post.find_object("indexes")
    if indexes is None:
        return ""
    data, gas, value = (indexes.get_int(key, bits=16) for key in ("data", "gas", "value"))
    return f"d{data}g{gas}v{value}"


def run_state_case(case: StateCase, engine: ExecutionLayer, path: str = "") -> CaseResult:
    """Run a case on a new state of the engine, and leave none behind."""

    def execute(root: Hash32, transaction: bytes) -> BlockExecution:
        return engine.execute_block(root, case.context, [transaction], strict=True)

    return _check_case(case, engine, execute, path)[0]


def trace_state_case(
    case: StateCase,
    engine: ExecutionLayer,
    sink: TraceSink,
    *,
    path: str = "",
    with_memory: bool = False,
) -> TracedCase:
    """Run a case as `run_state_case` does, and hand the steps of its transaction to a sink."""
    call: CallResult | None = None

    def execute(root: Hash32, transaction: bytes) -> BlockExecution:
        nonlocal call
        traced = engine.trace_transaction(
            root, case.context, [transaction], sink, options=TraceOptions(with_memory=with_memory)
        )
        call = traced.result
        return traced.execution

    result, root = _check_case(case, engine, execute, path)
    return TracedCase(result=result, state_root=root, call=call)


def _check_case(
    case: StateCase,
    engine: ExecutionLayer,
    execute: Callable[[Hash32, bytes], BlockExecution],
    path: str,
) -> tuple[CaseResult, Hash32]:
    """Return what came of a case, and the state root after it."""

    def result(
        verdict: Verdict, reason: str = "", expected: str = "", actual: str = ""
    ) -> CaseResult:
        return CaseResult(
            name=case.name,
            fork=case.fork_name,
            verdict=verdict,
            reason=reason,
            expected=expected,
            actual=actual,
            path=path,
        )

    pre_root = engine.apply_diffs(EMPTY_TRIE_ROOT, [case.pre])
    try:
        if isinstance(case.transaction, ValidationError):
            raise case.transaction
        execution = execute(pre_root, case.transaction)
    except ValidationError as error:
        return _check_refusal(case, error, result), pre_root
    except EngineError as error:
        return result(Verdict.SKIPPED, str(error)), pre_root
    except ContractChainError as error:
        failed = result(Verdict.FAILED, f"engine: {error}", _show(case.expected_root), error.code)
        return failed, pre_root
    finally:
        engine.release(pre_root)
    root, logs = _finish(case, engine, execution)
    if case.exception is not None:
        return result(Verdict.FAILED, "accepted", case.exception, _show(root)), root
    if root != case.expected_root:
        reason = "another state root"
        return result(Verdict.FAILED, reason, _show(case.expected_root), _show(root)), root
    if logs != case.expected_logs:
        reason = "another hash of the logs"
        return result(Verdict.FAILED, reason, _show(case.expected_logs), _show(logs)), root
    return result(Verdict.PASSED), root


def _check_refusal(
    case: StateCase, error: ValidationError, result: Callable[..., CaseResult]
) -> CaseResult:
    if case.exception is None:
        expected = _show(case.expected_root)
        return result(Verdict.FAILED, f"refused: {error}", expected, name_error(error))
    mismatch = explain_mismatch(case.exception, error)
    if mismatch is None:
        return result(Verdict.PASSED)
    return result(Verdict.FAILED, mismatch, case.exception, name_error(error))


def _finish(
    case: StateCase, engine: ExecutionLayer, execution: BlockExecution
) -> tuple[Hash32, Hash32]:
    """Return the state root and the hash of the logs; gives up the state.

    The vectors are made with a reward of 0, which makes the beneficiary exist before EIP-161.
    """
    root = execution.state_root
    beneficiary = case.context.beneficiary
    if case.fork < Fork.SPURIOUS_DRAGON and engine.accounts(root, [beneficiary])[0] is None:
        touched = AccountChange(address=beneficiary, code_hash=EMPTY_CODE_HASH)
        before, root = root, engine.apply_diffs(root, [encode_state_diff([touched], [])])
        engine.release(before)
    engine.release(root)
    logs = decode_receipt(execution.receipts[0]).logs
    items: list[Item] = [[log.address, list(log.topics), log.data] for log in logs]
    return root, keccak256(encode(items))


def _show(value: bytes) -> str:
    return "0x" + value.hex()


def _parse_case(
    label: str, indexes: str, fork_name: str, test: Fields, post: Fields, pre: bytes
) -> StateCase:
    fork = find_fork(fork_name)
    if fork is None:
        raise ConfigError(f"fork `{fork_name}` is not known")
    schedule = find_blob_schedule(fork_name, parse_blob_schedules(test))
    chain_id = parse_chain_id(test)
    transaction: bytes | ValidationError | None = post.find_bytes("txbytes")
    if transaction is None:
        try:
            transaction = build_transaction(
                get_object(test, "transaction"), get_object(post, "indexes"), chain_id
            )
        except ValidationError as error:
            transaction = error
    exception = find_value(post, "expectException")
    return StateCase(
        name=label,
        fork_name=fork_name,
        fork=fork,
        context=_parse_context(get_object(test, "env"), fork, schedule, chain_id),
        pre=pre,
        transaction=transaction,
        expected_root=get_bytes(post, "hash", size=32),
        expected_logs=get_bytes(post, "logs", size=32),
        exception=None if exception is None else str(exception),
        indexes=indexes,
    )


def _parse_context(
    env: Fields, fork: Fork, schedule: BlobSchedule | None, chain_id: int
) -> BlockContext:
    number = env.get_int("currentNumber", bits=64)
    base_fee = env.find_int("currentBaseFee", bits=64)
    window = range(1, min(BLOCKHASH_WINDOW, number) + 1)
    return BlockContext(
        fork=fork,
        chain_id=chain_id,
        number=number,
        timestamp=env.get_int("currentTimestamp", bits=64),
        gas_limit=min(env.get_int("currentGasLimit"), MAX_GAS_LIMIT),
        beneficiary=get_bytes(env, "currentCoinbase", size=20),
        base_fee_per_gas=(DEFAULT_BASE_FEE if base_fee is None else base_fee)
        if fork >= Fork.LONDON
        else 0,
        prev_randao=find_word(env, "currentRandom") or ZERO_HASH,
        difficulty=env.find_int("currentDifficulty") or 0,
        excess_blob_gas=_excess_blob_gas(env, fork, schedule),
        blob_schedule=schedule if fork >= Fork.CANCUN else None,
        ancestor_hashes=b"".join(keccak256(str(number - back).encode()) for back in window),
        opens=False,
        closes=False,
    )


def _excess_blob_gas(env: Fields, fork: Fork, schedule: BlobSchedule | None) -> int:
    given = env.find_int("currentExcessBlobGas", bits=64)
    if given is not None or schedule is None:
        return given or 0
    parent = Header(
        parent_hash=ZERO_HASH,
        excess_blob_gas=env.find_int("parentExcessBlobGas", bits=64),
        blob_gas_used=env.find_int("parentBlobGasUsed", bits=64),
    )
    return calculate_excess_blob_gas(parent, schedule, is_osaka=fork >= Fork.OSAKA)
