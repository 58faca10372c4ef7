"""Ethereum's own state, block and transaction tests, on each engine.

`make conformance` runs all of them; the normal suite a sample.
"""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from vectors import ETHEREUM_TESTS, find_faults, find_top, known_failures, list_groups

from contractchain.conformance import Suite, run_file
from contractchain.execution import ENGINE_NAMES
from contractchain.interfaces.execution import ExecutionLayer

pytestmark = pytest.mark.skipif(
    not ETHEREUM_TESTS.exists(), reason=f"{ETHEREUM_TESTS} is not here; set CTC_VECTORS"
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "group" in metafunc.fixturenames:
        everything = metafunc.config.getoption("--vectors") == "all"
        cases = [
            pytest.param(suite, group, id=_name_group(suite, group, number))
            for suite in Suite
            for number, group in enumerate(list_groups(suite, everything=everything))
        ]
        metafunc.parametrize(("suite", "group"), cases)


def _name_group(suite: Suite, group: tuple[str, ...], number: int) -> str:
    file = f"-{Path(group[0]).stem}" if len(group) == 1 else ""
    return f"{suite.value}-{number}{file}"


def test_cases_come_out_as_the_vectors_say(
    suite: Suite, group: tuple[str, ...], engine: ExecutionLayer
) -> None:
    top = find_top()
    results = [result for file in group for result in run_file(suite, top / file, engine)]
    faults, tally = find_faults(suite, engine.name, results)
    assert faults == []
    assert tally.passed + tally.known > 0


def test_every_known_failure_names_files_that_are_there() -> None:
    files = {
        suite.value: [file for group in list_groups(suite, everything=True) for file in group]
        for suite in Suite
    }
    for entry in known_failures():
        assert set(entry.engines) <= set(ENGINE_NAMES)
        for pattern in entry.files:
            assert any(fnmatchcase(file, pattern) for file in files[entry.suite]), pattern
