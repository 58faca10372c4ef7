"""One run from campaign to report: prepare, send, watch, settle, ask the oracles, judge."""

import asyncio
import gc
import os
import platform
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contractchain._version import __version__
from contractchain.codec.abi import decode_arguments
from contractchain.errors import UsageError
from contractchain.stress.analysis import calculate_figures, calculate_series
from contractchain.stress.campaign import Campaign, Mode, Oracle
from contractchain.stress.collector import BlockWatcher, SeenBlock
from contractchain.stress.dispatch import Clock, ClosedLoop, OpenLoop, Sender
from contractchain.stress.node_api import NodeApi
from contractchain.stress.preparation import (
    Fees,
    Progress,
    Target,
    Workload,
    deploy_steps,
    derive_senders,
    fill,
    find_function,
    fund_senders,
    read_fees,
    sign_workload,
)
from contractchain.stress.records import UNKNOWN, Fate, Records
from contractchain.stress.report import Report
from contractchain.stress.schedule import NS, build_schedule, choose_steps
from contractchain.stress.verdict import OracleResult, judge
from contractchain.stress.wire import parse_target
from contractchain.types import Artifact

CLOSED_LOOP_MAX_TPS = 20_000
"""Transactions per second for which a closed loop has signed enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A report and the raw data behind it."""

    report: Report
    records: Records
    blocks: tuple[SeenBlock, ...]


def run_campaign(
    campaign: Campaign,
    url: str,
    find_artifact: Callable[[str], Artifact],
    progress: Progress = lambda *_: None,
) -> Outcome:
    """Run a campaign against a node.

    Args:
        campaign: What to do.
        url: The node's JSON-RPC endpoint.
        find_artifact: Returns the artifact of a contract name.
        progress: Hears what is going on.

    Raises:
        NodeError: the node cannot be prepared.
        UsageError: the campaign does not fit the contracts.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_run(campaign, url, find_artifact, progress))


async def _run(
    campaign: Campaign, url: str, find_artifact: Callable[[str], Artifact], progress: Progress
) -> Outcome:
    target = parse_target(url)
    api = NodeApi(target)
    try:
        plan = await _prepare(campaign, api, find_artifact, progress)
        before = [await _ask(api, o, plan) for o in campaign.oracles]
        sender: Sender
        clock = Clock()
        if campaign.mode is Mode.OPEN:
            sender = OpenLoop(
                target, plan.workload.bodies, plan.records, clock, campaign.connections
            )
        else:
            sender = ClosedLoop(target, plan.workload.bodies, plan.records, clock, campaign.users)
        done = _Done()
        watcher = BlockWatcher(api, plan.records, plan.workload.index_by_hash(), clock, done.finish)
        busy = await _load(campaign, api, sender, watcher, clock, done, plan, progress)
        _drop_unused(campaign, plan)
        watcher.follow(plan.records, plan.workload.index_by_hash())
        await watcher.settle(campaign.timeout.ns)
        await watcher.settle_missing(plan.workload.hashes)
        oracles = tuple(
            [
                await _check(api, oracle, plan, first, watcher)
                for oracle, first in zip(campaign.oracles, before, strict=True)
            ]
        )
        node = await api.call("web3_clientVersion")
    finally:
        api.close()
    figures = calculate_figures(campaign, plan.records, watcher.blocks)
    report = Report(
        campaign=campaign,
        manifest=_manifest(campaign, url, node, busy),
        figures=figures,
        series=calculate_series(plan.records, watcher.blocks),
        oracles=oracles,
        judgement=judge(campaign, figures, oracles, busy),
    )
    return Outcome(report=report, records=plan.records, blocks=tuple(watcher.blocks))


@dataclass(slots=True)
class _Plan:
    targets: list[Target]
    workload: Workload
    records: Records
    senders: list[Any]
    fees: Fees


class _Done:
    """Futures of transactions that somebody waits for."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._finished: set[int] = set()

    def finish(self, index: int) -> None:
        self._finished.add(index)
        future = self._waiting.pop(index, None)
        if future is not None and not future.done():
            future.set_result(None)

    def wait(self, index: int) -> "asyncio.Future[None]":
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if index in self._finished:
            future.set_result(None)
        else:
            self._waiting[index] = future
        return future

    def give_up(self) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_result(None)


async def _prepare(
    campaign: Campaign, api: NodeApi, find_artifact: Callable[[str], Artifact], progress: Progress
) -> _Plan:
    progress("deploying contracts", 0, 1)
    fees = await read_fees(api, campaign)
    targets = await deploy_steps(api, campaign, fees, find_artifact)
    if campaign.mode is Mode.OPEN:
        due = build_schedule(campaign)
    else:
        due = [0] * min(int(CLOSED_LOOP_MAX_TPS * campaign.duration.seconds), 200_000)
    steps = choose_steps(campaign, len(due))
    senders = derive_senders(campaign)
    per_sender = len(due) // len(senders) + 1
    dearest = max(t.gas_limit * fees.max_fee_per_gas + t.value for t in targets)
    await fund_senders(api, campaign, fees, senders, per_sender * dearest, progress)
    questions = [["0x" + a.address.hex(), "latest"] for a in senders]
    nonces = [int(n, 16) for n in await api.call_many("eth_getTransactionCount", questions)]
    workload = sign_workload(campaign, targets, steps, senders, nonces, fees, progress)
    return _Plan(
        targets=targets,
        workload=workload,
        records=Records.planned(due, steps),
        senders=senders,
        fees=fees,
    )


