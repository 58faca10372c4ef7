"""The way from IR to code: passes, then the back end."""

from contractchain.lang.backend import AssembledObject, EvmVersion, StackTooDeepError, emit_object
from contractchain.lang.ir import Object
from contractchain.lang.ir.clone import clone_object
from contractchain.lang.passes.pipeline import optimize_object
from contractchain.lang.steps import StepKind, StepLog


def compile_object(
    obj: Object,
    *,
    optimize: bool = True,
    runs: int = 200,
    evm_version: EvmVersion = EvmVersion.PRAGUE,
    log: StepLog | None = None,
) -> AssembledObject:
    """Compile an object, sub-objects included. The IR is used up.

    Args:
        obj: What the front end made; must pass `verify_object`. Where memory cannot be reserved,
            and the optimised code needs too much stack, less is optimised.
        optimize: Whether to run the optimiser. Without it only what the back end needs is done.
        runs: How often the deployed code is expected to run; weighs size against gas.
        evm_version: Oldest EVM that the code must run on.
        log: Where the steps are noted.

    Raises:
        StackTooDeepError: Too many values are live at once and memory may not hold them.
        CodeTooLargeError: The code cannot be addressed.
    """
    log = log or StepLog()

    def emit(code: Object) -> AssembledObject:
        with log.step(StepKind.EMIT, obj.name):
            return emit_object(code, runs=runs, evm_version=evm_version)

    if not optimize:
        return emit(obj)
    with log.step(StepKind.OPTIMIZE, obj.name):
        spare = None if _may_spill(obj) else clone_object(obj)
        optimize_object(obj, runs=runs)
    try:
        return emit(obj)
    except StackTooDeepError:
        if spare is None:
            raise
    with log.step(StepKind.OPTIMIZE, obj.name):
        again = clone_object(spare)
        optimize_object(again, runs=runs, inline=False)
    try:
        return emit(again)
    except StackTooDeepError:
        return emit(spare)


def _may_spill(obj: Object) -> bool:
    """Whether memory can take what the stack cannot, so that no second try is needed."""
    return obj.memory_safe and all(_may_spill(child) for child in obj.objects.values())
