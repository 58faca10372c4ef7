"""Which contract was deployed where, per chain: what makes `ctc call Counter count` possible.

One JSON file per chain id and genesis hash, rewritten as a whole. A chain that was made anew has
another genesis hash, so its registry starts empty and says what the old chain had.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from contractchain.client.files import exclusive, read_file, write_atomically
from contractchain.codec.hexadecimal import parse_hex, to_checksum, to_hex
from contractchain.crypto import keccak256
from contractchain.errors import (
    CorruptStoreError,
    DecodeError,
    NotDeployedError,
    UsageError,
    closest,
)
from contractchain.types import Address, Artifact, Hash32

FORMAT = 1
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainIdentity:
    """What tells one chain from all others."""

    chain_id: int
    genesis_hash: Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One contract on one chain."""

    name: str
    """Name of the contract."""
    address: Address
    artifact_hash: str
    """Key in the artifact store."""
    runtime_code_hash: Hash32
    """keccak256 of the code at the address when it was deployed, immutables zeroed."""
    transaction_hash: Hash32
    block_number: int
    index: int = 0
    """Counted from 1 among the deployments of the name; given by the registry."""
    label: str = ""
    """Name that the person gave to this deployment."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """sha256 of every source file that went into it, by path from the project's root."""

    @property
    def title(self) -> str:
        """Unambiguous name, e.g. `Counter@2`."""
        return f"{self.name}@{self.label or self.index}"


class Registry:
    """The deployments of one chain."""

    def __init__(self, directory: Path, chain: ChainIdentity) -> None:
        """Use the registry in `directory`; nothing is read or written yet."""
        self._directory = directory
        self._chain = chain
        prefix = chain.genesis_hash[:8].hex()
        self.path = directory / f"{chain.chain_id}-{prefix}.json"

    def deployments(self) -> tuple[Deployment, ...]:
        """Return all deployments, the oldest first.

        Raises:
            CorruptStoreError: the file is damaged; it is left as it is.
        """
        data = read_file(self.path)
        return () if data is None else _decode(data, self.path, self._chain)

    def add(self, deployment: Deployment) -> Deployment:
        """Record a deployment, durably, and return it with its index.

        Raises:
            UsageError: the label is not one.
            StoreError: the file is damaged or the disk refuses; it is left as it was.
        """
        check_label(deployment.label)
        with exclusive(self.path):
            known = self.deployments()
            index = 1 + sum(1 for other in known if other.name == deployment.name)
            added = replace(deployment, index=index)
            write_atomically(self.path, _encode((*known, added), self._chain))
        return added

    def find(self, reference: str) -> Deployment | None:
        """Return the deployment that a person means, the latest if several fit.

        Args:
            reference: `Counter`, `Counter@2` (the second one), `Counter@label`, or a label.
        """
        name, mark, which = reference.partition("@")
        if not name or (mark and not which):
            return None
        for deployment in reversed(self.deployments()):
            if mark:
                if deployment.name == name and which in (str(deployment.index), deployment.label):
                    return deployment
            elif name in (deployment.name, deployment.label):
                return deployment
        return None

    def get(self, reference: str) -> Deployment:
        """Return the deployment that a person means.

        Raises:
            NotDeployedError: none fits; says so if an earlier chain had it.
        """
        found = self.find(reference)
        if found is not None:
            return found
        everything = self.deployments()
        known = {d.title if "@" in reference else d.name for d in everything}
        known |= {d.label for d in everything if d.label}
        name = reference.partition("@")[0]
        if self._was_on_another_chain(name):
            hint = f"it was on another chain in this data directory; `ctc deploy {name}` again"
        else:
            hint = closest(reference, known) or f"deploy it with `ctc deploy {name or 'NAME'}`"
        raise NotDeployedError(
            name=reference,
            chain_id=self._chain.chain_id,
            genesis_hash=self._chain.genesis_hash,
            hint=hint,
        )

    def find_at(self, address: Address) -> Deployment | None:
        """Return the latest deployment at an address."""
        for deployment in reversed(self.deployments()):
            if deployment.address == address:
                return deployment
        return None

    def _was_on_another_chain(self, name: str) -> bool:
        for path in sorted(self._directory.glob("*-*.json")):
            if path == self.path:
                continue
            try:
                document = orjson.loads(path.read_bytes())
                if any(entry["name"] == name for entry in document["deployments"]):
                    return True
            except (OSError, ValueError, TypeError, KeyError):
                continue  # somebody else's file, or a damaged one of a chain that is gone
        return False


def check_label(label: str) -> None:
    """Check a label; an empty one stands for none.

    Raises:
        UsageError: it could be taken for something else.
    """
    if label and not _LABEL.fullmatch(label):
        raise UsageError(
            f"`{label}` is not a label",
            hint="a label starts with a letter and has letters, digits, `_` and `-`",
        )


def mask_immutables(code: bytes, artifact: Artifact) -> bytes:
    """Return runtime code with the places of immutables zeroed, as in the artifact."""
    masked = bytearray(code)
    for places in artifact.immutable_references.values():
        for place in places:
            start, end = place["start"], place["start"] + place["length"]
            if end <= len(masked):
                masked[start:end] = bytes(end - start)
    return bytes(masked)


def hash_runtime_code(code: bytes, artifact: Artifact) -> Hash32:
    """Return the hash by which a deployment recognises its code."""
    return keccak256(mask_immutables(code, artifact))


def _encode(deployments: tuple[Deployment, ...], chain: ChainIdentity) -> bytes:
    document = {
        "format": FORMAT,
        "chain_id": chain.chain_id,
        "genesis_hash": to_hex(chain.genesis_hash),
        "deployments": [
            {
                **asdict(deployment),
                "address": to_checksum(deployment.address),
                "runtime_code_hash": to_hex(deployment.runtime_code_hash),
                "transaction_hash": to_hex(deployment.transaction_hash),
                "sources": dict(deployment.sources),
            }
            for deployment in deployments
        ],
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _decode(data: bytes, path: Path, chain: ChainIdentity) -> tuple[Deployment, ...]:
    try:
        document: Any = orjson.loads(data)
        if document["format"] != FORMAT:
            raise _damaged(path, f"has format {document['format']!r}, expected {FORMAT}")
        identity = (document["chain_id"], document["genesis_hash"])
        if identity != (chain.chain_id, to_hex(chain.genesis_hash)):
            raise _damaged(path, "belongs to another chain than its name says")
        return tuple(_decode_deployment(entry) for entry in document["deployments"])
    except (ValueError, TypeError, KeyError, AttributeError, DecodeError) as error:
        raise _damaged(path, f"cannot be read: {error!r}") from error


def _decode_deployment(entry: Any) -> Deployment:
    texts = (entry["name"], entry["artifact_hash"], entry["label"])
    numbers = (entry["block_number"], entry["index"])
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a name is not a text")
    if not all(type(number) is int for number in numbers):
        raise TypeError("a number is not a number")
    return Deployment(
        name=entry["name"],
        address=parse_hex(entry["address"], "address", size=20),
        artifact_hash=entry["artifact_hash"],
        runtime_code_hash=parse_hex(entry["runtime_code_hash"], "hash", size=32),
        transaction_hash=parse_hex(entry["transaction_hash"], "hash", size=32),
        block_number=entry["block_number"],
        index=entry["index"],
        label=entry["label"],
        sources={str(key): str(value) for key, value in entry["sources"].items()},
    )


def _damaged(path: Path, message: str) -> CorruptStoreError:
    return CorruptStoreError(
        f"the deployment registry {message}",
        path=str(path),
        hint="nothing was changed; repair the file, or move it away to start an empty registry",
    )
