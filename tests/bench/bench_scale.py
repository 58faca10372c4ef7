"""What the size of the state costs: the native engine and store with a thousand to a million
accounts, beside py-evm's `trie`.

Usage: python tests/bench/bench_scale.py [--sizes 1000,10000,…] [--trie-up-to N] [--blocks N]
           [--state-tests] [--plot FILE.png] [--genesis N]

One chain grows from size to size: a contract sends a wei to each address that its calldata lists,
so that blocks are built, executed, hashed and committed as always. At each size, `--blocks` blocks
touch 1,000 accounts each, chosen at random; then another process opens the chain again. Every size
is a process of its own, whose memory is read from the system. The `trie` package is given the same
number of accounts and the same updates, all of a block in one batch, pruning off.

With `--genesis N`, only what a genesis.json with so many accounts costs (`genesis_of_size.py`).

With `--state-tests`, also how many of a fixed sample of Ethereum's state tests each engine runs in
a second.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from genesis_of_size import measure_genesis

from contractchain.chain.dev_genesis import build_dev_genesis
from contractchain.chain.genesis_file import encode_genesis
from contractchain.codec.block import decode_block
from contractchain.codec.state_diff import decode_state_diff
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.crypto import keccak256
from contractchain.node import NodeConfig, open_local_chain
from contractchain.node.local import LocalNode
from contractchain.types import DynamicFeeTransaction
from evm_builders import ALICE, CHAIN_ID, assemble

TOUCHED = 1_000
"""Accounts that a measured block touches."""
BATCH = 1_000
"""Addresses in one transaction of a growing block."""
GROWTH = 20
"""Transactions of a growing block."""
GAS_LIMIT = 2_000_000_000
FEE = 10**12
SPREADER = bytes.fromhex("5b" * 20)
PAGE = resource.getpagesize()
SPREADER_CODE = assemble(
    *("PUSH0 JUMPDEST CALLDATASIZE DUP2 LT ISZERO", 29, "JUMPI"),
    *("PUSH0 PUSH0 PUSH0 PUSH0", 1, "DUP6 CALLDATALOAD", 96, "SHR GAS CALL POP"),
    *(20, "ADD", 1, "JUMP JUMPDEST STOP"),
)
"""Sends a wei to each of the 20-byte addresses in its calldata."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured at one size; times are milliseconds per block, medians."""

    accounts: int
    block_ms: float
    """From sending the transaction to the new head, CPU time of all threads."""
    block_wall_ms: float
    state_ms: float
    """Applying the block's state diff to its parent state and hashing the root, CPU time."""
    commit_ms: float
    """`Store.commit_block`, wall time: it waits for the disk."""
    resident_mb: float
    """With the states of the last 256 blocks."""
    reopen_s: float = 0.0
    reopen_cpu_s: float = 0.0
    reopened_mb: float = 0.0
    disk_mb: float = 0.0


def address_of(number: int) -> bytes:
    """Return the address of the account with this number."""
    return keccak256(number.to_bytes(8, "big"))[:20]


def resident_mb() -> float:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE / 1e6


def head_root(node: LocalNode) -> bytes:
    """Return the root of the newest state."""
    record = node.store.get_record(node.chain.head().number)
    return decode_block(record.block).header.state_root


class Grower:
    """A chain whose accounts can be added to and touched."""

    def __init__(self, node: LocalNode) -> None:
        self.node = node
        self.chain = node.chain
        self._nonces = count(self._nonce())

    def _nonce(self) -> int:
        execution, root = self.node.execution, head_root(self.node)
        account = execution.accounts(root, [ALICE.address])[0]
        return 0 if account is None else account.nonce

    def send(self, addresses: list[bytes]) -> None:
        """Send a wei to each address."""
        transaction = DynamicFeeTransaction(
            chain_id=CHAIN_ID,
            nonce=next(self._nonces),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=FEE,
            gas_limit=60_000 + 50_000 * len(addresses),
            to=SPREADER,
            data=b"".join(addresses),
        )
        raw = encode_transaction(sign_transaction(transaction, ALICE.private_key))
        (answer,) = self.chain.submit([raw])
        if not isinstance(answer, bytes):
            raise answer

    def grow(self, start: int, end: int) -> None:
        """Make the accounts with these numbers."""
        for first in range(start, end, BATCH * GROWTH):
            for at in range(first, min(first + BATCH * GROWTH, end), BATCH):
                self.send([address_of(n) for n in range(at, min(at + BATCH, end))])
            self.chain.mine()

    def measure(self, accounts: int, blocks: int) -> Measured:
        """Touch accounts, block by block."""
        source = random.Random(accounts)
        commits = _time_commits(self.node)
        cpu, wall, state = [], [], []
        for _ in range(blocks):
            before, number = head_root(self.node), self.chain.head().number
            chosen = [address_of(n) for n in source.sample(range(accounts), TOUCHED)]
            began, spent = time.perf_counter(), time.process_time()
            self.send(chosen)
            self.chain.mine()
            cpu.append(time.process_time() - spent)
            wall.append(time.perf_counter() - began)
            diff = self.node.store.get_record(number + 1).state_diff
            if len(decode_state_diff(diff).accounts) < TOUCHED:
                raise SystemExit(f"block {number + 1} touches fewer than {TOUCHED} accounts")
            spent = time.process_time()
            root = self.node.execution.apply_diffs(before, [diff])
            state.append(time.process_time() - spent)
            if root != head_root(self.node):
                raise SystemExit("the diff leads to another state")
            self.node.execution.release(root)
        return Measured(
            accounts=accounts,
            block_ms=1000 * median(cpu),
            block_wall_ms=1000 * median(wall),
            state_ms=1000 * median(state),
            commit_ms=1000 * median(commits),
            resident_mb=resident_mb(),
        )


