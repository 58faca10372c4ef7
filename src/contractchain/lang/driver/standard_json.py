"""solc's standard JSON: input in, output of the same shape out.

Spec:
    Solidity documentation, "Compiler Input and Output JSON Description".
"""

from collections.abc import Callable
from typing import Any

from contractchain.errors import ContractChainError
from contractchain.lang import ast
from contractchain.lang.driver.layout_json import build_storage_layout
from contractchain.lang.driver.link import link_code
from contractchain.lang.driver.listing import list_opcodes
from contractchain.lang.driver.metadata import build_metadata
from contractchain.lang.driver.pipeline import (
    Compilation,
    CompiledContract,
    Reader,
    build_link_references,
    compile_sources,
)
from contractchain.lang.driver.settings import OutputSelection, Settings
from contractchain.lang.driver.standard_input import (
    StandardInput,
    UrlReader,
    parse_standard_input,
    read_standard_input,
)
from contractchain.lang.driver.storage_json import storage_layout_json
from contractchain.lang.semantics.symbols import ContractSymbol, UnitScope

Json = dict[str, Any]
_CODE = ("evm", "ir", "irOptimized", "irAst")


def compile_standard_json(
    data: object, *, reader: Reader | None = None, read_url: UrlReader | None = None
) -> Json:
    """Compile a decoded standard JSON input; a fault of the input is an entry of `errors`.

    Args:
        data: The input.
        reader: Finds imports that are not among the sources.
        read_url: Reads sources that are given by `urls`.
    """
    try:
        return _compile(read_standard_input(data, read_url=read_url), reader)
    except ContractChainError as error:
        return fault_output(error)


def compile_standard_text(
    text: str, *, reader: Reader | None = None, read_url: UrlReader | None = None
) -> Json:
    """Compile a standard JSON input given as text."""
    try:
        return _compile(parse_standard_input(text, read_url=read_url), reader)
    except ContractChainError as error:
        return fault_output(error)


def fault_output(error: ContractChainError) -> Json:
    """Return the output for an input that cannot be worked on."""
    message = str(error) if error.hint is None else f"{error} ({error.hint})"
    return {"errors": [_fault(message, "JSONError")]}


def internal_fault_output(message: str) -> Json:
    """Return the output for a bug of ours."""
    return {"errors": [_fault(message, "InternalCompilerError")]}


def _fault(message: str, kind: str) -> Json:
    return {
        "component": "general",
        "formattedMessage": message,
        "message": message,
        "severity": "error",
        "type": kind,
    }


def _compile(given: StandardInput, reader: Reader | None) -> Json:
    selection = given.selection

    def wanted(contract: ContractSymbol) -> bool:
        file, name = contract.unit.name, contract.name
        return any(selection.wants_any(file, name, output) for output in _CODE)

    with_ir = any(
        "ir" in outputs or "*" in outputs
        for contracts in selection.entries.values()
        for outputs in contracts.values()
    )
    compilation = compile_sources(
        given.sources,
        settings=given.settings,
        reader=reader,
        wanted=wanted,
        with_ir=with_ir,
    )
    return build_output(compilation, given.settings, selection)


def build_output(compilation: Compilation, settings: Settings, selection: OutputSelection) -> Json:
    """Return a compilation as standard JSON output."""
    output: Json = {}
    errors = [item.to_json(compilation.sources) for item in compilation.diagnostics]
    if errors:
        output["errors"] = errors
    analysis = compilation.analysis
    output["sources"] = {}
    if analysis is None:
        return output
    for file in analysis.sources:
        unit = analysis.units.get(file.name)
        entry: Json = {"id": file.index}
        if unit is not None and selection.wants(file.name, "", "ast"):
            entry["ast"] = outline(unit)
        output["sources"][file.name] = entry
    if analysis.has_errors or settings.stop_after_parsing:
        return output
    failed = compilation.has_errors
    contracts: Json = {}
    for contract in analysis.contracts:
        compiled = compilation.contracts.get(contract.fully_qualified_name)
        if compiled is None:
            compiled = compilation.describe(contract)
        entry = _contract_output(compilation, compiled, settings, selection, failed=failed)
        if entry:
            contracts.setdefault(contract.unit.name, {})[contract.name] = entry
    if contracts:
        output["contracts"] = contracts
    return output


def outline(unit: UnitScope) -> Json:
    """Return the top of a syntax tree in solc's JSON form: what a file declares.

    Only names, kinds and places are given; expressions and statements are left out.
    """
    nodes = []
    for part in unit.node.parts:
        entry: Json = {
            "id": part.node_id,
            "nodeType": type(part).__name__,
            "src": part.span.src,
        }
        if isinstance(part, ast.Declaration):
            entry["name"] = part.name
        if isinstance(part, ast.ContractDefinition):
            entry["contractKind"] = part.kind.value
            entry["abstract"] = part.is_abstract
        nodes.append(entry)
    return {
        "absolutePath": unit.name,
        "id": unit.node.node_id,
        "license": unit.node.license,
        "nodeType": "SourceUnit",
        "nodes": nodes,
        "src": unit.node.span.src,
    }


def _contract_output(
    compilation: Compilation,
    compiled: CompiledContract,
    settings: Settings,
    selection: OutputSelection,
    *,
    failed: bool,
) -> Json:
    artifact, contract = compiled.artifact, compiled.symbol
    file, name = artifact.source_name, artifact.name
    layout = artifact.storage_layout
    assert layout is not None
    makers: dict[str, Callable[[], object]] = {
        "abi": lambda: list(artifact.abi),
        "userdoc": lambda: artifact.userdoc,
        "devdoc": lambda: artifact.devdoc,
        "metadata": lambda: build_metadata(artifact, contract, compilation.sources, settings),
        "storageLayout": lambda: storage_layout_json(layout),
        "transientStorageLayout": lambda: storage_layout_json(
            build_storage_layout(contract, is_transient=True)
        ),
        "ir": lambda: compiled.ir,
    }
    out: Json = {key: make() for key, make in makers.items() if selection.wants(file, name, key)}
    evm = _evm_output(compiled, settings, selection) if not failed else {}
    if evm:
        out["evm"] = evm
    return out


def _evm_output(compiled: CompiledContract, settings: Settings, selection: OutputSelection) -> Json:
    artifact = compiled.artifact
    file, name = artifact.source_name, artifact.name
    out: Json = {}
    if selection.wants(file, name, "evm.methodIdentifiers"):
        out["methodIdentifiers"] = dict(artifact.method_identifiers)
    for key, assembled, source_map in (
        ("bytecode", compiled.creation, artifact.source_map),
        ("deployedBytecode", compiled.runtime, artifact.runtime_source_map),
    ):
        code = b"" if assembled is None else assembled.bytecode
        links = {} if assembled is None else build_link_references(assembled)
        text, open_links = link_code(code, links, settings.libraries)
        parts: Json = {
            "object": text,
            "opcodes": None,
            "sourceMap": source_map,
            "linkReferences": open_links,
            "generatedSources": [],
            "functionDebugData": {},
        }
        if key == "deployedBytecode":
            parts["immutableReferences"] = dict(artifact.immutable_references)
        chosen = {
            part: value
            for part, value in parts.items()
            if selection.wants(file, name, f"evm.{key}.{part}")
        }
        if "opcodes" in chosen:
            chosen["opcodes"] = list_opcodes(code)
        if chosen:
            out[key] = chosen
    return out
