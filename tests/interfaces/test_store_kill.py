"""`kill -9` at any moment: nothing acknowledged is lost, nothing half done is there.

`--kills N` (or the environment variable `CTC_KILLS`) says how often, over all stores together.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_cases import DISK_KINDS, closing, open_kind, require_store
from store_records import make_record

from contractchain.interfaces.store import Store
from contractchain.store import verify_store

CHILD = Path(__file__).with_name("store_child.py")
LONGEST_SECONDS = 0.06
RECHECKED = 50

Blocks = list[tuple[int, int]]
"""Salt and number of transactions of each block."""


class History:
    """What a child said that it did."""

    def __init__(self) -> None:
        self.acknowledged: Blocks = []
        self.begun: Blocks = []
        """The blocks if what was begun last is counted as done."""

    def hear(self, line: str) -> None:
        match line.split():
            case ["commit", number, salt, count]:
                assert int(number) == len(self.acknowledged)
                self.begun = [*self.acknowledged, (int(salt), int(count))]
            case ["rollback", number]:
                self.begun = self.acknowledged[: int(number) + 1]
            case ["done"]:
                self.acknowledged = self.begun

    def check(self, store: Store) -> None:
        """Compare the store with what was acknowledged, and go on from what it holds."""
        head = store.head_number()
        length = 0 if head is None else head + 1
        found = [blocks for blocks in (self.acknowledged, self.begun) if len(blocks) == length]
        assert found, f"{length} blocks, {len(self.acknowledged)} were acknowledged"
        for number in range(max(0, length - RECHECKED), length):
            salt, count = found[0][number]
            assert store.get_record(number) == make_record(number, salt, count)
        self.acknowledged = self.begun = found[0]


def live_and_die(kind: str, folder: Path, seed: int, history: History) -> None:
    """Run a child, kill it after a random time, and hear what it had said."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    child = subprocess.Popen(
        [sys.executable, str(CHILD), kind, str(folder), str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    with child, child.stdout, child.stderr:
        opened = child.stdout.readline().decode()
        if not opened.startswith("open"):
            pytest.fail(child.stderr.read().decode())
        time.sleep(random.Random(seed).random() * LONGEST_SECONDS)
        child.kill()
        said = child.stdout.read().decode()
        assert child.stderr.read() == b""
    for line in said.splitlines(keepends=True):
        if line.endswith("\n"):
            history.hear(line)


@pytest.mark.parametrize("kind", DISK_KINDS)
def test_killing_the_process_loses_nothing(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    require_store(kind)
    total = int(os.environ.get("CTC_KILLS") or request.config.getoption("--kills"))
    history = History()
    for seed in range(-(-total // len(DISK_KINDS))):
        live_and_die(kind, tmp_path, seed, history)
        for store in closing(open_kind(kind, tmp_path)):
            history.check(store)
    for store in closing(open_kind(kind, tmp_path)):
        assert verify_store(store) == len(history.acknowledged) > 0
