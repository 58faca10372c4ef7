"""Artifacts that other compilers made: solc, Foundry, Hardhat and Vyper output files.

Reads what their files hold and nothing else: no project layout, no compiler is run.
"""

import json
from pathlib import Path
from typing import Any, cast

import orjson

from contractchain.errors import DecodeError, NotFoundError
from contractchain.types import Artifact, StorageLayout, StorageVariable

Json = dict[str, Any]


def load_artifacts(path: Path) -> tuple[Artifact, ...]:
    """Return every artifact in a JSON file.

    Args:
        path: File in the format of solc's standard JSON output, Foundry's `out/*.json`, Hardhat's
            `artifacts/**/*.json` or build info, or Vyper's `combined_json` or standard output.

    Raises:
        NotFoundError: there is no such file.
        DecodeError: the file is not JSON or in none of these formats.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFoundError(f"there is no artifact file `{path}`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DecodeError(f"`{path}`: {error}", what="artifact") from None
    return parse_artifacts(text, name=path.stem, origin=str(path))


def parse_artifacts(text: str, *, name: str, origin: str = "artifact") -> tuple[Artifact, ...]:
    """Return every artifact in `text`.

    Args:
        text: JSON in one of the formats of `load_artifacts`.
        name: Contract name where the format does not carry one (Foundry's file name).
        origin: Where `text` is from, for error messages.

    Raises:
        DecodeError: `text` is not JSON or in none of the formats.
    """
    try:
        data = orjson.loads(text)  # its limit of nesting does not depend on the interpreter's
    except ValueError as error:
        raise DecodeError(f"`{origin}`: {error}", what="artifact") from None
    if not isinstance(data, dict):
        raise DecodeError(f"`{origin}` is not a JSON object", what="artifact")
    try:
        found = _read(data, name)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DecodeError(f"`{origin}`: {error!r}", what="artifact") from None
    if not found:
        raise DecodeError(
            f"`{origin}` holds no contract",
            what="artifact",
            hint="expected the output of solc, Foundry, Hardhat or Vyper",
        )
    return found


def _read(data: Json, name: str) -> tuple[Artifact, ...]:
    if "output" in data and "solcVersion" in data:  # Hardhat build info
        return _read_standard(data["output"], f"solc {data['solcVersion']}")
    if isinstance(data.get("contracts"), dict):
        return _read_standard(data, str(data.get("compiler", "")))
    if "abi" in data and "contractName" in data:
        return (_read_hardhat(data),)
    if "abi" in data:
        return (_read_foundry(data, name),)
    return _read_combined(data)


def _read_standard(data: Json, compiler: str) -> tuple[Artifact, ...]:
    found = []
    for source, contracts in data["contracts"].items():
        for name, entry in contracts.items():
            evm = entry.get("evm", {})
            found.append(
                read_contract(
                    source,
                    name,
                    {
                        **entry,
                        "bytecode": evm.get("bytecode", {}),
                        "deployedBytecode": evm.get("deployedBytecode", {}),
                        "methodIdentifiers": evm.get("methodIdentifiers", {}),
                    },
                    compiler=compiler,
                )
            )
    return tuple(found)


def _read_foundry(data: Json, name: str) -> Artifact:
    metadata = data.get("metadata")
    source, compiler = "", ""
    if isinstance(metadata, dict):
        target = metadata.get("settings", {}).get("compilationTarget", {})
        for source, name in target.items():  # noqa: B007 - exactly one entry
            break
        compiler = "solc " + str(metadata.get("compiler", {}).get("version", ""))
    entry = {**data, "metadata": data.get("rawMetadata", "")}
    return read_contract(source, name, entry, compiler=compiler.strip())


def _read_hardhat(data: Json) -> Artifact:
    return read_contract(
        data.get("sourceName", ""),
        data["contractName"],
        {
            "abi": data["abi"],
            "bytecode": {
                "object": data.get("bytecode", ""),
                "linkReferences": data.get("linkReferences", {}),
            },
            "deployedBytecode": {
                "object": data.get("deployedBytecode", ""),
                "linkReferences": data.get("deployedLinkReferences", {}),
                "immutableReferences": data.get("immutableReferences", {}),
            },
        },
    )


def _read_combined(data: Json) -> tuple[Artifact, ...]:
    """Vyper's `-f combined_json`: by path, with `bytecode` and `bytecode_runtime`."""
    version = f"vyper {data['version']}" if isinstance(data.get("version"), str) else ""
    found = []
    for source, entry in data.items():
        if not isinstance(entry, dict) or "abi" not in entry or "bytecode" not in entry:
            continue
        contract = {
            "abi": entry["abi"],
            "bytecode": {"object": entry["bytecode"]},
            "deployedBytecode": {"object": entry.get("bytecode_runtime", "")},
            "methodIdentifiers": {
                signature: selector.removeprefix("0x").rjust(8, "0")
                for signature, selector in entry.get("method_identifiers", {}).items()
            },
            "userdoc": entry.get("userdoc", {}),
            "devdoc": entry.get("devdoc", {}),
        }
        found.append(read_contract(source, Path(source).stem, contract, compiler=version))
    return tuple(found)


def read_contract(source: str, name: str, entry: Json, *, compiler: str = "") -> Artifact:
    """Return the artifact of one contract entry in solc's shape.

    Args:
        source: Source unit name.
        name: Contract name.
        entry: `abi`, `bytecode`, `deployedBytecode`, `methodIdentifiers`, `storageLayout`,
            `metadata`, `userdoc` and `devdoc`, as far as they are there.
        compiler: Name and version, if known.

    Raises:
        ValueError: bytecode that is not hex.
    """
    creation, runtime = entry.get("bytecode", {}), entry.get("deployedBytecode", {})
    metadata = entry.get("metadata", "")
    return Artifact(
        name=name,
        source_name=source,
        abi=tuple(entry.get("abi", ())),
        init_code=_to_code(creation),
        runtime_code=_to_code(runtime),
        method_identifiers=dict(entry.get("methodIdentifiers") or {}),
        storage_layout=read_storage_layout(entry.get("storageLayout")),
        immutable_references=dict(runtime.get("immutableReferences") or {}),
        link_references=dict(creation.get("linkReferences") or {}),
        source_map=creation.get("sourceMap") or "",
        runtime_source_map=runtime.get("sourceMap") or "",
        metadata=metadata if isinstance(metadata, str) else json.dumps(metadata),
        compiler=compiler,
        userdoc=dict(entry.get("userdoc") or {}),
        devdoc=dict(entry.get("devdoc") or {}),
    )


def _to_code(bytecode: Json) -> bytes:
    text = str(bytecode.get("object") or "").removeprefix("0x")
    for libraries in (bytecode.get("linkReferences") or {}).values():
        for places in libraries.values():
            for place in places:
                start, end = 2 * place["start"], 2 * (place["start"] + place["length"])
                text = text[:start] + "0" * (end - start) + text[end:]
    return bytes.fromhex(text)


def read_storage_layout(data: Json | None) -> StorageLayout | None:
    """Return solc's `storageLayout` as data, or None where there is none."""
    if not data:
        return None
    return StorageLayout(
        storage=tuple(
            StorageVariable(
                label=item["label"],
                slot=int(item["slot"]),
                offset=int(item["offset"]),
                type=item["type"],
                contract=item.get("contract", ""),
                ast_id=int(item.get("astId", 0)),
            )
            for item in data.get("storage") or ()
        ),
        types=cast("dict[str, Json]", data.get("types") or {}),
    )
