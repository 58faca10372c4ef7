"""The metadata of a contract: what it was compiled from, and how.

The same JSON that solc writes. It is an output only: no hash of it is appended to the code.
"""

import json

from contractchain._version import SOLIDITY_VERSION, __version__
from contractchain.crypto import keccak256
from contractchain.lang.driver.pipeline import Compilation, CompiledContract
from contractchain.lang.driver.settings import Settings


def build_metadata(compilation: Compilation, compiled: CompiledContract, settings: Settings) -> str:
    """Return the metadata as JSON with sorted keys."""
    artifact = compiled.artifact
    sources = {}
    for unit in compiled.symbol.unit.find_closure():
        file = compilation.sources[unit.node.span.file]
        entry: dict[str, object] = {"keccak256": "0x" + keccak256(file.data).hex(), "urls": []}
        if unit.node.license:
            entry["license"] = unit.node.license
        sources[file.name] = entry
    data = {
        "compiler": {"version": f"{SOLIDITY_VERSION}+contractchain.{__version__}"},
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
            "metadata": {"bytecodeHash": "none"},
            "optimizer": {"enabled": settings.optimize, "runs": settings.runs},
            "remappings": list(settings.remappings),
        },
        "sources": sources,
        "version": 1,
    }
    return json.dumps(data, sort_keys=True, separators=(",", ":"))
