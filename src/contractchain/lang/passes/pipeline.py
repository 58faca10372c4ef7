"""Which passes run, in which order."""

from contractchain.lang.backend.evm_version import EvmVersion
from contractchain.lang.ir import Object


def optimize_object(obj: Object, *, runs: int, evm_version: EvmVersion) -> None:
    """Optimise an object and its sub-objects in place."""
