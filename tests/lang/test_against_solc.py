"""The example contracts, compiled by us and by solc: same ABI, same layout, same behaviour."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import eth_abi
import pytest
from eth_abi.exceptions import EncodingError
from evm_host import EvmHost, Outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_files import selector, type_of
from solc_oracle import SolcOracle, start_solc

from contractchain.lang import Settings, compile_sources
from contractchain.lang.driver.storage_json import storage_layout_json

CONTRACTS = sorted((Path(__file__).parents[2] / "contracts").glob("*.sol"))
EXAMPLES = int(os.environ.get("CTC_LANG_EXAMPLES", "6"))
"""How many random sequences of calls each contract gets."""
SENDERS = [bytes([1]) * 20, bytes([2]) * 20]


@pytest.fixture(scope="module")
def solc() -> Iterator[SolcOracle]:
    oracle = start_solc()
    yield oracle
    oracle.close()


@pytest.fixture(scope="module")
def theirs(solc: SolcOracle) -> dict[str, dict[str, Any]]:
    sources = {path.name: path.read_text() for path in CONTRACTS}
    output = solc.compile_sources(sources)
    return {
        name: contract for file in output["contracts"].values() for name, contract in file.items()
    }


def without_ids(value: Any) -> Any:
    """Drop the numbers of AST nodes, which are nobody's promise."""
    if isinstance(value, dict):
        return {without_ids(k): without_ids(v) for k, v in value.items() if k != "astId"}
    if isinstance(value, list):
        return [without_ids(item) for item in value]
    return re.sub(r"\)\d+", ")", value) if isinstance(value, str) else value


def compile_ours(path: Path, *, optimize: bool = True) -> Any:
    compilation = compile_sources(
        {path.name: path.read_text()}, settings=Settings(optimize=optimize)
    ).check()
    (artifact,) = compilation.artifacts.values()
    return artifact


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
class TestSameDescription:
    def test_the_abi_is_the_same(self, path: Path, theirs: dict[str, Any]) -> None:
        assert list(compile_ours(path).abi) == theirs[path.stem]["abi"]

    def test_the_storage_layout_is_the_same(self, path: Path, theirs: dict[str, Any]) -> None:
        layout = compile_ours(path).storage_layout
        ours = storage_layout_json(layout)
        assert without_ids(ours) == without_ids(theirs[path.stem]["storageLayout"])

    def test_the_method_identifiers_are_the_same(self, path: Path, theirs: dict[str, Any]) -> None:
        expected = theirs[path.stem]["evm"]["methodIdentifiers"]
        assert compile_ours(path).method_identifiers == expected

    def test_the_documentation_is_the_same(self, path: Path, theirs: dict[str, Any]) -> None:
        artifact = compile_ours(path)
        assert artifact.userdoc == theirs[path.stem]["userdoc"]
        assert artifact.devdoc == theirs[path.stem]["devdoc"]


def values_of(kind: str, components: list[dict[str, Any]] | None = None) -> st.SearchStrategy[Any]:
    """Return a strategy for values of an ABI type; small numbers are likely."""
    if kind.endswith("]"):
        inner, _, size = kind[:-1].rpartition("[")
        limits = {"min_size": int(size), "max_size": int(size)} if size else {"max_size": 4}
        return st.lists(values_of(inner, components), **limits)
    if kind.startswith("uint"):
        top = 2 ** int(kind[4:]) - 1
        return st.one_of(st.integers(0, min(top, 20)), st.integers(0, top))
    if kind.startswith("int"):
        top = 2 ** (int(kind[3:]) - 1)
        return st.one_of(st.integers(-5, 20), st.integers(-top, top - 1))
    if kind == "bool":
        return st.booleans()
    if kind == "address":
        return st.sampled_from([*SENDERS, bytes(20), bytes([3]) * 20])
    if kind == "string":
        return st.text(max_size=70)
    if kind == "bytes":
        return st.binary(max_size=70)
    if kind.startswith("bytes"):
        return st.binary(min_size=int(kind[5:]), max_size=int(kind[5:]))
    assert kind == "tuple" and components is not None
    return st.tuples(*(values_of(c["type"], c.get("components")) for c in components))


@st.composite
def calldata(draw: st.DrawFn, abi: list[dict[str, Any]]) -> bytes:
    """Calldata of one of the functions; now and then with a word spoilt, or cut off."""
    function = draw(st.sampled_from([e for e in abi if e["type"] == "function"]))
    kinds = [type_of(item) for item in function["inputs"]]
    values = []
    for item in function["inputs"]:
        strategy = values_of(item["type"], item.get("components"))
        is_loop_bound = item["type"] == "uint256" and item["name"] in ("n", "rounds")
        values.append(draw(st.integers(0, 9) if is_loop_bound else strategy))
    try:
        encoded = eth_abi.encode(kinds, values)
    except (EncodingError, UnicodeEncodeError):
        encoded = b""
    damage = draw(st.integers(0, 9))
    if damage == 0:
        encoded = encoded[: draw(st.integers(0, len(encoded)))]
    elif damage == 1 and encoded:
        at = draw(st.integers(0, len(encoded) // 32 - 1)) * 32
        word = draw(st.binary(min_size=32, max_size=32))
        # a loop bound that is huge would run until the gas is gone
        if all(item["name"] not in ("n", "rounds") for item in function["inputs"]):
            encoded = encoded[:at] + word + encoded[at + 32 :]
    return selector(function) + encoded


def construct(artifact_abi: list[dict[str, Any]]) -> bytes:
    """Return fixed constructor arguments."""
    samples = {
        "string": "Token of tests that is longer than one word",
        "uint256": 10**9,
        "bytes32[]": [b"one".ljust(32, b"\0"), b"two".ljust(32, b"\0")],
    }
    for entry in artifact_abi:
        if entry["type"] == "constructor":
            kinds = [type_of(item) for item in entry["inputs"]]
            return eth_abi.encode(kinds, [samples[kind] for kind in kinds])
    return b""


def same(ours: Outcome, other: Outcome, our_address: bytes, other_address: bytes) -> None:
    assert ours.success == other.success
    assert ours.data.hex() == other.data.hex()
    assert len(ours.logs) == len(other.logs)
    for mine, its in zip(ours.logs, other.logs, strict=True):
        assert (mine[0] == our_address, mine[1:]) == (its[0] == other_address, its[1:])


@pytest.mark.parametrize("optimize", [False, True], ids=["plain", "optimized"])
@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_random_calls_do_the_same(path: Path, optimize: bool, theirs: dict[str, Any]) -> None:
    artifact = compile_ours(path, optimize=optimize)
    abi = list(artifact.abi)
    their_code = bytes.fromhex(theirs[path.stem]["evm"]["bytecode"]["object"])

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(calldata(abi), st.sampled_from(SENDERS), st.booleans()), max_size=8))
    def check(calls: list[tuple[bytes, bytes, bool]]) -> None:
        host, other = EvmHost(), EvmHost()
        our_address, created = host.deploy(artifact.init_code + construct(abi))
        other_address, their_creation = other.deploy(their_code + construct(abi))
        assert created.success and their_creation.success
        for sender in SENDERS:
            host.fund(sender)
            other.fund(sender)
        for data, sender, with_value in calls:
            value = 1 if with_value and sender == SENDERS[1] else 0
            same(
                host.call(our_address, data, sender=sender, value=value),
                other.call(other_address, data, sender=sender, value=value),
                our_address,
                other_address,
            )
            assert host.storage(our_address) == other.storage(other_address)

    check()
