"""Diagnostics as files: every `ui/*.sol` says inline what is wrong with it.

A line with a fault ends in `//~ ERROR: text`, where `text` is part of the message. The whole output
is in the `.stderr` file beside it; `pytest --bless` rewrites those.
"""

import re
from pathlib import Path

import pytest

from contractchain.lang.diagnostics import render_all
from contractchain.lang.semantics import analyse

UI = Path(__file__).parent / "ui"
_EXPECTED = re.compile(r"//~ (ERROR|WARNING): (.+)$")


@pytest.mark.parametrize("path", sorted(UI.glob("*.sol")), ids=lambda path: path.stem)
def test_diagnostics_are_where_the_file_says(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text("utf-8")
    analysis = analyse({path.name: text})
    expected = {
        (number, match[2].strip())
        for number, line in enumerate(text.splitlines(), 1)
        if (match := _EXPECTED.search(line)) and match[1] == "ERROR"
    }
    errors = [item for item in analysis.diagnostics if item.is_error]
    found = [(analysis.sources[0].location(item.span.start).line, item.message) for item in errors]
    unexplained = [
        (line, message)
        for line, message in found
        if not any(line == where and what in message for where, what in expected)
    ]
    missing = [
        (where, what)
        for where, what in sorted(expected)
        if not any(line == where and what in message for line, message in found)
    ]
    assert (unexplained, missing) == ([], [])

    golden = path.with_suffix(".stderr")
    output = render_all(errors, analysis.sources) + "\n"
    if request.config.getoption("--bless"):
        golden.write_text(output, "utf-8")
    assert golden.read_text("utf-8") == output
