"""One chain, two doors: a node on the data directory is used by the other commands."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def node(till, project: Path) -> Iterator[dict[str, object]]:
    """What a node on the project's data directory says of itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "contractchain", "node", "--port", "0", "--json"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        document = json.loads(process.stdout.readline())
        lock = project / ".contractchain" / "lock"
        for _ in range(600):
            if json.loads(lock.read_text())["url"] is not None:
                break
            time.sleep(0.05)
        yield document
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        process.stdout.close()


def test_commands_use_the_node_that_has_the_data_directory(till, node) -> None:
    sent = till("send", "Till", "setLevel", "-8")
    assert sent.field("block") == "2"
    assert sent.field("returns") == "before: 0"
    assert till("call", "Till", "level").out == "-8\n"
    assert till("deploy", "Till", "5", "second").out.startswith("Till@2 deployed")
    assert till("block", "--json").document["number"] == 3


def test_failures_at_the_node_are_put_in_words(till, node) -> None:
    for limit in ([], ["--gas-limit", "100000"]):
        ended = till("send", "Till", "take", "420", *limit)
        assert ended.status == 3
        assert "reverted with `TooMuch(asked: 420, available: 100)`" in ended.err
    assert "panicked: an assertion failed" in till("call", "Till", "fail", "1").err
    assert "an invalid opcode" in till("send", "Till", "fail", "3", "--gas-limit", "90000").err
    ended = till("send", "account1", "--value", "1", "--from", "0x" + "11" * 32)
    assert "insufficient funds" in ended.err


def test_an_engine_cannot_be_chosen_for_a_node(till, node) -> None:
    ended = till("call", "Till", "level", "--engine", "py-evm")
    assert ended.status == 2
    assert "`--engine` has no effect on it" in ended.err


def test_doctor_names_the_node(till, node) -> None:
    ended = till("doctor")
    assert ended.status == 0
    assert "which answers at http://127.0.0.1:" in ended.out


def test_what_was_sent_to_the_node_is_there_when_it_has_ended(till, node, project) -> None:
    till("send", "Till", "setLevel", "-8")
    pid = json.loads((project / ".contractchain" / "lock").read_text())["pid"]
    os.kill(pid, signal.SIGKILL)
    assert till("call", "Till", "level").out == "-8\n"
