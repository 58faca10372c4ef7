"""Gas and size of the example contracts, compiled by us and by solc, side by side.

    python tests/bench/gas_against_solc.py [--json FILE]

Gas is that of the execution alone (no intrinsic gas, no refunds), so it is exact and the same
everywhere. Three columns: ours, `solc --optimize`, `solc --optimize --via-ir`. Needs solc
(`npm install` in tests/node).
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import eth_abi

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lang"))

from evm_host import SENDER, EvmHost  # noqa: E402
from run_files import selector, type_of  # noqa: E402
from solc_oracle import SolcOracle, find_reason_without_solc  # noqa: E402

from contractchain.lang import compile_sources  # noqa: E402

A, B = bytes([1]) * 20, bytes([2]) * 20
WORD = b"seed".ljust(32, b"\0")
SCENARIOS: dict[str, tuple[tuple[Any, ...], list[tuple[str, tuple[Any, ...]]]]] = {
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


def measure(abi: list[dict[str, Any]], init_code: bytes, runtime: bytes, name: str) -> list[int]:
    """Return runtime size, gas of the deployment, then gas of each call."""
    arguments, calls = SCENARIOS[name]
    host = EvmHost()
    kinds = [type_of(i) for e in abi if e["type"] == "constructor" for i in e["inputs"]]
    address, created = host.deploy(init_code + eth_abi.encode(kinds, list(arguments)))
    assert created.success, name
    out = [len(runtime), created.gas_used]
    for function, values in calls:
        entry = next(e for e in abi if e.get("name") == function and e["type"] == "function")
        data = selector(entry) + eth_abi.encode([type_of(i) for i in entry["inputs"]], values)
        outcome = host.call(address, data)
        assert outcome.success, (name, function)
        out.append(outcome.gas_used)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the numbers here, too")
    options = parser.parse_args()
    reason = find_reason_without_solc()
    if reason is not None:
        raise SystemExit(reason)
    solc = SolcOracle()
    rows: list[dict[str, Any]] = []
    print(f"{'contract':<16}{'what':<20}{'ours':>9}{'solc':>9}{'via-ir':>9}{'ours/solc':>11}")
    for name in SCENARIOS:
        file = f"{name}.sol"
        source = {file: (ROOT / "contracts" / file).read_text()}
        (artifact,) = compile_sources(source).check().artifacts.values()
        abi = list(artifact.abi)
        columns = [measure(abi, artifact.init_code, artifact.runtime_code, name)]
        for via_ir in (False, True):
            evm = solc.compile_sources(source, via_ir=via_ir)["contracts"][file][name]["evm"]
            codes = [bytes.fromhex(evm[k]["object"]) for k in ("bytecode", "deployedBytecode")]
            columns.append(measure(abi, codes[0], codes[1], name))
        labels = ["runtime bytes", "deploy gas", *(call for call, _ in SCENARIOS[name][1])]
        for label, ours, legacy, ir in zip(labels, *columns, strict=True):
            ratio = ours / legacy
            print(f"{name:<16}{label:<20}{ours:>9}{legacy:>9}{ir:>9}{ratio:>11.3f}")
            rows.append(
                {"contract": name, "what": label, "ours": ours, "solc": legacy, "via_ir": ir}
            )
    solc.close()
    total = [sum(row[key] for row in rows) for key in ("ours", "solc", "via_ir")]
    print(f"{'all':<36}{total[0]:>9}{total[1]:>9}{total[2]:>9}{total[0] / total[1]:>11.3f}")
    if options.json is not None:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
