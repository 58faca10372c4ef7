"""What happens on a chain, told line by line as it happens: for commands with `--follow`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from contractchain.errors import ContractChainError, UsageError

if TYPE_CHECKING:
    from contractchain.cli.session import Session
    from contractchain.client.remote import RemoteConnection

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Following:
    """Whether and for how long a command waits for what is to come."""

    is_wanted: bool
    count: int | None
    """Lines after which it ends; None: it goes on until interrupted."""


def follow_options(what: str) -> Callable[[Function], Function]:
    """Return a decorator that adds `--follow` and `--count`."""

    def decorate(function: Function) -> Function:
        count = click.option(
            "--count", type=click.IntRange(1), metavar="N", help="With --follow: end after N lines."
        )
        follow = click.option(
            "--follow",
            is_flag=True,
            help=f"Wait for {what} and print a line for each (with --json a document) until"
            " interrupted; needs a node.",
        )
        return follow(count(function))

    return decorate


def read_following(follow: bool, count: int | None) -> Following:
    """Return what the options say. Raises UsageError."""
    if count is not None and not follow:
        raise UsageError("`--count` has no effect without `--follow`")
    return Following(is_wanted=follow, count=count)


@contextmanager
def open_followed(session: "Session") -> "Iterator[RemoteConnection]":
    """Connect by WebSocket to the node that a session talks to.

    Raises:
        UsageError: there is no node, or it has no WebSocket at its URL.
    """
    from contractchain.client.remote import RemoteConnection

    connection = session.connection
    if not isinstance(connection, RemoteConnection):
        raise UsageError(
            "nothing can happen on a chain that only this command has open",
            hint="serve it with `ctc node`, or name a node with --rpc ws://…",
        )
    if connection.can_push:
        yield connection
        return
    url = connection.place.replace("http", "ws", 1)
    pushing = RemoteConnection(url)
    try:
        try:
            pushing.request("eth_chainId")
        except ContractChainError as error:
            raise UsageError(
                f"{url} is no WebSocket: {error}",
                hint="some nodes have it at another port; name it with --rpc ws://…",
            ) from error
        yield pushing
    finally:
        pushing.close()
