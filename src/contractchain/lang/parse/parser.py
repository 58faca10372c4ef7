"""From the text of a file to its syntax tree."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from threading import Lock

from lark.exceptions import UnexpectedInput

from contractchain.lang.ast import (
    BinaryOperation,
    IfStatement,
    Node,
    SourceUnit,
    list_children,
)
from contractchain.lang.diagnostics import Diagnostic, DiagnosticKind
from contractchain.lang.parse.build_declarations import AstBuilder
from contractchain.lang.parse.recovery import Recovery
from contractchain.lang.parse.straight import StraightParser
from contractchain.lang.parse.tables import load_parser
from contractchain.lang.source import SourceFile

MAX_DEPTH = 120
"""Nesting of constructs above which a file is refused.

Later phases recurse over the tree; this bounds their depth. Long chains of one operator and of
`else if` do not count, because the phases go through them in a loop.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseResult:
    """What a file turned out to be."""

    unit: SourceUnit | None
    """The tree; `None` when a syntax error prevents one."""
    diagnostics: tuple[Diagnostic, ...]
    """Faults and warnings, in the order of the text."""


class SolidityParser:
    """The parser with its tables; one file at a time, from any thread."""

    def __init__(self, *, is_straight: bool = True) -> None:
        """Load the tables.

        Args:
            is_straight: Whether files without syntax errors may go the straight way; without it
                lark parses everything, to the same trees.
        """
        self._builder = AstBuilder()
        self._lark = load_parser(self._builder, self._builder.add_comment)
        self._straight = (
            StraightParser(self._lark, self._builder.add_comment) if is_straight else None
        )
        self._lock = Lock()

    def parse(self, source: SourceFile, ids: Iterator[int]) -> ParseResult:
        """Return the syntax tree of `source`, with node ids from `ids`."""
        with self._lock:
            return self._parse(source, ids)

    def _parse(self, source: SourceFile, ids: Iterator[int]) -> ParseResult:
        builder = self._builder
        text = source.data.decode("latin-1")
        builder.begin(source, text, ids)
        unit: SourceUnit | None = None
        if self._straight is not None:
            unit = self._straight.parse(text)
        if unit is None:
            builder.begin(source, text, ids)
            unit = self._parse_with_errors(text)
        diagnostics = sorted(builder.diagnostics, key=lambda item: item.span.start)
        if unit is None:
            return ParseResult(unit=None, diagnostics=tuple(diagnostics))
        too_deep = find_too_deep(unit)
        if too_deep is not None:
            diagnostics.append(
                Diagnostic(
                    kind=DiagnosticKind.PARSER_ERROR,
                    code=7319,
                    message=f"this is nested more than {MAX_DEPTH} levels deep",
                    span=too_deep.span,
                )
            )
            return ParseResult(unit=None, diagnostics=tuple(diagnostics))
        return ParseResult(unit=unit, diagnostics=tuple(diagnostics))

    def _parse_with_errors(self, text: str) -> SourceUnit | None:
        """Have lark parse the text and report what is wrong; None if anything is."""
        recovery = Recovery(self._builder)
        try:
            unit: SourceUnit = self._lark.parse(text, on_error=recovery)  # type: ignore[assignment]
        except UnexpectedInput:
            return None
        return None if recovery.errors else unit


@cache
def get_parser() -> SolidityParser:
    """Return the parser of this process; the first call loads the tables."""
    return SolidityParser()


def parse(source: SourceFile, ids: Iterator[int] | None = None) -> ParseResult:
    """Return the syntax tree of `source`.

    Args:
        source: The file.
        ids: Where node ids come from, so that several files of a compilation share none.
    """
    return get_parser().parse(source, count() if ids is None else ids)


def find_too_deep(root: Node) -> Node | None:
    """Return a node that is nested too deeply, without recursion."""
    stack: list[tuple[Node, int]] = [(root, 0)]
    while stack:
        current, depth = stack.pop()
        if depth > MAX_DEPTH:
            return current
        straight: Node | None = None
        if isinstance(current, BinaryOperation):
            straight = current.left
        elif isinstance(current, IfStatement):
            straight = current.if_false
        for child in list_children(current):
            is_straight = child is straight and type(child) is type(current)
            stack.append((child, depth if is_straight else depth + 1))
    return None