async def _load(
    campaign: Campaign,
    api: NodeApi,
    sender: Sender,
    watcher: BlockWatcher,
    clock: Clock,
    done: _Done,
    plan: _Plan,
    progress: Progress,
) -> float:
    """Run the load to its end; returns the share of the time that the harness was busy."""
    stop = asyncio.Event()
    head = await api.block_number()
    await sender.connect()
    gc.collect()
    gc.disable()
    started, used, share = time.perf_counter(), _busy_seconds(), 0.0
    clock.begin()
    watching = asyncio.create_task(watcher.run(head, stop))
    reporting = asyncio.create_task(_report_progress(watcher, sender, plan, clock, stop, progress))
    try:
        if isinstance(sender, OpenLoop):
            deadline = plan.records.due[-1] + campaign.timeout.ns
            await sender.run(deadline)
            share = (_busy_seconds() - used) / (time.perf_counter() - started)
            await _wait_for_inclusion(watcher, plan, clock, deadline)
        elif isinstance(sender, ClosedLoop):
            users = asyncio.create_task(
                sender.run(
                    users=campaign.users,
                    duration_ns=campaign.duration.ns,
                    think_ns=campaign.think_time.ns,
                    wait_until_done=done.wait,
                )
            )
            limit = (campaign.duration.ns + campaign.timeout.ns) / NS
            await asyncio.wait([users], timeout=limit)
            done.give_up()
            users.cancel()
            share = (_busy_seconds() - used) / (time.perf_counter() - started)
            await _wait_for_inclusion(watcher, plan, clock, clock.now() + NS)
    finally:
        gc.enable()
        stop.set()
        await asyncio.gather(watching, reporting)
        sender.close()
    return share


async def _wait_for_inclusion(
    watcher: BlockWatcher, plan: _Plan, clock: Clock, deadline: int
) -> None:
    """Wait until everything that the node accepted is in a block, or the time is up."""
    records = plan.records
    while clock.now() < deadline:
        settled = sum(1 for fate in records.fate if fate != Fate.PLANNED)
        unsent = sum(1 for stamp in records.sent if stamp < 0)
        if watcher.included + settled + unsent >= len(records):
            return
        await asyncio.sleep(0.05)


async def _report_progress(
    watcher: BlockWatcher,
    sender: Sender,
    plan: _Plan,
    clock: Clock,
    stop: asyncio.Event,
    progress: Progress,
) -> None:
    total = len(plan.records)
    while not stop.is_set():
        progress(
            f"{clock.now() / NS:5.1f} s, {watcher.included} included, {sender.in_flight} open",
            watcher.included,
            total,
        )
        await asyncio.sleep(0.5)


def _drop_unused(campaign: Campaign, plan: _Plan) -> None:
    """Forget the transactions that a closed loop signed and did not come to."""
    if campaign.mode is Mode.OPEN:
        return
    used = [i for i, stamp in enumerate(plan.records.sent) if stamp != UNKNOWN]
    plan.records = plan.records.select(used)
    plan.workload = plan.workload.select(used)


async def _ask(api: NodeApi, oracle: Oracle, plan: _Plan, block: str = "latest") -> int:
    target = _oracle_target(oracle, plan)
    function = find_function(target.abi, oracle.contract, oracle.function)
    senders = [account.address for account in plan.senders]
    arguments: list[object] = [
        senders if value == "$senders" else value for value in oracle.arguments
    ]
    if not any(value == "$senders" for value in oracle.arguments):
        arguments = fill(oracle.arguments, 0, senders[0], random.Random(0))
    data = function.encode_call(arguments)
    call = {"to": "0x" + target.address.hex(), "data": "0x" + data.hex()}
    answer = bytes.fromhex((await api.call("eth_call", call, block))[2:])
    (value,) = decode_arguments(function.outputs, answer)
    if not isinstance(value, int):
        raise UsageError(f"the oracle `{oracle.function}` must return one integer")
    return value


async def _check(
    api: NodeApi, oracle: Oracle, plan: _Plan, before: int, watcher: BlockWatcher
) -> OracleResult:
    """Compare the contract with the receipts as of the last block that was watched."""
    target = _oracle_target(oracle, plan)
    wanted = [i for i, t in enumerate(plan.targets) if t.address == target.address]
    confirmed = sum(plan.records.step[index] in wanted for index in watcher.succeeded)
    return OracleResult(
        question=f"{oracle.contract}.{oracle.function}()",
        before=before,
        after=await _ask(api, oracle, plan, hex(watcher.head)),
        expected=before + confirmed * oracle.per_transaction,
    )


def _oracle_target(oracle: Oracle, plan: _Plan) -> Target:
    for target in plan.targets:
        if target.step.contract == oracle.contract:
            return target
    raise UsageError(f"the oracle's contract `{oracle.contract}` is in no step")


def _manifest(campaign: Campaign, url: str, node: str, busy: float) -> dict[str, Any]:
    return {
        "node": node,
        "url": url,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "arrival": f"{campaign.mode.value} loop",
        "seed": campaign.seed,
        "harness": f"contractchain {__version__}",
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "generator_busy": round(busy, 3),
        "inclusion_resolution_ms": 20,
    }


def _busy_seconds() -> float:
    """Return how long this thread has run or, where the system tells, waited for a processor.

    A harness that is starved by others cannot keep up any more than one that is too slow.
    """
    try:
        running, waiting, _ = Path("/proc/thread-self/schedstat").read_text().split()
    except (OSError, ValueError):
        return time.thread_time()
    return (int(running) + int(waiting)) / NS


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
