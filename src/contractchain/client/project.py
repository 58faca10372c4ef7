"""A project on disk: where it begins and which contract a name means.

A name is looked for in the project's sources, then in the output of other compilers, then among
the examples that come with the package. Compiling is `contractchain.client.compilation`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from pathlib import Path

from contractchain.errors import AmbiguousNameError, ContractNotFoundError, UsageError, closest

DATA_DIRECTORY = ".contractchain"
SOURCE_DIRECTORIES = ("contracts", "src")
ARTIFACT_DIRECTORIES = ("out", "artifacts", "build")
MARKERS = (
    "contractchain.toml",
    DATA_DIRECTORY,
    "contracts",
    "foundry.toml",
    "hardhat.config.js",
    "hardhat.config.ts",
)
"""Any of these makes a directory the root of a project."""
SKIPPED = frozenset({"node_modules", "lib", "cache", "test", "tests", "script", "build-info"})
"""Directories that hold nobody's own contracts."""
MAX_SOURCE_BYTES = 8 << 20

_NOISE = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_DECLARATION = re.compile(
    r"(?<![\w$.])(?:abstract\s+)?(contract|library|interface)\s+([A-Za-z_$][\w$]*)"
    r"(?=\s*(?:\{|is\b|layout\b))"
)


class Origin(Enum):
    """Where a contract comes from."""

    SOURCE = "source"
    """A source file of the project."""
    ARTIFACT = "artifact"
    """The output file of some compiler."""
    BUNDLED = "bundled"
    """An example that comes with the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where one contract is."""

    name: str
    """Name of the contract; empty: the only one in the file."""
    path: Path
    origin: Origin

    @property
    def is_source(self) -> bool:
        """Whether it has to be compiled."""
        return self.origin is not Origin.ARTIFACT


