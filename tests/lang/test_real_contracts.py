"""OpenZeppelin's contracts, WETH9 and Multicall3 do what solc's builds of them do."""

import os
import random
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from engine_host import SENDERS, EngineHost
from random_calls import RandomCalls
from real_contracts import MODULES, WETH9, WORLDS, RealWorld, compile_world
from solc_oracle import SolcOracle, start_solc
from twins import Build, Twins

from contractchain.interfaces.execution import ExecutionLayer

SEQUENCES = int(os.environ.get("CTC_LANG_EXAMPLES", "2"))
CALLS = 50
"""Calls of each sequence."""
Builds = Callable[[RealWorld, bool], list[Build]]


@pytest.fixture(scope="module")
def builds() -> Iterator[Builds]:
    for needed in ("@openzeppelin/contracts/package.json", WETH9):
        if not (MODULES / needed).is_file():
            reason = f"`{needed}` is not installed: run `npm install` in tests/node"
            if os.environ.get("CTC_REQUIRE_SOLC") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
    solc: SolcOracle = start_solc()

    @cache
    def compiled(world: RealWorld, optimize: bool) -> list[Build]:
        return compile_world(world, solc, optimize=optimize)

    yield compiled
    solc.close()


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_random_calls_do_what_they_do_in_solcs_build(
    world: RealWorld, engine_name: str, engine: ExecutionLayer, builds: Builds
) -> None:
    is_fast = engine_name == "revm"
    succeeded = made = 0
    for optimize in (False, True) if is_fast else (True,):
        for seed in range(SEQUENCES if is_fast else 1):
            pick = random.Random(f"{world.name} {seed}")
            twins = play(builds(world, optimize), engine, pick, CALLS if is_fast else CALLS // 2)
            succeeded += twins.succeeded
            made += twins.made
    assert succeeded > made / 6, "hardly a call got anywhere"


def play(builds: list[Build], engine: ExecutionLayer, pick: random.Random, calls: int) -> Twins:
    """Deploy the contracts and call them at random."""
    inputs = RandomCalls(random=pick, people=[*SENDERS, bytes(20)])
    inputs.payloads = [e for build in builds for e in build.abi if e["type"] == "function"]
    twins = Twins(hosts=(EngineHost(engine), EngineHost(engine)), inputs=inputs, senders=SENDERS)
    for build in builds:
        constructor = [entry for entry in build.abi if entry["type"] == "constructor"]
        arguments = inputs.encode(constructor[0]["inputs"] if constructor else [])
        difference = twins.deploy(build, arguments)
        assert difference is None, difference
    for _ in range(calls):
        difference = twins.call_at_random()
        assert difference is None, difference
    return twins
