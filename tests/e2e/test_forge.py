"""Foundry's `forge` builds and tests projects with `ctc` as its solc."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.conftest import require_node_package

ROOT = Path(__file__).parents[2]
COUNTER_TEST = """
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Counter} from "../src/Counter.sol";

contract CounterTest {
    Counter counter;

    function setUp() public {
        counter = new Counter();
    }

    function test_increment() public {
        counter.increment();
        require(counter.count() == 1, "not one");
    }

    function testFuzz_increments(uint8 times) public {
        for (uint256 i = 0; i < times; i++) counter.increment();
        assert(counter.count() == times);
    }

    function test_what_does_not_hold() public view {
        require(counter.count() == 7, "not seven");
    }
}
"""
COIN = """
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract Coin is ERC20 {
    constructor() ERC20("Coin", "C") {
        _mint(msg.sender, 1000);
    }
}
"""
COIN_TEST = """
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Coin} from "../src/Coin.sol";

contract CoinTest is Test {
    event Transfer(address indexed from, address indexed to, uint256 value);

    Coin coin;
    address alice = makeAddr("alice");

    function setUp() public {
        coin = new Coin();
    }

    function testFuzz_transfers(uint256 value) public {
        value = bound(value, 0, 1000);
        vm.expectEmit();
        emit Transfer(address(this), alice, value);
        coin.transfer(alice, value);
        assertEq(coin.balanceOf(alice), value);
    }

    function test_refuses() public {
        bytes4 error = IERC20Errors.ERC20InsufficientBalance.selector;
        vm.expectRevert(abi.encodeWithSelector(error, alice, 0, 1));
        vm.prank(alice);
        coin.transfer(address(this), 1);
    }

    function test_finds_the_slot_of_a_balance() public {
        deal(address(coin), alice, 77);
        assertEq(coin.balanceOf(alice), 77);
    }
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty Foundry project."""
    for folder in ("src", "test", "home"):
        (tmp_path / folder).mkdir()
    (tmp_path / "foundry.toml").write_text("[profile.default]\noffline = true\n")
    return tmp_path


def forge(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    modules = require_node_package("@foundry-rs/forge")
    ctc = Path(sys.executable).parent / "ctc"
    return subprocess.run(
        [str(modules / ".bin" / "forge"), arguments[0], "--use", str(ctc), *arguments[1:]],
        cwd=project,
        env={**os.environ, "HOME": str(project / "home")},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_forge_tests_a_project_with_our_compiler(project: Path) -> None:
    (project / "src" / "Counter.sol").write_text((ROOT / "contracts" / "Counter.sol").read_text())
    (project / "test" / "Counter.t.sol").write_text(COUNTER_TEST)
    ended = forge(project, "test", "--json")
    suites = json.loads(ended.stdout[ended.stdout.index("{") :])
    results = suites["test/Counter.t.sol:CounterTest"]["test_results"]
    assert {name: (r["status"], r["reason"]) for name, r in results.items()} == {
        "test_increment()": ("Success", None),
        "testFuzz_increments(uint8)": ("Success", None),
        "test_what_does_not_hold()": ("Failure", "not seven"),
    }


def test_forge_reports_what_our_compiler_finds(project: Path) -> None:
    (project / "src" / "Bad.sol").write_text(
        "pragma solidity ^0.8.0;\ncontract C { uint8 x = 256; }\n"
    )
    ended = forge(project, "build")
    assert "Compiler run failed" in ended.stderr
    assert "src/Bad.sol:2:24" in ended.stderr
    assert "the value of `x` must be `uint8`" in ended.stderr


def test_forges_library_and_openzeppelin_work_with_our_compiler(project: Path) -> None:
    modules = require_node_package("@openzeppelin/contracts")
    require_node_package("@chainlink/contracts")
    library = modules / "@chainlink" / "contracts" / "src" / "v0.8" / "vendor" / "forge-std" / "src"
    (project / "foundry.toml").write_text(
        "[profile.default]\n"
        "offline = true\n"
        f'allow_paths = ["{modules}"]\n'
        f'remappings = ["@openzeppelin/={modules}/@openzeppelin/", "forge-std/={library}/"]\n'
    )
    (project / "src" / "Coin.sol").write_text(COIN)
    (project / "test" / "Coin.t.sol").write_text(COIN_TEST)
    ended = forge(project, "test", "--json")
    assert "{" in ended.stdout, ended.stderr
    suites = json.loads(ended.stdout[ended.stdout.index("{") :])
    results = suites["test/Coin.t.sol:CoinTest"]["test_results"]
    assert len(results) == 3
    assert {r["status"] for r in results.values()} == {"Success"}, results
