"""No construct of the language costs much more gas or code than solc makes of it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from solc_oracle import SolcOracle, start_solc

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from gas_against_solc import find_broken_promises
from gas_tables import measure_constructs


@pytest.fixture(scope="module")
def solc() -> Iterator[SolcOracle]:
    oracle = start_solc()
    yield oracle
    oracle.close()


def test_every_construct_returns_what_it_must_and_costs_no_more_than_is_promised(
    solc: SolcOracle,
) -> None:
    assert find_broken_promises("constructs", measure_constructs(solc)) == []
