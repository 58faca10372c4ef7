"""The campaign files are read, and name contracts and functions that exist."""

from pathlib import Path

import pytest

from contractchain.errors import ConfigError
from contractchain.stress.campaign import load_campaign
from contractchain.stress.ladder import LADDER

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "loadtests").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_each_campaign_names_a_contract_and_a_function_that_exist(path: Path) -> None:
    campaign = load_campaign(path)
    for step in campaign.steps:
        source = (ROOT / "contracts" / f"{step.contract}.sol").read_text()
        assert f"function {step.function}(" in source


def test_every_rung_of_the_ladder_has_a_campaign() -> None:
    used = {step.contract for path in FILES for step in load_campaign(path).steps}
    assert {rung.step.contract for rung in LADDER} <= used


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("steps: []", "steps"),
        ("rate: 0\nsteps: [{contract: A, function: f}]", "rate"),
        ("warm_up: 10s\nsteps: [{contract: A, function: f}]", "warm_up"),
        ("mode: half\nsteps: [{contract: A, function: f}]", "mode"),
        ("steps: [{contract: A}]", "steps.0"),
    ],
)
def test_a_wrong_campaign_is_refused_by_key(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_campaign(path)
    assert str(caught.value.key or "").startswith(key) or key in str(caught.value)
