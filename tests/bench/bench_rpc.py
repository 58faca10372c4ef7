"""Transactions per second over HTTP, end to end, beside anvil in the same run.

Usage: python tests/bench/bench_rpc.py [--count N] [--rounds N] [--anvil PATH] [--only MODE]

Sixteen connections send pre-signed increments of a counter, one per request, each as soon as the
last one is answered. One loader, one machine, the nodes in turn; CPU is what the processes used.

`interval`: blocks of one second, `--count` transactions. `automine`: an eighth of them, at most
5,000 (anvil with `--max-transactions`, without which 1.7.1 stops at 1,000). In both the clock runs
from the first send until the counter has its final value. `drain`: 20,000 transactions wait, and
the clock runs from `evm_setAutomine` until all are mined.
"""

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvloop

from contractchain.client.compilation import load_contract
from contractchain.client.project import Project
from contractchain.stress.campaign import Campaign, Step
from contractchain.stress.node_api import NodeApi, NodeError
from contractchain.stress.preparation import (
    deploy_steps,
    derive_senders,
    fund_senders,
    read_fees,
    sign_workload,
)
from contractchain.stress.wire import Connection, Target, WireError, parse_target

ROOT = Path(__file__).parents[2]
ANVIL = ROOT / "tests" / "node" / "node_modules" / ".bin" / "anvil"
CONNECTIONS = 16
GAS_LIMIT = "3000000000"
SELECTOR = "0x06661abd"
START_S = 30.0
STALLED_S = 20.0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.perf_counter() + START_S
    while time.perf_counter() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)


