"""Generated scenarios on the native engine and on EELS, as many as time allows.

Usage: python tests/differential/fuzz_specs.py [--seconds S] [--examples N] [--seed N]
           [--found DIR] [--python PATH]

EELS is Ethereum's executable specification. `make eels` installs it in an environment of its own
at `build/eels`; `--python` or `CTC_EELS_PYTHON` names the Python of another. A seed is a scenario:
`--seed N --examples 1` runs the one that was reported. The first difference of each kind is shrunk
and written to a file that `ctc evm run --scenario` reads; the exit status is 1 then.
"""

import argparse
import json
import re
import sys
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from execution_specs import Specs, SpecsDifference, find_specs_python  # noqa: E402
from osaka_generation import generate_specs_scenario  # noqa: E402
from shrinking import shrink  # noqa: E402

from contractchain.conformance.scenario_file import to_scenario_json  # noqa: E402
from contractchain.conformance.scenarios import Scenario  # noqa: E402
from contractchain.execution import create_engine  # noqa: E402
from contractchain.interfaces.execution import ExecutionLayer  # noqa: E402

SHRINK_SECONDS = 60
CHUNK = 500
"""Scenarios for which one native engine is used."""


def kind_of(difference: SpecsDifference) -> str:
    """Return what a difference is about, without numbers."""
    return re.sub(r"\d+", "n", difference.where)


def shrink_difference(
    specs: Specs, engine: ExecutionLayer, scenario: Scenario, kind: str
) -> Scenario:
    """Return a smaller scenario with a difference of the same kind."""

    def shows(candidate: Scenario) -> bool:
        found = specs.compare(engine, candidate)
        return found is not None and kind_of(found) == kind

    return shrink(scenario, shows, seconds=SHRINK_SECONDS)


def write_scenario(scenario: Scenario, difference: SpecsDifference, path: Path) -> None:
    """Write a scenario with what came out differently as its note."""
    note = f"{difference.where}: revm {difference.ours}; EELS {difference.theirs}"
    path.parent.mkdir(parents=True, exist_ok=True)
    document = to_scenario_json(replace(scenario, note=note[:2000]))
    path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600, help="time to start new scenarios in")
    parser.add_argument("--examples", type=int, help="scenarios at most (default: no limit)")
    parser.add_argument("--seed", type=int, help="first seed (default: from the clock)")
    parser.add_argument("--found", type=Path, default=Path("build/found"), help="where to write")
    parser.add_argument("--python", default=find_specs_python(), help="Python that has EELS")
    options = parser.parse_args()
    if options.python is None:
        print("EELS is not installed; `make eels` installs it", file=sys.stderr)
        return 2
    first = time.time_ns() if options.seed is None else options.seed
    seeds = count(first) if options.examples is None else range(first, first + options.examples)
    print(f"from seed {first} on", flush=True)
    examples = transactions = 0
    kinds: dict[str, int] = {}
    deadline = time.monotonic() + options.seconds
    engine = create_engine("revm")
    with Specs(options.python) as specs:
        for seed in seeds:
            if time.monotonic() > deadline:
                break
            if examples % CHUNK == CHUNK - 1:
                engine = create_engine("revm")
                print(f"{examples + 1:,} scenarios, {transactions:,} transactions", flush=True)
            scenario = generate_specs_scenario(seed)
            examples += 1
            transactions += sum(len(block.transactions) for block in scenario.blocks)
            difference = specs.compare(engine, scenario)
            if difference is None:
                continue
            kind = kind_of(difference)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] == 1:
                path = options.found / f"specs-{seed}.json"
                smallest = shrink_difference(specs, engine, scenario, kind)
                write_scenario(smallest, difference, path)
                print(f"seed {seed}: {difference}\n  ctc evm run --scenario {path}", flush=True)
    print(f"{examples:,} scenarios, {transactions:,} transactions")
    for kind, number in kinds.items():
        print(f"DIFFERENCE in {number:,} scenarios: {kind}")
    return 1 if kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
