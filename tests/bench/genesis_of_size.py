"""What a large genesis.json costs: reading it, making the chain, opening it again.

Part of `bench_scale.py --genesis N`. Of the accounts, one in ten has three slots of storage and one
in a hundred has code. Every step is a process of its own, whose greatest memory the system tells.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from contractchain.chain.dev_genesis import build_dev_genesis
from contractchain.chain.genesis_file import encode_genesis, load_genesis
from contractchain.crypto import keccak256
from contractchain.node import NodeConfig, open_local_chain

CODES = 1_000
"""Different codes."""
STEPS = ("read", "make", "open", "open, given the file")


def write_genesis(path: Path, accounts: int) -> None:
    """Write a genesis with so many accounts."""
    source = random.Random(accounts)
    document = json.loads(encode_genesis(build_dev_genesis(())))
    codes = ["0x" + source.randbytes(source.randrange(100, 2_000)).hex() for _ in range(CODES)]
    alloc = document["alloc"]
    for number in range(accounts):
        entry: dict[str, object] = {"balance": hex(source.getrandbits(70))}
        if number % 10 == 0:
            entry["storage"] = {
                "0x" + source.randbytes(32).hex(): "0x" + source.randbytes(32).hex()
                for _ in range(3)
            }
        if number % 100 == 0:
            entry |= {"nonce": "0x1", "code": source.choice(codes)}
        alloc["0x" + keccak256(number.to_bytes(8, "big"))[:20].hex()] = entry
    path.write_text(json.dumps(document), "ascii")


def run_step(step: str, folder: Path) -> dict[str, float]:
    """Do one step and return what it cost; in the child process."""
    genesis = folder / "genesis.json"
    given = None if step == "open" else genesis
    config = NodeConfig(data_dir=folder / "data", genesis=given, automine=False)
    work: Callable[[], object] = (
        (lambda: load_genesis(genesis))
        if step == "read"
        else (lambda: open_local_chain(config).close())
    )
    began, spent = time.perf_counter(), time.process_time()
    work()
    cpu, wall = time.process_time() - spent, time.perf_counter() - began
    return {"cpu": cpu, "wall": wall, "peak": peak_mb()}


def peak_mb() -> float:
    """Return the greatest resident memory of this process; `getrusage` has its parent's in it."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def measure_genesis(accounts: int) -> Iterator[str]:
    """Yield the rows of the table."""
    yield f"| genesis of {accounts:,} accounts | CPU s | wall s | peak MB |"
    yield "|---|---|---|---|"
    with tempfile.TemporaryDirectory(dir=Path.home()) as name:
        folder = Path(name)
        write_genesis(folder / "genesis.json", accounts)
        size = (folder / "genesis.json").stat().st_size / 1e6
        for step in STEPS:
            command = [sys.executable, __file__, step, name]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            if ended.returncode:
                raise SystemExit(ended.stderr)
            cost = json.loads(ended.stdout)
            yield f"| {step} | {cost['cpu']:.1f} | {cost['wall']:.1f} | {cost['peak']:,.0f} |"
        files = [path for path in (folder / "data").rglob("*") if path.is_file()]
        disk = sum(path.stat().st_blocks * 512 for path in files) / 1e6
        yield f"\nThe file has {size:,.0f} MB, the chain {disk:,.0f} MB on disk."


if __name__ == "__main__":
    print(json.dumps(run_step(sys.argv[1], Path(sys.argv[2]))))
