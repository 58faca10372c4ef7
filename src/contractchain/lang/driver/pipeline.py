"""The whole way from sources to artifacts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from contractchain._version import __version__
from contractchain.errors import UsageError
from contractchain.lang.backend import AssembledObject, StackTooDeepError
from contractchain.lang.codegen import compile_object
from contractchain.lang.diagnostics import Diagnostic, DiagnosticKind
from contractchain.lang.driver.abi_json import build_abi, build_method_identifiers
from contractchain.lang.driver.layout_json import build_storage_layout
from contractchain.lang.driver.listing import compress_source_map
from contractchain.lang.driver.metadata import build_metadata, build_trailer
from contractchain.lang.driver.natspec import build_devdoc, build_userdoc
from contractchain.lang.driver.settings import Settings
from contractchain.lang.errors import CompileError
from contractchain.lang.evm_version import EvmVersion
from contractchain.lang.ir import format_object
from contractchain.lang.lower import Embedded, LoweringSettings, UnsupportedError, lower_contract
from contractchain.lang.semantics import analyse
from contractchain.lang.semantics.annotations import Analysis
from contractchain.lang.semantics.symbols import ContractSymbol
from contractchain.lang.source import SourceSet, Span
from contractchain.lang.steps import Step, StepKind
from contractchain.types import Artifact

COMPILER = f"contractchain {__version__}"
Reader = Callable[[str], str | None]
"""Returns the text of an imported source that was not given, if it can be found."""
_STACK_TOO_DEEP = 90101


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledContract:
    """One contract with everything that was made of it."""

    symbol: ContractSymbol
    artifact: Artifact
    creation: AssembledObject | None = None
    """Absent for interfaces, abstract contracts and what failed."""
    runtime: AssembledObject | None = None
    ir: str = ""
    """The IR before optimisation; only if it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """What came out of one run of the compiler."""

    sources: SourceSet
    diagnostics: tuple[Diagnostic, ...]
    contracts: Mapping[str, CompiledContract] = field(default_factory=dict)
    """By `file:Name`; empty if the sources have errors."""
    analysis: Analysis | None = None

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong."""
        return any(item.is_error for item in self.diagnostics)

    @property
    def artifacts(self) -> dict[str, Artifact]:
        """The artifacts by `file:Name`."""
        return {name: item.artifact for name, item in self.contracts.items()}

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done, in order."""
        return () if self.analysis is None else tuple(self.analysis.log.steps)

    def find_imports(self, name: str) -> list[str]:
        """Return the names of all sources that the source `name` imports, directly or not."""
        return self.find_closure(name)[1:]

    def find_closure(self, name: str) -> list[str]:
        """Return the names of the source `name` and of all that it imports, directly or not."""
        assert self.analysis is not None
        return [unit.name for unit in self.analysis.units[name].find_closure()]

    def sources_text(self, name: str) -> str:
        """Return the text of a source."""
        file = self.sources.find(name)
        assert file is not None
        return file.text

    def describe(self, contract: ContractSymbol) -> CompiledContract:
        """Return a contract without code, whether it was asked for or not."""
        return CompiledContract(symbol=contract, artifact=_describe(contract))

    def check(self) -> "Compilation":
        """Return the compilation itself.

        Raises:
            CompileError: it has errors.
        """
        if self.has_errors:
            raise CompileError(diagnostics=self.diagnostics, sources=self.sources)
        return self


def compile_sources(
    sources: Mapping[str, str],
    *,
    settings: Settings | None = None,
    reader: Reader | None = None,
    wanted: Callable[[ContractSymbol], bool] = lambda contract: True,
    with_ir: bool = False,
) -> Compilation:
    """Compile Solidity.

    Args:
        sources: Texts by source unit name.
        settings: How to compile; the defaults of `Settings` otherwise.
        reader: Finds imports that are not among `sources`.
        wanted: Says of which contracts code is to be made.
        with_ir: Whether to keep the text of the IR.

    Returns:
        Artifacts and diagnostics; no artifacts of contracts that have errors.

    Raises:
        UsageError: the settings name an EVM version that is not supported.
    """
    settings = settings or Settings()
    run = _Run(settings=settings, version=find_evm_version(settings.evm_version), with_ir=with_ir)
    analysis = analyse(
        sources,
        reader=reader,
        remappings=split_remappings(settings.remappings),
        evm_version=run.version,
        only_parse=settings.stop_after_parsing,
    )
    if analysis.has_errors or settings.stop_after_parsing:
        return Compilation(
            sources=analysis.sources,
            diagnostics=tuple(analysis.diagnostics),
            analysis=analysis,
        )
    run.analysis = analysis
    contracts = {
        contract.fully_qualified_name: run.compile(contract)
        for contract in analysis.contracts
        if wanted(contract)
    }
    return Compilation(
        sources=analysis.sources,
        diagnostics=(*analysis.diagnostics, *run.diagnostics),
        contracts=contracts,
        analysis=analysis,
    )


def find_evm_version(name: str) -> EvmVersion:
    """Return the EVM version called `name`.

    Raises:
        UsageError: there is no such version, or no code can be made for it.
    """
    try:
        return EvmVersion(name)
    except ValueError:
        known = ", ".join(item.value for item in EvmVersion)
        message = f"no code can be generated for the EVM version `{name}`"
        raise UsageError(message, hint=f"use one of {known}") from None


