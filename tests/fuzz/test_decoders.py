"""Every decoder on damaged input, bounded; `make fuzz` gives them a million.

Only typed errors come out, and in no time. Inputs are made from fixed seeds.
"""

from time import thread_time

import pytest
from decoder_targets import TARGETS, Target, find_fault, make_input

INPUTS = 200
MAX_SECONDS = 5.0
"""CPU time for one input; on a quiet machine the slowest take a few hundredths."""


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damaged_input_gives_a_typed_error_or_a_value(target: Target) -> None:
    for number in range(INPUTS):
        data = make_input(target, 0, number)
        began = thread_time()
        fault = find_fault(target, data)
        if fault is not None:
            pytest.fail(f"input {number}: {fault!r}\n{data!r}", pytrace=False)
        assert thread_time() - began < MAX_SECONDS, data


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_what_is_valid_is_taken(target: Target) -> None:
    taken = 0
    for data in target.seeds:
        try:
            target.run(data)
        except Exception:  # noqa: BLE001 - some seeds are there to be refused
            continue
        taken += 1
    assert taken
