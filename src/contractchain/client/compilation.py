"""From a contract's name to its artifact: read what another compiler made, or compile and remember.

Compiling is `contractchain.lang`. What it made is kept by content: as long as no source file, no
setting and nothing of the compiler changes, the artifact is read back in a millisecond.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache as memoised
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from contractchain._version import __version__
from contractchain.client.artifact_store import decode_artifact, encode_artifact
from contractchain.client.files import read_file, write_atomically
from contractchain.client.project import Location, Origin, Project
from contractchain.errors import (
    AmbiguousNameError,
    ContractChainError,
    ContractNotFoundError,
    StoreError,
    UsageError,
    closest,
)
from contractchain.types import Artifact

if TYPE_CHECKING:
    from contractchain.lang.driver.settings import Settings

FORMAT = 1
IMPORT_DIRECTORIES = ("node_modules", "lib")
"""Where imports that are no paths of the project are looked for, below its root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedContract:
    """An artifact and where it comes from."""

    artifact: Artifact
    origin: str
    """File, as people should read it."""
    sources: dict[str, str] = field(default_factory=dict)
    """sha256 of every source file of the project that went into it, by path from the root."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledFile:
    """What compiling one file gave."""

    artifacts: tuple[Artifact, ...]
    sources: dict[str, str]
    """sha256 of every file read, by source unit name."""
    warnings: tuple[str, ...] = ()


def load_contract(project: Project, reference: str, *, cache: Path | None = None) -> LoadedContract:
    """Return the artifact that a person means.

    Args:
        project: Where names are looked up.
        reference: `Counter`, `path/File.sol`, `path/File.sol:Counter`, `path/Artifact.json`.
        cache: Directory for what was compiled; None compiles anew.

    Raises:
        ContractNotFoundError: nothing fits.
        AmbiguousNameError: several contracts fit.
        CompileError: the source is wrong, or beyond this compiler.
        DecodeError: the artifact file is malformed.
    """
    location = project.locate(reference)
    if location.origin is Origin.ARTIFACT:
        from contractchain.lang.driver.foreign import load_artifacts

        found = load_artifacts(location.path)
        artifact = _choose(found, location, reference)
        return LoadedContract(artifact=artifact, origin=project.describe(location.path))
    compiled = _compile_located(project, location, cache)
    artifact = _choose(compiled.artifacts, location, reference)
    bundled = location.origin is Origin.BUNDLED
    return LoadedContract(
        artifact=artifact,
        origin=f"example {location.path.name}" if bundled else project.describe(location.path),
        sources={} if bundled else compiled.sources,
        warnings=compiled.warnings,
    )


def _compile_located(project: Project, location: Location, cache: Path | None) -> CompiledFile:
    """Compile, and where that fails point to what another compiler has made of the contract."""
    try:
        return compile_file(project, location.path, cache=cache)
    except ContractChainError as error:
        wanted = location.name or location.path.stem
        made = [path for path in project.find_artifacts() if path.stem == wanted]
        if made and error.hint is None:
            shown = project.describe(made[0])
            error.hint = f"another compiler has made `{shown}`; name it to use it"
        raise


def _choose(found: Iterable[Artifact], location: Location, reference: str) -> Artifact:
    artifacts = list(found)
    if location.name:
        own = [artifact for artifact in artifacts if artifact.name == location.name]
        if not own and len(artifacts) == 1 and location.origin is Origin.ARTIFACT:
            own = artifacts
        if own:
            return own[0]
        hint = closest(location.name, [artifact.name for artifact in artifacts])
        message = f"`{location.path}` declares no contract `{location.name}`"
        raise ContractNotFoundError(message, name=reference, hint=hint)
    stem = [artifact for artifact in artifacts if artifact.name == location.path.stem]
    deployable = [artifact for artifact in artifacts if artifact.init_code]
    for candidates in (artifacts, stem, deployable):
        if len(candidates) == 1:
            return candidates[0]
    if not artifacts:
        raise ContractNotFoundError(f"`{location.path}` declares no contract", name=reference)
    raise AmbiguousNameError(
        "",
        name=reference,
        candidates=tuple(f"{location.path}:{artifact.name}" for artifact in artifacts),
        hint="say which contract, as written here",
    )


def compile_file(project: Project, path: Path, *, cache: Path | None = None) -> CompiledFile:
    """Compile a source file of a project, or read back what compiling it gave.

    Raises:
        CompileError: the source is wrong, or beyond this compiler.
    """
    entry = None if cache is None else cache / f"{_cache_key(project, path)}.json"
    if entry is not None:
        kept = _read_cache(entry, project)
        if kept is not None:
            return kept
    compiled = compile_files(project, [path])
    if entry is not None:
        _write_cache(entry, compiled)
    return compiled


def compile_files(
    project: Project, paths: Sequence[Path], settings: "Settings | None" = None
) -> CompiledFile:
    """Compile source files together; the artifacts are those of the contracts in them.

    Imports are looked for from the project's root, then in `node_modules` and `lib`.

    Args:
        project: Where imports are found, and what source unit names are relative to.
        paths: The files.
        settings: How to compile; the compiler's defaults otherwise.

    Raises:
        CompileError: a source is wrong, or beyond this compiler.
        UsageError: a file cannot be read.
    """
    from contractchain.lang.diagnostics import render_all
    from contractchain.lang.driver.pipeline import compile_sources

    files: dict[str, Path] = {}
    texts: dict[str, str] = {}
    for path in paths:
        name = project.describe(path) if project.contains(path) else path.name
        text = _read_source(path)
        if text is None:
            raise UsageError(f"`{project.describe(path)}` cannot be read as UTF-8 text")
        files[name], texts[name] = path, text

    def read(name: str) -> str | None:
        for base in (project.root, *(project.root / folder for folder in IMPORT_DIRECTORIES)):
            text = _read_source(base / name)
            if text is not None:
                files[name] = base / name
                return text
        return None

    compiled = compile_sources(
        texts,
        settings=settings,
        reader=read,
        wanted=lambda contract: contract.unit.name in texts,
    ).check()
    warnings = (item for item in compiled.diagnostics if not item.is_error)
    read_files = [files[file.name] for file in compiled.sources if file.name in files]
    return CompiledFile(
        artifacts=tuple(a for a in compiled.artifacts.values() if a.source_name in texts),
        sources={_source_key(project, path): hash_file(path) for path in read_files},
        warnings=tuple(render_all([item], compiled.sources) for item in warnings),
    )


def _source_key(project: Project, path: Path) -> str:
    """Return the path from the project's root, or the whole path of a file outside."""
    return project.describe(path) if project.contains(path) else str(path.resolve())