def split_remappings(remappings: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return `[context:]prefix=target` texts as pairs.

    Raises:
        UsageError: one has no `=`.
    """
    pairs = []
    for text in remappings:
        prefix, sign, target = text.partition("=")
        if not sign or not prefix:
            raise UsageError(f"`{text}` is not a remapping", hint="write `prefix=target`")
        pairs.append((prefix, target))
    return pairs


@dataclass(slots=True, kw_only=True)
class _Run:
    """Compiles contracts once each, and those that they contain before them."""

    settings: Settings
    version: EvmVersion
    with_ir: bool
    analysis: Analysis = field(init=False)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    done: dict[ContractSymbol, CompiledContract] = field(default_factory=dict)

    def compile(self, contract: ContractSymbol) -> CompiledContract:
        found = self.done.get(contract)
        if found is None:
            found = self.done[contract] = self._compile(contract)
        return found

    def _compile(self, contract: ContractSymbol) -> CompiledContract:
        plain = CompiledContract(symbol=contract, artifact=_describe(contract))
        if not contract.is_deployable:
            return plain
        choices = LoweringSettings(
            debug_strings=self.settings.debug_revert_strings,
            has_mcopy=self.version.has(EvmVersion.CANCUN),
        )
        try:
            with self.analysis.log.step(StepKind.LOWER, contract.name):
                lowered = lower_contract(self.analysis, contract, choices)
            for name, part in lowered.embedded.items():
                inner = self.compile(part.contract)
                code = inner.runtime if part.is_runtime else inner.creation
                if code is None:
                    return plain  # its own diagnostic says why
                for target in (lowered.object, lowered.runtime):
                    if name in target.data:
                        target.data[name] = code.bytecode
            text = format_object(lowered.object) if self.with_ir else ""
            lowered.runtime.trailer = self._build_trailer(plain)
            creation = compile_object(
                lowered.object,
                optimize=self.settings.optimize,
                runs=self.settings.runs,
                evm_version=self.version,
                log=self.analysis.log,
            )
        except UnsupportedError as error:
            self.diagnostics.append(error.diagnostic)
            return plain
        except StackTooDeepError as error:
            self.diagnostics.append(_stack_too_deep(error, contract))
            return plain
        runtime = creation.objects[lowered.runtime.name]
        runtime = self._add_links(runtime, lowered.embedded)
        creation = replace(creation, objects={**creation.objects, runtime.name: runtime})
        creation = self._add_links(creation, lowered.embedded)
        return CompiledContract(
            symbol=contract,
            artifact=_add_code(plain.artifact, creation, runtime),
            creation=creation,
            runtime=runtime,
            ir=text,
        )

    def _build_trailer(self, described: CompiledContract) -> bytes:
        if not self.settings.append_metadata:
            return b""
        files = self.analysis.sources
        metadata = build_metadata(described.artifact, described.symbol, files, self.settings)
        return build_trailer(metadata, self.settings)

    def _add_links(
        self, code: AssembledObject, embedded: Mapping[str, Embedded]
    ) -> AssembledObject:
        """Return `code` with the places of libraries in the code that it contains."""
        links = {name: list(places) for name, places in code.link_references.items()}
        for name, part in embedded.items():
            start = code.data_offsets.get(name)
            inner = self.done[part.contract]
            found = inner.runtime if part.is_runtime else inner.creation
            if start is None or found is None:
                continue
            for library, places in found.link_references.items():
                links.setdefault(library, []).extend(start + place for place in places)
        for child in code.objects.values():
            start = code.data_offsets.get(child.name)
            if start is None:  # a constructor that always reverts needs no runtime code
                continue
            for library, places in child.link_references.items():
                shifted = [start + place for place in places]
                known = links.setdefault(library, [])
                known += [place for place in shifted if place not in known]
        return replace(code, link_references={name: tuple(x) for name, x in links.items()})


def _stack_too_deep(error: StackTooDeepError, contract: ContractSymbol) -> Diagnostic:
    span = error.span if isinstance(error.span, Span) else contract.span
    return Diagnostic(
        kind=DiagnosticKind.CODE_GENERATION_ERROR,
        code=_STACK_TOO_DEEP,
        message=str(error),
        span=span,
        hint=error.hint,
    )


def _describe(contract: ContractSymbol) -> Artifact:
    return Artifact(
        name=contract.name,
        source_name=contract.unit.name,
        abi=build_abi(contract),
        init_code=b"",
        runtime_code=b"",
        method_identifiers=build_method_identifiers(contract),
        storage_layout=build_storage_layout(contract),
        compiler=COMPILER,
        userdoc=build_userdoc(contract),
        devdoc=build_devdoc(contract),
    )


def _add_code(artifact: Artifact, creation: AssembledObject, runtime: AssembledObject) -> Artifact:
    return replace(
        artifact,
        init_code=creation.bytecode,
        runtime_code=runtime.bytecode,
        immutable_references={
            name: [{"start": start, "length": 32} for start in places]
            for name, places in runtime.immutable_references.items()
        },
        link_references=build_link_references(creation),
        source_map=compress_source_map(creation.source_entries),
        runtime_source_map=compress_source_map(runtime.source_entries),
    )


def build_link_references(code: AssembledObject) -> dict[str, dict[str, list[dict[str, int]]]]:
    """Return where the addresses of libraries belong, by file and library."""
    found: dict[str, dict[str, list[dict[str, int]]]] = {}
    for name, places in code.link_references.items():
        file, _, library = name.rpartition(":")
        entries = [{"start": start, "length": 20} for start in places]
        found.setdefault(file, {})[library] = entries
    return found
