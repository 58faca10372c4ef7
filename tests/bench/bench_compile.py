"""How long the compiler takes, beside solc in the same run, as a table in Markdown.

    python tests/bench/bench_compile.py [--openzeppelin NODE_MODULES] [--rounds N]

CPU time of the process or thread, the least of N rounds, because other work on the machine only
adds to it. solc is the one from npm (`npm install` in tests/node), WebAssembly in a process that
stays; its CPU time is read from /proc. The Governor is what OpenZeppelin's Wizard makes with a
timelock, votes and a quorum; its sources are looked for below `--openzeppelin` (`npm install
@openzeppelin/contracts` anywhere), and without it those rows say that they were left out.

Exits with 1 if what we promise does not hold: Counter below 50 ms in a warm process, the Governor
below 6 s, nothing compiled again that has not changed.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import thread_time_ns

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lang"))

from solc_oracle import SolcOracle, build_standard_input, find_reason_without_solc  # noqa: E402

from contractchain.client.compilation import compile_files  # noqa: E402
from contractchain.client.project import Project  # noqa: E402
from contractchain.lang import Compilation, compile_sources  # noqa: E402
from contractchain.lang.steps import sum_by_kind  # noqa: E402

GOVERNOR = """\
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
contract MyGovernor is
    Governor, GovernorCountingSimple, GovernorVotes, GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    constructor(IVotes votes, TimelockController timelock)
        Governor("MyGovernor") GovernorVotes(votes) GovernorVotesQuorumFraction(4)
        GovernorTimelockControl(timelock)
    {}
    function votingDelay() public pure override returns (uint256) { return 7200; }
    function votingPeriod() public pure override returns (uint256) { return 50400; }
    function state(uint256 id) public view override(Governor, GovernorTimelockControl)
        returns (ProposalState) { return super.state(id); }
    function proposalNeedsQueuing(uint256 id) public view
        override(Governor, GovernorTimelockControl) returns (bool)
    { return super.proposalNeedsQueuing(id); }
    function _queueOperations(uint256 id, address[] memory targets, uint256[] memory values,
        bytes[] memory calldatas, bytes32 descriptionHash)
        internal override(Governor, GovernorTimelockControl) returns (uint48)
    { return super._queueOperations(id, targets, values, calldatas, descriptionHash); }
    function _executeOperations(uint256 id, address[] memory targets, uint256[] memory values,
        bytes[] memory calldatas, bytes32 descriptionHash)
        internal override(Governor, GovernorTimelockControl)
    { super._executeOperations(id, targets, values, calldatas, descriptionHash); }
    function _cancel(address[] memory targets, uint256[] memory values, bytes[] memory calldatas,
        bytes32 descriptionHash)
        internal override(Governor, GovernorTimelockControl) returns (uint256)
    { return super._cancel(targets, values, calldatas, descriptionHash); }
    function _executor() internal view override(Governor, GovernorTimelockControl)
        returns (address) { return super._executor(); }
}
"""  # noqa: E501 - the paths of another project
ERC20 = """\
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
contract MyToken is ERC20("MyToken", "MTK") {
    constructor() { _mint(msg.sender, 1e24); }
}
"""
COUNTER_MS, GOVERNOR_MS = 50, 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A program to compile, with everything that it imports."""

    name: str
    text: str
    directory: Path | None
    """Where imports are found."""

    @property
    def file(self) -> str:
        """Source unit name."""
        return f"{self.name}.sol"

    def read(self, name: str) -> str | None:
        """Return the text of an import."""
        if self.directory is None or not (self.directory / name).is_file():
            return None
        return (self.directory / name).read_text(encoding="utf-8")

    def compile(self, *, optimize: bool = True) -> Compilation:
        """Compile the contract, and of the imports only what it contains."""
        from contractchain.lang import Settings

        return compile_sources(
            {self.file: self.text},
            settings=Settings(optimize=optimize),
            reader=self.read,
            wanted=lambda contract: contract.unit.name == self.file,
        ).check()


def least_ms(work: Callable[[], object], rounds: int, clock: Callable[[], int]) -> float:
    """Return the least CPU time of `work` in milliseconds, by a clock in nanoseconds."""
    spent = []
    for _ in range(rounds):
        start = clock()
        work()
        spent.append(clock() - start)
    return min(spent) / 1e6


