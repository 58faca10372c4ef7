"""Generated scenarios on both engines, and all that ever differed between them.

The seeds are fixed: the same scenarios every time, `CTC_DIFFERENTIAL_EXAMPLES` of them. New ones
are what `make fuzz` is for. What it finds comes to `found/` once it is mended, and stays.
"""

import json
import os
from pathlib import Path

import pytest
from fuzz_engines import find_command, kind_of
from scenario_generation import generate_scenario
from shrinking import measure, shrink

from contractchain.conformance.scenario_file import load_scenario, to_scenario_json
from contractchain.conformance.scenarios import Scenario, compare_engines
from contractchain.interfaces.execution import ExecutionLayer

Engines = tuple[ExecutionLayer, ExecutionLayer]
FOUND = sorted(Path(__file__).with_name("found").glob("*.json"))
CHUNK = 25
EXAMPLES = int(os.environ.get("CTC_DIFFERENTIAL_EXAMPLES", "150"))


@pytest.mark.parametrize("first", range(0, EXAMPLES, CHUNK))
def test_generated_scenarios_come_out_the_same(
    engines: Engines, first: int, tmp_path: Path
) -> None:
    for seed in range(first, min(first + CHUNK, EXAMPLES)):
        scenario = generate_scenario(seed)
        difference = compare_engines(*engines, scenario, with_traces=seed % 4 == 0)
        if difference is None:
            continue
        kind = kind_of(difference)

        def shows(candidate: Scenario, kind: str = kind) -> bool:
            found = compare_engines(*engines, candidate, with_traces=True)
            return found is not None and kind_of(found) == kind

        smallest = shrink(scenario, shows, seconds=60)
        path = tmp_path / f"seed-{seed}.json"
        path.write_text(json.dumps(to_scenario_json(smallest)), "utf-8")
        command = " ".join(find_command(smallest, path))
        pytest.fail(f"seed {seed}: {difference}\n{command}\n{path.read_text()}", pytrace=False)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_found_once_comes_out_the_same(engines: Engines, path: Path) -> None:
    difference = compare_engines(*engines, load_scenario(path), with_traces=True)
    assert difference is None, f"{difference}\nctc evm run --scenario {path} --engine both"


def test_a_scenario_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    for seed in range(30):
        scenario = generate_scenario(seed)
        path.write_text(json.dumps(to_scenario_json(scenario)), "utf-8")
        assert load_scenario(path) == scenario


def test_shrinking_keeps_what_it_is_told_to_and_little_else() -> None:
    def stores_in_a_call(scenario: Scenario) -> bool:
        return any(b"\x55" in account.code for account in scenario.alloc.values())

    start = next(s for s in map(generate_scenario, range(100)) if stores_in_a_call(s))
    smallest = shrink(start, stores_in_a_call, seconds=60)
    assert measure(smallest) < measure(start)
    assert smallest.blocks == smallest.calls == ()
    assert [account.code for account in smallest.alloc.values()] == [b"\x55"]
