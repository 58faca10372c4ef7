"""The way from IR to code: passes, then the back end."""

from contractchain.lang.backend import AssembledObject, EvmVersion, emit_object
from contractchain.lang.ir import Object
from contractchain.lang.passes.pipeline import optimize_object


def compile_object(
    obj: Object,
    *,
    optimize: bool = True,
    runs: int = 200,
    evm_version: EvmVersion = EvmVersion.PRAGUE,
) -> AssembledObject:
    """Compile an object, sub-objects included. The IR is used up.

    Args:
        obj: What the front end made; must pass `verify_object`.
        optimize: Whether to run the optimiser. Without it only what the back end needs is done.
        runs: How often the deployed code is expected to run; weighs size against gas.
        evm_version: Oldest EVM that the code must run on.

    Raises:
        StackTooDeepError: Too many values are live at once and memory may not hold them.
        CodeTooLargeError: The code cannot be addressed.
    """
    if optimize:
        optimize_object(obj, runs=runs, evm_version=evm_version)
    return emit_object(obj, runs=runs, evm_version=evm_version)
