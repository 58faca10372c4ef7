"""`ctc compile`: sources to artifacts, and a stand-in for solc."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contractchain.cli.invocation import TEXT
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.names import complete_contract
from contractchain.cli.rendering import Answer, table
from contractchain.errors import UsageError

if TYPE_CHECKING:
    from contractchain.types import Artifact


@ctc_command(
    "compile",
    examples=[
        "ctc compile",
        "ctc compile Counter contracts/Token.sol --out out",
        "ctc compile --standard-json < input.json > output.json",
    ],
)
@click.argument("names", nargs=-1, type=TEXT, shell_complete=complete_contract)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the artifacts there, as DIR/File.sol/Contract.json.",
)
@click.option("--optimize/--no-optimize", default=True, help="Run the optimiser (default), or not.")
@click.option(
    "--optimize-runs",
    "--runs",
    "runs",
    type=click.IntRange(0, 2**32 - 1),
    default=200,
    show_default=True,
    help="How often the code is expected to run, weighed against its size.",
)
@click.option("--evm-version", type=TEXT, default="prague", show_default=True, metavar="NAME")
@click.option("--force", is_flag=True, help="Compile everything, also what has not changed.")
@click.option(
    "--standard-json", is_flag=True, help="Read solc's standard JSON from stdin, write its output."
)
@click.option(
    "--worker",
    is_flag=True,
    help='Answer lines of {"id": …, "input": standard JSON} until stdin ends.',
)
def command(
    names: tuple[str, ...],
    out: Path | None,
    optimize: bool,
    runs: int,
    evm_version: str,
    force: bool,
    standard_json: bool,
    worker: bool,
) -> Answer:
    """Compile Solidity sources.

    NAMES are contracts of the project or paths; without any, all sources of the project are
    compiled. Files that have not changed, and whose imports have not, are not compiled again.
    Warnings go to stderr.
    """
    if standard_json or worker:
        if names or out is not None:
            raise UsageError("`--standard-json` and `--worker` read everything from stdin")
        return _serve(worker=worker)
    from contractchain.client.compilation import compile_files
    from contractchain.client.project import Project
    from contractchain.lang.driver.settings import Settings

    project = Project.find(Path.cwd())
    paths = list(dict.fromkeys(_locate(project, name) for name in names))
    paths = paths or list(project.find_sources())
    if not paths:
        raise UsageError(
            f"there are no sources in {project.root / 'contracts'}",
            hint="`ctc init` makes a project",
        )
    settings = Settings(optimize=optimize, runs=runs, evm_version=evm_version)
    cache = None if force or not project.is_found else project.data_directory / "cache"
    compiled = compile_files(project, paths, settings, cache=cache)
    written = _write(out, compiled.artifacts) if out is not None else []
    contracts = {f"{a.source_name}:{a.name}": to_foundry(a) for a in compiled.artifacts}
    rows = [["contract", "source", "creation", "runtime"]]
    rows += [
        [a.name, a.source_name, f"{len(a.init_code):,} bytes", f"{len(a.runtime_code):,} bytes"]
        for a in compiled.artifacts
    ]
    text = table(rows, right=frozenset({2, 3}))
    if len(compiled.compiled) < len(paths):
        text += (
            f"\n{len(compiled.compiled)} of {len(paths)} files compiled, the others are unchanged"
        )
    if written:
        text += f"\n{len(written)} artifacts in {out}"
    document = {"contracts": contracts, "compiled": list(compiled.compiled)}
    return Answer(document=document, text=text, warnings=compiled.warnings)


def _locate(project: Any, name: str) -> Path:
    location = project.locate(name)
    if not location.is_source:
        raise UsageError(f"`{name}` is an artifact, there is nothing to compile")
    path: Path = location.path
    return path


def _serve(*, worker: bool) -> Answer:
    """Do solc's work on stdin and stdout."""
    if worker:
        from contractchain.lang.driver.worker import run_worker

        run_worker(sys.stdin, sys.stdout)
        return Answer(document={}, text="", is_printed=True)
    from contractchain.lang.driver.standard_json import compile_standard_text

    output = compile_standard_text(sys.stdin.read())
    return Answer(document=output, text=json.dumps(output))


def _write(directory: Path, artifacts: "tuple[Artifact, ...]") -> list[Path]:
    from contractchain.client.files import write_atomically

    written = []
    for artifact in artifacts:
        path = directory / Path(artifact.source_name).name / f"{artifact.name}.json"
        write_atomically(path, json.dumps(to_foundry(artifact), indent=2).encode() + b"\n")
        written.append(path)
    return written


def to_foundry(artifact: "Artifact") -> dict[str, Any]:
    """Return an artifact in Foundry's format, which every tool can read."""
    from contractchain.lang.driver.storage_json import storage_layout_json

    layout = artifact.storage_layout
    return {
        "abi": list(artifact.abi),
        "bytecode": {
            "object": "0x" + artifact.init_code.hex(),
            "sourceMap": artifact.source_map,
            "linkReferences": artifact.link_references,
        },
        "deployedBytecode": {
            "object": "0x" + artifact.runtime_code.hex(),
            "sourceMap": artifact.runtime_source_map,
            "immutableReferences": artifact.immutable_references,
        },
        "methodIdentifiers": artifact.method_identifiers,
        "storageLayout": storage_layout_json(layout) if layout is not None else None,
    }
