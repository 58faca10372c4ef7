"""Contracts that others wrote and everyone uses, from npm, compiled by us and by solc.

What is under test is not part of this repository: `npm install` in `tests/node` fetches it, at the
versions that its `package-lock.json` pins. Sources are compiled as they are, with two exceptions:
the pragma of WETH9, and what else of its Solidity 0.4 no 0.8 compiler takes; `WETH9_IN_0_8` lists
every word that is replaced. OpenZeppelin's contracts are abstract, or show little by themselves;
the contracts in `real/` make them callable.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solc_oracle import NODE_DIR, SolcOracle, build_standard_input
from twins import Build

from contractchain.lang import Settings, compile_sources

REAL = Path(__file__).parent / "real"
MODULES = NODE_DIR / "node_modules"
WETH9 = "canonical-weth/contracts/WETH9.sol"
VENDORED = "@chainlink/contracts/src/v0.8/vendor/"
VENDORED_WETH9 = VENDORED + "canonical-weth/WETH9.sol"
MULTICALL3 = VENDORED + "multicall/ebd8b64/src/Multicall3.sol"
WETH9_IN_0_8 = (
    ("pragma solidity >=0.4.22 <0.6;", "pragma solidity >=0.8.0;"),
    ("function() external payable", "receive() external payable"),
    ("msg.sender.transfer(wad)", "payable(msg.sender).transfer(wad)"),
    ("uint(-1)", "type(uint).max"),
)
"""What is replaced in WETH9, each in one place. None of it changes what the contract does, but for
arithmetic, which both compilers check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealWorld:
    """Contracts that live together."""

    name: str
    contracts: tuple[tuple[str, str], ...]
    """(file, contract), deployed in this order; a file of `real/` or of an npm package."""


WORLDS = (
    RealWorld(name="ERC20", contracts=(("Coin.sol", "Coin"),)),
    RealWorld(
        name="ERC721",
        contracts=(("Collectible.sol", "Collectible"), ("Collectible.sol", "Collector")),
    ),
    RealWorld(name="AccessControl", contracts=(("Roles.sol", "Roles"),)),
    RealWorld(name="Ownable", contracts=(("Owned.sol", "Owned"), ("Owned.sol", "OwnedInSteps"))),
    RealWorld(name="ReentrancyGuard", contracts=(("Guarded.sol", "Guarded"),)),
    RealWorld(name="WETH9", contracts=((WETH9, "WETH9"),)),
    RealWorld(
        name="Multicall3",
        contracts=((MULTICALL3, "Multicall3"), (VENDORED_WETH9, "WETH9"), ("Coin.sol", "Coin")),
    ),
)


def read_real(name: str) -> str | None:
    """Return the text of a source by its source unit name."""
    path = REAL / name if "/" not in name else MODULES / name
    if not path.is_file():
        return None
    text = path.read_text()
    if name == WETH9:
        for old, new in WETH9_IN_0_8:
            assert text.count(old) == 1, f"`{old}` is not once in {name}"
            text = text.replace(old, new)
    return text


def compile_world(world: RealWorld, solc: SolcOracle, *, optimize: bool) -> list[Build]:
    """Compile the contracts of a world by us and by solc."""
    files = {file for file, _ in world.contracts}
    sources = {file: read_real(file) or "" for file in files}
    ours = compile_sources(
        sources,
        settings=Settings(optimize=optimize),
        reader=read_real,
        wanted=lambda contract: (contract.unit.name, contract.name) in world.contracts,
    ).check()
    wish = build_standard_input({file.name: file.text for file in ours.sources})
    chosen = {file: {"*": ["abi", "evm.bytecode.object"]} for file in files}
    wish["settings"]["outputSelection"] = chosen
    output: Any = solc.compile(wish)
    builds = []
    for file, name in world.contracts:
        theirs = output["contracts"][file][name]
        artifact = ours.contracts[f"{file}:{name}"].artifact
        assert list(artifact.abi) == theirs["abi"], name
        codes = artifact.init_code, bytes.fromhex(theirs["evm"]["bytecode"]["object"])
        builds.append(Build(name=name, abi=theirs["abi"], codes=codes))
    return builds
