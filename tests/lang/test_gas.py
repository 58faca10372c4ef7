"""No construct of the language costs much more gas or code than solc makes of it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from solc_oracle import SolcOracle, start_solc

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from gas_against_solc import find_broken_promises
from gas_rows import Code
from gas_tables import HERE, mean_gas, measure_constructs, split_constructs

from contractchain.lang import Settings, compile_sources


@pytest.fixture(scope="module")
def solc() -> Iterator[SolcOracle]:
    oracle = start_solc()
    yield oracle
    oracle.close()


def test_every_construct_returns_what_it_must_and_costs_no_more_than_is_promised(
    solc: SolcOracle,
) -> None:
    assert find_broken_promises("constructs", measure_constructs(solc)) == []


def measure(settings: Settings) -> tuple[int, int]:
    """Return bytes and gas of all constructs, each of which must return what it says."""
    text = (HERE / "constructs.sol").read_text()
    compilation = compile_sources({"constructs.sol": text}, settings=settings).check()
    made = {item.name: item for item in compilation.artifacts.values()}
    size = gas = 0
    for name, _, body in split_constructs(text):
        item = made[name]
        size += len(item.runtime_code)
        code = Code(abi=list(item.abi), init_code=item.init_code, runtime=item.runtime_code)
        gas += mean_gas(code, body)
    return size, gas


def test_more_runs_buy_gas_with_bytes_and_no_optimiser_has_neither() -> None:
    plain = measure(Settings(optimize=False))
    small, usual, fast = (measure(Settings(runs=runs)) for runs in (0, 200, 10**6))
    assert small[0] < usual[0] < fast[0]
    assert usual[0] < plain[0]
    assert plain[1] > small[1] > usual[1] > fast[1]
