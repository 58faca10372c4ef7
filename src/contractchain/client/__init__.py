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

__all__ = [
    "Connection",
    "Contract",
    "EmbeddedConnection",
    "Project",
    "Registry",
    "RemoteConnection",
    "load_contract",
]

_MODULES = {
    "Connection": "connection",
    "Contract": "contract",
    "EmbeddedConnection": "embedded",
    "Project": "project",
    "Registry": "registry",
    "RemoteConnection": "remote",
    "load_contract": "compilation",
}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
