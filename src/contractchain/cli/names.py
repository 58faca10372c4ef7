"""Names that the shell can complete: contracts, deployments and their functions.

Reads files only, opens no chain, and stays silent about whatever is wrong with them.
"""

import json
from pathlib import Path
from typing import Any

import click


def complete_contract(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return contract names of the project and the examples."""
    from contractchain.client.project import Project

    return [n for n in Project.find(Path.cwd()).names() if n.startswith(incomplete)]


def complete_deployment(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return names and labels of what was deployed."""
    names = dict.fromkeys(
        name
        for entry in _deployments(_data_directory(ctx))
        for name in (entry["name"], entry["label"], f"{entry['name']}@{entry['index']}")
        if name
    )
    return [name for name in names if name.startswith(incomplete)]


def complete_function(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the functions of the contract that was named before."""
    directory = _data_directory(ctx)
    wanted = str(ctx.params.get("name", "")).partition("@")[0]
    for entry in reversed(_deployments(directory)):
        if wanted not in (entry["name"], entry["label"]):
            continue
        try:
            artifact = directory / "artifacts" / f"{entry['artifact_hash']}.json"
            abi = json.loads(artifact.read_bytes())["abi"]
            names = {item["name"] for item in abi if item.get("type") == "function"}
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return sorted(name for name in names if name.startswith(incomplete))
    return []


def _data_directory(ctx: click.Context) -> Path:
    from contractchain.client.project import Project

    given = ctx.params.get("data_dir")
    return Path(given) if given else Project.find(Path.cwd()).data_directory


def _deployments(directory: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for path in sorted((directory / "deployments").glob("*-*.json")):
        try:
            entries += json.loads(path.read_bytes())["deployments"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return entries
