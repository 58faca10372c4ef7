"""A served chain per test and contracts that solc compiled."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.lang.solc_oracle import NODE_DIR, start_solc

from contractchain.errors import EngineUnavailableError
from contractchain.node import EngineChoice, LocalNode, NodeConfig, open_local_chain
from contractchain.node.server import RpcServer

BOX = """
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Box {
    event Stored(address indexed by, uint256 value, string note);
    error TooBig(uint256 given, uint256 limit);
    uint256 public value;
    string public note;
    constructor(uint256 first) payable { value = first; }
    function store(uint256 next, string calldata text) external {
        if (next > 1000) revert TooBig(next, 1000);
        value = next;
        note = text;
        emit Stored(msg.sender, next, text);
    }
    function fail() external pure { require(false, "no such luck"); }
}
"""


@pytest.fixture
def node(engine_name: str) -> Iterator[LocalNode]:
    """A chain in memory on each engine."""
    config = NodeConfig(data_dir=None, engine=EngineChoice(engine_name), gas_limit=3_000_000_000)
    try:
        opened = open_local_chain(config)
    except EngineUnavailableError as error:
        if os.environ.get("CTC_REQUIRE_NATIVE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    with opened:
        yield opened


@pytest.fixture
def server(node: LocalNode) -> Iterator[RpcServer]:
    """The chain, served."""
    with RpcServer(node, port=0) as running:
        yield running


@pytest.fixture(scope="session")
def box() -> dict[str, Any]:
    """The contract above as solc compiles it: `abi` and `bytecode`."""
    solc = start_solc()
    try:
        output = solc.compile_sources({"Box.sol": BOX})
    finally:
        solc.close()
    compiled = output["contracts"]["Box.sol"]["Box"]
    return {"abi": compiled["abi"], "bytecode": "0x" + compiled["evm"]["bytecode"]["object"]}


def require_node_package(name: str) -> Path:
    """Return the folder of npm packages, or skip visibly where Node or the package is absent."""
    folder = NODE_DIR / "node_modules"
    if shutil.which("node") is None or not (folder / name).is_dir():
        reason = f"`{name}` is not installed: run `npm install` in tests/node"
        if os.environ.get("CTC_REQUIRE_SOLC") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
