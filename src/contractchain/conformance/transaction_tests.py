"""Transaction tests: one encoded transaction, valid or not under each fork, without a state.

Hash, sender and intrinsic gas must come out as the file says.
"""

from collections.abc import Iterator
from pathlib import Path

from contractchain.chain.json_fields import Fields
from contractchain.conformance.expectations import explain_mismatch, name_error
from contractchain.conformance.networks import CHAIN_ID, find_blob_schedule, find_fork
from contractchain.conformance.results import CaseResult, Verdict
from contractchain.conformance.values import find_value, get_bytes, get_object, read_cases
from contractchain.errors import DecodeError, ValidationError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import DecodedTransaction, TransactionRules

KEYS = ("txbytes", "result")


def run_transaction_file(
    path: Path, engine: ExecutionLayer, fork_name: str | None = None
) -> Iterator[CaseResult]:
    """Run the cases of a file, or those of one fork.

    Raises:
        ConfigError: the file is malformed.
    """
    for name, test in read_cases(path, KEYS):
        for fork, expected in get_object(test, "result").objects():
            if fork_name is None or fork == fork_name:
                yield _run(name, fork, test, expected, engine, str(path))


def _run(
    name: str, fork_name: str, test: Fields, expected: Fields, engine: ExecutionLayer, path: str
) -> CaseResult:
    def result(
        verdict: Verdict, reason: str = "", wanted: str = "", actual: str = ""
    ) -> CaseResult:
        return CaseResult(
            name=name,
            fork=fork_name,
            verdict=verdict,
            reason=reason,
            expected=wanted,
            actual=actual,
            path=path,
        )

    fork = find_fork(fork_name)
    if fork is None:
        return result(Verdict.SKIPPED, f"fork `{fork_name}` is not built")
    schedule = find_blob_schedule(fork_name)
    rules = TransactionRules(
        fork=fork, chain_id=CHAIN_ID, max_blobs=0 if schedule is None else schedule.max
    )
    decoded = _decode(test, rules, engine)
    exception = find_value(expected, "exception")
    if isinstance(decoded, ValidationError):
        if exception is None:
            return result(Verdict.FAILED, f"refused: {decoded}", "valid", name_error(decoded))
        mismatch = explain_mismatch(str(exception), decoded)
        if mismatch is None:
            return result(Verdict.PASSED)
        return result(Verdict.FAILED, mismatch, str(exception), name_error(decoded))
    if exception is not None:
        return result(Verdict.FAILED, "accepted", str(exception), "valid")
    pairs = (
        ("hash", _show(get_bytes(expected, "hash", size=32)), _show(decoded.hash)),
        ("sender", _show(get_bytes(expected, "sender", size=20)), _show(decoded.sender)),
        ("intrinsic gas", str(expected.get_int("intrinsicGas")), str(decoded.intrinsic_gas)),
    )
    for what, wanted, actual in pairs:
        if wanted != actual:
            return result(Verdict.FAILED, f"another {what}", wanted, actual)
    return result(Verdict.PASSED)


def _decode(
    test: Fields, rules: TransactionRules, engine: ExecutionLayer
) -> DecodedTransaction | ValidationError:
    text = find_value(test, "txbytes")
    if isinstance(text, str) and len(text) % 2:
        return DecodeError("an odd number of hex digits", what="transaction")
    return engine.decode_many([get_bytes(test, "txbytes")], rules)[0]


def _show(value: bytes) -> str:
    return "0x" + value.hex()
