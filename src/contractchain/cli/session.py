"""One command's view of everything: project, chain, registry and accounts, put together.

The chain is a node if `--rpc` or a node on the data directory says so, otherwise it is opened in
this process.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contractchain.cli.options import ChainOptions
from contractchain.client.artifact_store import ArtifactStore
from contractchain.client.known import KnownContracts
from contractchain.client.project import Project
from contractchain.client.registry import ChainIdentity, Deployment, Registry
from contractchain.client.wallet import Wallet, derive_key
from contractchain.codec.hexadecimal import parse_address, to_checksum
from contractchain.errors import (
    ContractChainError,
    NodeUnreachableError,
    NotDeployedError,
    StoreLockedError,
    UsageError,
    closest,
)
from contractchain.types import Address

if TYPE_CHECKING:
    from contractchain.client.connection import Connection
    from contractchain.node import LocalNode, NodeConfig

LOCK_WAIT_SECONDS = 2.0
LOCK_PAUSE_SECONDS = 0.05


@dataclass(kw_only=True)
class Session:
    """What a command works with."""

    project: Project
    data_dir: Path
    connection: "Connection"
    identity: ChainIdentity
    registry: Registry
    artifacts: ArtifactStore
    known: KnownContracts
    wallet: Wallet
    engine: str
    """Name of the engine; empty for a node reached over the network."""
    warnings: list[str] = field(default_factory=list)
    """For the person, in the order of discovery."""

    def resolve_address(self, text: str) -> Address:
        """Return the address that a name stands for: a deployed contract or an account.

        Raises:
            NotDeployedError: neither.
        """
        address = self.wallet.find_address(text)
        if address is not None:
            return address
        deployment = self.registry.find(text)
        if deployment is not None:
            return deployment.address
        names = [deployment.name for deployment in self.registry.deployments()]
        raise NotDeployedError(
            f"`{text}` is neither an account nor a contract deployed on this chain",
            name=text,
            chain_id=self.identity.chain_id,
            genesis_hash=self.identity.genesis_hash,
            hint=closest(text, [*names, *self.wallet.names()]),
        )

    def get_address(self, text: str) -> Address:
        """Return the address that a person means: in hex, or by name.

        Raises:
            DecodeError: malformed hex.
            NotDeployedError: no such name.
        """
        if text.startswith(("0x", "0X")):
            return parse_address(text)
        return self.resolve_address(text)

    def get_sender(self, text: str | None) -> Address:
        """Return the address that a call comes from; it needs no key."""
        if text is None:
            return self.wallet.default.address
        if text.startswith(("0x", "0X")) and len(text) == 66:
            return derive_key(text).address
        return self.get_address(text)

    def describe_address(self, address: Address) -> str:
        """Return an address with the name that it has here."""
        name = self.wallet.name_of(address)
        if name is None:
            deployment = self.registry.find_at(address)
            name = deployment.title if deployment is not None else None
        shown = to_checksum(address)
        return f"{shown} ({name})" if name is not None else shown

    def find_deployment(self, text: str) -> Deployment | None:
        """Return the deployment that a person means by name or address.

        Raises:
            NotDeployedError: a name that was not deployed.
            DecodeError: malformed hex.
        """
        if text.startswith(("0x", "0X")):
            return self.registry.find_at(parse_address(text))
        return self.registry.get(text)


@contextmanager
def open_session(options: ChainOptions, *, writes: bool = False) -> Iterator[Session]:
    """Open what a command works with, and close it afterwards.

    Args:
        options: Which chain is meant.
        writes: Whether the command changes the chain. If not, and there is no chain yet, none is
            made on disk.

    Raises:
        ContractChainError: the chain cannot be opened or reached.
    """
    project = Project.find(Path.cwd())
    data_dir = options.data_dir or project.data_directory
    url = options.rpc
    if url is not None and options.engine != "auto":
        raise UsageError("`--engine` has no effect together with `--rpc`")
    with ExitStack() as stack:
        if url is not None:
            opened = _connect(url)
        else:
            opened = _open(data_dir, options, writes=writes)
        stack.callback(opened.close)
        yield _build_session(project, data_dir, opened)


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """A chain that answers."""

    connection: "Connection"
    identity: ChainIdentity
    node: "LocalNode | None" = None
    """None for a node reached over the network."""

    def close(self) -> None:
        self.connection.close()
        if self.node is not None:
            self.node.close()


def _build_session(project: Project, data_dir: Path, opened: _Opened) -> Session:
    node = opened.node
    if node is not None:
        accounts = node.accounts
    else:
        from contractchain.crypto import derive_accounts
        from contractchain.node.config import DEFAULT_MNEMONIC

        accounts = tuple(derive_accounts(DEFAULT_MNEMONIC, 10))
    registry = Registry(data_dir / "deployments", opened.identity)
    artifacts = ArtifactStore(data_dir / "artifacts")
    key = os.environ.get("CTC_PRIVATE_KEY")
    return Session(
        project=project,
        data_dir=data_dir,
        connection=opened.connection,
        identity=opened.identity,
        registry=registry,
        artifacts=artifacts,
        known=KnownContracts(registry, artifacts),
        wallet=Wallet(accounts, [derive_key(key)] if key else (), _ask_password),
        engine=node.execution.name if node is not None else "",
    )


def _ask_password(path: Path) -> str:
    """Return the password of a key file: from the environment, or from the person.

    Raises:
        UsageError: there is nobody to ask.
    """
    given = os.environ.get("CTC_KEYSTORE_PASSWORD")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError(
            f"the key file `{path}` needs its password",
            hint="give it in the environment variable CTC_KEYSTORE_PASSWORD",
        )
    return str(click.prompt(f"Password of {path}", hide_input=True, err=True))


def _connect(url: str) -> _Opened:
    from contractchain.client.remote import RemoteConnection

    connection = RemoteConnection(url)
    try:
        return _Opened(connection=connection, identity=connection.identity())
    except ContractChainError:
        connection.close()
        raise


def _open(data_dir: Path, options: ChainOptions, *, writes: bool) -> _Opened:
    """Open the chain of a data directory, or connect to the node that has it open.

    A node that is just starting or ending is waited for as briefly as another command is.
    """
    from contractchain.node import EngineChoice, NodeConfig
    from contractchain.node.local import STORE_FOLDER
    from contractchain.store import find_lock_owner

    engine = EngineChoice(options.engine)
    if not writes and not (data_dir / STORE_FOLDER).exists():
        return _open_embedded(NodeConfig(data_dir=None, engine=engine), place="memory")
    config = NodeConfig(data_dir=data_dir, engine=engine)
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        owner = find_lock_owner(data_dir)
        try:
            if owner is None or owner.url is None:
                return _open_embedded(config, place=str(data_dir))
            if options.engine != "auto":
                raise UsageError(
                    f"a node at {owner.url} has {data_dir} open, `--engine` has no effect on it"
                )
            return _connect(owner.url)
        except (StoreLockedError, NodeUnreachableError) as error:
            if time.monotonic() > deadline:
                if isinstance(error, StoreLockedError):
                    error.hint = "wait for that process, or use another `--data-dir`"
                raise
        time.sleep(LOCK_PAUSE_SECONDS)


def _open_embedded(config: "NodeConfig", *, place: str) -> _Opened:
    from contractchain.client.embedded import EmbeddedConnection
    from contractchain.node import open_local_chain

    node = open_local_chain(config)
    connection = EmbeddedConnection(node.chain, place=place)
    return _Opened(connection=connection, identity=connection.identity(), node=node)
