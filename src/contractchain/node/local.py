"""A chain inside this process: store, engine, consensus and development accounts put together."""

from contextlib import ExitStack
from pathlib import Path
from time import time
from types import TracebackType
from typing import Self

from contractchain.chain import Chain
from contractchain.chain.genesis_file import load_genesis_and_hash
from contractchain.chain.json_fields import read_bytes
from contractchain.chain.opening import (
    OpenedStore,
    find_stored_genesis,
    is_known_file,
    open_store_of_chain,
    remember_file,
)
from contractchain.chain.settings import ChainSettings
from contractchain.chain.stored_allocation import find_genesis_accounts
from contractchain.chain.time_control import TimeControl
from contractchain.consensus import SwitchableEngine
from contractchain.crypto import Account, keccak256
from contractchain.errors import ContractChainError
from contractchain.execution import create_engine
from contractchain.interfaces.consensus import Clock
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.store import Store
from contractchain.node.config import NodeConfig, StoreChoice
from contractchain.node.genesis_choice import (
    build_genesis,
    check_agreement,
    derive_dev_accounts,
    find_genesis_file,
)
from contractchain.store import (
    DataDirectoryLock,
    StoreKind,
    find_store_kind,
    has_native_store,
    open_store,
)
from contractchain.types import Genesis, Hash32

STORE_FOLDER = "chain"
"""Where the store is inside the data directory; the lock is beside it."""


class LocalNode:
    """An open chain with all its parts. Close it, or use it as a context manager."""

    def __init__(
        self,
        *,
        config: NodeConfig,
        chain: Chain,
        consensus: SwitchableEngine,
        execution: ExecutionLayer,
        store: Store,
        lock: DataDirectoryLock | None,
        accounts: tuple[Account, ...],
    ) -> None:
        """Take over parts that are open and started; `open_local_chain` puts them together."""
        self.config = config
        self.chain = chain
        self.consensus = consensus
        self.execution = execution
        self.store = store
        self.lock = lock
        """Lock of the data directory, in which a server publishes its URL; None in memory."""
        self.accounts = accounts
        """Development accounts with their keys: those of the mnemonic that genesis funds."""
        self._is_open = True

    def close(self) -> None:
        """Stop the consensus engine, write what is worth writing, release the directory.

        Closing twice is harmless.
        """
        if not self._is_open:
            return
        self._is_open = False
        with ExitStack() as stack:
            if self.lock is not None:
                stack.callback(self.lock.release)
            stack.callback(self.store.close)
            stack.callback(self.chain.close)
            stack.callback(self.consensus.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_local_chain(
    config: NodeConfig | None = None,
    *,
    clock: Clock | None = None,
    settings: ChainSettings | None = None,
) -> LocalNode:
    """Open the chain of a data directory, making it if there is none.

    Args:
        config: Where and what; None is the development chain in `.contractchain`.
        clock: Seconds since the Unix epoch; None is the system's.
        settings: Limits of pool and memory.

    Raises:
        StoreLockedError: another process has the directory open.
        StoreMismatchError: the directory holds another chain than `config` describes.
        CorruptStoreError: what is there fails its checks.
        EngineUnavailableError: the engine asked for is not installed.
        ConfigError: the genesis file is wrong.
    """
    config = config or NodeConfig()
    time_control = TimeControl(clock or _system_clock)
    execution = create_engine(config.engine.value)
    given = _load_genesis_of_new_chain(config)
    with ExitStack() as undo:
        lock, store = _open_store(config)
        if lock is not None:
            undo.callback(lock.release)
        undo.callback(store.close)
        accounts = derive_dev_accounts(config)
        opened = _open_chain_store(config, given, store, execution, accounts, time_control.now)
        consensus = SwitchableEngine(
            time_control.now, automine=config.automine, interval=config.block_time or 0
        )
        chain = Chain(
            opened,
            store=store,
            execution=execution,
            consensus=consensus,
            time=time_control,
            settings=settings,
        )
        consensus.start(chain)
        undo.pop_all()
    funded = find_genesis_accounts(opened.genesis, [account.address for account in accounts])
    return LocalNode(
        config=config,
        chain=chain,
        consensus=consensus,
        execution=execution,
        store=store,
        lock=lock,
        accounts=tuple(account for account in accounts if account.address in funded),
    )


def _load_genesis_of_new_chain(config: NodeConfig) -> tuple[Genesis, Hash32] | None:
    """Read the genesis file of a chain that is not there, before anything is written for it."""
    file = find_genesis_file(config)
    if file is None:
        return None
    data_dir = None if config.store is StoreChoice.MEMORY else config.data_dir
    if data_dir is not None and find_store_kind(Path(data_dir) / STORE_FOLDER) is not None:
        return None
    return load_genesis_and_hash(file)


def _open_chain_store(
    config: NodeConfig,
    given: tuple[Genesis, Hash32] | None,
    store: Store,
    execution: ExecutionLayer,
    accounts: tuple[Account, ...],
    clock: Clock,
) -> OpenedStore:
    file = find_genesis_file(config)
    if file is not None:
        return _open_with_file(file, given, store, execution)
    genesis, stored = None, find_stored_genesis(store)
    if stored is None:
        genesis = build_genesis(config, accounts, clock)
    else:
        check_agreement(config, accounts, stored)
    return open_store_of_chain(store, execution, genesis, stored=stored)


def _open_with_file(
    file: Path,
    given: tuple[Genesis, Hash32] | None,
    store: Store,
    execution: ExecutionLayer,
) -> OpenedStore:
    """Open the chain of a genesis file, which is parsed if it is not the one of last time."""
    if given is None and is_known_file(store, keccak256(read_bytes(file))):
        return open_store_of_chain(store, execution, None)
    genesis, digest = given or load_genesis_and_hash(file)
    opened = open_store_of_chain(store, execution, genesis)
    remember_file(store, digest)
    return opened


def _open_store(config: NodeConfig) -> tuple[DataDirectoryLock | None, Store]:
    if config.data_dir is None or config.store is StoreChoice.MEMORY:
        return None, open_store(StoreKind.MEMORY)
    lock = DataDirectoryLock.acquire(config.data_dir)
    try:
        folder = Path(config.data_dir) / STORE_FOLDER
        return lock, open_store(_choose_store(config.store, folder), folder, lock=lock)
    except ContractChainError:
        lock.release()
        raise


def _choose_store(choice: StoreChoice, folder: Path) -> StoreKind:
    if choice is not StoreChoice.AUTO:
        return StoreKind(choice.value)
    found = find_store_kind(folder)
    if found is not None:
        return StoreKind(found)
    return StoreKind.NATIVE if has_native_store() else StoreKind.SQLITE


def _system_clock() -> int:
    return int(time())
