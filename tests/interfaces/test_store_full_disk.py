"""A disk that refuses: the block is not there, what was there is, and the store goes on after."""

import subprocess
import sys
from pathlib import Path

import pytest
from store_cases import DISK_KINDS, closing, open_kind, require_store
from store_records import make_record

from contractchain.store import verify_store

WRITER = """
import resource, sys
from store_records import make_record
from contractchain.errors import StoreError
from contractchain.store import open_store

store = open_store(sys.argv[1], sys.argv[2])
for number in range(10):
    store.commit_block(make_record(number, transactions=1))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), hard))
number, refused = 10, 0
while not refused:
    try:
        store.commit_block(make_record(number, transactions=500))
        number += 1
    except StoreError as error:
        assert error.path, error
        refused = 1
assert store.head_number() == number - 1
assert store.get_record(number - 1).number == number - 1
try:
    store.put_metadata("large", bytes(10**7))
except StoreError:
    pass
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
for number in range(number, number + 5):
    store.commit_block(make_record(number, transactions=1))
print(number)
store.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX's")
@pytest.mark.parametrize("limit", [200_000, 1_000_000])
@pytest.mark.parametrize("kind", DISK_KINDS)
def test_a_block_that_does_not_fit_is_refused_and_later_ones_are_kept(
    kind: str, limit: int, tmp_path: Path
) -> None:
    require_store(kind)
    done = subprocess.run(
        [sys.executable, "-c", WRITER, kind, str(tmp_path / "store"), str(limit)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    head = int(done.stdout)
    for store in closing(open_kind(kind, tmp_path / "store")):
        assert store.head_number() == head
        assert verify_store(store) == head + 1
        assert store.get_record(head) == make_record(head, transactions=1)
        assert store.get_metadata("large") is None
