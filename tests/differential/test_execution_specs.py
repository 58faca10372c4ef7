"""The native engine against Ethereum's executable specification (EELS), from Prague to BPO2.

Skipped where EELS is not installed; `make eels` installs it. `CTC_SPECS_EXAMPLES` scenarios with
fixed seeds; `fuzz_specs.py` runs new ones.
"""

import json
import os
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from execution_specs import FORKS, ORDER, REASONS, Specs, may_both_name
from fuzz_specs import kind_of, shrink_difference
from osaka_generation import generate_specs_scenario

from contractchain.chain.fees import GAS_PER_BLOB, calculate_excess_blob_gas
from contractchain.conformance.networks import BLOBS
from contractchain.conformance.scenario_file import load_scenario, to_scenario_json
from contractchain.conformance.scenarios import Scenario, ScenarioBlock
from contractchain.errors import (
    FeeTooLowError,
    InsufficientFundsError,
    IntrinsicGasTooLowError,
    NonceTooLowError,
    SenderHasCodeError,
)
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Fork, GenesisAccount, Header
from evm_builders import ACCOUNTS, ETHER, TARGET, assemble, sign, transfer

EXAMPLES = int(os.environ.get("CTC_SPECS_EXAMPLES", "50"))
CHUNK = 25


@pytest.fixture(scope="module")
def native() -> ExecutionLayer:
    return create_engine("revm")


@pytest.mark.parametrize("first", range(0, EXAMPLES, CHUNK))
def test_generated_scenarios_come_out_as_specified(
    specs: Specs, native: ExecutionLayer, first: int, tmp_path: Path
) -> None:
    for seed in range(first, min(first + CHUNK, EXAMPLES)):
        scenario = generate_specs_scenario(seed)
        difference = specs.compare(native, scenario)
        if difference is not None:
            smallest = shrink_difference(specs, native, scenario, kind_of(difference))
            text = json.dumps(to_scenario_json(smallest))
            pytest.fail(f"seed {seed}: {difference}\n{text}", pytrace=False)


def test_every_fork_is_among_the_scenarios_and_each_has_its_blobs() -> None:
    scenarios = [generate_specs_scenario(seed) for seed in range(60)]
    assert {(s.fork, s.blob_schedule) for s in scenarios} == {
        (FORKS[name], BLOBS[name.upper() if "bpo" in name else name.title()]) for name in FORKS
    }


def test_the_comparison_sees_a_rule_of_the_next_fork(specs: Specs, native: ExecutionLayer) -> None:
    """CLZ is an invalid instruction under Prague: EELS must not be content with Osaka's result."""
    scenario = _store_count_of_zeros(Fork.PRAGUE)
    assert specs.compare(native, scenario) is None
    assert specs.compare(native, replace(scenario, fork=Fork.OSAKA)) is None
    answers = [
        specs.compare(_Mistaken(native), scenario),  # type: ignore[arg-type]
        specs.compare(_Mistaken(native), replace(scenario, fork=Fork.OSAKA)),  # type: ignore[arg-type]
    ]
    assert [answer is None for answer in answers] == [False, False]


@pytest.mark.parametrize("name", FORKS)
def test_the_excess_of_blob_gas_is_as_specified(specs: Specs, name: str) -> None:
    random = Random(name)
    schedule = BLOBS[name.upper() if "bpo" in name else name.title()]
    for _ in range(200):
        parent = Header(
            parent_hash=bytes(32),
            base_fee_per_gas=random.choice((0, 7, 10**9, 10**11, random.getrandbits(40))),
            blob_gas_used=random.randrange(schedule.max + 1) * GAS_PER_BLOB,
            excess_blob_gas=random.choice((0, 1, random.getrandbits(21), random.getrandbits(28))),
        )
        theirs = specs.ask(
            "excess",
            {
                "fork": name,
                "baseFeePerGas": parent.base_fee_per_gas,
                "blobGasUsed": parent.blob_gas_used,
                "excessBlobGas": parent.excess_blob_gas,
            },
        )
        ours = calculate_excess_blob_gas(parent, schedule, is_osaka=name != "prague")
        assert ours == theirs, parent


def test_two_reasons_go_together_only_if_each_side_looks_for_its_own_first() -> None:
    assert may_both_name(FeeTooLowError, "InsufficientMaxFeePerGasError")
    assert may_both_name(FeeTooLowError, "InsufficientTransactionGasError")
    assert not may_both_name(IntrinsicGasTooLowError, "InsufficientMaxFeePerGasError")
    assert may_both_name(SenderHasCodeError, "InsufficientBalanceError")
    assert not may_both_name(InsufficientFundsError, "NonceMismatchError")
    assert not may_both_name(NonceTooLowError, "InsufficientMaxFeePerGasError")


def test_every_reason_of_the_specification_has_a_place_in_our_order() -> None:
    assert {error for errors in REASONS.values() for error in errors} == set(ORDER)


def test_a_schedule_of_blobs_survives_the_file_of_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    for seed in range(8):
        scenario = generate_specs_scenario(seed)
        path.write_text(json.dumps(to_scenario_json(scenario)), "utf-8")
        assert load_scenario(path) == scenario


def test_an_empty_account_is_no_part_of_what_is_compared(
    specs: Specs, native: ExecutionLayer
) -> None:
    sender, touched = ACCOUNTS[0].address, ACCOUNTS[1].address
    scenario = Scenario(
        fork=Fork.OSAKA,
        alloc={sender: GenesisAccount(balance=ETHER), touched: GenesisAccount()},
        blocks=(ScenarioBlock(transactions=(sign(transfer(0, touched, value=0)),)),),
    )
    assert specs.compare(native, scenario) is None


def _store_count_of_zeros(fork: Fork) -> Scenario:
    code = assemble(1, b"\x1e", 0, "SSTORE")
    return Scenario(
        fork=fork,
        alloc={
            ACCOUNTS[0].address: GenesisAccount(balance=ETHER),
            TARGET: GenesisAccount(nonce=1, code=code),
        },
        blocks=(ScenarioBlock(transactions=(sign(transfer(0, TARGET)),)),),
    )


class _Mistaken:
    """An engine that takes Prague for Osaka and Osaka for Prague."""

    def __init__(self, engine: ExecutionLayer) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def execute_block(self, root: bytes, context: object, raws: object, *, strict: bool) -> object:
        is_osaka = context.fork is Fork.OSAKA  # type: ignore[attr-defined]
        other = Fork.PRAGUE if is_osaka else Fork.OSAKA
        mistaken = replace(context, fork=other)  # type: ignore[type-var]
        return self._engine.execute_block(root, mistaken, raws, strict=strict)  # type: ignore[arg-type]
