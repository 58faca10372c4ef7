"""Rendering of diagnostics, and their form for tools."""

from contractchain.lang.diagnostics import Diagnostic, DiagnosticKind, Note, render, render_all
from contractchain.lang.errors import CompileError
from contractchain.lang.semantics import analyse
from contractchain.lang.source import NOWHERE, SourceSet, Span

SOURCES = SourceSet([("a.sol", "one\n\ttwo three\nfour\n")])
DIAGNOSTIC = Diagnostic(
    kind=DiagnosticKind.TYPE_ERROR,
    code=7407,
    message="no good",
    span=Span(9, 5, 0),
    notes=(Note(message="because of this", span=Span(0, 3, 0)),),
    hint="do better",
)


def test_the_caret_stands_under_the_place_and_tabs_are_kept() -> None:
    assert render(DIAGNOSTIC, SOURCES).splitlines() == [
        "error[7407]: no good",
        " --> a.sol:2:6",
        "  |",
        "2 | \ttwo three",
        "  | \t    ^^^^^",
        " ::: a.sol:1:1",
        "  |",
        "1 | one",
        "  | ^^^ because of this",
        "  = help: do better",
    ]


def test_colour_changes_nothing_but_colour() -> None:
    import re

    coloured = render(DIAGNOSTIC, SOURCES, colour=True)
    assert coloured != render(DIAGNOSTIC, SOURCES)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(DIAGNOSTIC, SOURCES)


def test_the_json_form_is_that_of_standard_json() -> None:
    entry = DIAGNOSTIC.to_json(SOURCES)
    assert entry["errorCode"] == "7407"
    assert entry["severity"] == "error"
    assert entry["type"] == "TypeError"
    assert entry["component"] == "general"
    assert entry["sourceLocation"] == {"file": "a.sol", "start": 9, "end": 14}
    assert entry["secondarySourceLocations"] == [
        {"file": "a.sol", "start": 0, "end": 3, "message": "because of this"}
    ]
    assert "a.sol:2:6" in str(entry["formattedMessage"])


def test_a_diagnostic_without_a_place_is_rendered_without_one() -> None:
    lost = Diagnostic(kind=DiagnosticKind.WARNING, code=1, message="hm", span=NOWHERE)
    assert render(lost, SOURCES) == "warning[1]: hm"
    assert "sourceLocation" not in lost.to_json(SOURCES)


def test_a_compile_error_exits_with_one_and_lists_all_diagnostics() -> None:
    error = CompileError(diagnostics=(DIAGNOSTIC, DIAGNOSTIC), sources=SOURCES)
    assert error.exit_code == 1
    plain = error.to_dict()
    assert plain["message"] == "no good (and 1 more)"
    assert isinstance(plain["data"], dict)
    assert len(plain["data"]["errors"]) == 2
    assert "a.sol:2:6" in str(error)


def test_of_a_very_long_line_only_the_part_around_the_fault_is_shown() -> None:
    text = f"pragma solidity ^0.8.0; contract C {{ {' ' * 5000}unit256 x; {' ' * 5000} }}"
    analysis = analyse({"a.sol": text})
    lines = render_all(analysis.diagnostics, analysis.sources).splitlines()
    shown = next(line for line in lines if "unit256 x;" in line)
    caret = next(line for line in lines if "^^^^^^^" in line)
    assert len(shown) < 300
    assert caret.index("^") == shown.index("unit256")
