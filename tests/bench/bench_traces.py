"""What tracing a long transaction costs: CPU time, memory and size of the answer.

    python tests/bench/bench_traces.py [--steps 1000000] [--engine revm] [--serve]

A transaction runs a loop with eight more words on its stack until its gas is used up. Each tracer
is measured in a process of its own, against the same transaction executed without a trace. With
`--serve`, how long a node takes to answer eth_blockNumber meanwhile.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
import urllib.request
from threading import Thread

from contractchain.chain.tracers import (
    CallTracerOptions,
    PrestateTracerOptions,
    StructLoggerOptions,
    TraceBudget,
    TracerOptions,
)
from contractchain.chain.tracing import TraceRequest
from contractchain.client import RemoteConnection
from contractchain.interfaces.execution_data import AccountOverride, Message
from contractchain.node import EngineChoice, NodeConfig, open_local_chain
from contractchain.node.server import RpcServer

TARGET = b"\xc0" * 20
LOOP = bytes.fromhex("6001" * 8 + "5b601056")
"""Eight words, then JUMPDEST PUSH1 JUMP: three steps for 12 gas."""
GAS_PER_STEP = 4
INTRINSIC_GAS = 21_000
TRACERS: dict[str, TracerOptions] = {
    "struct log": StructLoggerOptions(),
    "struct log, no stack": StructLoggerOptions(disable_stack=True, disable_storage=True),
    "callTracer": CallTracerOptions(),
    "prestateTracer": PrestateTracerOptions(),
}
NONE = "no trace"


def measure(name: str, steps: int, engine: str) -> None:
    """Print a row for one tracer."""
    gas_limit = INTRINSIC_GAS + 8 * 3 + steps * GAS_PER_STEP
    config = NodeConfig(data_dir=None, engine=EngineChoice(engine), gas_limit=2 * gas_limit)
    with open_local_chain(config) as node:
        message = Message(to=TARGET, gas_limit=gas_limit)
        overrides = {TARGET: AccountOverride(code=LOOP)}
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        if name == NONE:
            node.chain.calls.call(message, overrides=overrides)
            size = 0
        else:
            request = TraceRequest(tracer=TRACERS[name], budget=TraceBudget(timeout_ms=3_600_000))
            size = len(node.chain.traces.trace_call(message, request, overrides=overrides))
        seconds = time.process_time() - start
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(
        f"{name:<22}{seconds:>9.3f} s{grown / 1024:>9.0f} MiB{size / 2**20:>9.1f} MiB", flush=True
    )


def fetch(url: str, body: bytes) -> None:
    """Ask for a trace, and do not look into the answer."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as response:
        response.read()


def serve(steps: int, engine: str) -> None:
    """Print how a node answers while it makes a struct log for somebody else."""
    gas_limit = INTRINSIC_GAS + 8 * 3 + steps * GAS_PER_STEP
    overrides = {"0x" + TARGET.hex(): {"code": "0x" + LOOP.hex()}}
    message = {"to": "0x" + TARGET.hex(), "gas": hex(gas_limit)}
    config = NodeConfig(data_dir=None, engine=EngineChoice(engine), gas_limit=2 * gas_limit)
    with open_local_chain(config) as node, RpcServer(node, port=0) as server:
        asking = RemoteConnection(server.url)
        params = [message, "latest", {"stateOverrides": overrides}]
        body = {"jsonrpc": "2.0", "id": 1, "method": "debug_traceCall", "params": params}
        thread = Thread(target=fetch, args=(server.url, json.dumps(body).encode()))
        thread.start()
        waits = []
        while thread.is_alive():
            start = time.monotonic()
            asking.request("eth_blockNumber")
            waits.append(time.monotonic() - start)
            time.sleep(0.01)
        asking.close()
    waits.sort()
    middle, late = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    print(
        f"{len(waits)} answers: median {middle * 1000:.1f} ms, p99 {late * 1000:.1f} ms, ", end=""
    )
    print(f"longest {waits[-1] * 1000:.0f} ms")


def main() -> None:
    """Measure every tracer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--engine", default="revm", choices=("revm", "py-evm"))
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        serve(options.steps, options.engine)
        return
    if options.only is not None:
        measure(options.only, options.steps, options.engine)
        return
    print(f"{options.steps:,} steps on {options.engine}")
    print(f"{'':<22}{'CPU':>11}{'memory':>13}{'answer':>13}")
    for name in (NONE, *TRACERS):
        command = [sys.executable, __file__, "--only", name, "--steps", str(options.steps)]
        subprocess.run([*command, "--engine", options.engine], check=True)


if __name__ == "__main__":
    main()
