"""What a block costs the chain: time and resident memory over many blocks of one transaction.

Usage: python tests/bench/bench_chain.py [--blocks N] [--stores native,sqlite,memory]
       [--engines revm,py-evm] [--drain N]

Each row runs in a process of its own. `first` and `last` are microseconds of CPU time per block in
the first and the last tenth of the blocks (signing is not counted); their ratio says whether the
time grows with height. Memory is the growth of the resident set after the first tenth, per block.
`--drain` submits that many transactions at once instead and says what one costs.
"""

import argparse
import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parent.parent))

from chain_cases import GWEI, LOGGER, make_genesis, make_raw
from contractchain.chain.genesis_file import encode_genesis
from contractchain.node import EngineChoice, LocalNode, NodeConfig, StoreChoice, open_local_chain

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """Return the size of the resident set."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def make_increment(nonce: int) -> bytes:
    """Return a call that writes a slot and emits a log."""
    data = nonce.to_bytes(32, "big")
    return make_raw(
        0, nonce, to=LOGGER, data=data, gas_limit=80_000, value=0, max_fee=200 * GWEI, priority=0
    )


def open_node(folder: Path, engine: str, store: str) -> LocalNode:
    """Open the chain of the tests in a folder."""
    genesis = folder / "genesis.json"
    genesis.write_text(encode_genesis(make_genesis()))
    return open_local_chain(
        NodeConfig(
            data_dir=folder / "data",
            engine=EngineChoice(engine),
            store=StoreChoice(store),
            genesis=genesis,
        )
    )


def run_blocks(engine: str, store: str, blocks: int) -> None:
    """Mine blocks of one transaction and print one row."""
    tenth = blocks // 10
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        with open_node(Path(folder), engine, store) as node:
            memory = 0
            for part in range(10):
                raws = [make_increment(part * tenth + i) for i in range(tenth)]
                start = process_time()
                for raw in raws:
                    node.chain.submit([raw])
                times.append((process_time() - start) / tenth * 1e6)
                del raws
                if part == 0:
                    gc.collect()
                    memory = resident_bytes()
            gc.collect()
            grown = (resident_bytes() - memory) / (9 * tenth)
            assert node.chain.head().number == 10 * tenth
        start = perf_counter()
        with open_node(Path(folder), engine, store) as node:
            reopened_ms = (perf_counter() - start) * 1000
            assert store == "memory" or node.chain.head().number == 10 * tenth
    print(
        f"| {engine} | {store} | {10 * tenth:,} | {times[0]:.0f} | {times[-1]:.0f} | "
        f"{times[-1] / times[0]:.2f} | {grown:,.0f} | {reopened_ms:.0f} |",
        flush=True,
    )


def run_drain(engine: str, store: str, count: int) -> None:
    """Submit transactions at once, in the wrong order, and print one row."""
    with tempfile.TemporaryDirectory() as folder, open_node(Path(folder), engine, store) as node:
        raws = [make_increment(nonce) for nonce in reversed(range(count))]
        start, cpu = perf_counter(), process_time()
        results = node.chain.submit(raws)
        wall, used = perf_counter() - start, process_time() - cpu
        assert all(isinstance(result, bytes) for result in results)
        assert len(node.chain.pool) == 0
        print(
            f"| {engine} | {store} | {count:,} | {node.chain.head().number} | "
            f"{used / count * 1e6:.0f} | {wall / count * 1e6:.0f} |",
            flush=True,
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--blocks", type=int, default=20_000)
    parser.add_argument("--drain", type=int, default=20_000)
    parser.add_argument("--stores", default="native,sqlite,memory")
    parser.add_argument("--engines", default="revm")
    parser.add_argument("--row", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.row:
        kind, engine, store = arguments.row
        if kind == "blocks":
            run_blocks(engine, store, arguments.blocks)
        else:
            run_drain(engine, store, arguments.drain)
        return
    pairs = [(e, s) for e in arguments.engines.split(",") for s in arguments.stores.split(",")]
    headings = {
        "blocks": "| engine | store | blocks | first us/block | last us/block | ratio | "
        "RSS bytes/block | reopen ms |",
        "drain": "| engine | store | transactions | blocks | CPU us/tx | wall us/tx |",
    }
    for kind, heading in headings.items():
        if getattr(arguments, kind) == 0:
            continue
        print(f"{heading}\n|{'---|' * (heading.count('|') - 1)}", flush=True)
        for engine, store in pairs:
            size = str(getattr(arguments, kind))
            row = [sys.executable, __file__, f"--{kind}", size, "--row", kind, engine, store]
            subprocess.run(row, check=True)
        print()


if __name__ == "__main__":
    main()
