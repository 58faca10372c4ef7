"""Random programs do what they do in solc's build."""

import os
from collections.abc import Iterator

import pytest
from fuzz_programs import ProgramFuzz
from program_contracts import write_program
from solc_oracle import start_solc

PROGRAMS = int(os.environ.get("CTC_LANG_PROGRAMS", "6"))


@pytest.fixture(scope="module")
def fuzz() -> Iterator[ProgramFuzz]:
    solc = start_solc()
    yield ProgramFuzz(solc=solc)
    solc.close()


@pytest.mark.parametrize("seed", range(1, PROGRAMS + 1))
def test_a_random_program_does_what_it_does_in_solcs_build(seed: int, fuzz: ProgramFuzz) -> None:
    difference = fuzz.compare(write_program(seed), seed)
    assert difference is None, difference


def test_a_seed_always_gives_the_same_program() -> None:
    assert write_program(7) == write_program(7)
    assert write_program(7) != write_program(8)
