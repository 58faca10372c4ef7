"""Where Ethereum's test vectors are, and which of them a run takes.

The archives are in `CTC_VECTORS` (default `../shared/vectors`) and are unpacked once, into the
user's cache, keyed by their hash. A run takes a sample of the files, chosen by a seed, unless
`--vectors all` asks for all of them.
"""

import hashlib
import os
import random
import shutil
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from contractchain.conformance import CaseResult, Suite, Verdict

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


@dataclass(frozen=True, kw_only=True)
class KnownFailure:
    """Cases that fail, and why they must."""

    suite: str
    engines: tuple[str, ...]
    files: tuple[str, ...]
    """Patterns of paths below the archive's top folder."""
    reason: str
    evidence: str

    def covers(self, suite: Suite, engine: str, file: str) -> bool:
        """Tell whether every case of a file is expected to fail."""
        return (
            self.suite == suite.value
            and engine in self.engines
            and any(fnmatchcase(file, pattern) for pattern in self.files)
        )


@cache
def known_failures() -> tuple[KnownFailure, ...]:
    """Return the entries of known_failures.toml."""
    document = tomllib.loads((HERE / "known_failures.toml").read_text("utf-8"))
    return tuple(
        KnownFailure(
            suite=entry["suite"],
            engines=tuple(entry["engines"]),
            files=tuple(entry["files"]),
            reason=entry["reason"],
            evidence=entry["evidence"],
        )
        for entry in document["failure"]
    )


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
    return [
        tuple(names[start : start + FILES_PER_TEST])
        for start in range(0, len(names), FILES_PER_TEST)
    ]


def find_faults(
    suite: Suite, engine: str, file: str, results: Sequence[CaseResult]
) -> Iterable[str]:
    """Yield what is not as it should be: failures nobody knows of, known ones that pass."""
    known = next((k for k in known_failures() if k.covers(suite, engine, file)), None)
    for result in results:
        name = f"{file}: {result.name} ({result.fork})"
        if known is None and result.verdict is Verdict.FAILED:
            yield f"{name}: {result.reason}; {result.expected} != {result.actual}"
        if known is not None and result.verdict is Verdict.PASSED:
            yield f"{name} passes, but known_failures.toml says: {known.reason}"
