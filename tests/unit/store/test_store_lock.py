"""The data directory lock, between real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contractchain.errors import StoreError, StoreLockedError
from contractchain.store.lock import LOCK_FILE, DataDirectoryLock, LockOwner, find_lock_owner

HOLDER = """
import sys
from contractchain.store.lock import DataDirectoryLock
lock = DataDirectoryLock.acquire(sys.argv[1])
lock.publish(sys.argv[2] or None)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def other_process(folder: Path, url: str = "") -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        try:
            yield child
        finally:
            child.kill()


def test_a_second_process_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with other_process(tmp_path) as child:
        with pytest.raises(StoreLockedError) as caught:
            DataDirectoryLock.acquire(tmp_path)
        assert caught.value.pid == child.pid
        assert str(child.pid) in str(caught.value)
        assert str(tmp_path) in str(caught.value)


def test_a_killed_process_gives_the_lock_up(tmp_path: Path) -> None:
    with other_process(tmp_path) as child:
        child.kill()
        child.wait()
        with DataDirectoryLock.acquire(tmp_path):
            assert find_lock_owner(tmp_path) == LockOwner(pid=os.getpid(), url=None)


def test_a_running_node_is_found_by_its_url(tmp_path: Path) -> None:
    with other_process(tmp_path, "http://127.0.0.1:8545") as child:
        assert find_lock_owner(tmp_path) == LockOwner(pid=child.pid, url="http://127.0.0.1:8545")
        with pytest.raises(StoreLockedError) as caught:
            DataDirectoryLock.acquire(tmp_path)
        assert caught.value.hint is not None
        assert "http://127.0.0.1:8545" in caught.value.hint


def test_what_a_dead_process_wrote_is_not_believed(tmp_path: Path) -> None:
    with other_process(tmp_path, "http://127.0.0.1:8545"):
        pass
    assert "8545" in (tmp_path / LOCK_FILE).read_text()
    assert find_lock_owner(tmp_path) is None


def test_nobody_holds_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert find_lock_owner(tmp_path / "nowhere") is None


def test_looking_who_holds_it_does_not_take_it(tmp_path: Path) -> None:
    DataDirectoryLock.acquire(tmp_path).release()
    assert find_lock_owner(tmp_path) is None
    DataDirectoryLock.acquire(tmp_path).release()


def test_one_process_cannot_take_it_twice(tmp_path: Path) -> None:
    with DataDirectoryLock.acquire(tmp_path), pytest.raises(StoreLockedError) as caught:
        DataDirectoryLock.acquire(tmp_path)
    assert caught.value.pid == os.getpid()


def test_the_file_says_who_holds_it_as_json(tmp_path: Path) -> None:
    with DataDirectoryLock.acquire(tmp_path) as lock:
        lock.publish("http://127.0.0.1:18545")
        lock.publish("http://127.0.0.1:1")
        said = json.loads((tmp_path / LOCK_FILE).read_text())
    assert said == {"pid": os.getpid(), "url": "http://127.0.0.1:1"}


def test_a_released_lock_publishes_nothing(tmp_path: Path) -> None:
    lock = DataDirectoryLock.acquire(tmp_path)
    lock.release()
    lock.release()
    with pytest.raises(StoreError):
        lock.publish("http://127.0.0.1:8545")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x", "url": 3}', "\x00\xff"])
def test_an_unreadable_lock_file_still_refuses(tmp_path: Path, text: str) -> None:
    with DataDirectoryLock.acquire(tmp_path):
        (tmp_path / LOCK_FILE).write_text(text)
        assert find_lock_owner(tmp_path) == LockOwner(pid=None, url=None)
        with pytest.raises(StoreLockedError):
            DataDirectoryLock.acquire(tmp_path)


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        DataDirectoryLock.acquire(tmp_path / "file")
