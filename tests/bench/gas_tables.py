"""What is measured: the contracts people copy, single constructs, a well-known library."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evm_host import SENDER, EvmHost
from gas_rows import Code, Deployed, Row, compile_everywhere, measure_calls, read_closure
from run_files import expected_outcome, find_function, read_calls
from solc_oracle import SolcOracle

HERE = Path(__file__).parent
CONTRACTS = HERE.parents[1] / "contracts"
A, B = bytes([1]) * 20, bytes([2]) * 20
WORD = b"seed".ljust(32, b"\0")

Calls = list[tuple[str, tuple[Any, ...]]]
OURS: dict[str, tuple[tuple[Any, ...], Calls]] = {
    "Counter": ((), [("increment", ()), ("increment", ()), ("count", ())]),
    "ShardedCounter": (
        (),
        [("increment", ()), ("increment", ()), ("add", (5,)), ("countOf", (SENDER,)),
         ("total", ([SENDER, A, B],))],
    ),
    "CounterWithLog": ((), [("increment", ()), ("increment", ()), ("count", ())]),
    "Token": (
        ("Token of the bench", "TOB", 10**24),
        [("transfer", (A, 100)), ("transfer", (A, 100)), ("approve", (SENDER, 10**20)),
         ("transferFrom", (SENDER, B, 50)), ("balanceOf", (A,)), ("name", ()), ("decimals", ())],
    ),
    "Ballot": (
        ([b"one".ljust(32, b"\0"), b"two".ljust(32, b"\0")],),
        [("giveRightToVote", (A,)), ("vote", (1,)), ("winningProposal", ()), ("winnerName", ()),
         ("voters", (SENDER,)), ("proposals", (1,)), ("chairperson", ())],
    ),
    "StorageHeavy": ((), [("write", (20,)), ("rewrite", (20, 5)), ("sum", (20,))]),
    "ComputeHeavy": (
        (),
        [("hash", (WORD, 50)), ("mix", (7, 50)), ("hashChain", (WORD, 50)), ("mixChain", (7, 50)),
         ("fibonacci", (100,))],
    ),
    "LogHeavy": ((), [("emitMany", (20, WORD)), ("emitBlob", (bytes(range(100)),))]),
}  # fmt: skip
LIBRARY: dict[str, tuple[str, Calls]] = {
    "PlainCoin": (
        "Coin.sol",
        [("mint", (SENDER, 10**20)), ("transfer", (A, 100)), ("approve", (SENDER, 10**20)),
         ("transferFrom", (SENDER, B, 50)), ("balanceOf", (A,)), ("name", ())],
    ),
    "VotingCoin": (
        "Coin.sol",
        [("delegate", (SENDER,)), ("transfer", (A, 100)), ("transfer", (A, 100)),
         ("getVotes", (SENDER,)), ("DOMAIN_SEPARATOR", ()), ("eip712Domain", ())],
    ),
    "Item": (
        "Item.sol",
        [("mint", (SENDER, 1)), ("approve", (A, 1)), ("transferFrom", (SENDER, B, 1)),
         ("ownerOf", (1,)), ("tokenURI", (1,)), ("hasRole", (bytes(32), SENDER)),
         ("grantRole", (bytes(32), A)), ("supportsInterface", (b"\x01\xff\xc9\xa7",))],
    ),
    "Assembly": (
        "Assembly.sol",
        [("hashProposal", ([A], [0], [b"data"], WORD)),
         ("propose", ([A], [0], [b"data"], "a proposal")), ("votingPeriod", ()), ("clock", ()),
         ("getVotes", (A, 6)), ("name", ()), ("eip712Domain", ())],
    ),
}  # fmt: skip


def measure_contracts(solc: SolcOracle) -> list[Row]:
    """Return the rows of `contracts/`."""
    rows: list[Row] = []
    for name, (arguments, calls) in OURS.items():
        file = f"{name}.sol"
        codes = compile_everywhere({file: (CONTRACTS / file).read_text()}, file, solc)[name]
        rows += measure_calls(name, tuple(Deployed(code, arguments) for code in codes), calls)
    return rows


def measure_constructs(solc: SolcOracle) -> list[Row]:
    """Return one row for each contract of `constructs.sol`: the mean gas of its calls."""
    file = "constructs.sol"
    text = (HERE / file).read_text()
    compiled = compile_everywhere({file: text}, file, solc)
    rows = []
    for name, title, body in split_constructs(text):
        codes = compiled[name]
        gas = [mean_gas(code, body) for code in codes]
        size = [len(code.runtime) for code in codes]
        rows.append(
            Row(
                contract=name,
                what=title,
                gas=(gas[0], gas[1], gas[2]),
                size=(size[0], size[1], size[2]),
            )
        )
    return rows


def split_constructs(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, title and source of each contract of `constructs.sol`."""
    for part in text.split("/// @title ")[1:]:
        title, _, body = part.partition("\n")
        match = re.match(r"contract (\w+)", body)
        assert match, title
        yield match[1], title, body


def mean_gas(code: Code, body: str) -> int:
    """Return the mean gas of the calls that a source expects something of, and check it."""
    deployed = Deployed(code, ())
    total = 0
    calls = read_calls(body)
    for call in calls:
        gas, data = deployed.call(call.function, call.arguments)
        entry = find_function(code.abi, call)
        if (True, data) != expected_outcome(code.abi, entry, call.expected):
            raise SystemExit(f"{call.text}: returned {data.hex()}")
        total += gas
    return round(total / len(calls))


def measure_library(solc: SolcOracle, packages: Path) -> list[Row]:
    """Return the rows of contracts that use OpenZeppelin's, found below `packages`."""
    rows: list[Row] = []
    compiled: dict[str, dict[str, tuple[Code, Code, Code]]] = {}
    for name, (file, calls) in LIBRARY.items():
        if file not in compiled:
            sources = read_closure(file, (HERE / "gas_contracts" / file).read_text(), packages)
            compiled[file] = compile_everywhere(sources, file, solc)
        codes = compiled[file][name]
        place = _place_assembly if name == "Assembly" else _place_alone
        coins = compiled["Coin.sol"]["VotingCoin"]
        rows += measure_calls(name, place(codes, coins), calls)
    return rows


_Placing = Callable[[tuple[Code, ...], tuple[Code, ...]], tuple[Deployed, ...]]


def _place_alone(codes: tuple[Code, ...], coins: tuple[Code, ...]) -> tuple[Deployed, ...]:
    return tuple(Deployed(code, ()) for code in codes)


def _place_assembly(codes: tuple[Code, ...], coins: tuple[Code, ...]) -> tuple[Deployed, ...]:
    """Deploy each beside the coin that the second compiler made, so that only it differs."""
    placed = []
    for code in codes:
        host = EvmHost()
        coin = Deployed(coins[1], (), host)
        placed.append(Deployed(code, (coin.address,), host))
    return tuple(placed)
