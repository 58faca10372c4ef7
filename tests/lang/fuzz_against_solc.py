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
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import eth_abi
from eth_abi.exceptions import EncodingError
from evm_host import SENDER, EvmHost, Outcome
from run_files import selector, type_of
from solc_oracle import SolcOracle, build_standard_input, find_reason_without_solc

from contractchain.lang import compile_sources

Json = dict[str, Any]
PEOPLE = [SENDER, b"\1" * 20, b"\2" * 20, bytes(20)]
GAS = 12_000_000
"""Of each message; enough for anything but endless loops, on which the two may differ."""
TEXTS = ["", "abc", "x" * 31, "0x1234567890abcdef", "a long text, longer than one word for sure"]


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

    # --- values

    def value(self, kind: str, components: list[Json] | None) -> Any:
        """Return a random value of an ABI type; small and extreme ones are likely."""
        pick = self.random
        if kind.endswith("]"):
            inner, _, size = kind[:-1].rpartition("[")
            count = int(size) if size else pick.choice([0, 1, 2, 3])
            return [self.value(inner, components) for _ in range(count)]
        if kind.startswith("uint"):
            top = 2 ** int(kind[4:]) - 1
            some = [0, 1, 2, pick.randrange(100), pick.randrange(10**20), pick.randrange(top + 1)]
            return min(top, pick.choice([*some, top]))
        if kind.startswith("int"):
            top = 2 ** (int(kind[3:]) - 1)
            some = [0, 1, -1, pick.randrange(-100, 100), pick.randrange(-top, top), -top]
            return max(-top, min(top - 1, pick.choice(some)))
        makers: dict[str, Callable[[], Any]] = {
            "bool": lambda: pick.random() < 0.5,
            "address": lambda: pick.choice(PEOPLE),
            "string": lambda: pick.choice(TEXTS),
            "bytes": lambda: pick.randbytes(pick.choice([0, 1, 32, 64, 65, pick.randrange(100)])),
            "function": lambda: pick.randbytes(24),
        }
        if kind in makers:
            return makers[kind]()
        if kind.startswith("bytes"):
            return pick.choice([bytes(int(kind[5:])), pick.randbytes(int(kind[5:]))])
        assert components is not None, kind
        return tuple(self.value(item["type"], item.get("components")) for item in components)

    def encode(self, inputs: list[Json]) -> bytes:
        """Return random arguments."""
        values = [self.value(item["type"], item.get("components")) for item in inputs]
        return bytes(eth_abi.encode([type_of(item) for item in inputs], values))

    def calldata(self, function: Json) -> bytes:
        """Return calldata of a function, now and then cut off or with a word spoilt."""
        data = selector(function) + self.encode(function["inputs"])
        damage = self.random.random()
        if damage < 0.07:
            return data[: self.random.randrange(len(data) + 1)]
        if damage < 0.14 and len(data) > 36:
            at = 4 + 32 * self.random.randrange((len(data) - 4) // 32)
            return data[:at] + self.random.randbytes(32) + data[at + 32 :]
        return data

    # --- comparing

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
                self.compare_contract(f"{name}:{contract}", output["abi"], codes)

    def compare_contract(self, name: str, abi: list[Json], codes: tuple[bytes, bytes]) -> None:
        """Deploy a contract twice and call both."""
        constructor = next((e for e in abi if e["type"] == "constructor"), {"inputs": []})
        functions = [entry for entry in abi if entry["type"] == "function"]
        for _ in range(3):
            hosts = EvmHost(gas=GAS), EvmHost(gas=GAS)
            arguments = self.encode(constructor["inputs"])
            made = [h.deploy(code + arguments) for h, code in zip(hosts, codes, strict=True)]
            addresses = made[0][0], made[1][0]
            if made[0][1].success != made[1][1].success:
                self.report("DEPLOYMENT", name, arguments.hex())
                return
            if made[0][1].success:
                break
        else:
            return
        for _ in range(self.calls if functions else 0):
            if not self.compare_call(name, hosts, addresses, self.random.choice(functions)):
                return

    def compare_call(
        self,
        name: str,
        hosts: tuple[EvmHost, EvmHost],
        addresses: tuple[bytes, bytes],
        function: Json,
    ) -> bool:
        """Make one call; return whether both did the same."""
        try:
            data = self.calldata(function)
        except EncodingError:
            return True
        sender, value = self.random.choice(PEOPLE[:3]), self.random.choice([0, 0, 0, 1])
        outcomes = []
        for host, address in zip(hosts, addresses, strict=True):
            host.fund(sender)
            outcomes.append(host.call(address, data, sender=sender, value=value))
        if any(outcome.gas_used > 0.9 * GAS for outcome in outcomes):
            return False  # out of gas in one may be success in the other
        self.made += 1
        ours, other = (_facts(o, h, a) for o, h, a in zip(outcomes, hosts, addresses, strict=True))
        if ours != other:
            self.report("CALL", name, function["name"], data.hex(), ours[:2], other[:2])
            return False
        if outcomes[0].success:
            self.succeeded += 1
            for index, outcome in enumerate(outcomes):
                self.gas[index] += outcome.gas_used
        return True


def _facts(outcome: Outcome, host: EvmHost, address: bytes) -> tuple[object, ...]:
    logs = [(log[0] == address, log[1], log[2]) for log in outcome.logs]
    return outcome.success, outcome.data.hex(), logs, host.storage(address)


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
