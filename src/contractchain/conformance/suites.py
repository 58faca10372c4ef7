"""The three suites: finding their files and running them, in this process or in several."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from enum import Enum
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from contractchain.conformance.block_tests import run_block_file
from contractchain.conformance.results import CaseResult, Verdict
from contractchain.conformance.state_tests import run_state_file
from contractchain.conformance.transaction_tests import run_transaction_file
from contractchain.errors import ConfigError, EngineError, UsageError
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer


class Suite(Enum):
    """A kind of test file."""

    STATE = "state"
    BLOCK = "block"
    TRANSACTION = "transaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One file for one process."""

    suite: Suite
    path: Path
    engine: str
    fork: str | None
    case: str | None


def find_test_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files that are given, and the JSON files below folders that are given.

    What is hidden is left out, such as the index of a release in its `.meta`.

    Raises:
        UsageError: nothing is there, or nothing that could be a test.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(
                file
                for file in path.rglob("*.json")
                if not any(part.startswith(".") for part in file.relative_to(path).parts)
            )
        elif path.exists():
            found.append(path)
        else:
            raise UsageError(f"there is no file {path}")
    if not found:
        raise UsageError("there are no JSON files in the folders given")
    return tuple(dict.fromkeys(found))


def run_file(
    suite: Suite,
    path: Path,
    engine: ExecutionLayer,
    fork: str | None = None,
    case: str | None = None,
) -> Iterator[CaseResult]:
    """Run the cases of one file.

    Args:
        suite: What kind of file it is.
        path: The file.
        engine: Runs the cases; keeps no state of them.
        fork: Only cases of the fork or network of this name.
        case: Only the state tests that this picks; see `read_state_cases`.

    Raises:
        ConfigError: the file is malformed.
    """
    match suite:
        case Suite.STATE:
            return run_state_file(path, engine, fork, case)
        case Suite.BLOCK:
            return run_block_file(path, engine, fork)
        case Suite.TRANSACTION:
            return run_transaction_file(path, engine, fork)


def run_files(
    suite: Suite,
    paths: Sequence[Path],
    engine: str,
    *,
    fork: str | None = None,
    case: str | None = None,
    processes: int = 1,
) -> Iterator[tuple[Path, list[CaseResult]]]:
    """Run many files; yields the results of each, in the order of `paths`.

    One that is malformed is a failure among the others, after the cases that could be read.

    Args:
        suite: What kind of files they are.
        paths: The files.
        engine: Name of the engine.
        fork: Only cases of the fork or network of this name.
        case: Only the state tests that this picks; see `read_state_cases`.
        processes: How many work at a time; 1 is this process.

    Raises:
        ConfigError: the only file is malformed.
        EngineUnavailableError: the engine is not installed.
        EngineError: a process died.
    """
    jobs = [_Job(suite=suite, path=path, engine=engine, fork=fork, case=case) for path in paths]
    if len(jobs) == 1:
        yield paths[0], list(_run(jobs[0]))
        return
    if processes == 1:
        for job in jobs:
            yield job.path, _run_job(job)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            results = pool.map(_run_job, jobs, chunksize=max(1, min(8, len(jobs) // processes)))
            yield from zip(paths, results, strict=True)
        except BrokenProcessPool as error:
            raise EngineError(
                f"a process that ran tests on {engine} has died, perhaps for want of memory",
                hint="`-j 1` shows at which file",
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _run(job: _Job) -> Iterator[CaseResult]:
    return run_file(job.suite, job.path, _engine(job.engine), job.fork, job.case)


def _run_job(job: _Job) -> list[CaseResult]:
    results: list[CaseResult] = []
    try:
        results.extend(_run(job))
    except ConfigError as error:
        malformed = CaseResult(
            name=job.path.stem,
            fork="",
            verdict=Verdict.FAILED,
            reason=str(error),
            expected="a test of the suite",
            actual=error.code,
            path=str(job.path),
        )
        results.append(malformed)
    return results


@cache
def _engine(name: str) -> ExecutionLayer:
    return create_engine(name)
