"""`ctc trace`: the calls of a transaction in the terms of the source, here and on other nodes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.anvil import run_anvil

SOURCES = """
pragma solidity ^0.8.0;
contract Store {
    event Kept(address indexed by, uint256 value);
    error TooBig(uint256 given, uint256 limit);
    uint256 public value;
    function keep(uint256 next) external payable returns (uint256 before) {
        if (next > 1000) revert TooBig(next, 1000);
        before = value;
        value = next;
        emit Kept(msg.sender, next);
    }
}
contract Caller {
    Store public store;
    uint256 public failures;
    constructor(Store target) { store = target; }
    function forward(uint256 next) external payable returns (uint256) {
        return store.keep{value: msg.value}(next);
    }
    function attempt(uint256 next) external returns (bool kept) {
        try store.keep(next) { kept = true; } catch { failures += 1; }
    }
}
"""


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a fresh anvil."""
    with run_anvil(tmp_path_factory.mktemp("anvil")) as url:
        yield url


@pytest.fixture
def caller(project: Path, ctc):
    """`ctc` in a project with a Store and a Caller of it, and the arguments for the chain."""
    (project / "contracts" / "Caller.sol").write_text(SOURCES)
    return deploy(ctc)


def deploy(ctc, *chain: str):
    store = ctc("deploy", "Store", *chain)
    assert store.status == 0, store.err
    deployed = ctc("deploy", "Caller", store.field("address"), *chain)
    assert deployed.status == 0, deployed.err
    return ctc


def test_calls_inside_are_shown_with_names_values_and_events(caller) -> None:
    sent = caller("send", "Caller", "forward", "7", "--value", "2gwei")
    shown = caller("trace", sent.field("transaction"))
    assert shown.status == 0, shown.err
    lines = shown.out.splitlines()
    assert lines[1] == "from 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 (account0)"
    assert lines[3].startswith("Caller@1.forward(next: 7)  [")
    assert lines[3].endswith("gas, 0.000000002 ether]")
    assert lines[4].startswith("├─ Store@1.keep(next: 7)  [")
    assert lines[5].startswith("│  ├─ emits Kept(by: 0x")
    assert lines[5].endswith("value: 7)")
    assert lines[6:] == ["│  └─ returns 0", "└─ returns 0"]


def test_a_failure_inside_says_why_although_the_transaction_succeeded(caller) -> None:
    sent = caller("send", "Caller", "attempt", "1001")
    shown = caller("trace", sent.field("transaction"))
    assert "│  └─ reverted with `TooBig(given: 1001, limit: 1000)`\n" in shown.out
    assert shown.out.endswith("└─ returns false\n")


def test_a_transaction_that_failed_is_traced(caller) -> None:
    sent = caller("send", "Caller", "forward", "5000", "--gas-limit", "100000")
    assert sent.status == 3
    shown = caller("trace", sent.field("transaction"))
    assert shown.status == 0
    assert shown.out.endswith("└─ reverted with `TooBig(given: 5000, limit: 1000)`\n")


def test_a_creation_shows_its_arguments(caller) -> None:
    caller("deploy", "Till", "100", "corner shop")
    (deployment,) = [
        line for line in caller("block").out.splitlines() if "0x" in line and "hash" not in line
    ][-1:]
    assert deployment
    created = caller("block", "--json").document["transactions"][0]
    shown = caller("trace", created)
    assert "new Till(" in shown.out
    assert "100" in shown.out
    assert "bytes of code" in shown.out


def test_json_has_the_tree_with_what_was_decoded(caller) -> None:
    sent = caller("send", "Caller", "forward", "7")
    document = caller("trace", sent.field("transaction"), "--json").document
    (inner,) = document["trace"]["calls"]
    assert (inner["contract"], inner["function"]) == ("Store@1", "keep(uint256)")
    assert inner["arguments"] == [{"name": "next", "type": "uint256", "value": "7"}]
    assert inner["returns"] == [{"name": "before", "type": "uint256", "value": "0"}]
    assert inner["events"][0]["event"].endswith("value: 7)")


@pytest.mark.parametrize(
    ("tracer", "words"),
    [
        ("callTracer", '"gasUsed"'),
        ("flatCallTracer", '"traceAddress"'),
        ("prestateTracer", '"balance"'),
        ("diff", '"post"'),
        ("4byteTracer", "-32"),
        ("steps", '"structLogs"'),
    ],
)
def test_other_tracers_are_shown_as_json(caller, tracer: str, words: str) -> None:
    sent = caller("send", "Caller", "forward", "7")
    shown = caller("trace", sent.field("transaction"), "--tracer", tracer)
    assert words in shown.out


def test_an_unknown_transaction_is_an_error(caller) -> None:
    ended = caller("trace", "0x" + "00" * 32)
    assert ended.status == 1
    assert "is not known" in ended.err


def test_a_transaction_on_anvil_is_traced_alike(project: Path, ctc, anvil: str) -> None:
    (project / "contracts" / "Caller.sol").write_text(SOURCES)
    shown = []
    for chain in ((), ("--rpc", anvil)):
        deploy(ctc, *chain)
        sent = ctc("send", "Caller", "attempt", "1001", "--gas-limit", "200000", *chain)
        shown.append(ctc("trace", sent.field("transaction"), *chain).out.splitlines()[1:])
    assert shown[0] == shown[1]
