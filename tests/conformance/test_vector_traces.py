"""Both engines trace Ethereum's state tests alike: the same lines, and the root of the vector."""

import random

import pytest
from vectors import ETHEREUM_TESTS, find_top, known_failures, list_groups

from contractchain.codec.trace import encode_step
from contractchain.conformance import Suite, trace_state_case
from contractchain.conformance.scenarios import unify_halts
from contractchain.conformance.state_tests import StateCase, read_state_cases
from contractchain.errors import EngineUnavailableError
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Fork, TraceStep

pytestmark = pytest.mark.skipif(
    not ETHEREUM_TESTS.exists(), reason=f"{ETHEREUM_TESTS} is not here; set CTC_VECTORS"
)
SEED = 3_155
SAMPLE = 60
"""Cases of a sample."""
PARTS = 60
"""Tests that all the cases are spread over."""
MAX_STEPS = 20_000
"""Of a case; what comes after them is left out, because py-evm needs minutes for some."""


class EnoughSteps(Exception):
    """A trace is as long as it is compared."""


def trace(case: StateCase, engine: ExecutionLayer) -> tuple[list[str], object]:
    lines: list[str] = []

    def take(step: TraceStep) -> None:
        lines.append(unify_halts(f"{encode_step(step)} {step.code_address.hex()}"))
        if len(lines) == MAX_STEPS:
            raise EnoughSteps

    try:
        traced = trace_state_case(case, engine, take)
    except EnoughSteps:
        return lines, "more"
    gas_used = traced.call.gas_used if traced.call else 0
    return lines, (traced.result.verdict, traced.state_root, gas_used)


def pick_cases(part: int | None) -> list[StateCase]:
    """Return the cases of a part of all files, or those of the sample."""
    top = find_top()
    groups = list_groups(Suite.STATE, everything=part is not None)
    files = [top / file for group in groups for file in group]
    cases = [
        case
        for path in (files if part is None else files[part::PARTS])
        if not any(known.covers(Suite.STATE.value, "revm", path) for known in known_failures())
        for case in read_state_cases(path)
        if isinstance(case, StateCase) and case.fork <= Fork.PRAGUE
    ]
    if part is not None:
        return cases
    return random.Random(SEED).sample(cases, min(SAMPLE, len(cases)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        everything = metafunc.config.getoption("--vectors") == "all"
        metafunc.parametrize("part", range(PARTS) if everything else [None])


def test_state_tests_have_the_same_trace_on_both_engines(
    part: int | None, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--engine") != "both":
        pytest.skip("compares both engines, and one is asked for")
    try:
        native, reference = create_engine("revm"), create_engine("py-evm")
    except EngineUnavailableError as error:
        pytest.skip(str(error))
    steps = 0
    for case in pick_cases(part):
        lines, end = trace(case, native)
        expected, expected_end = trace(case, reference)
        assert (case.name, case.fork_name, lines) == (case.name, case.fork_name, expected)
        assert end == expected_end
        steps += len(lines)
    assert steps > 1_000