def children_ns() -> int:
    """Return the CPU time of all processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


def clock_of(pid: int) -> Callable[[], int]:
    """Return a clock that reads the CPU time of another process."""
    tick = 1_000_000_000 // os.sysconf("SC_CLK_TCK")

    def read() -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * tick

    return read


def measure_processes(directory: Path, rounds: int) -> list[tuple[str, float]]:
    """Return the CPU time of whole runs of `ctc compile` on a project with Counter."""
    (directory / "contracts").mkdir()
    text = (ROOT / "contracts" / "Counter.sol").read_text()
    (directory / "contracts" / "Counter.sol").write_text(text)
    command = [sys.executable, "-m", "contractchain.cli", "compile"]

    def run(*more: str) -> None:
        subprocess.run([*command, *more], cwd=directory, check=True, capture_output=True)

    run()
    return [
        (
            "`ctc compile`, Counter, all of the process",
            least_ms(lambda: run("--force"), rounds, children_ns),
        ),
        (
            "`ctc compile` again, nothing changed, all of the process",
            least_ms(run, rounds, children_ns),
        ),
    ]


def measure_case(case: Case, rounds: int, solc: SolcOracle | None) -> float:
    """Print the row of a program; return the milliseconds with the optimiser."""
    ours = least_ms(case.compile, rounds, thread_time_ns)
    plain = least_ms(lambda: case.compile(optimize=False), rounds, thread_time_ns)
    compiled = case.compile()
    files = len(compiled.find_closure(case.file))
    cells = [f"{ours:.1f}", f"{plain:.1f}"]
    if solc is None:
        cells += ["solc is not installed", ""]
    else:
        texts = {file.name: file.text for file in compiled.sources}
        for via_ir in (False, True):
            request = build_standard_input(texts, via_ir=via_ir)
            request["settings"]["outputSelection"] = {case.file: {"*": ["evm"]}}
            solc.compile(request)
            clock = clock_of(solc.pid)
            spent = least_ms(lambda: solc.compile(request), min(rounds, 3), clock)  # noqa: B023
            cells.append(f"{spent:.0f} ({ours / max(spent, 10):.2f})")
    print(f"| {case.name}, {files} files | " + " | ".join(cells) + " |")
    return ours


def measure_steps(case: Case, rounds: int) -> None:
    """Print where the time of a program goes."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        start = thread_time_ns()
        sums = sum_by_kind(case.compile().steps)
        total = thread_time_ns() - start
        now = {kind.value: ns / 1e6 for kind, ns in sums.items()}
        now["reading, ABI, layout, the rest"] = total / 1e6 - sum(now.values())
        best = {key: min(value, best.get(key, value)) for key, value in now.items()}
    whole = sum(best.values())
    print(f"\n| step of {case.name} | ms of CPU | share |\n|---|---|---|")
    for name, value in best.items():
        print(f"| {name} | {value:.0f} | {100 * value / whole:.0f} % |")


def measure_changes(case: Case, directory: Path, rounds: int) -> bool:
    """Print what a second run costs, with nothing and with one file changed."""
    (directory / "contracts").mkdir()
    (directory / "node_modules").symlink_to(case.directory or directory)
    path = directory / "contracts" / case.file
    path.write_text(case.text)
    project = Project(directory)

    def run(*, is_cached: bool = True) -> tuple[str, ...]:
        cache = directory / "cache" if is_cached else None
        return compile_files(project, [path], cache=cache).compiled

    anew = least_ms(lambda: run(is_cached=False), min(rounds, 3), thread_time_ns)
    run()
    again = run()
    same = least_ms(run, rounds, thread_time_ns)
    print(f"\n{case.name} as a file of a project: {anew:.0f} ms anew,", end=" ")
    print(f"{same:.1f} ms when nothing has changed ({len(again)} files compiled).")
    return not again


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--openzeppelin", type=Path, metavar="NODE_MODULES")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rounds = arguments.rounds
    counter = Case(
        name="Counter", text=(ROOT / "contracts" / "Counter.sol").read_text(), directory=None
    )
    cases = [counter]
    if arguments.openzeppelin is not None:
        where = arguments.openzeppelin
        cases.append(Case(name="MyToken (ERC20)", text=ERC20, directory=where))
        cases.append(Case(name="MyGovernor", text=GOVERNOR, directory=where))
    solc = SolcOracle() if find_reason_without_solc() is None else None
    with tempfile.TemporaryDirectory() as name:
        print("| process | ms of CPU |\n|---|---|")
        for what, spent in measure_processes(Path(name), rounds):
            print(f"| {what} | {spent:.0f} |")
    print("\n| warm process, ms of CPU | ours | ours, not optimised |", end=" ")
    print("solc --optimize (ours / solc) | solc --optimize --via-ir (ours / solc) |")
    print("|---|---|---|---|---|")
    spent_ms = {case.name: measure_case(case, rounds, solc) for case in cases}
    holds = spent_ms["Counter"] < COUNTER_MS and spent_ms.get("MyGovernor", 0) < GOVERNOR_MS
    if len(cases) == 1:
        print("\nOpenZeppelin was left out: say `--openzeppelin NODE_MODULES`.")
    measure_steps(cases[-1], rounds)
    with tempfile.TemporaryDirectory() as name:
        holds &= measure_changes(cases[-1], Path(name), rounds)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
