"""`node-config.yaml`: everything a node can be told, in one file.

Keys that belong to what is not built are read, so that the error can say so.
"""

from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from contractchain.codec.config_file import load_config
from contractchain.codec.units import Duration
from contractchain.errors import ConfigError, closest
from contractchain.node.config import EngineChoice, NodeConfig, StoreChoice
from contractchain.types import Fork


class LogLevel(Enum):
    """How much a node says."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class RpcSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`rpc`: where and for whom JSON-RPC is served."""

    host: str = "127.0.0.1"
    port: int = 8545
    allowed_hosts: list[str] = []
    """Names that the `Host` header may carry, besides those of the loopback."""
    allowed_origins: list[str] = []
    """Origins of web pages that may call; `*` for any."""


class ConsensusSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`consensus`: when blocks are produced."""

    type: str = "instant"
    block_time: Duration | None = None
    """Of `interval`; whole seconds."""
    heartbeat_timeout: Duration | None = None
    """Of `raft`."""


class P2pSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`p2p`: peers."""

    listen_address: str | None = None
    seed_nodes: list[str] = []


class ChainSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`chain`: what a new development chain is like."""

    genesis: Path | None = None
    chain_id: int | None = None
    hardfork: str | None = None
    """`prague`, as for `--hardfork`."""
    mnemonic: str | None = None
    accounts: int | None = None
    gas_limit: int | None = None


class NodeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file."""

    data_dir: Path | None = None
    engine: EngineChoice = EngineChoice.AUTO
    store: StoreChoice = StoreChoice.AUTO
    log_level: LogLevel = LogLevel.INFO
    rpc: RpcSection = RpcSection()
    consensus: ConsensusSection = ConsensusSection()
    p2p: P2pSection = P2pSection()
    chain: ChainSection = ChainSection()


ENGINES = ("instant", "interval", "manual")
HARDFORKS = {fork.title.lower(): fork for fork in Fork}


def load_node_file(path: Path) -> NodeFile:
    """Read and check a file.

    Raises:
        ConfigError: with file, line and key; also for what is not built.
    """
    found = load_config(path, NodeFile)
    _check_consensus(found.consensus, str(path))
    if found.p2p != P2pSection():
        raise ConfigError(
            "peer-to-peer networking is not built yet",
            path=str(path),
            key="p2p",
            hint="remove the section; the node runs on its own",
        )
    hardfork = found.chain.hardfork
    if hardfork is not None and hardfork.lower() not in HARDFORKS:
        raise ConfigError(
            f"the fork `{hardfork}` does not exist",
            path=str(path),
            key="chain.hardfork",
            hint=closest(hardfork.lower(), HARDFORKS) or f"use one of {', '.join(HARDFORKS)}",
        )
    return found


def _check_consensus(consensus: ConsensusSection, path: str) -> None:
    if consensus.type not in ENGINES:
        planned = consensus.type in ("raft", "pow", "poa", "bft")
        reason = "is not built yet" if planned else "does not exist"
        raise ConfigError(
            f"the engine `{consensus.type}` {reason}",
            path=path,
            key="consensus.type",
            hint=f"use one of {', '.join(ENGINES)}",
        )
    if consensus.heartbeat_timeout is not None:
        raise ConfigError(
            "belongs to `raft`, which is not built yet",
            path=path,
            key="consensus.heartbeat_timeout",
            hint="remove the key",
        )
    if consensus.type != "interval" and consensus.block_time is not None:
        raise ConfigError(
            f"`{consensus.type}` has no block time",
            path=path,
            key="consensus.block_time",
            hint="`type: interval` makes a block every so often",
        )
    if consensus.type == "interval" and not (consensus.block_time and consensus.block_time.ns):
        raise ConfigError("`interval` needs a block time", path=path, key="consensus.block_time")
    if consensus.block_time is not None and consensus.block_time.ns % 10**9:
        raise ConfigError(
            "must be whole seconds, as timestamps are",
            path=path,
            key="consensus.block_time",
        )


def to_node_config(found: NodeFile, **overrides: Any) -> NodeConfig:
    """Return the configuration that a file describes; `overrides` that are not None come first."""
    block_time = found.consensus.block_time
    values: dict[str, Any] = {
        "engine": found.engine,
        "store": found.store,
        "block_time": block_time.ns // 10**9 if block_time is not None else None,
        "automine": found.consensus.type != "manual",
    }
    if found.data_dir is not None:
        values["data_dir"] = found.data_dir
    chain = msgspec.structs.asdict(found.chain)
    if found.chain.hardfork is not None:
        chain["hardfork"] = HARDFORKS[found.chain.hardfork.lower()]
    values |= {key: value for key, value in chain.items() if value is not None}
    values |= {key: value for key, value in overrides.items() if value is not None}
    return NodeConfig(**values)
