"""Where what is left in storage is not what solc leaves there, and nobody but assembly can tell."""

from collections.abc import Iterator
from typing import Any

import pytest
from solc_oracle import start_solc

from contractchain.lang import compile_sources
from contractchain.testing.chain import DevChain
from contractchain.testing.contract import Deployer
from contractchain.types import Artifact

NEGATIVE = """
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Negative {
    int160[2] several;
    int160 single;
    function write() external returns (uint256 first, uint256 alone, int160 second) {
        several = [int160(-1), int160(-2)];
        single = -3;
        assembly { first := sload(several.slot) alone := sload(single.slot) }
        second = several[1];
    }
}
"""
ONES = 2**160 - 1


@pytest.fixture(scope="module")
def chain() -> Iterator[DevChain]:
    with DevChain() as opened:
        yield opened


def call_write(chain: DevChain, artifact: Artifact) -> Any:
    return Deployer(chain, lambda _: artifact)("Negative").call.write()


def test_the_sign_of_a_value_in_an_array_does_not_fill_its_slot(chain: DevChain) -> None:
    (ours,) = compile_sources({"Negative.sol": NEGATIVE}).check().artifacts.values()
    assert list(call_write(chain, ours)) == [ONES, ONES - 2, -2]
    solc = start_solc()
    try:
        output = solc.compile_sources({"Negative.sol": NEGATIVE})
    finally:
        solc.close()
    code = output["contracts"]["Negative.sol"]["Negative"]["evm"]["bytecode"]["object"]
    theirs = Artifact(
        name="Negative",
        source_name="Negative.sol",
        abi=ours.abi,
        init_code=bytes.fromhex(code),
        runtime_code=b"",
    )
    assert list(call_write(chain, theirs)) == [2**256 - 1, ONES - 2, -2]
