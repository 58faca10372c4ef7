"""Random programs on values that inline assembly left unclean, against solc's IR pipeline.

    python tests/lang/fuzz_unclean_values.py FIRST LAST

For each seed a program: variables of narrow types get whole words in assembly, go through random
assignments, operators, conversions and calls, and are read as words again. Bits outside of a type
must be where solc has them, with and without our optimiser. Prints the seeds that differ; exits
with 1 if there are any. Needs solc (`npm install` in tests/node).
"""

import random
import sys
from collections.abc import Callable

from eth_hash.auto import keccak
from evm_host import EvmHost
from solc_oracle import SolcOracle, find_reason_without_solc

from contractchain.lang import Settings, compile_sources

TYPES = ("uint8", "int16", "uint160", "bytes2", "bool", "address", "Kind", "Small")
CONVERSIONS = {
    ("uint8", "int16"): "int16(uint16({}))",
    ("int16", "uint8"): "uint8(uint16({}))",
    ("uint8", "uint160"): "uint160({})",
    ("uint160", "uint8"): "uint8({})",
    ("uint160", "address"): "address({})",
    ("address", "uint160"): "uint160({})",
    ("uint8", "Small"): "Small.wrap({})",
    ("Small", "uint8"): "Small.unwrap({})",
    ("Kind", "uint8"): "uint8({})",
    ("bytes2", "uint8"): "uint8(uint16({}))",
    ("uint8", "bytes2"): "bytes2(uint16({}))",
}
INPUTS = 6
"""Calls of each program."""
EXTRA_VARIABLES = 4
HEAD = """pragma solidity ^0.8.24;
enum Kind { A, B, C }
type Small is uint8;
using {sum as +} for Small global;
function sum(Small x, Small y) pure returns (Small z) { assembly { z := add(x, y) } }
"""


