"""Damaged input for every decoder, a million times or as often as it is told.

Usage: python tests/fuzz/fuzz_decoders.py [INPUTS] [--seed N] [--only NAME] [--number N]

A process of its own takes the inputs and says which one it is at, so that a crash of native code
and a hang are reported with the input, like every error that is not a typed one. Its address space
may grow by `MEMORY_BYTES` over what it is after warming up: what asks for more gets a MemoryError
or, in native code, dies, and is reported. `--only NAME --number N` gives the input of a report to
its decoder again.
"""

import argparse
import faulthandler
import multiprocessing
import os
import resource
import sys
import time
import traceback
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import SynchronizedArray
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from decoder_targets import TARGETS, Target, find_fault, make_input  # noqa: E402

MEMORY_BYTES = 256 * 2**20
"""What one input may make the process grow by, as address space."""
HANG_SECONDS = 20.0
"""CPU time after which an input counts as a hang, and the process is ended."""
STUCK_SECONDS = 600.0
"""The same without using the CPU."""
SLOW_SECONDS = 5.0
"""CPU time that one input may take."""
KINDS_SHOWN = 20


def counts_of(targets: tuple[Target, ...], inputs: int) -> list[int]:
    """Return how many of `inputs` each target gets, by weight."""
    whole = sum(target.weight for target in targets)
    counts = [inputs * target.weight // whole for target in targets]
    counts[0] += inputs - sum(counts)
    return counts


def work(
    progress: "SynchronizedArray[int]", out: Connection, names: list[str], inputs: int, seed: int
) -> None:
    """Run all inputs; the child process."""
    faulthandler.enable()
    targets = tuple(target for target in TARGETS if target.name in names)
    for target in targets:
        for data in target.seeds:
            find_fault(target, data)
    _limit_memory()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for place, (target, count) in enumerate(zip(targets, counts_of(targets, inputs), strict=True)):
        began = time.thread_time()
        slowest, slowest_at, refused = 0.0, 0, 0
        for number in range(count):
            progress[0], progress[1] = place, number
            data = make_input(target, seed, number)
            start = time.thread_time()
            fault = find_fault(target, data)
            took = time.thread_time() - start
            if took > slowest:
                slowest, slowest_at = took, number
            if fault is not None:
                refused += 1
                out.send(("fault", target.name, number, _describe(fault)))
            elif took > SLOW_SECONDS:
                out.send(("fault", target.name, number, f"takes {took:.1f} s of CPU time"))
        spent = time.thread_time() - began
        out.send(("done", target.name, count, (spent, slowest, slowest_at, refused)))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    out.send(("memory", "", grown // 1024, ""))


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _describe(fault: Exception) -> str:
    places = traceback.extract_tb(fault.__traceback__)
    at = f" at {Path(places[-1].filename).name}:{places[-1].lineno}" if places else ""
    return f"{type(fault).__name__}{at}: {str(fault)[:200]}"


class Watch:
    """The parent: collects what the child says and notices when it says nothing any more."""

    def __init__(self, names: list[str], inputs: int, seed: int) -> None:
        self._names = names
        self._seed = seed
        self.kinds: dict[str, int] = {}
        context = multiprocessing.get_context("spawn")
        self._progress = context.Array("q", 2)
        self._in, out = context.Pipe(duplex=False)
        self._child = context.Process(target=work, args=(self._progress, out, names, inputs, seed))
        self._child.start()
        out.close()

    def run(self) -> int:
        """Wait for the end; returns how many inputs were run."""
        total = 0
        at, since, spent = (0, 0), time.monotonic(), 0.0
        while True:
            try:
                if self._in.poll(1.0):
                    total += self._take(*self._in.recv())
                    at = (-1, -1)
                    continue
            except EOFError:
                break
            now = (self._progress[0], self._progress[1])
            if now != at:
                at, since, spent = now, time.monotonic(), self._cpu_seconds()
                continue
            waited, used = time.monotonic() - since, self._cpu_seconds() - spent
            if used > HANG_SECONDS or waited > STUCK_SECONDS:
                self._report(*at, f"hangs: {used:.0f} s of CPU time without a step")
                self._child.kill()
                break
        self._child.join()
        if self._child.exitcode not in (0, None) and not self.kinds:
            status = f"the process died with status {self._child.exitcode}"
            self._report(self._progress[0], self._progress[1], status)
        return total

    def _cpu_seconds(self) -> float:
        try:
            text = Path(f"/proc/{self._child.pid}/stat").read_text("ascii")
        except OSError:
            return 0.0
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _take(self, what: str, name: str, number: int, facts: object) -> int:
        if what == "fault":
            self._report(self._names.index(name), number, str(facts))
            return 0
        if what == "memory":
            print(f"peak resident memory grew by {number} MiB")
            return 0
        assert isinstance(facts, tuple)
        spent, slowest, slowest_at, faults = facts
        print(
            f"{name:<20} {number:>9,} inputs  {1e6 * spent / max(number, 1):>7.0f} us each, "
            f"slowest {1000 * slowest:.0f} ms (number {slowest_at})  {faults} faults",
            flush=True,
        )
        return number

    def _report(self, place: int, number: int, what: str) -> None:
        name = self._names[place]
        kind = f"{name}: {what.partition(': ')[0]}"
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.kinds[kind] > 1 or len(self.kinds) > KINDS_SHOWN:
            return
        target = next(target for target in TARGETS if target.name == name)
        data = make_input(target, self._seed, number)
        print(f"FAULT {name} {number}: {what}\n  {data[:300]!r}", flush=True)
        print(f"  {Path(__file__).name} --only {name} --number {number} --seed {self._seed}")


def repeat(name: str, number: int, seed: int) -> int:
    """Run one input in this process, its traceback included."""
    target = next(target for target in TARGETS if target.name == name)
    data = make_input(target, seed, number)
    print(repr(data))
    fault = find_fault(target, data)
    if fault is None:
        print("no fault")
        return 0
    traceback.print_exception(fault)
    return 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inputs", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="NAME", choices=[target.name for target in TARGETS])
    parser.add_argument("--number", type=int, help="run just this input of --only")
    options = parser.parse_args()
    if options.only and options.number is not None:
        return repeat(options.only, options.number, options.seed)
    names = [target.name for target in TARGETS if options.only in (None, target.name)]
    watch = Watch(names, options.inputs, options.seed)
    total = watch.run()
    print(f"{total:,} inputs, {sum(watch.kinds.values()):,} faults of {len(watch.kinds)} kinds")
    return 1 if watch.kinds or total < options.inputs else 0


if __name__ == "__main__":
    raise SystemExit(main())
