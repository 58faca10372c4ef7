"""A chain served over JSON-RPC: the dispatcher and its HTTP and WebSocket connections put
together."""

import asyncio
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import TracebackType
from typing import Any, Self

from contractchain._version import __version__
from contractchain.errors import ConfigError, InternalError
from contractchain.node.local import LocalNode
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Dispatcher, Limits
from contractchain.rpc.http_policy import HttpPolicy
from contractchain.rpc.http_service import HttpService
from contractchain.rpc.methods import CONCURRENT, METHODS
from contractchain.rpc.session import PushSession
from contractchain.rpc.stream import HttpConnection

BACKLOG = 2048
GRACE_S = 5.0
"""Seconds that requests under way are given when the server stops."""
START_TIMEOUT_S = 15.0
SWITCH_INTERVAL_S = 0.0005
"""How long the thread that builds a block may keep the interpreter from the one that answers."""


class RpcServer:
    """Serves an open chain. `serve` stays in the foreground, `start` uses a thread."""

    def __init__(
        self,
        node: LocalNode,
        *,
        host: str = "127.0.0.1",
        port: int = 8545,
        policy: HttpPolicy | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Bind the address; nothing is answered yet.

        Args:
            node: The chain; stays the caller's to close.
            host: Address to listen on.
            port: 0 takes a free one.
            policy: What HTTP lets in.
            limits: What one body may ask for.

        Raises:
            ConfigError: the address cannot be bound.
        """
        self._node = node
        self._socket = _bind(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._policy = policy or HttpPolicy()
        self._limits = limits
        self._stop: Callable[[], object] = lambda: None
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        """Where the chain is served."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def serve(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Serve until interrupted.

        Args:
            on_ready: Called once requests are answered and the URL is published.
        """
        with _switching_threads_often(), asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(self._serve(on_ready))

    def start(self) -> Self:
        """Serve in a thread; returns when requests are answered.

        Raises:
            InternalError: the server does not come up.
        """
        self._thread = threading.Thread(target=self._run, name="contractchain-rpc", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT_S) or self._failure is not None:
            raise InternalError(f"the server did not start: {self._failure or 'no answer in time'}")
        return self

    def stop(self) -> None:
        """End serving; requests under way are finished. Stopping twice is harmless."""
        self._stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self.serve(self._ready.set)
        except Exception as error:  # noqa: BLE001  told to whoever waits in `start`
            self._failure = error
            self._ready.set()

    async def _serve(self, on_ready: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        context = RpcContext(
            chain=self._node.chain,
            accounts=self._node.accounts,
            mining=self._node.consensus,
            client_version=f"contractchain/v{__version__}/{self._node.execution.name}",
        )
        dispatcher = Dispatcher(context, METHODS, self._limits, CONCURRENT)
        service = HttpService(
            dispatcher.start, self._policy, partial(PushSession, dispatcher, context)
        )
        stopping = asyncio.Event()
        server = await loop.create_server(
            lambda: HttpConnection(service),
            sock=self._socket,
            backlog=BACKLOG,
        )
        self._stop = lambda: loop.call_soon_threadsafe(stopping.set)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                with suppress(NotImplementedError):  # on Windows; there Ctrl-C interrupts
                    loop.add_signal_handler(number, stopping.set)
        lock = self._node.lock
        if lock is not None:
            lock.publish(self.url)
        on_ready()
        try:
            await stopping.wait()
        finally:
            self._stop = lambda: None
            if lock is not None:
                lock.publish(None)
            server.close()
            await _end_connections(service)
            context.close()


async def _end_connections(service: HttpService) -> None:
    """Let the requests under way finish, for a while."""
    for connection in service.list_open():
        connection.stop()
    deadline = time.monotonic() + GRACE_S
    while service.list_open() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    for connection in service.list_open():
        connection.abort()


def build_policy(
    allowed_hosts: Iterable[str] = (), allowed_origins: Iterable[str] = (), **limits: Any
) -> HttpPolicy:
    """Return a policy that lets in the loopback names and what is listed."""
    default = HttpPolicy()
    return HttpPolicy(
        allowed_hosts=default.allowed_hosts | frozenset(allowed_hosts),
        allowed_origins=frozenset(allowed_origins),
        **limits,
    )


@contextmanager
def _switching_threads_often() -> Iterator[None]:
    """Let threads take turns quickly, in a process whose main business is serving."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"cannot listen on {host}:{port}: {reason}", hint="choose another --port or --host"
        ) from error
    listener.listen(BACKLOG)  # whoever connects from here on waits for the loop
    listener.setblocking(False)
    return listener


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
