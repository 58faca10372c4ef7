"""What every method gets: the chain, the keys it may sign with, and the ways to do slow work."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from typing import ParamSpec, Protocol, TypeVar

from contractchain.chain import Chain
from contractchain.crypto import Account
from contractchain.crypto.kzg import KzgVerifier
from contractchain.rpc.filters import Filters
from contractchain.rpc.submission import Submitter
from contractchain.rpc.subscriptions import Subscriptions, Wanted
from contractchain.types import Address

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
"""Threads for calls that may take long."""
TRACERS = 2
"""Threads for traces, which may take very long: reads do not wait for them."""


class MiningControl(Protocol):
    """Changes when blocks are produced; given by whoever put the node together."""

    def set_automine(self, enabled: bool) -> None:
        """Mine as soon as there is a transaction, or only on demand."""
        ...

    def set_interval(self, seconds: int) -> None:
        """Produce a block every `seconds`; 0 ends that."""
        ...

    @property
    def is_automine(self) -> bool:
        """Whether blocks are mined as soon as there is a transaction."""
        ...


class Peer(Protocol):
    """The client of a connection that can be spoken to without being asked."""

    def subscribe(self, wanted: Wanted) -> bytes:
        """Have notifications sent; returns the id that they carry. Raises RpcFault."""
        ...

    def unsubscribe(self, identifier: bytes) -> None:
        """End notifications. Raises RpcFault."""
        ...


class RpcContext:
    """The state of a server that methods share."""

    def __init__(
        self,
        *,
        chain: Chain,
        accounts: tuple[Account, ...],
        mining: MiningControl,
        client_version: str,
    ) -> None:
        self.chain = chain
        self.accounts: Mapping[Address, Account] = {a.address: a for a in accounts}
        """Development accounts, whose transactions the node signs."""
        self.mining = mining
        self.client_version = client_version
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="ctc-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ctc-reader")
        self._tracers = ThreadPoolExecutor(TRACERS, thread_name_prefix="ctc-tracer")
        self.submitter = Submitter(chain, self._writer, lambda: mining.is_automine)
        self.filters = Filters(chain)
        self.subscriptions = Subscriptions(chain, self.read)
        self.kzg = KzgVerifier()
        """Verifies the proofs of blobs."""
        self.peer: Peer | None = None
        """Who asks, if notifications can be sent there."""

    def for_peer(self, peer: Peer) -> "RpcContext":
        """Return this context as it is for the requests of one connection."""
        other = copy(self)
        other.peer = peer
        return other

    async def read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a read that may take long in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: function(*args, **kwargs))

    async def trace(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a trace in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._tracers, lambda: function(*args, **kwargs))

    async def write(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change of the chain in the one writer thread, after those already asked for."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """End the threads; what was asked for is finished first."""
        self.filters.close()
        self.subscriptions.close()
        self._writer.shutdown()
        self._readers.shutdown()
        self._tracers.shutdown()
        self.kzg.close()
