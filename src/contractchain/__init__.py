"""contractchain: write, deploy, call, test and stress smart contracts from Python."""

from contractchain._version import __version__

__all__ = ["__version__"]
