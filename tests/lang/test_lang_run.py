"""Every `run/*.sol` does what it says, not optimised, and optimised for size or for gas."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from evm_host import EvmHost
from run_files import (
    RunFile,
    encode_values,
    expected_outcome,
    find_function,
    read_run_file,
    selector,
)
from solc_oracle import SolcOracle, start_solc

from contractchain.lang import Settings, compile_sources

FILES = sorted((Path(__file__).parent / "run").glob("*.sol"))

SETTINGS = {
    "plain": Settings(optimize=False),
    "optimized": Settings(),
    "small": Settings(runs=1),
    "fast": Settings(runs=10**6),
}


@pytest.fixture(scope="module")
def solc() -> Iterator[SolcOracle]:
    oracle = start_solc()
    yield oracle
    oracle.close()


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_functions_return_what_the_file_says(path: Path, name: str) -> None:
    run = read_run_file(path)
    compilation = compile_sources({path.name: run.source}, settings=SETTINGS[name]).check()
    artifact = list(compilation.artifacts.values())[-1]
    check_calls(run, list(artifact.abi), artifact.init_code)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_solc_agrees_with_the_file(path: Path, solc: SolcOracle) -> None:
    run = read_run_file(path)
    output = solc.compile_sources({path.name: run.source}, via_ir=True)
    name = re.findall(r"^(?:abstract )?contract (\w+)", run.source, re.M)[-1]
    contract = output["contracts"][path.name][name]
    check_calls(run, contract["abi"], bytes.fromhex(contract["evm"]["bytecode"]["object"]))


def check_calls(run: RunFile, abi: list[dict[str, Any]], init_code: bytes) -> None:
    constructor = next((e for e in abi if e["type"] == "constructor"), {"inputs": []})
    init_code += encode_values(constructor["inputs"], run.constructor_arguments)
    host = EvmHost()
    address, created = host.deploy(init_code)
    assert created.success, created.data.hex()
    assert run.calls, "the file expects nothing"
    for call in run.calls:
        function = find_function(abi, call)
        data = selector(function) + encode_values(function["inputs"], call.arguments)
        outcome = host.call(address, data, value=call.value)
        success, expected = expected_outcome(abi, function, call.expected)
        assert (outcome.success, outcome.data.hex()) == (success, expected.hex()), call.text
