"""Transactions per second over HTTP, end to end, beside anvil in the same run.

Usage: python tests/bench/bench_rpc.py [--count N] [--rounds N] [--anvil PATH]

Sixteen connections send pre-signed increments of a counter, one per request, each as soon as the
last one is answered. The clock runs from the first send until the counter has its final value. One
loader, one machine, the nodes in turn; CPU is what the node's process used. With blocks of one
second, and in automine (anvil with `--max-transactions`, without which 1.7.1 stops at 1,000).
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
from contractchain.stress.wire import Connection, parse_target

ROOT = Path(__file__).parents[2]
ANVIL = ROOT / "tests" / "node" / "node_modules" / ".bin" / "anvil"
CONNECTIONS = 16
GAS_LIMIT = "3000000000"
SELECTOR = "0x06661abd"


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


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
        time.sleep(4)
        pid = process.pid
        while kind == "anvil" and children(pid):
            pid = children(pid)[-1]
        yield pid
    finally:
        process.terminate()
        process.wait()


async def measure(url: str, pid: int, count: int) -> tuple[float, float]:
    """Return (seconds, CPU seconds of the node) from the first send to the final count."""
    target = parse_target(url)
    api = NodeApi(target)
    campaign = Campaign(steps=[Step(contract="Counter", function="increment")], gas_limit=60_000)
    project = Project(ROOT)
    fees = await read_fees(api, campaign)
    targets = await deploy_steps(
        api, campaign, fees, lambda name: load_contract(project, name).artifact
    )
    senders = derive_senders(campaign)
    await fund_senders(api, campaign, fees, senders, 10**19, lambda *_: None)
    addresses = [["0x" + a.address.hex(), "latest"] for a in senders]
    nonces = [int(n, 16) for n in await api.call_many("eth_getTransactionCount", addresses)]
    steps = [0] * count
    load = sign_workload(campaign, targets, steps, senders, nonces, fees, lambda *_: None)
    counter = {"to": "0x" + targets[0].address.hex(), "data": SELECTOR}
    refused: list[bytes] = []

    async def user(place: int) -> None:
        connection = Connection(target)
        for index in range(place, count, CONNECTIONS):
            answer = await connection.request(load.bodies[index])
            if b'"error"' in answer:
                refused.append(answer)
        connection.close()

    began, used = time.perf_counter(), cpu_seconds(pid)
    await asyncio.gather(*(user(place) for place in range(CONNECTIONS)))
    deadline = time.perf_counter() + 60
    value = 0
    while value < count - len(refused) and time.perf_counter() < deadline:
        with suppress(NodeError):
            value = int(await api.call("eth_call", counter, "latest"), 16)
        await asyncio.sleep(0.02)
    result = time.perf_counter() - began, cpu_seconds(pid) - used
    api.close()
    if value != count:
        print(f"    LOST: {count - value} of {count}, {len(refused)} refused: {refused[:1]}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--anvil", type=Path, default=ANVIL)
    arguments = parser.parse_args()
    for block_time in (1, 0):
        mode = f"blocks of {block_time} s" if block_time else "automine"
        rates: dict[str, list[float]] = {"anvil": [], "contractchain": []}
        count = arguments.count if block_time else arguments.count // 4
        for turn in range(arguments.rounds):
            for kind, rate in rates.items():
                port = 18700 + 2 * turn + (kind == "anvil")
                with node(kind, block_time, arguments.anvil, port) as pid:
                    seconds, cpu = uvloop.run(measure(f"http://127.0.0.1:{port}", pid, count))
                rate.append(count / seconds)
                print(
                    f"{mode:16} {kind:14} {count / seconds:8.0f} tx/s"
                    f" {cpu / count * 1e6:8.0f} us of the node's CPU per transaction"
                )
        ratio = statistics.median(rates["contractchain"]) / statistics.median(rates["anvil"])
        print(f"{mode:16} contractchain / anvil, medians: {ratio:.2f}")


if __name__ == "__main__":
    main()
