"""`ctc doctor`: what is installed, and whether the project and its chain are healthy."""

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import click

from contractchain._version import __version__
from contractchain.cli.invocation import command as ctc_command
from contractchain.cli.rendering import Answer

MINIMUM_PYTHON = (3, 11)


class Health(Enum):
    """How a finding is to be taken."""

    OK = "ok"
    ABSENT = "absent"
    """Not there, and not needed."""
    FAULTY = "faulty"


_MARKS = {Health.OK: ("ok", "green"), Health.ABSENT: ("--", "yellow"), Health.FAULTY: ("!!", "red")}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the report."""

    name: str
    health: Health
    detail: str
    hint: str | None = None


@ctc_command("doctor", examples=["ctc doctor", "ctc doctor --json"])
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    envvar="CTC_DATA_DIR",
    help="Where the chain is kept (default: .contractchain in the project).  [env: CTC_DATA_DIR]",
)
def command(data_dir: Path | None) -> Answer:
    """Check what is installed and whether the project is healthy.

    The exit status is 1 if something is faulty; what is merely absent is no fault.
    """
    findings = [*_check_installation(), *_check_engines(), *_check_stores()]
    findings += _check_project(data_dir)
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        mark, colour = _MARKS[finding.health]
        lines.append(f"{click.style(mark, fg=colour)}  {finding.name:<{width}}  {finding.detail}")
        if finding.hint is not None:
            lines.append(f"    {'':<{width}}  {finding.hint}")
    faulty = [finding for finding in findings if finding.health is Health.FAULTY]
    if faulty:
        lines.append(f"{len(faulty)} of {len(findings)} checks found a fault")
    document = {
        "healthy": not faulty,
        "findings": [
            {"name": f.name, "health": f.health.value, "detail": f.detail, "hint": f.hint}
            for f in findings
        ],
    }
    return Answer(document=document, text="\n".join(lines), exit_code=1 if faulty else 0)


def _check_installation() -> Iterator[Finding]:
    recent = sys.version_info[:2] >= MINIMUM_PYTHON
    yield Finding(
        name="python",
        health=Health.OK if recent else Health.FAULTY,
        detail=f"{platform.python_version()} at {sys.executable}",
        hint=None if recent else "3.11 or newer is needed",
    )
    place = Path(__file__).parents[2]
    yield Finding(name="contractchain", health=Health.OK, detail=f"{__version__} at {place}")
    cargo = shutil.which("cargo")
    yield Finding(
        name="rust toolchain",
        health=Health.OK if cargo else Health.ABSENT,
        detail=cargo or "cargo is not on the PATH (only needed to build the native core)",
    )


def _check_engines() -> Iterator[Finding]:
    from contractchain.execution import ENGINE_NAMES, find_engine_fault

    faults = {name: find_engine_fault(name) for name in ENGINE_NAMES}
    best = next((name for name, fault in faults.items() if fault is None), None)
    for name, fault in faults.items():
        if fault is None:
            detail = "the default" if name == best else "available"
            yield Finding(name=f"engine {name}", health=Health.OK, detail=detail)
        else:
            hint = "with Rust installed: `pip install --force-reinstall --no-deps contractchain`"
            yield Finding(
                name=f"engine {name}",
                health=Health.FAULTY if best is None else Health.ABSENT,
                detail=fault,
                hint=hint if name == "revm" else None,
            )


def _check_stores() -> Iterator[Finding]:
    import sqlite3

    from contractchain.store import has_native_store

    yield Finding(name="store sqlite", health=Health.OK, detail=f"SQLite {sqlite3.sqlite_version}")
    native = has_native_store()
    yield Finding(
        name="store native",
        health=Health.OK if native else Health.ABSENT,
        detail="available" if native else "comes with the native core",
    )


def _check_project(data_dir: Path | None) -> Iterator[Finding]:
    from contractchain.client.project import Project

    project = Project.find(Path.cwd())
    count = len(project.find_sources())
    yield Finding(
        name="project",
        health=Health.OK if project.is_found else Health.ABSENT,
        detail=f"{project.root} ({count} source{'' if count == 1 else 's'})"
        if project.is_found
        else "none here",
        hint=None if project.is_found else "`ctc init` starts one",
    )
    directory = data_dir or project.data_directory
    if not directory.exists():
        detail = f"{directory} (made by the first deployment)"
        yield Finding(name="data directory", health=Health.ABSENT, detail=detail)
        return
    yield from _check_data_directory(directory)


def _check_data_directory(directory: Path) -> Iterator[Finding]:
    from contractchain.client.registry import ChainIdentity, Registry
    from contractchain.errors import ContractChainError
    from contractchain.node import NodeConfig, open_local_chain
    from contractchain.node.local import STORE_FOLDER
    from contractchain.store import find_lock_owner, find_store_kind

    owner = find_lock_owner(directory)
    if owner is not None:
        serves = f", which answers at {owner.url}" if owner.url else ""
        detail = f"{directory} is open in process {owner.pid}{serves}"
        yield Finding(name="data directory", health=Health.OK, detail=detail)
        return
    try:
        kind = find_store_kind(directory / STORE_FOLDER)
        if kind is None:
            detail = f"{directory} holds no chain yet"
            yield Finding(name="data directory", health=Health.ABSENT, detail=detail)
            return
        with open_local_chain(NodeConfig(data_dir=directory)) as node:
            head = node.chain.head()
            chain_id = node.chain.config.chain_id
            identity = ChainIdentity(chain_id=chain_id, genesis_hash=node.chain.genesis_hash)
        detail = f"{directory}, {kind} store, chain id {chain_id}, head {head.number}"
        yield Finding(name="data directory", health=Health.OK, detail=detail)
        deployments = Registry(directory / "deployments", identity).deployments()
    except ContractChainError as error:
        yield Finding(
            name="data directory", health=Health.FAULTY, detail=str(error), hint=error.hint
        )
        return
    yield Finding(
        name="registry", health=Health.OK, detail=f"{len(deployments)} deployments on this chain"
    )
    cached = list((directory / "cache").glob("*.json"))
    size = sum(path.stat().st_size for path in cached)
    yield Finding(
        name="compiler cache", health=Health.OK, detail=f"{len(cached)} entries, {size:,} bytes"
    )
