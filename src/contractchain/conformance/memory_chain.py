"""A chain in memory that takes blocks and makes none."""

from collections.abc import Iterator
from contextlib import contextmanager

from contractchain.chain import Chain
from contractchain.chain.opening import open_store_of_chain
from contractchain.chain.time_control import TimeControl
from contractchain.consensus import SwitchableEngine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.store import StoreKind, open_store
from contractchain.types import Genesis


@contextmanager
def open_memory_chain(genesis: Genesis, engine: ExecutionLayer) -> Iterator[Chain]:
    """Open the chain that starts with `genesis`; it is gone afterwards."""
    time = TimeControl(lambda: genesis.timestamp)
    store = open_store(StoreKind.MEMORY)
    consensus = SwitchableEngine(time.now, automine=False, interval=0)
    opened = open_store_of_chain(store, engine, genesis)
    chain = Chain(opened, store=store, execution=engine, consensus=consensus, time=time)
    consensus.start(chain)
    try:
        yield chain
    finally:
        consensus.stop()
        chain.close()
        store.close()
