"""Contract unit tests: a pytest plugin, contracts with Python methods, `reverts`.

The fixtures (`chain`, `accounts`, `deploy`) come with the plugin, which pytest finds by itself.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contractchain.testing.chain import DevAccount, DevChain
    from contractchain.testing.contract import ContractFailed, TestContract, TransactionResult
    from contractchain.testing.expectations import reverts

__all__ = [
    "ContractFailed",
    "DevAccount",
    "DevChain",
    "TestContract",
    "TransactionResult",
    "reverts",
]

_MODULES = {
    "ContractFailed": "contract",
    "DevAccount": "chain",
    "DevChain": "chain",
    "TestContract": "contract",
    "TransactionResult": "contract",
    "reverts": "expectations",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
