"""Diagnostics: what is wrong in a source, where, and what can be done about it.

A diagnostic is a value. It is rendered for a terminal by `render`, and for tools in the shape of
the ``errors`` list of solc's standard JSON by `to_json`. Numeric codes are solc's wherever solc
reports the same fault; codes of ours start at 90000.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from contractchain.lang.source import SourceFile, SourceSet, Span


class Severity(Enum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class DiagnosticKind(Enum):
    """Family of a diagnostic: solc's ``type``."""

    PARSER_ERROR = "ParserError"
    SYNTAX_ERROR = "SyntaxError"
    DECLARATION_ERROR = "DeclarationError"
    TYPE_ERROR = "TypeError"
    DOCSTRING_ERROR = "DocstringParsingError"
    UNIMPLEMENTED_FEATURE_ERROR = "UnimplementedFeatureError"
    CODE_GENERATION_ERROR = "CodeGenerationError"
    WARNING = "Warning"
    INFO = "Info"

    @property
    def severity(self) -> Severity:
        """Severity that comes with the family."""
        if self is DiagnosticKind.WARNING:
            return Severity.WARNING
        return Severity.INFO if self is DiagnosticKind.INFO else Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A second place that explains the first."""

    message: str
    """What is there, without a full stop."""
    span: Span
    """Where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault, or one warning."""

    kind: DiagnosticKind
    """Family."""
    code: int
    """Number of the fault; solc's where solc has the same one."""
    message: str
    """What is wrong, in one sentence without a full stop, names in backticks."""
    span: Span
    """Where."""
    notes: tuple[Note, ...] = ()
    """Other places that matter."""
    hint: str | None = None
    """What the reader can do about it, one sentence without a full stop."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.kind.severity

    @property
    def is_error(self) -> bool:
        """Whether compilation fails because of it."""
        return self.kind.severity is Severity.ERROR

    def to_json(self, sources: SourceSet) -> dict[str, object]:
        """Return the diagnostic as an entry of solc's standard JSON ``errors``."""
        message = self.message if self.hint is None else f"{self.message} ({self.hint})"
        out: dict[str, object] = {
            "component": "general",
            "errorCode": str(self.code),
            "formattedMessage": render(self, sources) + "\n",
            "message": message,
            "severity": self.severity.value,
            "type": self.kind.value,
        }
        file = sources.file_of(self.span)
        if file is not None:
            out["sourceLocation"] = _location(self.span, file)
        secondary = [
            {**_location(note.span, note_file), "message": note.message}
            for note in self.notes
            if (note_file := sources.file_of(note.span)) is not None
        ]
        if secondary:
            out["secondarySourceLocations"] = secondary
        return out


def _location(span: Span, file: SourceFile) -> dict[str, object]:
    return {"end": span.end, "file": file.name, "start": span.start}


_COLOURS = {
    Severity.ERROR: "\x1b[1;31m",
    Severity.WARNING: "\x1b[1;33m",
    Severity.INFO: "\x1b[1;36m",
}
_RESET, _BOLD, _BLUE = "\x1b[0m", "\x1b[1m", "\x1b[1;34m"


def render(diagnostic: Diagnostic, sources: SourceSet, *, colour: bool = False) -> str:
    """Return `diagnostic` as text: headline, place, source line with a caret, notes and hint."""
    tint = _COLOURS[diagnostic.severity] if colour else ""
    bold, blue, reset = (_BOLD, _BLUE, _RESET) if colour else ("", "", "")
    headline = f"{diagnostic.severity.value}[{diagnostic.code}]"
    head = f"{tint}{headline}{reset}{bold}: {diagnostic.message}{reset}"
    places = [(diagnostic.span, "", tint)]
    places += [(note.span, note.message, blue) for note in diagnostic.notes]
    margin = max((_margin(span, sources) for span, _, _ in places), default=1)
    lines = [head]
    for position, (span, label, mark) in enumerate(places):
        arrow = "-->" if position == 0 else ":::"
        lines += _excerpt(span, label, sources, margin, arrow, (blue, mark, reset))
    if diagnostic.hint is not None:
        lines.append(f"{' ' * margin} {blue}={reset} help: {diagnostic.hint}")
    return "\n".join(lines)


def render_all(
    diagnostics: Iterable[Diagnostic], sources: SourceSet, *, colour: bool = False
) -> str:
    """Return all `diagnostics` as text, one blank line between two."""
    return "\n\n".join(render(item, sources, colour=colour) for item in diagnostics)


def _margin(span: Span, sources: SourceSet) -> int:
    file = sources.file_of(span)
    return len(str(file.location(span.start).line)) if file is not None else 1


_LONGEST_LINE = 240
"""Characters of a line that are shown around a fault in a longer one."""


def _excerpt(
    span: Span,
    label: str,
    sources: SourceSet,
    margin: int,
    arrow: str,
    colours: tuple[str, str, str],
) -> list[str]:
    """Return the lines that show `span` in its file."""
    blue, mark, reset = colours
    pad = " " * margin
    file = sources.file_of(span)
    if file is None:
        return [f"{pad} {blue}={reset} note: {label}"] if label else []
    start, end = file.location(span.start), file.location(span.end)
    text = file.line(start.line)
    stop = end.column if end.line == start.line else len(text) + 1
    width = max(1, stop - start.column)
    before = start.column - 1
    if len(text) > _LONGEST_LINE:
        first = max(0, before - _LONGEST_LINE // 2)
        text = text[first : first + _LONGEST_LINE]
        before -= first
        width = min(width, max(1, len(text) - before))
    indent = "".join("\t" if char == "\t" else " " for char in text[:before])
    caret = f"{indent}{mark}{'^' * width}{reset}" + (f" {label}" if label else "")
    return [
        f"{pad}{blue}{arrow}{reset} {file.name}:{start.line}:{start.column}",
        f"{pad} {blue}|{reset}",
        f"{blue}{start.line:>{margin}} |{reset} {text}",
        f"{pad} {blue}|{reset} {caret}",
    ]
