"""What beginners get wrong: `mistakes/*.sol`, one fault each, with the whole output beside it.

The output is the golden `.stderr` file; `pytest --bless` rewrites those. Every answer says what to
do, and solc refuses the same files.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from solc_oracle import SolcOracle, build_standard_input, start_solc

from contractchain.lang import compile_sources, render_all
from contractchain.lang.diagnostics import Diagnostic
from contractchain.lang.source import SourceSet

FILES = sorted((Path(__file__).parent / "mistakes").glob("*.sol"))


@pytest.fixture(scope="module")
def solc() -> Iterator[SolcOracle]:
    oracle = start_solc()
    yield oracle
    oracle.close()


def find_errors(path: Path) -> tuple[list[Diagnostic], SourceSet]:
    """Return the errors in a file."""
    compilation = compile_sources({path.name: path.read_text("utf-8")})
    return [item for item in compilation.diagnostics if item.is_error], compilation.sources


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_answer_to_a_mistake_is_the_golden_one(
    path: Path, request: pytest.FixtureRequest
) -> None:
    errors, sources = find_errors(path)
    golden = path.with_suffix(".stderr")
    output = render_all(errors, sources) + "\n"
    if request.config.getoption("--bless"):
        golden.write_text(output, "utf-8")
    assert golden.read_text("utf-8") == output


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_first_answer_to_a_mistake_says_what_to_do(path: Path) -> None:
    errors, _ = find_errors(path)
    assert errors
    assert errors[0].hint is not None or any(w in errors[0].message for w in ("expected", "write"))


def test_solc_refuses_every_mistake(solc: SolcOracle) -> None:
    for path in FILES:
        wish = build_standard_input({path.name: path.read_text("utf-8")})
        severities = [item["severity"] for item in solc.compile(wish)["errors"]]
        assert "error" in severities, path.name