def _time_commits(node: LocalNode) -> list[float]:
    """Let the store note how long each commit takes."""
    commit, times = node.store.commit_block, []

    def timed(record: object) -> None:
        began = time.perf_counter()
        commit(record)  # type: ignore[arg-type]
        times.append(time.perf_counter() - began)

    node.store.commit_block = timed  # type: ignore[method-assign,assignment]
    return times


def config_of(folder: Path, genesis: Path | None = None) -> NodeConfig:
    """Return the configuration of the chain in `folder`."""
    return NodeConfig(data_dir=folder / "data", genesis=genesis, automine=False)


def make_chain(folder: Path) -> None:
    """Make the chain with the contract and a rich sender."""
    genesis = build_dev_genesis((ALICE.address,), gas_limit=GAS_LIMIT, balance=10**30)
    document = json.loads(encode_genesis(genesis))
    document["alloc"]["0x" + SPREADER.hex()] = {
        "balance": hex(10**30),
        "nonce": "0x1",
        "code": "0x" + SPREADER_CODE.hex(),
    }
    path = folder / "genesis.json"
    path.write_text(json.dumps(document), "ascii")
    open_local_chain(config_of(folder, path)).close()


def run_stage(folder: Path, start: int, end: int, blocks: int) -> None:
    """Grow the chain and measure it; the child process."""
    with open_local_chain(config_of(folder)) as node:
        grower = Grower(node)
        grower.grow(start, end)
        print(json.dumps(asdict(grower.measure(end, blocks))))


def run_reopening(folder: Path) -> None:
    """Open the chain; the child process."""
    began, spent = time.perf_counter(), time.process_time()
    with open_local_chain(config_of(folder)) as node:
        seconds, cpu = time.perf_counter() - began, time.process_time() - spent
        root = head_root(node)
        found = node.execution.accounts(root, [address_of(0)])[0]
        print(json.dumps({"s": seconds, "cpu": cpu, "mb": resident_mb(), "ok": found is not None}))


def _child(folder: Path, *arguments: object) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", str(folder), *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(ended.stderr)
    document: dict[str, float] = json.loads(ended.stdout)
    return document


def measure_native(sizes: list[int], blocks: int) -> Iterator[Measured]:
    """Yield what each size costs."""
    with tempfile.TemporaryDirectory(dir=Path.home()) as name:
        folder = Path(name)
        make_chain(folder)
        start = 0
        for size in sizes:
            stage = _child(folder, "stage", start, size, blocks)
            reopened = _child(folder, "reopen")
            start = size
            files = (folder / "data").rglob("*")
            disk = sum(path.stat().st_blocks * 512 for path in files if path.is_file())
            yield Measured(
                **stage
                | {
                    "reopen_s": reopened["s"],
                    "reopen_cpu_s": reopened["cpu"],
                    "reopened_mb": reopened["mb"],
                    "disk_mb": disk / 1e6,
                }
            )


def measure_trie(size: int, blocks: int) -> float:
    """Return the CPU milliseconds in which `trie` updates 1,000 of `size` accounts."""
    import rlp
    from trie import HexaryTrie

    source = random.Random(size)
    trie = HexaryTrie({})

    def write(numbers: list[int], balance: int) -> None:
        with trie.squash_changes() as batch:
            for number in numbers:
                fields = [b"", balance.to_bytes(2, "big").lstrip(b"\0"), bytes(32), bytes(32)]
                batch.set(keccak256(address_of(number)), rlp.encode(fields))

    for start in range(0, size, 10_000):
        write(list(range(start, min(start + 10_000, size))), 1)
    times = []
    for block in range(blocks):
        chosen = source.sample(range(size), TOUCHED)
        spent = time.process_time()
        write(chosen, block + 2)
        times.append(time.process_time() - spent)
    return 1000 * median(times)


