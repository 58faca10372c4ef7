"""The native trie against the `trie` package: random inserts and a root.

Usage: python tests/bench/bench_trie.py [INSERTS]

Both tries hash their keys (32 random bytes) and hold values of 1 to 100 random bytes. The `trie`
package is measured at its best: all inserts in one batch, pruning off.
"""

import random
import sys
import time

from trie import HexaryTrie

from contractchain._native import SecureTrie
from contractchain.crypto import keccak256


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    source = random.Random(7)
    entries = [
        (source.randbytes(32), source.randbytes(source.randint(1, 100))) for _ in range(count)
    ]

    started, cpu = time.perf_counter(), time.process_time()
    native = SecureTrie()
    for key, value in entries:
        native.set(key, value)
    inserted = time.perf_counter() - started
    root = native.root()
    ours, ours_cpu = time.perf_counter() - started, time.process_time() - cpu
    print(f"{count} inserts and a root")
    print(f"native   {ours:9.3f} s{ours_cpu / count * 1e6:10.2f} us CPU each")
    print(f"         {ours - inserted:9.3f} s of it for the root")

    started, cpu = time.perf_counter(), time.process_time()
    reference = HexaryTrie({})
    with reference.squash_changes() as batch:
        for key, value in entries:
            batch.set(keccak256(key), value)
    theirs, theirs_cpu = time.perf_counter() - started, time.process_time() - cpu
    print(f"trie     {theirs:9.3f} s{theirs_cpu / count * 1e6:10.2f} us CPU each")
    same = root == reference.root_hash
    print(f"same root: {same}; native is {theirs / ours:.0f} times as fast")
    print(f"in CPU time: {theirs_cpu / ours_cpu:.0f} times")
    if not same:
        sys.exit(1)


if __name__ == "__main__":
    main()
