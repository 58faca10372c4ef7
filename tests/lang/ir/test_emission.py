"""Code for small programs: `emit/<case>.ir` holds a program, `====`, and its instructions.

A line `; runs: N` says how often the code is supposed to run. `pytest --bless` rewrites what stands
after the line of equal signs.
"""

import re
from pathlib import Path

import pytest

from contractchain.lang.backend import emit_object
from contractchain.lang.driver.listing import list_opcodes
from contractchain.lang.ir import parse_object, verify_object

LINE = "====\n"
CASES = sorted((Path(__file__).parent / "emit").glob("*.ir"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_program_becomes_the_instructions_that_are_written_below_it(
    path: Path, request: pytest.FixtureRequest
) -> None:
    before, _, after = path.read_text().partition(LINE)
    runs = re.search(r"^; runs: (\d+)$", before, re.M)
    obj = parse_object(before)
    verify_object(obj)
    code = emit_object(obj, runs=int(runs[1]) if runs else 200).bytecode
    found = re.sub(r" (?!0x)", "\n", list_opcodes(code))
    if request.config.getoption("--bless"):
        path.write_text(f"{before}{LINE}{found}")
    else:
        assert found == after
