"""The native execution engine: revm on a copy-on-write Merkle-Patricia trie, in Rust.

The work is done in `native/`; this package only turns its plain data into the data and the errors
of `contractchain.interfaces.execution`. Needs the compiled extension `contractchain._native`.
"""

from contractchain.execution.revm.engine import RevmEngine

__all__ = ["RevmEngine"]
