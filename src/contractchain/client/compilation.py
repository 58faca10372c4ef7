"""From a contract's name to its artifact: read what another compiler made, or compile and remember.

Compiling is `contractchain.lang`. What it made is kept by content: as long as no source file, no
setting and nothing of the compiler changes, the artifact is read back in a millisecond.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from contractchain.client.compilation_cache import CompilationCache, CompiledSource
from contractchain.client.project import Location, Origin, Project
from contractchain.client.project_sources import ProjectSources
from contractchain.errors import (
    AmbiguousNameError,
    ContractChainError,
    ContractNotFoundError,
    closest,
)
from contractchain.types import Artifact

if TYPE_CHECKING:
    from contractchain.lang.driver.pipeline import Compilation
    from contractchain.lang.driver.settings import Settings
    from contractchain.lang.steps import Step


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
class CompiledFiles:
    """What compiling some files gave, or had given before."""

    artifacts: tuple[Artifact, ...]
    sources: dict[str, str]
    """sha256 of every file that took part, by path from the project's root."""
    warnings: tuple[str, ...] = ()
    compiled: tuple[str, ...] = ()
    """Source units that were compiled now; the others are unchanged."""
    steps: "tuple[Step, ...]" = ()
    """What the compiler did; nothing if everything was unchanged."""


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


def _compile_located(project: Project, location: Location, cache: Path | None) -> CompiledFiles:
    """Compile, and where that fails point to what another compiler has made of the contract."""
    try:
        return compile_files(project, [location.path], cache=cache)
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


def compile_files(
    project: Project,
    paths: Sequence[Path],
    settings: "Settings | None" = None,
    *,
    cache: Path | None = None,
) -> CompiledFiles:
    """Compile source files, or read back what compiling them gave.

    The artifacts are those of the contracts in the files. Each is what compiling its file alone
    would give, whatever else is compiled at the same time. Files of which nothing that they are
    made of has changed are not compiled again.

    Args:
        project: Where imports are found, and what source unit names are relative to.
        paths: The files.
        settings: How to compile; the compiler's defaults otherwise.
        cache: Directory for what was compiled; None compiles anew.

    Raises:
        CompileError: a source is wrong, or beyond this compiler.
        UsageError: a file cannot be read.
    """
    sources = ProjectSources(project)
    kept = None if cache is None else CompilationCache(cache, sources, settings)
    found: dict[str, CompiledSource] = {}
    texts: dict[str, str] = {}
    for path in paths:
        name = sources.add(path)
        known = None if kept is None else kept.find(name)
        if known is not None:
            found[name] = known
        else:
            texts[name] = sources.get_text(name)
    steps: tuple[Step, ...] = ()
    if texts:
        made, steps = _compile(sources, texts, settings)
        if kept is not None:
            for name, item in made.items():
                kept.save(name, item)
        found |= made
    ordered = [found[name] for name in dict.fromkeys(sources.add(path) for path in paths)]
    return CompiledFiles(
        artifacts=tuple(artifact for item in ordered for artifact in item.artifacts),
        sources={unit.path: unit.digest for item in ordered for unit in item.units},
        warnings=tuple(dict.fromkeys(text for item in ordered for text in item.warnings)),
        compiled=tuple(texts),
        steps=steps,
    )


def _compile(
    sources: ProjectSources, texts: dict[str, str], settings: "Settings | None"
) -> "tuple[dict[str, CompiledSource], tuple[Step, ...]]":
    """Compile `texts` in one run and return what became of each."""
    from contractchain.lang.driver.pipeline import compile_sources

    compiled = compile_sources(
        texts,
        settings=settings,
        reader=sources.find_text,
        wanted=lambda contract: contract.unit.name in texts,
    ).check()
    return {name: _take_apart(compiled, sources, name) for name in texts}, compiled.steps


def _take_apart(compiled: "Compilation", sources: ProjectSources, name: str) -> CompiledSource:
    """Return what belongs to one file: its artifacts, and the warnings of all it is made of."""
    from contractchain.lang.diagnostics import render_all
    from contractchain.lang.driver.standalone import detach_artifact

    closure = compiled.find_closure(name)
    indexes = {compiled.sources.get_index(unit) for unit in closure}
    return CompiledSource(
        units=tuple(sources.describe(unit) for unit in closure),
        artifacts=tuple(
            detach_artifact(compiled, item)
            for item in compiled.contracts.values()
            if item.artifact.source_name == name
        ),
        warnings=tuple(
            render_all([item], compiled.sources)
            for item in compiled.diagnostics
            if not item.is_error and item.span.file in indexes
        ),
    )
