"""The contracts that a registry knows, with their ABIs: for names, events and errors."""

from collections.abc import Iterator

from contractchain.client.artifact_store import ArtifactStore
from contractchain.client.registry import Deployment, Registry
from contractchain.codec.abi import ContractAbi, parse_abi
from contractchain.errors import CorruptStoreError
from contractchain.types import Address, Artifact


class KnownContracts:
    """Artifacts of the deployments on one chain, read when they are asked for, once each."""

    def __init__(self, registry: Registry, artifacts: ArtifactStore) -> None:
        self._registry = registry
        self._artifacts = artifacts
        self._read: dict[str, Artifact] = {}
        self._abis: dict[str, ContractAbi] = {}

    def get_artifact(self, deployment: Deployment) -> Artifact:
        """Return the artifact that a contract was deployed from.

        Raises:
            CorruptStoreError: it is not kept any more, or damaged.
        """
        key = deployment.artifact_hash
        artifact = self._read.get(key) or self._artifacts.find(key)
        if artifact is None:
            raise CorruptStoreError(
                f"the artifact of `{deployment.title}` is missing",
                path=str(self._registry.path),
                hint=f"deploy it again with `ctc deploy {deployment.name}`",
            )
        self._read[key] = artifact
        return artifact

    def get_abi(self, deployment: Deployment) -> ContractAbi:
        """Return the ABI of a deployment. Raises CorruptStoreError."""
        found = self._abis.get(deployment.artifact_hash)
        if found is None:
            found = parse_abi(self.get_artifact(deployment).abi)
            self._abis[deployment.artifact_hash] = found
        return found

    def abis_for(self, address: Address | None) -> Iterator[ContractAbi]:
        """Yield the ABIs that may explain what an address says, its own first.

        An artifact that is missing or damaged explains nothing; that is no reason to fail here.
        """
        deployments = self._registry.deployments()
        own = [d for d in deployments if d.address == address]
        seen: set[str] = set()
        for deployment in (*own, *reversed(deployments)):
            if deployment.artifact_hash in seen:
                continue
            seen.add(deployment.artifact_hash)
            try:
                yield self.get_abi(deployment)
            except CorruptStoreError:
                continue
