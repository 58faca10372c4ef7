"""What a node is told: where its data is, which engine and store, and what its genesis holds.

Plain data with checks of ranges; where a value came from (flag, file, default) is not known here.
"""

from enum import Enum
from pathlib import Path

import msgspec

from contractchain.errors import ConfigError
from contractchain.types import Fork

DEFAULT_DATA_DIR = ".contractchain"
DEFAULT_CHAIN_ID = 31337
DEFAULT_MNEMONIC = "test test test test test test test test test test test junk"
ETHER = 10**18
MAX_ACCOUNTS = 10_000
MIN_GAS_LIMIT = 5_000


class EngineChoice(Enum):
    """Which execution engine runs the chain."""

    AUTO = "auto"
    """`revm` if the native core is installed, otherwise `py-evm`."""
    REVM = "revm"
    PY_EVM = "py-evm"


class StoreChoice(Enum):
    """Where blocks are kept."""

    AUTO = "auto"
    """What the data directory holds; a new one gets `native` if it is installed, else `sqlite`."""
    NATIVE = "native"
    SQLITE = "sqlite"
    MEMORY = "memory"
    """Nothing is written; the chain ends with the process."""


class NodeConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that `open_local_chain` needs to know.

    The values from `genesis` to `genesis_timestamp` shape a new chain; for one that exists they
    must agree with it or be left at None.
    """

    data_dir: Path | None = Path(DEFAULT_DATA_DIR)
    """Directory of the chain; None keeps everything in memory."""
    engine: EngineChoice = EngineChoice.AUTO
    store: StoreChoice = StoreChoice.AUTO
    block_time: int | None = None
    """Seconds between blocks; None mines as soon as there is a transaction."""
    automine: bool = True
    """Whether to mine as soon as there is a transaction, where `block_time` is None."""
    genesis: Path | None = None
    """A genesis.json in geth's format; None for the development genesis."""
    chain_id: int | None = None
    """Of the development genesis; default 31337."""
    hardfork: Fork | None = None
    """Of the development genesis; default Prague."""
    mnemonic: str = DEFAULT_MNEMONIC
    """Where the development accounts come from."""
    accounts: int | None = None
    """How many development accounts; default 10."""
    balance: int | None = None
    """Wei of each development account at genesis; default 10,000 ether."""
    gas_limit: int | None = None
    """Gas per block at genesis; default 30,000,000."""
    base_fee: int | None = None
    """Wei per gas at genesis; default 1 gwei."""
    genesis_timestamp: int | None = None
    """Seconds since the Unix epoch; default: the time at which the chain is made."""

    def __post_init__(self) -> None:
        _check("chain_id", self.chain_id, 1, 2**64 - 1)
        _check("accounts", self.accounts, 0, MAX_ACCOUNTS)
        _check("balance", self.balance, 0, 2**128)
        _check("gas_limit", self.gas_limit, MIN_GAS_LIMIT, 2**63 - 1)
        _check("base_fee", self.base_fee, 0, 2**128)
        _check("block_time", self.block_time, 1, 10**9)
        _check("genesis_timestamp", self.genesis_timestamp, 0, 2**63)


def _check(key: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise ConfigError(f"must be between {low} and {high}, not {value}", key=key)
