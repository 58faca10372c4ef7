"""`kill -9` while blocks are mined: whatever was acknowledged is there, and the state is right.

`--kills N` says how often in total (both stores together); the full run uses 200.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from chain_cases import LOGGER, accounts, make_raw
from contractchain.chain import BlockTag
from contractchain.execution import create_engine
from contractchain.node import LocalNode, NodeConfig, StoreChoice, open_local_chain
from contractchain.store import has_native_store

CHILD = Path(__file__).with_name("mining_child.py")
KILLS_PER_DIRECTORY = 10
LONGEST_SECONDS = 0.4


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("store", ["sqlite", "native"])
def test_nothing_acknowledged_is_lost(
    tmp_path: Path, store: str, pytestconfig: pytest.Config
) -> None:
    if store == "native" and not has_native_store():
        pytest.skip("the native store is not installed")
    kills = max(pytestconfig.getoption("--kills") // 2, 1)
    random = Random(7)
    blocks = 0
    for kill in range(kills):
        folder = tmp_path / str(kill // KILLS_PER_DIRECTORY)
        folder.mkdir(exist_ok=True)
        lines = run_and_kill(folder, store, seed=kill, after=random.random() * LONGEST_SECONDS)
        blocks += len(lines)
        check_what_is_left(folder, store, lines)
    assert blocks > kills


def run_and_kill(folder: Path, store: str, *, seed: int, after: float) -> list[list[str]]:
    """Let a child mine for a while from its first word on, kill it, return what it said."""
    path = os.pathsep.join([str(CHILD.parent.parent), *sys.path])
    with subprocess.Popen(
        [sys.executable, str(CHILD), str(folder), store, str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path},
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        first = child.stdout.readline()
        timer = Timer(after, child.send_signal, [signal.SIGKILL])
        timer.start()
        rest = child.stdout.read()
        errors = child.stderr.read()
    timer.cancel()
    assert child.returncode == -signal.SIGKILL, errors.decode()
    complete = (first + rest).decode().split("\n")[:-1]
    return [line.split() for line in complete]


def check_what_is_left(folder: Path, store: str, lines: list[list[str]]) -> None:
    config = NodeConfig(
        data_dir=folder / "data", store=StoreChoice(store), genesis=folder / "genesis.json"
    )
    verb, number, block_hash, state_root = lines[-1]
    with open_local_chain(config) as node:
        assert node.chain.head().number >= int(number)
        header = node.chain.blocks.get_header(int(number))
        assert node.chain.blocks.get_block(int(number)).hash.hex() == block_hash
        assert header.state_root.hex() == state_root
        assert node.execution.has_state(node.chain.blocks.get_header().state_root)
        if verb == "head":
            check_every_acknowledged_block(node, lines)
        node.chain.verify(max(int(number) - 3, 1), node.chain.head().number, create_engine("auto"))
        check_it_goes_on(node)


def check_every_acknowledged_block(node: LocalNode, lines: list[list[str]]) -> None:
    expected: dict[int, str] = {}
    for _, number, block_hash, _ in lines:
        expected = {n: h for n, h in expected.items() if n < int(number)}
        expected[int(number)] = block_hash
    for number, block_hash in expected.items():
        assert node.chain.blocks.get_block(number).hash.hex() == block_hash


def check_it_goes_on(node: LocalNode) -> None:
    nonce = node.chain.state.get_next_nonce(accounts()[0].address)
    (result,) = node.chain.submit(
        [make_raw(0, nonce, to=LOGGER, data=bytes(32), gas_limit=100_000, value=0)]
    )
    assert isinstance(result, bytes)
    receipt = node.chain.blocks.find_receipt(result)
    assert receipt is not None
    assert receipt.block_hash == node.chain.blocks.get_block(BlockTag.LATEST).hash
