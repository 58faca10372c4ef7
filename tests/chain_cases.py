"""Chains, accounts and transactions that several suites use."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Event

from contractchain.chain import Chain
from contractchain.chain.dev_genesis import build_dev_genesis
from contractchain.chain.opening import open_store_of_chain
from contractchain.chain.settings import ChainSettings
from contractchain.chain.time_control import TimeControl
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.consensus import InstantEngine, IntervalEngine
from contractchain.crypto import Account, derive_accounts
from contractchain.interfaces.consensus import BuildAttributes, ConsensusEngine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.store import Store
from contractchain.store import open_store
from contractchain.types import (
    Address,
    Block,
    DynamicFeeTransaction,
    Genesis,
    GenesisAccount,
    Hash32,
)

MNEMONIC = "test test test test test test test test test test test junk"
CHAIN_ID = 31337
GWEI = 10**9
ETHER = 10**18
START = 1_700_000_000
"""Seconds; what the test clock says at first."""
LOGGER: Address = bytes.fromhex("00000000000000000000000000000000000000aa")
LOGGER_CODE = bytes.fromhex("5f355f5260205f205f545f355f5560205fa200")
"""Emits one log of two topics (hash of the first word of calldata, value of slot 0 before) whose
data is that word, and writes the word to slot 0."""
REVERTER: Address = bytes.fromhex("00000000000000000000000000000000000000bb")
REVERTER_CODE = bytes.fromhex("63deadbeef5f5260206000fd")
"""Reverts with the word 0xdeadbeef."""


class Clock:
    """A clock that stands still unless it is told."""

    def __init__(self, seconds: int = START) -> None:
        self.seconds = seconds

    def __call__(self) -> int:
        return self.seconds


@cache
def accounts(count: int = 10) -> tuple[Account, ...]:
    """Return the well-known development accounts."""
    return tuple(derive_accounts(MNEMONIC, count))


def make_genesis(**changes: object) -> Genesis:
    """Return a development genesis at `START` with two small contracts in it."""
    addresses = [account.address for account in accounts()]
    values: dict[str, object] = {"timestamp": START} | changes
    genesis = build_dev_genesis(addresses, **values)  # type: ignore[arg-type]
    alloc = dict(genesis.alloc)
    alloc[LOGGER] = GenesisAccount(nonce=1, code=LOGGER_CODE)
    alloc[REVERTER] = GenesisAccount(nonce=1, code=REVERTER_CODE)
    return Genesis(
        config=genesis.config,
        alloc=tuple(sorted(alloc.items())),
        gas_limit=genesis.gas_limit,
        timestamp=genesis.timestamp,
        base_fee_per_gas=genesis.base_fee_per_gas,
    )


def make_raw(
    sender: int = 0,
    nonce: int = 0,
    *,
    to: Address | None = None,
    value: int = 1,
    data: bytes = b"",
    gas_limit: int = 21_000,
    max_fee: int = 20 * GWEI,
    priority: int = GWEI,
    chain_id: int = CHAIN_ID,
    creates: bool = False,
) -> bytes:
    """Return a signed and encoded transaction of development account `sender`."""
    if to is None and not creates:
        to = accounts()[9].address
    transaction = DynamicFeeTransaction(
        chain_id=chain_id,
        nonce=nonce,
        max_priority_fee_per_gas=priority,
        max_fee_per_gas=max_fee,
        gas_limit=gas_limit,
        to=to,
        value=value,
        data=data,
    )
    return encode_transaction(sign_transaction(transaction, accounts()[sender].private_key))


def wait_forever(stopping: Event, seconds: float) -> bool:
    """Never let an interval pass: blocks are built when a test says so."""
    del seconds
    return stopping.wait()


@dataclass
class Opened:
    """A chain and what it was made of."""

    chain: Chain
    consensus: ConsensusEngine
    execution: ExecutionLayer
    store: Store
    clock: Clock

    def build(self, timestamp: int | None = None) -> Block:
        """Build a candidate on the head."""
        stamp = timestamp or self.chain.head().timestamp + 1
        return self.chain.build(BuildAttributes(timestamp=stamp))

    def extend(self, timestamp: int | None = None) -> Hash32:
        """Build a block and make it the head, without calling it final."""
        block = self.build(timestamp)
        self.chain.set_head(block.hash)
        return block.hash


@contextmanager
def opened_chain(
    execution: ExecutionLayer,
    *,
    genesis: Genesis | None = None,
    store: Store | None = None,
    instant: bool = True,
    settings: ChainSettings | None = None,
) -> Iterator[Opened]:
    """Open a chain, in memory unless a store is given; closes the chain, not the store."""
    clock = Clock()
    time = TimeControl(clock)
    store = store if store is not None else open_store("memory")
    consensus: ConsensusEngine = (
        InstantEngine(time.now)
        if instant
        else IntervalEngine(time.now, interval=1, wait=wait_forever)
    )
    opened = open_store_of_chain(store, execution, genesis or make_genesis())
    chain = Chain(
        opened,
        store=store,
        execution=execution,
        consensus=consensus,
        time=time,
        settings=settings,
    )
    consensus.start(chain)
    try:
        yield Opened(chain, consensus, execution, store, clock)
    finally:
        consensus.stop()
        chain.close()