class Project:
    """A directory with contracts, or one that has none (yet)."""

    def __init__(self, root: Path, *, is_found: bool = True) -> None:
        self.root = root.resolve()
        self.is_found = is_found
        """False if no marker of a project was there, and `root` is the directory given."""

    @classmethod
    def find(cls, start: Path) -> "Project":
        """Return the project that `start` lies in.

        The home directory and the file system's root are no projects unless they are `start`.
        """
        start = start.resolve()
        stops = {Path(start.anchor), _home()}
        for directory in (start, *start.parents):
            if directory in stops and directory != start:
                break
            if any((directory / marker).exists() for marker in MARKERS):
                return cls(directory)
        return cls(start, is_found=False)

    @property
    def data_directory(self) -> Path:
        """Where the chain and the registry are, unless the person says otherwise."""
        return self.root / DATA_DIRECTORY

    def find_sources(self) -> tuple[Path, ...]:
        """Return the Solidity files of the project, sorted."""
        found: list[Path] = []
        for name in SOURCE_DIRECTORIES:
            found += _walk(self.root / name, ".sol")
        if not found:
            found = sorted(p for p in self.root.glob("*.sol") if p.is_file())
        return tuple(found)

    def find_artifacts(self) -> tuple[Path, ...]:
        """Return the files in which compilers have left artifacts, sorted."""
        found: list[Path] = []
        for name in ARTIFACT_DIRECTORIES:
            found += (p for p in _walk(self.root / name, ".json") if not p.stem.endswith(".dbg"))
        return tuple(found)

    def names(self) -> tuple[str, ...]:
        """Return every contract name that `locate` knows, the project's first."""
        names: dict[str, None] = {}
        for path in (*self.find_sources(), *bundled_sources()):
            names.update(
                dict.fromkeys(name for kind, name in declared_in(path) if kind != "interface")
            )
        names.update(dict.fromkeys(path.stem for path in self.find_artifacts()))
        return tuple(names)

    def locate(self, reference: str, *, base: Path | None = None) -> Location:
        """Return where the contract is that a person means.

        Args:
            reference: `Counter`, `path/File.sol`, `path/File.sol:Counter`, `path/Artifact.json`.
            base: Directory that a relative path starts from; default the working directory.

        Raises:
            ContractNotFoundError: nothing fits; the hint names what is spelt alike.
            AmbiguousNameError: several files of the project declare the name.
            UsageError: a path that leads to no source and no artifact.
        """
        if re.fullmatch(r"[A-Za-z_$][\w$]*", reference):
            return self._locate_name(reference)
        return self._locate_path(reference, base or Path.cwd())

    def describe(self, path: Path) -> str:
        """Return a path as people should read it: from the project's root if it is inside."""
        if self.contains(path):
            return path.resolve().relative_to(self.root).as_posix()
        return str(path)

    def contains(self, path: Path) -> bool:
        """Tell whether a path lies in the project."""
        return path.resolve().is_relative_to(self.root)

    def _locate_name(self, name: str) -> Location:
        for origin, candidates in (
            (Origin.SOURCE, _declaring(name, self.find_sources())),
            (Origin.ARTIFACT, [p for p in self.find_artifacts() if p.stem == name]),
            (Origin.BUNDLED, _declaring(name, bundled_sources())),
        ):
            if len(candidates) > 1:
                raise AmbiguousNameError(
                    "",
                    name=name,
                    candidates=tuple(self._reference(path, name, origin) for path in candidates),
                    hint="say which file, as written here",
                )
            if candidates:
                return Location(name=name, path=candidates[0], origin=origin)
        raise ContractNotFoundError(name=name, hint=self._hint_for(name))

    def _reference(self, path: Path, name: str, origin: Origin) -> str:
        shown = self.describe(path)
        return shown if origin is Origin.ARTIFACT else f"{shown}:{name}"

    def _hint_for(self, name: str) -> str:
        near = closest(name, self.names())
        if near is not None:
            return near
        if not self.find_sources():
            return f"there are no sources in {self.root / 'contracts'}; `ctc init` makes a project"
        return "known are " + ", ".join(f"`{known}`" for known in self.names()[:12])

    def _locate_path(self, reference: str, base: Path) -> Location:
        text, mark, name = reference.rpartition(":")
        if not mark or not re.fullmatch(r"[A-Za-z_$][\w$]*", name) or not text:
            text, name = reference, ""
        path = base / text
        if not path.is_file() and (self.root / text).is_file():
            path = self.root / text
        if not path.is_file():
            near = closest(text, [self.describe(p) for p in self.find_sources()])
            raise ContractNotFoundError(f"there is no file `{text}`", name=reference, hint=near)
        if path.suffix == ".json":
            return Location(name=name, path=path, origin=Origin.ARTIFACT)
        if path.suffix == ".sol":
            return Location(name=name, path=path, origin=Origin.SOURCE)
        if path.suffix == ".vy":
            raise UsageError(
                f"`{text}` is a Vyper source, which is not compiled here",
                hint=f"name its artifact: `vyper -f combined_json {text} > {path.stem}.json`",
            )
        raise UsageError(
            f"`{text}` is neither a Solidity source nor an artifact",
            hint="files end in .sol, or in .json as solc, Foundry, Hardhat and Vyper write them",
        )


def bundled_sources() -> tuple[Path, ...]:
    """Return the sources of the examples that come with the package."""
    directory = Path(str(files("contractchain.contracts")))
    return tuple(sorted(directory.glob("*.sol")))


def declared_in(path: Path) -> tuple[tuple[str, str], ...]:
    """Return (kind, name) of the contracts, libraries and interfaces that a source declares.

    Reads the text only as far as that takes; a file that cannot be read declares nothing.
    """
    try:
        if path.stat().st_size > MAX_SOURCE_BYTES:
            return ()
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    bare = _NOISE.sub(" ", text)
    return tuple((found[1], found[2]) for found in _DECLARATION.finditer(bare))


def _declaring(name: str, paths: Iterable[Path]) -> list[Path]:
    paths = list(paths)
    likely = [p for p in paths if p.stem == name] + [p for p in paths if p.stem != name]
    found: dict[Path, None] = {}
    for path in likely:
        kinds = {kind for kind, declared in declared_in(path) if declared == name}
        if kinds - {"interface"}:
            found[path] = None
    return list(found)


def _walk(directory: Path, suffix: str) -> list[Path]:
    return sorted(_walk_files(directory, suffix)) if directory.is_dir() else []


def _walk_files(directory: Path, suffix: str) -> Iterator[Path]:
    try:
        entries = list(directory.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.is_dir():
            if entry.name not in SKIPPED and not entry.name.startswith("."):
                yield from _walk_files(entry, suffix)
        elif entry.suffix == suffix:
            yield entry


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None