def measure_state_tests() -> None:
    """Print how many state tests of the sample each engine runs in a second of CPU time."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "conformance"))
    from vectors import find_top, list_groups

    from contractchain.conformance import Suite, run_file
    from contractchain.execution import create_engine

    names = [name for group in list_groups(Suite.STATE, everything=False) for name in group]
    print("\n| engine | cases | seconds of CPU | cases per second |\n|---|---|---|---|")
    for engine_name in ("revm", "py-evm"):
        engine = create_engine(engine_name)
        for _ in range(2):  # the first time loads what single precompiles need
            spent = time.process_time()
            files = (find_top() / name for name in names)
            cases = sum(len(list(run_file(Suite.STATE, file, engine))) for file in files)
            seconds = time.process_time() - spent
        print(f"| {engine_name} | {cases:,} | {seconds:.1f} | {cases / seconds:,.0f} |", flush=True)


def draw(rows: list[Measured], tries: dict[int, float], path: Path) -> None:
    """Write the plots."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    sizes = [row.accounts for row in rows]
    canvas = Figure(figsize=(12, 3.8), dpi=110, layout="constrained")
    time_axis, memory_axis, open_axis = canvas.subplots(1, 3)
    state = [row.state_ms for row in rows]
    time_axis.plot(sizes, [row.block_ms for row in rows], "o-", color="#2563eb", label="block")
    time_axis.plot(sizes, state, "s-", color="#16a34a", label="state and root alone")
    time_axis.plot(sizes, [row.commit_ms for row in rows], "^-", color="#6b7280", label="commit")
    if tries:
        times = list(tries.values())
        time_axis.plot(list(tries), times, "x--", color="#ea580c", label="`trie`: state and root")
    time_axis.set_yscale("log")
    time_axis.set_title("1,000 accounts touched: milliseconds per block", fontsize=10, loc="left")
    time_axis.legend(fontsize=8)
    memory_axis.plot(sizes, [row.resident_mb for row in rows], "o-", color="#2563eb", label="grown")
    reopened = [row.reopened_mb for row in rows]
    memory_axis.plot(sizes, reopened, "s-", color="#16a34a", label="opened again")
    memory_axis.set_title("Resident memory, MB", fontsize=10, loc="left")
    memory_axis.set_yscale("log")
    memory_axis.legend(fontsize=8)
    open_axis.plot(sizes, [row.reopen_cpu_s for row in rows], "o-", color="#2563eb")
    open_axis.set_title("Opening again, seconds of CPU time", fontsize=10, loc="left")
    open_axis.set_yscale("log")
    for axis in (time_axis, memory_axis, open_axis):
        axis.set_xscale("log")
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter(NullFormatter())
        axis.set_xlabel("accounts")
        axis.grid(visible=True, alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.savefig(path)


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--child"]:
        folder, what, *rest = sys.argv[2:]
        if what == "reopen":
            run_reopening(Path(folder))
        else:
            run_stage(Path(folder), *map(int, rest))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--trie-up-to", type=int, default=100_000)
    parser.add_argument("--blocks", type=int, default=30)
    parser.add_argument("--state-tests", action="store_true")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--genesis", type=int, metavar="N", help="only a genesis of N accounts")
    options = parser.parse_args()
    if options.genesis is not None:
        for line in measure_genesis(options.genesis):
            print(line, flush=True)
        return
    sizes = [int(size) for size in options.sizes.split(",")]
    print(
        "| accounts | block ms | state and root alone | us per account | `trie` ms | commit ms "
        "| resident MB | disk MB | reopen CPU s | wall s | resident MB then |\n" + "|---" * 11 + "|"
    )
    rows, tries = [], {}
    for row in measure_native(sizes, options.blocks):
        rows.append(row)
        theirs = ""
        if row.accounts <= options.trie_up_to:
            tries[row.accounts] = measure_trie(row.accounts, 5)
            theirs = f"{tries[row.accounts]:,.0f}"
        print(
            f"| {row.accounts:,} | {row.block_ms:.1f} | {row.state_ms:.1f} "
            f"| {1000 * row.state_ms / TOUCHED:.1f} | {theirs} | {row.commit_ms:.1f} "
            f"| {row.resident_mb:,.0f} | {row.disk_mb:,.0f} | {row.reopen_cpu_s:.2f} "
            f"| {row.reopen_s:.2f} | {row.reopened_mb:,.0f} |",
            flush=True,
        )
    if options.plot is not None:
        draw(rows, tries, options.plot)
    if options.state_tests:
        measure_state_tests()


if __name__ == "__main__":
    main()