@contextmanager
def node(kind: str, block_time: int, anvil: Path, port: int) -> Iterator[int]:
    """Start a node; yields the process id that does the work."""
    if kind == "anvil":
        command = [str(anvil), "--silent", "--max-transactions", "1000000"]
    else:
        command = [sys.executable, "-m", "contractchain.cli", "node", "--memory", "--silent"]
    command += ["--port", str(port), "--gas-limit", GAS_LIMIT]
    if block_time:
        command += ["--block-time", str(block_time)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        pid = process.pid
        while kind == "anvil" and children(pid):
            pid = children(pid)[-1]
        yield pid
    finally:
        process.terminate()
        process.wait()


class User:
    """Sends one request after the other, each when the last one is answered."""

    def __init__(self, target: Target, bodies: list[bytes], refused: list[bytes]) -> None:
        self.connection = Connection(target)
        self._bodies = iter(bodies)
        self._refused = refused
        self._is_done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        self._send()
        await self._is_done
        self.connection.close()

    def _send(self) -> None:
        body = next(self._bodies, None)
        if body is None:
            self._is_done.set_result(None)
        else:
            self.connection.send(body, self._take)

    def _take(self, answer: bytes | WireError) -> None:
        if isinstance(answer, WireError):
            self._is_done.set_exception(answer)
            return
        if b'"error"' in answer:
            self._refused.append(answer)
        self._send()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one node did."""

    missing: int
    """Transactions that were sent and are not in the counter."""
    seconds: float
    node_cpu: float
    """Seconds."""
    loader_cpu: float
    """Seconds."""


class Load:
    """A counter on a node, and signed increments of it."""

    def __init__(self, url: str) -> None:
        self.target = parse_target(url)
        self.api = NodeApi(self.target)
        self.bodies: list[bytes] = []
        self.refused: list[bytes] = []
        self._counter: dict[str, str] = {}

    async def prepare(self, count: int) -> None:
        """Deploy, fund and sign."""
        campaign = Campaign(
            steps=[Step(contract="Counter", function="increment")], gas_limit=60_000
        )
        project = Project(ROOT)
        fees = await read_fees(self.api, campaign)
        targets = await deploy_steps(
            self.api, campaign, fees, lambda name: load_contract(project, name).artifact
        )
        senders = derive_senders(campaign)
        await fund_senders(self.api, campaign, fees, senders, 10**19, lambda *_: None)
        addresses = [["0x" + a.address.hex(), "latest"] for a in senders]
        found = await self.api.call_many("eth_getTransactionCount", addresses)
        nonces = [int(nonce, 16) for nonce in found]
        load = sign_workload(campaign, targets, [0] * count, senders, nonces, fees, lambda *_: None)
        self.bodies = load.bodies
        self._counter = {"to": "0x" + targets[0].address.hex(), "data": SELECTOR}

    async def send_all(self) -> None:
        """Send everything on all connections and wait for the answers."""
        users = [
            User(self.target, self.bodies[place::CONNECTIONS], self.refused)
            for place in range(CONNECTIONS)
        ]
        await asyncio.gather(*(user.connection.ready() for user in users))
        await asyncio.gather(*(user.run() for user in users))

    async def wait_until_mined(self) -> int:
        """Wait for the counter's final value; returns how many are missing, said to the user."""
        expected = len(self.bodies) - len(self.refused)
        value, changed = 0, time.perf_counter()
        while value < expected and time.perf_counter() - changed < STALLED_S:
            with suppress(NodeError):
                found = int(await self.api.call("eth_call", self._counter, "latest"), 16)
                if found != value:
                    value, changed = found, time.perf_counter()
            await asyncio.sleep(0.02)
        missing = len(self.bodies) - value
        if missing:
            print(
                f"    LOST: {missing} of {len(self.bodies)}, nothing happened for {STALLED_S} s;"
                f" {len(self.refused)} refused: {self.refused[:1]}"
            )
        return missing


async def measure(mode: str, url: str, pid: int, count: int) -> Result:
    """Load a node and return what it took."""
    load = Load(url)
    await load.prepare(count)
    if mode == "drain":
        await load.api.call("evm_setAutomine", False)
        await load.send_all()
    began, node, loader = time.perf_counter(), cpu_seconds(pid), time.process_time()
    if mode == "drain":
        await load.api.call("evm_setAutomine", True)
    else:
        await load.send_all()
    missing = await load.wait_until_mined()
    result = Result(
        missing=missing,
        seconds=time.perf_counter() - began,
        node_cpu=cpu_seconds(pid) - node,
        loader_cpu=time.process_time() - loader,
    )
    load.api.close()
    return result


def run_mode(mode: str, count: int, rounds: int, anvil: Path) -> None:
    """Measure both nodes in turns and print every run and the ratio of the medians."""
    rates: dict[str, list[float]] = {"anvil": [], "contractchain": []}
    lost = False
    block_time = 1 if mode == "interval" else 0
    for turn in range(rounds):
        for kind, rate in rates.items():
            port = 18700 + 2 * turn + (kind == "anvil")
            with node(kind, block_time, anvil, port) as pid:
                result = uvloop.run(measure(mode, f"http://127.0.0.1:{port}", pid, count))
            rate.append((count - result.missing) / result.seconds)
            lost |= result.missing > 0
            print(
                f"{mode:9} {kind:14} {count - result.missing:6} of {count:6} tx"
                f" {rate[-1]:8.0f} tx/s {result.seconds:7.2f} s;"
                f" CPU per transaction: node {result.node_cpu / count * 1e6:5.0f} us,"
                f" loader {result.loader_cpu / count * 1e6:3.0f} us",
                flush=True,
            )
    if lost:
        print(f"{mode:9} no ratio: transactions were lost", flush=True)
        return
    ratio = statistics.median(rates["contractchain"]) / statistics.median(rates["anvil"])
    print(f"{mode:9} contractchain / anvil, medians: {ratio:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--anvil", type=Path, default=ANVIL)
    parser.add_argument("--only", choices=["interval", "automine", "drain"])
    arguments = parser.parse_args()
    counts = {
        "interval": arguments.count,
        "automine": min(arguments.count // 8, 5_000),
        "drain": min(arguments.count, 20_000),
    }
    for mode, count in counts.items():
        if arguments.only in (None, mode):
            run_mode(mode, count, arguments.rounds, arguments.anvil)


if __name__ == "__main__":
    main()
