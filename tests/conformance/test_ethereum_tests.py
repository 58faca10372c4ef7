"""Ethereum's own state, block and transaction tests, on each engine.

`make conformance` runs all of them; the normal suite a sample.
"""

import pytest
from vectors import ETHEREUM_TESTS, find_faults, find_top, list_groups

from contractchain.conformance import Suite, Verdict, run_file
from contractchain.interfaces.execution import ExecutionLayer

pytestmark = [
    pytest.mark.skipif(
        not ETHEREUM_TESTS.exists(), reason=f"{ETHEREUM_TESTS} is not here; set CTC_VECTORS"
    ),
    pytest.mark.timeout(1800),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "group" in metafunc.fixturenames:
        everything = metafunc.config.getoption("--vectors") == "all"
        cases = [
            pytest.param(suite, group, id=f"{suite.value}-{number}")
            for suite in Suite
            for number, group in enumerate(list_groups(suite, everything=everything))
        ]
        metafunc.parametrize(("suite", "group"), cases)


def test_cases_come_out_as_the_vectors_say(
    suite: Suite, group: tuple[str, ...], engine: ExecutionLayer
) -> None:
    top = find_top()
    faults: list[str] = []
    ran = 0
    for file in group:
        results = list(run_file(suite, top / file, engine))
        ran += sum(result.verdict is not Verdict.SKIPPED for result in results)
        faults += find_faults(suite, engine.name, file, results)
    assert faults == []
    assert ran > 0
