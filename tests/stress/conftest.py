"""A fake node per test, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contractchain.types import Artifact

FAKE_NODE = Path(__file__).parent / "fake_node.py"
COUNTER = Artifact(
    name="Counter",
    source_name="Counter.sol",
    abi=(
        {"type": "function", "name": "increment", "inputs": [], "outputs": []},
        {
            "type": "function",
            "name": "count",
            "inputs": [],
            "outputs": [{"type": "uint256", "name": ""}],
            "stateMutability": "view",
        },
    ),
    init_code=b"\x00",
    runtime_code=b"\x00",
)


@pytest.fixture
def start_node() -> Iterator[Callable[..., str]]:
    """Start fake nodes; each call returns a URL."""
    processes: list[subprocess.Popen[str]] = []

    def start(**options: Any) -> str:
        command = [sys.executable, str(FAKE_NODE), "0", json.dumps(options)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        return f"http://127.0.0.1:{int(process.stdout.readline())}"

    yield start
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def find_artifact() -> Callable[[str], Artifact]:
    return lambda _name: COUNTER
