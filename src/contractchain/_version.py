"""The versions, in one place that costs nothing to import."""

__version__ = "0.1.0"
SOLIDITY_VERSION = "0.8.37"
"""The newest Solidity that the compiler speaks: what it says to tools that go by a version of solc,
and the version of solc that it is compared with."""
