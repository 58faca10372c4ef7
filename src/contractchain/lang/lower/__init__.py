"""Lowering: from the annotated syntax tree to the IR.

`contract.lower_contract` is the way in. Semantics are those of solc's IR pipeline: order of
evaluation, memory and storage layout, checks and panics. What is not supported is refused with a
diagnostic; this package decides nothing about types or names, and optimises nothing that a pass
can see.
"""

from contractchain.lang.lower import (  # noqa: F401 - these register what they lower
    calls,
    expressions,
    names,
    places,
    statements,
    try_catch,
    yul,
)
from contractchain.lang.lower.contract import (
    LoweredContract,
    LoweringSettings,
    UnsupportedError,
    lower_contract,
)
from contractchain.lang.lower.unit import Embedded

__all__ = [
    "Embedded",
    "LoweredContract",
    "LoweringSettings",
    "UnsupportedError",
    "lower_contract",
]
