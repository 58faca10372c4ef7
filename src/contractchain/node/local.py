"""A chain inside this process: store, engine, consensus and development accounts put together."""

from types import TracebackType
from typing import Self

from contractchain.chain import Chain
from contractchain.crypto import Account
from contractchain.interfaces.consensus import ConsensusEngine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.node.config import NodeConfig


class LocalNode:
    """An open chain with all its parts. Close it, or use it as a context manager."""

    def __init__(
        self,
        *,
        config: NodeConfig,
        chain: Chain,
        consensus: ConsensusEngine,
        execution: ExecutionLayer,
        accounts: tuple[Account, ...],
    ) -> None:
        self.config = config
        self.chain = chain
        self.consensus = consensus
        self.execution = execution
        self.accounts = accounts
        """Development accounts with their keys; none for a chain from a genesis file."""

    def close(self) -> None:
        """Stop the consensus engine, write what is worth writing, release the directory."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_local_chain(config: NodeConfig | None = None) -> LocalNode:
    """Open the chain of a data directory, making it if there is none.

    Raises:
        StoreLockedError: another process has the directory open.
        StoreMismatchError: the directory holds another chain than `config` describes.
        CorruptStoreError: what is there fails its checks.
        EngineUnavailableError: the engine asked for is not installed.
        ConfigError: the genesis file is wrong.
    """
    raise NotImplementedError
