"""Where Ethereum's test vectors are, and which of them a run takes.

The archives are in `CTC_VECTORS` (default `../shared/vectors`) and are unpacked once, into the
user's cache, keyed by their hash. A run takes a sample of the files, chosen by a seed, unless
`--vectors all` asks for all of them. The request and response cases of execution-apis, of which
the archive holds a selection, are taken from the folder `CTC_EXECUTION_APIS` if that is set: the
folder `tests` of that repository, with `genesis.json` and `chain.rlp` beside the cases.
"""

import hashlib
import os
import random
import shutil
import tarfile
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from contractchain.conformance import (
    CaseResult,
    KnownFailure,
    Suite,
    Tally,
    apply_known_failures,
    load_known_failures,
)

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("CTC_VECTORS", HERE.parents[1] / "../shared/vectors")).resolve()
ETHEREUM_TESTS = FOLDER / "ethereum-tests.tar.xz"
EXECUTION_APIS = FOLDER / "execution-apis.tar.xz"
ROOTS = {
    Suite.STATE: ("GeneralStateTests", "EIPTests/StateTests"),
    Suite.BLOCK: ("BlockchainTests",),
    Suite.TRANSACTION: ("TransactionTests",),
}
SEED = 20_230_412
SAMPLE = {Suite.STATE: 120, Suite.BLOCK: 40, Suite.TRANSACTION: 200}
"""Files of a sample."""
SAMPLE_MAX_BYTES = 60_000
"""Files above this are for the whole run: what they execute takes long."""
FILES_PER_TEST = 20
ALONE = ("GeneralStateTests/VMTests/vmPerformance/loopMul.json",)
"""Files that are a test of their own, begun first: three cases of 9.2 billion gas together, over 40
minutes of a core on py-evm."""


@cache
def known_failures() -> tuple[KnownFailure, ...]:
    """Return the entries of known_failures.toml."""
    return load_known_failures(HERE / "known_failures.toml")


def unpack(archive: Path) -> Path:
    """Return the folder with the files of an archive, unpacked if it is not there yet."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()[:16]
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    target = base / "contractchain" / "vectors" / f"{archive.name.split('.')[0]}-{digest}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=target.parent))
        with tarfile.open(archive) as files:
            files.extractall(part, filter="data")
        try:
            part.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(part)
    return target


def find_execution_apis() -> Path | None:
    """Return the folder of execution-apis that holds chain and cases, None if it is not here."""
    given = os.environ.get("CTC_EXECUTION_APIS")
    if given:
        return Path(given)
    if not EXECUTION_APIS.exists():
        return None
    return next(path.parent for path in unpack(EXECUTION_APIS).rglob("chain.rlp"))


def find_top() -> Path:
    """Return the folder of ethereum/tests that holds GeneralStateTests."""
    root = unpack(ETHEREUM_TESTS)
    return next(path.parent for path in root.rglob("GeneralStateTests"))


def list_groups(suite: Suite, *, everything: bool) -> list[tuple[str, ...]]:
    """Return the files of a run in groups, one for each test; none where there is no archive."""
    if not ETHEREUM_TESTS.exists():
        return [()]
    top = find_top()
    files = [file for root in ROOTS[suite] for file in sorted((top / root).rglob("*.json"))]
    if not everything:
        small = [file for file in files if file.stat().st_size <= SAMPLE_MAX_BYTES]
        chosen = random.Random(SEED).sample(small, min(SAMPLE[suite], len(small)))
        files = sorted(chosen)
    names = [file.relative_to(top).as_posix() for file in files]
    others = [name for name in names if name not in ALONE]
    return [(name,) for name in names if name in ALONE] + [
        tuple(others[start : start + FILES_PER_TEST])
        for start in range(0, len(others), FILES_PER_TEST)
    ]


def find_faults(
    suite: Suite, engine: str, results: Iterable[CaseResult]
) -> tuple[list[str], Tally]:
    """Return what is not as it should be, and the counts.

    Faults are failures nobody knows of, and known ones that pass.
    """
    tally = Tally()
    for result in apply_known_failures(results, known_failures(), suite.value, engine):
        tally.add(result)
    faults = [
        f"{failure.path}: {failure.name} ({failure.fork}): {failure.reason}; "
        f"{failure.expected} != {failure.actual}"
        for failure in tally.failures
    ]
    return faults, tally