def _read_source(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError):
        return None


def _cache_key(project: Project, path: Path) -> str:
    facts = (__version__, str(FORMAT), compiler_fingerprint(), str(project.root), str(path))
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:32]


@memoised
def compiler_fingerprint() -> str:
    """Return what changes whenever the compiler does: names, sizes and times of its files."""
    import contractchain

    package = Path(contractchain.__file__).parent
    digest = hashlib.sha256()
    for path in sorted((package / "lang").rglob("*.py")):
        facts = path.stat()
        digest.update(f"{path.name}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _read_cache(entry: Path, project: Project) -> CompiledFile | None:
    """Return a cached result whose sources are as they were; a damaged one counts for nothing."""
    try:
        data = read_file(entry)
        if data is None:
            return None
        document: Any = orjson.loads(data)
        sources: dict[str, str] = document["sources"]
        for name, digest in sources.items():
            if hash_file(project.root / name) != digest:
                return None
        return CompiledFile(
            artifacts=tuple(decode_artifact(text.encode()) for text in document["artifacts"]),
            sources=sources,
            warnings=tuple(document["warnings"]),
        )
    except (StoreError, OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _write_cache(entry: Path, compiled: CompiledFile) -> None:
    document = {
        "sources": compiled.sources,
        "artifacts": [encode_artifact(artifact).decode() for artifact in compiled.artifacts],
        "warnings": list(compiled.warnings),
    }
    try:
        write_atomically(entry, json.dumps(document).encode())
    except StoreError:
        return  # a directory that cannot be written costs time, not correctness


def hash_file(path: Path) -> str:
    """Return the sha256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
