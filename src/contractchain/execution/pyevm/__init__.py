"""The reference execution engine, in pure Python: py-evm runs the code, `trie` keeps the state.

For machines without the native core, and as the oracle that the native engine is compared with.
Importing this package imports py-evm, which takes a while; `contractchain.execution` does so only
when the engine is asked for.
"""

from contractchain.execution.pyevm import lazy_precompiles

lazy_precompiles.install()

from contractchain.execution.pyevm.engine import PyEvmEngine  # noqa: E402

__all__ = ["PyEvmEngine"]
