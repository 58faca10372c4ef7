"""The command `ctc`. Puts nothing together but what a person types and what the screen shows.

Importing this package loads click and nothing of the chain: each command brings its own imports.
"""

from contractchain.cli.app import main

__all__ = ["main"]
