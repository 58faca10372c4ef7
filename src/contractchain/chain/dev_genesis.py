"""The genesis of a development chain: every fork from the start, funded accounts, no validators.

It has the system contracts that the protocol calls, and no deposit contract.
"""

from collections.abc import Iterable

from contractchain.chain.system_contracts import system_accounts
from contractchain.types import Address, ChainConfig, Fork, Genesis, GenesisAccount
from contractchain.types.fork import CANCUN_BLOBS, PRAGUE_BLOBS

DEV_CHAIN_ID = 31337
DEV_BALANCE = 10_000 * 10**18
"""Wei."""
DEV_GAS_LIMIT = 30_000_000
DEV_BASE_FEE = 10**9
"""Wei per gas."""


def build_dev_genesis(
    addresses: Iterable[Address],
    *,
    chain_id: int = DEV_CHAIN_ID,
    fork: Fork = Fork.PRAGUE,
    balance: int = DEV_BALANCE,
    gas_limit: int = DEV_GAS_LIMIT,
    base_fee: int = DEV_BASE_FEE,
    timestamp: int = 0,
) -> Genesis:
    """Return a genesis that is under `fork` from the first block and funds `addresses`.

    Args:
        addresses: Accounts that own `balance` from the start.
        chain_id: EIP-155 chain id.
        fork: Rules of the whole chain.
        balance: Wei.
        gas_limit: Gas per block.
        base_fee: Wei per gas of the first block; ignored before London.
        timestamp: Seconds since the Unix epoch.
    """
    alloc = dict(system_accounts(fork))
    alloc |= {address: GenesisAccount(balance=balance) for address in addresses}
    return Genesis(
        config=build_dev_config(chain_id, fork),
        alloc=tuple(sorted(alloc.items())),
        gas_limit=gas_limit,
        timestamp=timestamp,
        base_fee_per_gas=base_fee if fork >= Fork.LONDON else None,
    )


def build_dev_config(chain_id: int, fork: Fork) -> ChainConfig:
    """Return a schedule in which `fork` and all before it are active from genesis."""
    active = [candidate for candidate in Fork if candidate <= fork]
    schedules = {Fork.CANCUN: CANCUN_BLOBS, Fork.PRAGUE: PRAGUE_BLOBS, Fork.OSAKA: PRAGUE_BLOBS}
    return ChainConfig(
        chain_id=chain_id,
        blocks=tuple((f, 0) for f in active if Fork.FRONTIER < f < Fork.PARIS),
        timestamps=tuple((f, 0) for f in active if f > Fork.PARIS),
        terminal_total_difficulty=0 if fork >= Fork.PARIS else None,
        blob_schedules=tuple((0, schedules[f]) for f in active if f in schedules),
    )
