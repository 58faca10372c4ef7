"""Random programs do on the EVM what the reference interpreter says, optimised or not."""

import random

import pytest
from evm_runner import execute
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_interpreter import Interpreter
from ir_programs import Generator

from contractchain.lang.codegen import compile_object
from contractchain.lang.ir import format_object, parse_object, verify_object

SETTINGS = ((False, 200), (True, 200), (True, 1), (True, 10**6))


def check(seed: int, size: int, variables: int, functions: int) -> None:
    """Compare interpreter, plain code and optimised code on one program."""
    pick = random.Random(seed)
    obj = Generator(seed, size=size, variables=variables, functions=functions).build()
    verify_object(obj)
    text = format_object(obj)
    calldata, value = pick.randbytes(pick.choice((0, 4, 36, 100, 800))), pick.choice((0, 0, 7))
    expected = Interpreter(parse_object(text), calldata, value=value).run()
    if expected is None:
        return
    for optimize, runs in SETTINGS:
        assembled = compile_object(parse_object(text), optimize=optimize, runs=runs)
        found = execute(assembled.bytecode, calldata, value=value)
        assert found == expected, f"optimize={optimize}, runs={runs}"


@settings(max_examples=60)
@given(
    seed=st.integers(0, 1 << 32),
    size=st.integers(1, 14),
    variables=st.integers(1, 12),
    functions=st.integers(0, 3),
)
def test_small_programs_do_what_the_interpreter_says(
    seed: int, size: int, variables: int, functions: int
) -> None:
    check(seed, size, variables, functions)


@pytest.mark.parametrize("seed", range(8))
def test_programs_with_too_many_live_values_spill_and_do_the_same(seed: int) -> None:
    check(10_000 + seed, size=20, variables=24, functions=2)
