"""Contracts from outside the chain: projects, names, accounts, connections, calls and receipts.

What is exported here is loaded when it is first used, because a command that only needs a part
should not wait for the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contractchain.client.compilation import load_contract
    from contractchain.client.connection import Connection
    from contractchain.client.contract import Contract
    from contractchain.client.embedded import EmbeddedConnection
    from contractchain.client.project import Project
    from contractchain.client.registry import Registry
    from contractchain.client.remote import RemoteConnection
    from contractchain.client.subscriptions import NEW_HEADS, NEW_TRANSACTIONS, new_logs

__all__ = [
    "NEW_HEADS",
    "NEW_TRANSACTIONS",
    "Connection",
    "Contract",
    "EmbeddedConnection",
    "Project",
    "Registry",
    "RemoteConnection",
    "load_contract",
    "new_logs",
]

_MODULES = {
    "Connection": "connection",
    "Contract": "contract",
    "EmbeddedConnection": "embedded",
    "Project": "project",
    "Registry": "registry",
    "RemoteConnection": "remote",
    "load_contract": "compilation",
    "new_logs": "subscriptions",
    "NEW_HEADS": "subscriptions",
    "NEW_TRANSACTIONS": "subscriptions",
}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
