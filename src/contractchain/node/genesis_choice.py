"""Which genesis a node's configuration asks for, and whether a chain that exists agrees with it."""

from pathlib import Path

from contractchain.chain.dev_genesis import (
    DEV_BALANCE,
    DEV_BASE_FEE,
    DEV_CHAIN_ID,
    DEV_GAS_LIMIT,
    build_dev_genesis,
)
from contractchain.chain.forks import fork_of_genesis
from contractchain.chain.stored_allocation import find_genesis_accounts
from contractchain.crypto import Account, derive_accounts
from contractchain.errors import ConfigError, StoreMismatchError
from contractchain.interfaces.consensus import Clock
from contractchain.node.config import NodeConfig
from contractchain.types import Fork, Genesis

DEFAULT_ACCOUNTS = 10
SHAPING_KEYS = (
    *("chain_id", "hardfork", "accounts", "balance", "gas_limit", "base_fee"),
    "genesis_timestamp",
)
"""What describes a development genesis and has no place beside a genesis file."""


def derive_dev_accounts(config: NodeConfig) -> tuple[Account, ...]:
    """Return the development accounts of a configuration, with their keys."""
    count = DEFAULT_ACCOUNTS if config.accounts is None else config.accounts
    return tuple(derive_accounts(config.mnemonic, count))


def find_genesis_file(config: NodeConfig) -> Path | None:
    """Return the genesis file that the configuration names, None if it names none.

    Raises:
        ConfigError: something else describes a genesis too.
    """
    if config.genesis is None:
        return None
    for key in SHAPING_KEYS:
        if getattr(config, key) is not None:
            raise ConfigError("has no place beside `genesis`, which says it already", key=key)
    return config.genesis


def build_genesis(config: NodeConfig, accounts: tuple[Account, ...], clock: Clock) -> Genesis:
    """Return the development genesis that a configuration describes."""
    return build_dev_genesis(
        (account.address for account in accounts),
        chain_id=DEV_CHAIN_ID if config.chain_id is None else config.chain_id,
        fork=Fork.PRAGUE if config.hardfork is None else config.hardfork,
        balance=DEV_BALANCE if config.balance is None else config.balance,
        gas_limit=DEV_GAS_LIMIT if config.gas_limit is None else config.gas_limit,
        base_fee=DEV_BASE_FEE if config.base_fee is None else config.base_fee,
        timestamp=clock() if config.genesis_timestamp is None else config.genesis_timestamp,
    )


def check_agreement(config: NodeConfig, accounts: tuple[Account, ...], stored: Genesis) -> None:
    """Check that a chain that exists is the one that a configuration describes.

    Only what is given explicitly has to agree.

    Raises:
        StoreMismatchError: names the value that differs.
    """
    own = [account.address for account in accounts]
    known = find_genesis_accounts(stored, own)
    funded = [known[address].balance if address in known else 0 for address in own]
    pairs: tuple[tuple[str, object, object], ...] = (
        ("chain_id", config.chain_id, stored.config.chain_id),
        ("hardfork", config.hardfork, fork_of_genesis(stored)),
        ("gas_limit", config.gas_limit, stored.gas_limit),
        ("base_fee", config.base_fee, stored.base_fee_per_gas),
        ("genesis_timestamp", config.genesis_timestamp, stored.timestamp),
        ("balance", config.balance, funded[0] if funded else config.balance),
    )
    for key, wanted, found in pairs:
        if wanted is not None and wanted != found:
            raise _mismatch(key, wanted, found)
    if config.accounts is not None and not all(funded):
        raise _mismatch("accounts", len(funded), sum(1 for balance in funded if balance))


def _mismatch(key: str, wanted: object, found: object) -> StoreMismatchError:
    shown = [v.value if isinstance(v, Fork) else v for v in (wanted, found)]
    return StoreMismatchError(
        f"the chain there has `{key}` {shown[1]}, not {shown[0]}",
        hint="use another data directory, or leave the value out",
    )
