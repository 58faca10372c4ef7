"""Generated scenarios on both engines, as many as time allows.

Usage: python tests/differential/fuzz_engines.py [--seconds S] [--examples N] [--seed N]
           [--found DIR] [--workers N]

A seed is a scenario: `--seed N --examples 1` runs the one that was reported. A difference is
shrunk, written to a file and printed as the command that shows it; the exit status is 1 then. What
has the same kind of difference as one that is written already is counted and not shrunk again.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from scenario_generation import generate_scenario  # noqa: E402
from shrinking import shrink  # noqa: E402

from contractchain.conformance.scenario_file import to_scenario_json  # noqa: E402
from contractchain.conformance.scenarios import (  # noqa: E402
    Difference,
    Scenario,
    compare_engines,
)
from contractchain.execution import create_engine  # noqa: E402
from contractchain.interfaces.execution import ExecutionLayer  # noqa: E402

CHUNK = 200
"""Scenarios for which one pair of engines is used."""
TRACED = 4
"""Of so many scenarios, one has its calls traced, too."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A scenario on which the engines differ."""

    seed: int
    kind: str
    """What they differ about, without numbers; scenarios of one kind are mostly one fault."""


@dataclass(frozen=True, kw_only=True)
class ChunkResult:
    """What came of some seeds."""

    examples: int
    transactions: int
    found: tuple[Found, ...]


def kind_of(difference: Difference) -> str:
    """Return what a difference is about, without numbers."""
    names = (re.match(r"\w+", text) for text in (difference.left, difference.right))
    kinds = sorted({m[0] for m in names if m and not m[0].isdigit() and m[0][:2] != "0x"})
    return re.sub(r"\d+", "n", " / ".join([difference.where, *kinds]))


def run_chunk(seeds: range) -> ChunkResult:
    """Compare the engines on the scenarios of some seeds."""
    native, reference = create_engine("revm"), create_engine("py-evm")
    found = []
    transactions = 0
    for seed in seeds:
        scenario = generate_scenario(seed)
        transactions += sum(len(block.transactions) for block in scenario.blocks)
        difference = _compare(native, reference, scenario, with_traces=seed % TRACED == 0)
        if difference is not None:
            found.append(Found(seed=seed, kind=kind_of(difference)))
    return ChunkResult(examples=len(seeds), transactions=transactions, found=tuple(found))


def _compare(
    native: ExecutionLayer, reference: ExecutionLayer, scenario: Scenario, *, with_traces: bool
) -> Difference | None:
    """As `compare_engines`; an exception that is none of ours is a difference too."""
    try:
        return compare_engines(native, reference, scenario, with_traces=with_traces)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return Difference(where="an engine raises", left=repr(error), right="")


def shrink_found(found: Found, folder: Path, seconds: float = 120) -> Path:
    """Write the smallest scenario with the same kind of difference."""
    native, reference = create_engine("revm"), create_engine("py-evm")
    is_traced = found.kind.startswith("trace")

    def shows(candidate: Scenario) -> bool:
        difference = _compare(native, reference, candidate, with_traces=is_traced)
        return difference is not None and kind_of(difference) == found.kind

    scenario = shrink(generate_scenario(found.seed), shows, seconds=seconds)
    difference = _compare(native, reference, scenario, with_traces=is_traced)
    assert difference is not None
    note = f"seed {found.seed}: {difference.where}"
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", found.kind.lower()).strip("-")[:60]
    path = folder / f"{name}-{found.seed}.json"
    document = to_scenario_json(replace(scenario, note=note))
    path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    print(f"{difference.where}\n  revm    {difference.left}\n  py-evm  {difference.right}")
    print("  " + " ".join(find_command(scenario, path)), flush=True)
    return path


def find_command(scenario: Scenario, path: Path) -> list[str]:
    """Return the shortest command that shows the difference: plain code if that is enough."""
    general = ["ctc", "evm", "run", "--scenario", str(path), "--engine", "both"]
    targets = [(call.to, call.data, call.gas_limit) for call in scenario.calls]
    for to, data, gas in targets:
        account = scenario.alloc.get(to) if to is not None else None
        if account is None or not account.code or gas is None:
            continue
        plain = ["ctc", "evm", "run", "--code", "0x" + account.code.hex()]
        plain += ["--input", "0x" + data.hex(), "--gas", str(gas)]
        plain += ["--fork", scenario.fork.value.lower()]
        outputs = [_run_command([*plain, "--engine", name]) for name in ("revm", "py-evm")]
        if outputs[0] != outputs[1]:
            return [*plain, "--engine", "revm|py-evm"]
    return general


def _run_command(command: list[str]) -> dict[str, object]:
    arguments = [sys.executable, "-m", "contractchain", *command[1:], "--json"]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    document: dict[str, object] = json.loads(ended.stdout)
    document.pop("engine", None)
    return document


def run_for(
    seconds: float, examples: int | None, first: int, workers: int
) -> Iterator[ChunkResult]:
    """Yield the results of chunks of seeds until time or examples are used up."""
    deadline = time.monotonic() + seconds
    last = None if examples is None else first + examples
    starts = count(first, CHUNK)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = []
        for start in starts:
            is_over = time.monotonic() > deadline or (last is not None and start >= last)
            if not is_over:
                end = start + CHUNK if last is None else min(start + CHUNK, last)
                waiting.append(pool.submit(run_chunk, range(start, end)))
            if is_over or len(waiting) > workers:
                if not waiting:
                    return
                yield waiting.pop(0).result()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600, help="time to start new scenarios in")
    parser.add_argument("--examples", type=int, help="scenarios at most (default: no limit)")
    parser.add_argument("--seed", type=int, help="first seed (default: from the clock)")
    parser.add_argument("--found", type=Path, default=Path("build/found"), help="where to write")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    options = parser.parse_args()
    first = time.time_ns() if options.seed is None else options.seed
    print(f"from seed {first} on", flush=True)
    examples = transactions = 0
    kinds: dict[str, int] = {}
    began = told = time.monotonic()
    for chunk in run_for(options.seconds, options.examples, first, options.workers):
        examples += chunk.examples
        transactions += chunk.transactions
        for found in chunk.found:
            kinds[found.kind] = kinds.get(found.kind, 0) + 1
            if kinds[found.kind] == 1:
                print(f"seed {found.seed}: {found.kind}", flush=True)
                shrink_found(found, options.found)
        if time.monotonic() - told > 60:
            told = time.monotonic()
            print(f"{examples:,} scenarios, {transactions:,} transactions", flush=True)
    rate = examples / max(time.monotonic() - began, 1e-9)
    print(f"{examples:,} scenarios, {transactions:,} transactions, {rate:.0f} per second")
    for kind, number in kinds.items():
        print(f"DIFFERENCE in {number:,} scenarios: {kind}")
    return 1 if kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
