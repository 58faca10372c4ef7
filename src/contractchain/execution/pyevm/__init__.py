"""The reference execution engine, in pure Python: py-evm runs the code, `trie` keeps the state.

For machines without the native core, and as the oracle that the native engine is compared with.
Importing this package imports py-evm, which takes a while; `contractchain.execution` does so only
when the engine is asked for.
"""

from importlib import import_module

from contractchain.execution.pyevm import lazy_precompiles

lazy_precompiles.install()

# Before anything else of py-evm: importing it changes the interpreter's recursion limit.
import_module("contractchain.execution.pyevm.recursion")

from contractchain.execution.pyevm.engine import PyEvmEngine  # noqa: E402

__all__ = ["PyEvmEngine"]
