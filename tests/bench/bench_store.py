"""What a store costs: time and memory per block as the chain grows, and the record codec.

Usage: python tests/bench/bench_store.py [memory|sqlite|native|codec|large] [BLOCKS]

`memory`, `sqlite` and `native` commit blocks of one transaction and print, for every tenth of them,
the time per commit, the CPU time of the process and its resident memory.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from contractchain.interfaces.store import BlockRecord
from contractchain.store import open_store
from contractchain.store.record import decode_record, encode_record

PAGE = resource.getpagesize()
MILLION = 10**6


def make_record(number: int, source: random.Random, transactions: int) -> BlockRecord:
    """Return a record shaped like that of transfers: 250 bytes of header apart from the bloom."""
    receipt = bytes.fromhex("02f9010801825208b90100") + bytes(256) + b"\xc0"
    return BlockRecord(
        number=number,
        hash=source.randbytes(32),
        block=source.randbytes(200) + bytes(256) + source.randbytes(150 + 115 * transactions),
        transaction_hashes=tuple(source.randbytes(32) for _ in range(transactions)),
        senders=tuple(source.randbytes(20) for _ in range(transactions)),
        receipts=(receipt,) * transactions,
        state_diff=source.randbytes(120 + 90 * min(transactions, 100)),
    )


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def measure_growth(kind: str, blocks: int) -> None:
    """Print time and memory per block of one transaction, by tenths of the chain."""
    source = random.Random(1)
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        store = open_store(kind, folder)
        store.commit_block(make_record(0, source, 1))
        base = before = resident_bytes()
        step = blocks // 10
        print(f"{kind}: {blocks} blocks of one transaction")
        for tenth in range(10):
            wall = spent = 0.0
            cpu = time.process_time()
            for number in range(tenth * step + 1, (tenth + 1) * step + 1):
                record = make_record(number, source, 1)
                started = time.perf_counter()
                store.commit_block(record)
                spent += time.perf_counter() - started
            wall = time.process_time() - cpu
            now = resident_bytes()
            print(
                f"  up to {number:6}: {spent / step * MILLION:7.0f} us per commit, "
                f"{wall / step * MILLION:6.0f} us CPU per block, "
                f"{(now - before) / step:7.0f} bytes resident per block"
            )
            before = now
        print(f"  all: {(before - base) / blocks:.0f} bytes resident per block")
        store.close()
        started = time.perf_counter()
        store = open_store(kind, folder)
        size = sum(path.stat().st_blocks * 512 for path in Path(folder).rglob("*"))
        took = time.perf_counter() - started
        print(
            f"  opened again in {took * 1000:.1f} ms, {size / blocks:.0f} bytes of disk per block"
        )
        store.close()


def measure_codec() -> None:
    """Print the time to encode and decode a block of 10,000 transactions."""
    record = make_record(1, random.Random(1), 10_000)
    blob = encode_record(record)
    for name, work in (
        ("encode", lambda: encode_record(record)),
        ("decode", lambda: decode_record(blob, 1, "")),
    ):
        print(f"{name}: {best(work) * 1000:.2f} ms for 10,000 transactions, {len(blob)} bytes")


def measure_large() -> None:
    """Print the time per commit of a block of 10,000 transactions."""
    source = random.Random(1)
    records = [make_record(number, source, 10_000) for number in range(20)]
    for kind in ("memory", "native", "sqlite"):
        with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
            store = open_store(kind, folder)
            times = []
            for record in records:
                started = time.perf_counter()
                store.commit_block(record)
                times.append(time.perf_counter() - started)
            ordered = sorted(times)
            wanted = [each for record in records for each in record.transaction_hashes[::100]]
            started = time.perf_counter()
            for each in wanted:
                assert store.find_transaction(each) is not None
            found = (time.perf_counter() - started) / len(wanted)
            print(
                f"{kind}: commit of 10,000 transactions: median {ordered[10] * 1000:.1f} ms, "
                f"slowest {ordered[-1] * 1000:.1f} ms; find {found * MILLION:.0f} us"
            )
            store.close()


def best(work: object) -> float:
    """Return the shortest of 15 runs, in seconds."""
    assert callable(work)

    def runs() -> Iterator[float]:
        for _ in range(15):
            started = time.perf_counter()
            work()
            yield time.perf_counter() - started

    return min(runs())


def main() -> None:
    what = sys.argv[1] if len(sys.argv) > 1 else "native"
    if what == "codec":
        measure_codec()
    elif what == "large":
        measure_large()
    else:
        measure_growth(what, int(sys.argv[2]) if len(sys.argv) > 2 else 20_000)


main()
