"""Runs of Ethereum's own tests: options, progress, failures as they come, and the counts."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from contractchain.cli.options import ENGINES
from contractchain.cli.rendering import Answer

if TYPE_CHECKING:
    from contractchain.conformance import CaseResult, KnownFailure, Suite, Tally

REPORT_SECONDS = 15
"""Between two lines of progress where stderr is no terminal."""

Function = TypeVar("Function", bound=Callable[..., Any])


def suite_options(function: Function) -> Function:
    """Add the arguments and options that every suite takes."""
    for decorator in (
        click.argument(
            "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
        ),
        click.option("--fork", metavar="NAME", help="Only this fork or network, as the files say."),
        click.option(
            "--known",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Failures that must be (TOML); one that passes is a failure.",
        ),
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(1, 64),
            default=1,
            show_default=True,
            metavar="N",
            help="Processes.",
        ),
        engine_option,
    ):
        function = decorator(function)
    return function


def engine_option(function: Function) -> Function:
    """Add the option for the execution engine."""
    return click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="auto",
        envvar="CTC_ENGINE",
        help="Execution engine.  [env: CTC_ENGINE]",
    )(function)


def run_suite(
    suite: "Suite",
    paths: Sequence[Path],
    fork: str | None,
    jobs: int,
    engine: str,
    known: Path | None = None,
    case: str | None = None,
) -> Answer:
    """Run the files given and answer with the counts.

    Failures are printed as they come, so that a run that is broken off was not for nothing; with
    `--json` they are in the document, which is one line.
    """
    from contractchain.conformance import (
        Tally,
        apply_known_failures,
        find_test_files,
        load_known_failures,
        run_files,
    )
    from contractchain.execution import resolve_engine_name

    name = resolve_engine_name(engine)
    entries: Sequence[KnownFailure] = () if known is None else load_known_failures(known)
    files = find_test_files(paths)
    tally = Tally()
    start = time.monotonic()
    is_quiet = bool(click.get_current_context().params.get("as_json"))
    with _Progress(len(files)) as progress:
        for path, results in run_files(suite, files, name, fork=fork, case=case, processes=jobs):
            for result in apply_known_failures(results, entries, suite.value, name):
                failed_before = tally.failed
                tally.add(result)
                if tally.failed > failed_before and not is_quiet:
                    progress.print_line(describe_failure(result))
            progress.advance(path, tally)
    return describe_counts(tally, name, len(files), time.monotonic() - start)


def describe_counts(tally: "Tally", engine: str, files: int, seconds: float) -> Answer:
    """Return the counts of a run: a line for people, the failures with them for programs."""
    lines = [f"skipped {count:,}: {reason}" for reason, count in tally.skips.items()]
    known = f"{tally.known:,} known failures, " if tally.known else ""
    lines.append(
        f"{tally.passed:,} passed, {tally.failed:,} failed, {known}{tally.skipped:,} skipped "
        f"({files:,} files, {engine}, {seconds:.1f} s)"
    )
    document = {
        "engine": engine,
        "files": files,
        "seconds": round(seconds, 3),
        "skips": tally.skips,
        "known": tally.known,
        "passed": tally.passed,
        "failed": tally.failed,
        "skipped": tally.skipped,
        "failures": [
            {
                "name": failure.name,
                "fork": failure.fork,
                "reason": failure.reason,
                "expected": failure.expected,
                "actual": failure.actual,
                "path": failure.path,
            }
            for failure in tally.failures
        ],
    }
    return Answer(
        document=document,
        text="\n".join(lines),
        exit_code=1 if tally.failed else 0,
        is_one_line=True,
    )


def describe_failure(failure: "CaseResult") -> str:
    """Return one line about a case that failed."""
    return (
        f"FAILED {failure.name} ({failure.fork}): {failure.reason}; "
        f"expected {failure.expected}, got {failure.actual}  [{failure.path}]"
    )


class _Progress:
    """A bar on stderr, or a line now and then where stderr is no terminal."""

    def __init__(self, files: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True)
        self._has_bar = console.is_terminal
        self._files = files
        self._done = 0
        self._reported = time.monotonic()
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
            disable=not self._has_bar,
            redirect_stdout=False,
        )
        self._task = self._bar.add_task("", total=files)

    def __enter__(self) -> "_Progress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, path: Path, tally: "Tally") -> None:
        """Show that a file is done."""
        self._done += 1
        text = f"{tally.passed:,} passed, {tally.failed:,} failed  {path.stem}"
        self._bar.update(self._task, advance=1, description=text)
        now = time.monotonic()
        if not self._has_bar and now - self._reported >= REPORT_SECONDS:
            self._reported = now
            click.echo(f"{self._done:,} of {self._files:,} files: {text}", err=True)

    def print_line(self, line: str) -> None:
        """Print a line to stdout, above the bar."""
        self._bar.stop()
        click.echo(line)
        self._bar.start()
