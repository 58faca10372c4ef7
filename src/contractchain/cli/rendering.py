"""What the screen shows: aligned fields for people, one JSON document for programs.

With `--json`, stdout holds exactly one document: the answer, or `{"error": …}`. Otherwise answers
go to stdout, and errors, warnings and hints to stderr.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from contractchain.errors import ContractChainError

FAILED_EXIT_CODE = 3
"""Exit status of a command whose contract call reverted or halted."""

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command has found out."""

    document: dict[str, Any]
    """For `--json`."""
    text: str
    """For people; empty for nothing."""
    warnings: tuple[str, ...] = ()
    """What the reader should know besides."""
    failure: str | None = None
    """Why the contract failed, if it did; the exit status then is `FAILED_EXIT_CODE`."""
    failure_hint: str | None = None
    exit_code: int = 0
    extra: dict[str, Any] = field(default_factory=dict)
    """Facts of the failure, for `--json`."""
    is_one_line: bool = False
    """The document is one line, for those who read the last line of many."""
    is_printed: bool = False
    """The command has written its output itself, as it came."""


def print_answer(answer: Answer, *, as_json: bool) -> int:
    """Write an answer and return the exit status."""
    if answer.is_printed:
        return answer.exit_code
    if as_json:
        document = dict(answer.document)
        if answer.warnings:
            document["warnings"] = list(answer.warnings)
        if answer.failure is not None:
            document["error"] = {"code": "failed", **answer.extra, "message": answer.failure}
        click.echo(json.dumps(document, indent=None if answer.is_one_line else 2))
    else:
        for warning in answer.warnings:
            mark = "" if warning.startswith("warning") else f"{_style('warning:', 'yellow')} "
            click.echo(f"{mark}{warning}", err=True)
        if answer.text:
            click.echo(answer.text)
        if answer.failure is not None:
            _print_problem(answer.failure, answer.failure_hint)
    return answer.exit_code if answer.failure is None else FAILED_EXIT_CODE


def print_error(error: ContractChainError, *, as_json: bool, note: str | None = None) -> int:
    """Write an error and return its exit status."""
    if as_json:
        document = {"error": error.to_dict()}
        click.echo(json.dumps(document, indent=2))
    else:
        message = str(error)
        if error.code == "compile":
            click.echo(message, err=True)
            if error.hint:
                click.echo(f"{_style('hint:', 'cyan')} {error.hint}", err=True)
        else:
            _print_problem(message, error.hint)
        if note is not None:
            click.echo(f"{_style('note:', 'cyan')} {note}", err=True)
    return error.exit_code


def _print_problem(message: str, hint: str | None) -> None:
    click.echo(f"{_style('error:', 'red')} {message}", err=True)
    if hint is not None:
        click.echo(f"{_style('hint:', 'cyan')} {hint}", err=True)


def _style(word: str, colour: str) -> str:
    return click.style(word, fg=colour, bold=True)


def align(fields: Iterable[tuple[str, str]], *, indent: int = 2) -> str:
    """Return labelled values, one a line, the values below each other."""
    pairs = list(fields)
    width = max((len(label) for label, _ in pairs), default=0)
    return "\n".join(f"{' ' * indent}{label:<{width}}  {value}".rstrip() for label, value in pairs)


def table(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Return rows with aligned columns.

    Args:
        rows: Cells; the first row is the heading.
        right: Columns that are aligned to the right.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
