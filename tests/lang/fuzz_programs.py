"""Random programs, compiled by us and by solc, under the same random calls.

    python tests/lang/fuzz_programs.py [--seed N] [--programs N] [--seconds S] [--calls N]
                                       [--keep DIRECTORY] [--show SEED] [--without-solc]

Every program is compiled by us with and without optimisation, and by solc through its IR. Success,
return data, logs and storage must be the same, and what one compiler refuses the other has to
refuse, too. What differs is printed, and its source written to DIRECTORY; `--show` prints the
program of a seed. Needs solc (`npm install` in tests/node); `--without-solc`, which is faster, our
two builds are compared with each other.
"""

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evm_host import SENDER, EvmHost
from program_contracts import MAIN, write_program
from random_calls import RandomCalls
from solc_oracle import SolcOracle, build_standard_input, find_reason_without_solc
from twins import Build, Twins

from contractchain.lang import Settings, compile_sources

FILE = "program.sol"
PEOPLE = [SENDER, b"\1" * 20, bytes(20)]
GAS = 3_000_000
"""Of each call: programs are small."""
GAS_OF_DEPLOYMENT = 30_000_000
PIPELINES: tuple[tuple[bool, bool], ...] = ((False, False), (True, False), (True, True))
"""(through the IR, optimised) of solc, cheapest first. Only what differs from all of them differs:
the pipeline without the IR has its own order of evaluation, the one that counts is the IR's."""
CANNOT = ("tack too deep", "Compiler error", "nimplemented")
"""What solc says where it is at its own limits."""


