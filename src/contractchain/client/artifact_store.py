"""Artifacts on disk, each in a file that is named by its content.

Holds what was compiled and what was deployed; never changes a file, never compiles.
"""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec

from contractchain.client.files import read_file, write_atomically
from contractchain.errors import CorruptStoreError
from contractchain.types import Artifact, StorageLayout, StorageVariable


class ArtifactStore:
    """Artifacts by hash, in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def save(self, artifact: Artifact) -> str:
        """Keep an artifact and return its hash.

        Raises:
            StoreError: the disk refuses.
        """
        data = encode_artifact(artifact)
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        if not path.exists():
            write_atomically(path, data)
        return name

    def find(self, name: str) -> Artifact | None:
        """Return the artifact with this hash, None if it is not kept.

        Raises:
            CorruptStoreError: the file was changed or damaged.
        """
        path = self._path(name)
        data = read_file(path)
        if data is None:
            return None
        if hashlib.sha256(data).hexdigest() != name:
            raise CorruptStoreError(
                "the artifact does not match its hash",
                path=str(path),
                hint="delete the file and deploy the contract again",
            )
        return decode_artifact(data)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.json"


def encode_artifact(artifact: Artifact) -> bytes:
    """Return the one JSON form of an artifact."""
    fields: dict[str, Any] = {
        field.name: getattr(artifact, field.name) for field in dataclasses.fields(artifact)
    }
    fields["init_code"] = artifact.init_code.hex()
    fields["runtime_code"] = artifact.runtime_code.hex()
    if artifact.storage_layout is not None:
        fields["storage_layout"] = dataclasses.asdict(artifact.storage_layout)
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def decode_artifact(data: bytes) -> Artifact:
    """Return the artifact that `encode_artifact` wrote."""
    fields: dict[str, Any] = msgspec.json.decode(data)  # numbers of any size, unlike orjson
    layout = fields["storage_layout"]
    if layout is not None:
        storage = tuple(StorageVariable(**variable) for variable in layout["storage"])
        fields["storage_layout"] = StorageLayout(storage=storage, types=layout["types"])
    fields["abi"] = tuple(fields["abi"])
    fields["source_files"] = tuple(fields.get("source_files", ()))
    fields["init_code"] = bytes.fromhex(fields["init_code"])
    fields["runtime_code"] = bytes.fromhex(fields["runtime_code"])
    return Artifact(**fields)
