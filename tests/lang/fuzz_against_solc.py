"""Contracts of any source tree, compiled by us and by solc, under the same random calls.

    python tests/lang/fuzz_against_solc.py DIRECTORY PATTERN [--calls N] [--seconds S] [--seed N]

Every contract in a file whose path contains PATTERN is deployed twice, with random constructor
arguments, and called at random, also with damaged calldata. A difference in success, return data,
logs or storage is printed, and so is one in the ABI. Contracts that look at their own code differ
rightly. Needs solc (`npm install` in tests/node).
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from evm_host import SENDER, EvmHost
from random_calls import RandomCalls
from solc_oracle import SolcOracle, build_standard_input, find_reason_without_solc
from twins import Build, Twins

from contractchain.lang import compile_sources

PEOPLE = [SENDER, b"\1" * 20, b"\2" * 20, bytes(20)]
GAS = 12_000_000
"""Of each message; enough for anything but endless loops, on which the two may differ."""


@dataclass(slots=True, kw_only=True)
class Fuzz:
    """One run over a tree."""

    root: Path
    random: random.Random
    calls: int
    solc: SolcOracle
    made: int = 0
    succeeded: int = 0
    differences: int = 0
    gas: list[int] = field(default_factory=lambda: [0, 0])
    """Gas of the calls that succeed: ours, solc's."""

    def read(self, name: str) -> str | None:
        """Return the text of a source of the tree."""
        try:
            return (self.root / name).read_text()
        except OSError:
            return None

    def report(self, what: str, *facts: object) -> None:
        """Print a difference."""
        self.differences += 1
        print(what, *facts)

    def compare_file(self, path: Path) -> None:
        """Compare every contract of a file."""
        name = str(path.relative_to(self.root))
        compilation = compile_sources(
            {name: path.read_text()},
            reader=self.read,
            wanted=lambda contract: contract.unit.name == name,
        )
        if compilation.has_errors:
            first = next(item.message for item in compilation.diagnostics if item.is_error)
            self.report("REFUSED", name, first)
            return
        wish = build_standard_input({file.name: file.text for file in compilation.sources})
        outputs = ["abi", "evm.bytecode"]
        wish["settings"]["outputSelection"] = {name: {"*": outputs}}
        theirs = self.solc.compile(wish).get("contracts", {}).get(name, {})
        for contract, output in theirs.items():
            code = output["evm"]["bytecode"]["object"]
            artifact = compilation.contracts[f"{name}:{contract}"].artifact
            if list(artifact.abi) != output["abi"]:
                self.report("ABI", name, contract)
            if code and "__$" not in code:
                codes = artifact.init_code, bytes.fromhex(code)
                full_name = f"{name}:{contract}"
                self.compare_contract(Build(name=full_name, abi=output["abi"], codes=codes))

    def compare_contract(self, build: Build) -> None:
        """Deploy a contract twice and call both."""
        empty = {"inputs": [], "stateMutability": "nonpayable"}
        constructor = next((e for e in build.abi if e["type"] == "constructor"), empty)
        hosts = EvmHost(gas=GAS), EvmHost(gas=GAS)
        for host in hosts:
            for sender in PEOPLE[:3]:
                host.fund(sender)
        inputs = RandomCalls(random=self.random, people=list(PEOPLE))
        twins = Twins(hosts=hosts, inputs=inputs, senders=PEOPLE[:3])
        for _ in range(3):
            difference = twins.deploy(build, inputs.encode(constructor["inputs"]))
            if difference is not None or twins.builds:
                break
        for _ in range(self.calls if twins.builds else 0):
            difference = difference or twins.call_at_random()
        if difference is not None:
            self.report("DIFFERENT", difference)
        self.made += twins.made
        self.succeeded += twins.succeeded
        self.gas = [total + more for total, more in zip(self.gas, twins.gas, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("pattern")
    parser.add_argument("--calls", type=int, default=40, help="calls of each contract")
    parser.add_argument("--seconds", type=float, default=300, help="start no file after that")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reason = find_reason_without_solc()
    if reason is not None:
        raise SystemExit(reason)
    fuzz = Fuzz(
        root=options.directory,
        random=random.Random(options.seed),
        calls=options.calls,
        solc=SolcOracle(),
    )
    end = time.monotonic() + options.seconds
    for path in sorted(options.directory.rglob("*.sol")):
        if options.pattern in str(path) and time.monotonic() < end:
            fuzz.compare_file(path)
    fuzz.solc.close()
    ratio = fuzz.gas[0] / max(1, fuzz.gas[1])
    print(
        f"{fuzz.made} calls, {fuzz.succeeded} succeeded, {fuzz.differences} differences;"
        f" gas {fuzz.gas[0]} against {fuzz.gas[1]}: {ratio:.3f}"
    )
    sys.exit(fuzz.differences > 0)


if __name__ == "__main__":
    main()