@dataclass(slots=True, kw_only=True)
class ProgramFuzz:
    """Compares programs one by one."""

    solc: SolcOracle | None
    """None: our two builds are compared with each other."""
    calls: int = 30
    made: int = 0
    succeeded: int = 0
    programs: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Programs that say nothing, by reason."""

    def compare(self, source: str, seed: int | str) -> str | None:
        """Return what differs, or None."""
        try:
            abi, codes, faults = self._compile_ours(source)
        except Exception as error:  # noqa: BLE001 - a crash of the compiler is a finding
            return f"crash: {type(error).__name__}: {error}"
        if self.solc is None:
            return self._compare_ours(abi, codes, faults, seed)
        difference, has_played = None, False
        for via_ir, optimize in PIPELINES:
            theirs, refused = self._compile_theirs(source, via_ir=via_ir, optimize=optimize)
            if refused is not None:
                if any(limit in refused for limit in CANNOT):
                    continue
                if faults:
                    self.skipped[f"both refuse: {refused.splitlines()[0][:70]}"] += 1
                    return None
            if faults or refused is not None:
                return f"refused: ours {faults[:1]}, solc's {refused}"
            if abi != theirs["abi"]:
                return "the ABIs differ"
            code = bytes.fromhex(theirs["evm"]["bytecode"]["object"])
            difference, has_played = self._play_all(abi, codes, code, seed), True
            if difference is None:
                self.programs += 1
                return None
            if via_ir:
                return difference
        reason = "solc only without its IR" if has_played else "solc cannot"
        self.skipped[reason] += 1
        return None

    def _compare_ours(
        self, abi: list[Any], codes: list[bytes], faults: list[str], seed: int | str
    ) -> str | None:
        if faults:
            self.skipped[f"refused: {faults[0][:70]}"] += 1
            return None
        self.programs += 1
        return self._play(Build(name=MAIN, abi=abi, codes=(codes[0], codes[1])), seed)

    def _compile_ours(self, source: str) -> tuple[list[Any], list[bytes], list[str]]:
        """Return ABI, optimised and plain init code, and the errors."""
        codes: list[bytes] = []
        for optimize in (True, False):
            compilation = compile_sources(
                {FILE: source},
                settings=Settings(optimize=optimize),
                wanted=lambda contract: contract.name == MAIN,
            )
            faults = [item.message for item in compilation.diagnostics if item.is_error]
            if faults:
                return [], [], faults
            artifact = compilation.contracts[f"{FILE}:{MAIN}"].artifact
            codes.append(artifact.init_code)
        return list(artifact.abi), codes, []

    def _compile_theirs(
        self, source: str, *, via_ir: bool, optimize: bool
    ) -> tuple[dict[str, Any], str | None]:
        """Return what solc makes of the contract, or why it does not."""
        wish = build_standard_input({FILE: source}, optimize=optimize, via_ir=via_ir)
        wish["settings"]["outputSelection"] = {FILE: {MAIN: ["abi", "evm.bytecode.object"]}}
        assert self.solc is not None
        output = self.solc.compile(wish)
        errors = [e for e in output.get("errors", []) if e["severity"] == "error"]
        if errors:
            return {}, errors[0]["formattedMessage"]
        return output["contracts"][FILE][MAIN], None

    def _play_all(
        self, abi: list[Any], ours: list[bytes], theirs: bytes, seed: int | str
    ) -> str | None:
        """Compare both builds of ours with solc's."""
        for code, label in zip(ours, ("optimised", "plain"), strict=True):
            difference = self._play(Build(name=MAIN, abi=abi, codes=(code, theirs)), seed)
            if difference is not None:
                return f"{label}: {difference}"
        return None

    def _play(self, build: Build, seed: int | str) -> str | None:
        inputs = RandomCalls(random=random.Random(f"calls {seed}"), people=list(PEOPLE))
        hosts = EvmHost(gas=GAS_OF_DEPLOYMENT), EvmHost(gas=GAS_OF_DEPLOYMENT)
        for host in hosts:
            for person in PEOPLE:
                host.fund(person)
        twins = Twins(hosts=hosts, inputs=inputs, senders=PEOPLE)
        constructor = [entry for entry in build.abi if entry["type"] == "constructor"]
        difference = None
        for _ in range(3):
            arguments = inputs.encode(constructor[0]["inputs"])
            difference = twins.deploy(build, arguments, value=inputs.random.choice([0, 0, 100]))
            if difference is not None or twins.builds:
                break
        for host in hosts:
            host.gas = GAS
        for _ in range(self.calls if twins.builds else 0):
            difference = difference or twins.call_at_random()
        self.made += twins.made
        self.succeeded += twins.succeeded
        return None if difference is None else str(difference)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first program")
    parser.add_argument("--programs", type=int, default=10**9)
    parser.add_argument("--seconds", type=float, default=300, help="start no program after that")
    parser.add_argument("--calls", type=int, default=30, help="calls of each program")
    parser.add_argument("--keep", type=Path, help="write what differs there")
    parser.add_argument("--show", type=int, help="print the program of this seed, and end")
    parser.add_argument("--without-solc", action="store_true")
    options = parser.parse_args()
    if options.show is not None:
        print(write_program(options.show))
        return
    reason = find_reason_without_solc()
    if reason is not None and not options.without_solc:
        raise SystemExit(reason)
    solc = None if options.without_solc else SolcOracle()
    fuzz = ProgramFuzz(solc=solc, calls=options.calls)
    end, differences = time.monotonic() + options.seconds, 0
    for seed in range(options.seed, options.seed + options.programs):
        if time.monotonic() > end:
            break
        source = write_program(seed)
        difference = fuzz.compare(source, seed)
        if (seed - options.seed) % 50 == 49:
            print(f"{fuzz.programs} programs, {fuzz.made} calls", flush=True)
        if difference is not None:
            differences += 1
            print(f"seed {seed}: {difference}", flush=True)
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{seed}.sol").write_text(f"{source}// {difference}\n")
    if solc is not None:
        solc.close()
    for reason, count in fuzz.skipped.most_common():
        print(f"skipped {count}: {reason}")
    print(
        f"{fuzz.programs} programs, {fuzz.made} calls, {fuzz.succeeded} succeeded,"
        f" {differences} differences"
    )
    sys.exit(differences > 0)


if __name__ == "__main__":
    main()
