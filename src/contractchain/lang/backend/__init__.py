"""From IR to bytecode: ordering, stack scheduling, assembly."""

from contractchain.lang.backend.assembler import AssembledObject, SourceEntry
from contractchain.lang.backend.compile import emit_object
from contractchain.lang.backend.errors import CodeTooLargeError, StackTooDeepError
from contractchain.lang.evm_version import EvmVersion

__all__ = [
    "AssembledObject",
    "CodeTooLargeError",
    "EvmVersion",
    "SourceEntry",
    "StackTooDeepError",
    "emit_object",
]
