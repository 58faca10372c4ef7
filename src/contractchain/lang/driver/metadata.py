"""The metadata of a contract: what it was compiled from, and how.

The same JSON that solc writes. On request, its hash stands behind the code, for tools that look for
the sources of deployed code.

Spec:
    Solidity documentation, "Contract Metadata".
"""

import json

from contractchain._version import SOLIDITY_VERSION, __version__
from contractchain.crypto import keccak256
from contractchain.lang.driver.ipfs import encode_base58, hash_ipfs
from contractchain.lang.driver.settings import MetadataHash, Settings
from contractchain.lang.semantics.symbols import ContractSymbol
from contractchain.lang.source import SourceSet
from contractchain.types import Artifact

VERSION = f"{SOLIDITY_VERSION}+contractchain.{__version__}"


def build_metadata(
    artifact: Artifact, contract: ContractSymbol, files: SourceSet, settings: Settings
) -> str:
    """Return the metadata as JSON with sorted keys.

    Args:
        artifact: The contract's; its code does not matter.
        contract: The contract itself.
        files: The sources of the run; those that the contract's own source reaches are listed.
        settings: How it is compiled.
    """
    sources = {}
    for unit in contract.unit.find_closure():
        file = files[unit.node.span.file]
        entry: dict[str, object] = {"keccak256": "0x" + keccak256(file.data).hex()}
        if settings.literal_sources:
            entry["content"] = file.text
        else:
            entry["urls"] = [f"dweb:/ipfs/{encode_base58(hash_ipfs(file.data))}"]
        if unit.node.license:
            entry["license"] = unit.node.license
        sources[file.name] = entry
    data = {
        "compiler": {"version": VERSION},
        "language": "Solidity",
        "output": {
            "abi": list(artifact.abi),
            "devdoc": artifact.devdoc,
            "userdoc": artifact.userdoc,
        },
        "settings": {
            "compilationTarget": {artifact.source_name: artifact.name},
            "evmVersion": settings.evm_version,
            "libraries": {
                f"{file}:{name}": "0x" + address
                for file, libraries in settings.libraries.items()
                for name, address in libraries.items()
            },
            "metadata": _describe_choice(settings),
            "optimizer": {"enabled": settings.optimize, "runs": settings.runs},
            "remappings": [_full_remapping(text) for text in settings.remappings],
        },
        "sources": sources,
        "version": 1,
    }
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _describe_choice(settings: Settings) -> dict[str, object]:
    out: dict[str, object] = {"bytecodeHash": settings.metadata_hash.value}
    if not settings.append_metadata:
        out["appendCBOR"] = False
    if settings.literal_sources:
        out["useLiteralContent"] = True
    return out


def _full_remapping(text: str) -> str:
    """Return a remapping with its context, which may be empty."""
    prefix = text.partition("=")[0]
    return text if ":" in prefix else f":{text}"


def build_trailer(metadata: str, settings: Settings) -> bytes:
    """Return what stands behind the runtime code: a CBOR map and its length in two bytes.

    The entry `solc` names our version as solc names those of its own that are no releases: by text.
    """
    if not settings.append_metadata:
        return b""
    entries = [_text("solc") + _text(VERSION)]
    if settings.metadata_hash is MetadataHash.IPFS:
        address = hash_ipfs(metadata.encode())
        entries.insert(0, _text("ipfs") + _head(2, len(address)) + address)
    encoded = bytes([0xA0 + len(entries)]) + b"".join(entries)
    return encoded + len(encoded).to_bytes(2, "big")


def _text(text: str) -> bytes:
    data = text.encode()
    return _head(3, len(data)) + data


def _head(kind: int, size: int) -> bytes:
    """Return the head of a CBOR item that is shorter than 256 bytes."""
    return bytes([kind << 5 | size]) if size < 24 else bytes([kind << 5 | 24, size])
