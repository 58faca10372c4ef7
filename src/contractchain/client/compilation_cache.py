"""What the compiler made of the files of a project, kept by content.

One entry per source file. It counts as long as the file and everything that it imports, directly
or not, are the same files with the same bytes, and the settings and the compiler are the same.
Entries are JSON: reading one runs no code. A damaged one, or one that cannot be written, costs
time and nothing else.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache as memoised
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from contractchain._version import __version__
from contractchain.client.artifact_store import decode_artifact, encode_artifact
from contractchain.client.files import read_file, write_atomically
from contractchain.client.project_sources import ProjectSources, SourceRecord
from contractchain.errors import StoreError
from contractchain.types import Artifact

if TYPE_CHECKING:
    from contractchain.lang.driver.settings import Settings

FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledSource:
    """What compiling one file gave."""

    units: tuple[SourceRecord, ...]
    """The file and all that it imports."""
    artifacts: tuple[Artifact, ...]
    """Of the contracts in the file."""
    warnings: tuple[str, ...]
    """As people read them, of all units."""


class CompilationCache:
    """Entries in a directory, for one project and one choice of settings."""

    def __init__(
        self, directory: Path, sources: ProjectSources, settings: "Settings | None" = None
    ) -> None:
        self._directory = directory
        self._sources = sources
        self._settings = msgspec.json.encode(settings, order="deterministic").decode()

    def find(self, name: str) -> CompiledSource | None:
        """Return what is kept of a source unit; None if there is nothing or it has changed."""
        try:
            data = read_file(self._path(name))
            if data is None:
                return None
            document: Any = msgspec.json.decode(data)
            units = tuple(SourceRecord(**unit) for unit in document["units"])
            if not all(self._sources.has(unit) for unit in units):
                return None
            return CompiledSource(
                units=units,
                artifacts=tuple(decode_artifact(text.encode()) for text in document["artifacts"]),
                warnings=tuple(document["warnings"]),
            )
        except (StoreError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def save(self, name: str, compiled: CompiledSource) -> None:
        """Keep what compiling a source unit gave, in place of what an older compiler made."""
        document = {
            "units": [asdict(unit) for unit in compiled.units],
            "artifacts": [encode_artifact(artifact).decode() for artifact in compiled.artifacts],
            "warnings": list(compiled.warnings),
        }
        path = self._path(name)
        with suppress(StoreError):
            write_atomically(path, json.dumps(document).encode(), is_durable=False)
        with suppress(OSError):
            for other in self._directory.glob(f"{path.name.partition('-')[0]}-*.json"):
                if other != path:
                    other.unlink()

    def _path(self, name: str) -> Path:
        return self._directory / f"{self._identify(name)}-{_identify_compiler()}.json"

    def _identify(self, name: str) -> str:
        facts = (str(self._sources.project.root), name, self._settings)
        return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:32]


@memoised
def _identify_compiler() -> str:
    """Return what changes whenever the compiler does: the version, and all of its files."""
    import contractchain

    package = Path(contractchain.__file__).parent
    digest = hashlib.sha256(f"{__version__}\0{FORMAT}\0".encode())
    for path in sorted((package / "lang").rglob("*.py")):
        facts = path.stat()
        digest.update(f"{path.name}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    digest.update(_grammar_bytes())
    return digest.hexdigest()[:16]


def _grammar_bytes() -> bytes:
    from importlib import resources

    return (resources.files("contractchain.grammar") / "solidity.lark").read_bytes()
