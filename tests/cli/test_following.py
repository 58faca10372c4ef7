"""`ctc logs` and what `--follow` prints, of a node on the project's data directory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contractchain.node import NodeConfig, open_local_chain
from contractchain.node.server import RpcServer


@pytest.fixture
def node(till, project: Path) -> Iterator[RpcServer]:
    """A node on the data directory, in this process."""
    config = NodeConfig(data_dir=project / ".contractchain")
    with open_local_chain(config) as opened, RpcServer(opened, port=0) as server:
        yield server


def follow(project: Path, arguments: list[str], act: Callable[[], Any]) -> tuple[int, str, str]:
    """Run `ctc`, act again and again until it has seen enough, and return how it ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "contractchain", *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            act()
            time.sleep(0.1)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
    return process.returncode, out, err


def pay(till) -> None:
    assert till("send", "Till", "pay", "rent", "[]", "--value", "1gwei").status == 0


def test_events_are_listed_decoded_and_by_name(till) -> None:
    assert till("logs", "Till", "Paid").out == "no events\n"
    pay(till)
    assert till("logs").out.startswith("block 2  Paid(payer: 0xf39Fd6e51aad88F6F4ce6aB8827279cf")
    [log] = till("logs", "Till", "Paid", "--json").document["logs"]
    assert (log["block"], log["event"], log["removed"]) == (2, "Paid", False)
    assert till("logs", "Till", "--first", "3", "--last", "latest").status == 1
    assert till("logs", "--first", "1", "--last", "1").out == "no events\n"


def test_an_event_that_there_is_not_is_named(till) -> None:
    ended = till("logs", "Till", "Payd")
    assert ended.status == 1
    assert "contract `Till` has no event `Payd`" in ended.err
    assert "Paid" in ended.err


def test_following_needs_a_node(till) -> None:
    ended = till("logs", "--follow")
    assert ended.status == 2
    assert "`ctc node`" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [["logs", "--count", "3"], ["logs", "--follow", "--last", "3"], ["block", "3", "--follow"]],
)
def test_options_that_make_no_sense_together_are_refused(till, arguments: list[str]) -> None:
    assert till(*arguments).status == 2


def test_events_are_followed_one_document_a_line(till, node, project: Path) -> None:
    pay(till)
    arguments = ["logs", "Till", "Paid", "--follow", "--first", "earliest", "--count", "3"]
    status, out, err = follow(project, [*arguments, "--json"], lambda: pay(till))
    assert status == 0, err
    found = [json.loads(line) for line in out.splitlines()]
    assert [log["event"] for log in found] == ["Paid"] * 3
    assert [log["block"] for log in found] == [2, 3, 4]


def test_blocks_are_followed_a_line_each(till, node, project: Path) -> None:
    url = node.url.replace("http", "ws")
    arguments = ["block", "--follow", "--count", "2", "--rpc", url]
    status, out, err = follow(project, arguments, lambda: pay(till))
    assert status == 0, err
    lines = out.splitlines()
    assert len(lines) == 2
    assert all("  1 transaction  " in line for line in lines)


def test_following_ends_with_an_error_when_the_node_does(till, project: Path) -> None:
    config = NodeConfig(data_dir=project / ".contractchain")
    with open_local_chain(config) as opened, RpcServer(opened, port=0) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "contractchain", "block", "--follow"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            deadline = time.monotonic() + 60
            while not (opened.chain.head().number > 1 and _has_line(process)):
                assert time.monotonic() < deadline
                opened.chain.mine(1)
                time.sleep(0.1)
            server.stop()
            _, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 1
    assert "the node has closed the connection" in err


def _has_line(process: "subprocess.Popen[str]") -> bool:
    """Tell whether something was printed."""
    import select

    return bool(process.stdout and select.select([process.stdout], [], [], 0)[0])
