"""Traces on stdout: a line of JSON as each instruction is executed, or all in one document."""

import json
from typing import TYPE_CHECKING, Any

import click

from contractchain.errors import UsageError

if TYPE_CHECKING:
    from contractchain.types import TraceEvent

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""Most of a trace that `--json` keeps in memory to print it at the end."""


class TraceOutput:
    """Takes the steps of a trace; with `--json` they become part of the answer.

    Raises:
        UsageError: too much for one document.
    """

    def __init__(self) -> None:
        from contractchain.codec.trace import encode_step

        self._encode = encode_step
        self.is_kept = bool(click.get_current_context().params.get("as_json"))
        self._lines: list[str] = []
        self._room_bytes = MAX_DOCUMENT_BYTES

    def __call__(self, event: "TraceEvent") -> None:
        """Take one step; other events have no place here."""
        from contractchain.types import TraceStep

        if not isinstance(event, TraceStep):
            return
        line = self._encode(event)
        if not self.is_kept:
            click.echo(line)
            return
        self._room_bytes -= len(line)
        if self._room_bytes < 0:
            raise UsageError(
                f"the trace has more than {MAX_DOCUMENT_BYTES // 2**20} MiB, "
                "too much for one document",
                hint="without `--json` it is printed line by line, however long it is",
            )
        self._lines.append(line)

    def build_document(self, summary: str) -> dict[str, Any]:
        """Return what a traced command adds to its document.

        Args:
            summary: Last line of the trace.
        """
        return {
            "trace": [json.loads(line) for line in self._lines],
            "summary": json.loads(summary),
        }