class Program:
    """A program and words for its variables, both made from a seed."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        kinds = [*TYPES, *self.pick.choices(TYPES, k=EXTRA_VARIABLES)]
        self.variables = [(kind, f"v{index}") for index, kind in enumerate(kinds)]

    def variable(self, kind: str) -> str:
        return self.pick.choice([name for other, name in self.variables if other == kind])

    def expression(self, kind: str, depth: int) -> str:
        """Return a random expression of a type."""
        if depth == 0 or self.pick.random() < 0.2:
            return self.variable(kind)
        forms: list[Callable[[str, int], str]] = [self.call, self.choice, self.assignment]
        if kind in ("uint8", "int16", "uint160"):
            forms += [self.arithmetic, self.bits, self.shift, self.step]
        elif kind == "bytes2":
            forms += [self.bits, self.shift]
        elif kind == "bool":
            forms += [self.comparison, self.logic]
        elif kind == "Small":
            forms += [lambda k, d: f"({self.expression(k, d)} + {self.expression(k, d)})"]
        if any(target == kind for _, target in CONVERSIONS):
            forms += [self.conversion]
        return self.pick.choice(forms)(kind, depth - 1)

    def call(self, kind: str, depth: int) -> str:
        if self.pick.random() < 0.5:
            return f"same_{kind}({self.expression(kind, depth)})"
        return f"other_{kind}({self.expression(kind, depth)}, {self.expression(kind, depth)})"

    def choice(self, kind: str, depth: int) -> str:
        test = self.expression("bool", depth)
        return f"({test} ? {self.expression(kind, depth)} : {self.expression(kind, depth)})"

    def assignment(self, kind: str, depth: int) -> str:
        return f"({self.variable(kind)} = {self.expression(kind, depth)})"

    def arithmetic(self, kind: str, depth: int) -> str:
        operator = self.pick.choice("+-*/%")
        return f"({self.expression(kind, depth)} {operator} {self.expression(kind, depth)})"

    def bits(self, kind: str, depth: int) -> str:
        if self.pick.random() < 0.3:
            return f"(~{self.expression(kind, depth)})"
        operator = self.pick.choice("&|^")
        return f"({self.expression(kind, depth)} {operator} {self.expression(kind, depth)})"

    def shift(self, kind: str, depth: int) -> str:
        amount = self.pick.choice([self.expression("uint8", depth), "3"])
        return f"({self.expression(kind, depth)} {self.pick.choice(['<<', '>>'])} {amount})"

    def step(self, kind: str, depth: int) -> str:
        name = self.variable(kind)
        value = self.expression(kind, depth)
        return self.pick.choice(
            [f"({name}++)", f"(--{name})", f"({name} |= {value})", f"({name} += {value})"]
        )

    def comparison(self, kind: str, depth: int) -> str:
        other = self.pick.choice([item for item in TYPES if item != "Small"])
        operators = ["==", "!="] if other == "bool" else ["==", "!=", "<", ">="]
        left, right = self.expression(other, depth), self.expression(other, depth)
        return f"({left} {self.pick.choice(operators)} {right})"

    def logic(self, kind: str, depth: int) -> str:
        if self.pick.random() < 0.3:
            return f"(!{self.expression(kind, depth)})"
        operator = self.pick.choice(["&&", "||"])
        return f"({self.expression(kind, depth)} {operator} {self.expression(kind, depth)})"

    def conversion(self, kind: str, depth: int) -> str:
        source = self.pick.choice([s for s, target in CONVERSIONS if target == kind])
        return CONVERSIONS[source, kind].format(self.expression(source, depth))

    def statement(self) -> str:
        kind = self.pick.choice(TYPES)
        if self.pick.random() < 0.2:
            other = self.pick.choice(TYPES)
            targets = f"({self.variable(other)}, {self.variable(kind)})"
            return f"{targets} = ({self.expression(other, 1)}, {self.expression(kind, 1)});"
        return f"{self.variable(kind)} = {self.expression(kind, self.pick.randint(1, 4))};"

    def source(self) -> str:
        """Return the source of contract `Fuzzed`, whose function `run` takes the words."""
        functions = "".join(
            f"function same_{kind}({kind} x) internal pure returns ({kind}) {{ return x; }}\n"
            f"function other_{kind}({kind} x, {kind} y) internal pure returns ({kind} z) "
            "{ (z, x) = (y, x); }\n"
            for kind in TYPES
        )
        names = [name for _, name in self.variables]
        declared = "".join(f"{kind} {name};\n" for kind, name in self.variables)
        loads = " ".join(f"{n} := calldataload({4 + 32 * i})" for i, n in enumerate(names))
        stores = " ".join(f"mstore(add(m, {32 * i}), {n})" for i, n in enumerate(names))
        statements = "\n".join(self.statement() for _ in range(self.pick.randint(2, 6)))
        return (
            f"{HEAD}contract Fuzzed {{\n{functions}function run() external pure {{\n{declared}"
            f"assembly {{ {loads} }}\nunchecked {{\n{statements}\n}}\n"
            f"assembly {{ let m := 0x4000 {stores} return(m, {32 * len(names)}) }}\n}}\n}}\n"
        )

    def words(self) -> bytes:
        """Return one word for each variable, most of them with bits outside of the type."""
        found = []
        for kind, _ in self.variables:
            small = self.pick.choice((0, 1, 2, 3, 5, 0x7F, 0xFF))
            large = self.pick.getrandbits(240)
            word = self.pick.choice((small, large << 16 | small, large << 16 | small, large))
            if kind == "Kind" and self.pick.random() < 0.8:
                word = self.pick.randrange(3)  # anything else ends most programs
            found.append(word)
        return b"".join(word.to_bytes(32, "big") for word in found)


def differs(seed: int, solc: SolcOracle) -> bool:
    """Compile the program of a seed by us and by solc; return whether any call differs."""
    program = Program(seed)
    sources = {"fuzzed.sol": program.source()}
    output = solc.compile_sources(sources, via_ir=True)["contracts"]["fuzzed.sol"]["Fuzzed"]
    codes = [bytes.fromhex(output["evm"]["bytecode"]["object"])]
    for settings in (Settings(optimize=False), Settings()):
        made = compile_sources(sources, settings=settings).check().artifacts.values()
        codes += [item.init_code for item in made if item.name == "Fuzzed"]
    selector = keccak(b"run()")[:4]
    for _ in range(INPUTS):
        data = selector + program.words()
        outcomes = set()
        for code in codes:
            host = EvmHost()
            outcome = host.call(host.deploy(code)[0], data)
            outcomes.add((outcome.success, outcome.data))
        if len(outcomes) > 1:
            return True
    return False


def main() -> int:
    reason = find_reason_without_solc()
    if reason is not None:
        raise SystemExit(reason)
    first, last = (int(text) for text in sys.argv[1:3])
    solc = SolcOracle()
    different = [seed for seed in range(first, last) if differs(seed, solc)]
    solc.close()
    print(f"{last - first} programs, {INPUTS} calls each; seeds that differ: {different}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
