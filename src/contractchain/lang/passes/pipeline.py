"""Which passes run, in which order."""

from collections.abc import Callable

from contractchain.lang.backend.evm_version import EvmVersion
from contractchain.lang.ir import Function, Object
from contractchain.lang.ir.rewrite import remove_dead_instructions
from contractchain.lang.passes.inline import inline_functions
from contractchain.lang.passes.simplify_flow import simplify_flow
from contractchain.lang.passes.simplify_values import simplify_values

FunctionPass = Callable[[Function], bool]

CLEAN: tuple[FunctionPass, ...] = (
    simplify_flow,
    simplify_values,
    remove_dead_instructions,
)
"""Run on every function until nothing changes, at most `ROUNDS` times."""
ROUNDS = 6


def optimize_object(obj: Object, *, runs: int, evm_version: EvmVersion) -> None:
    """Optimise an object and its sub-objects in place."""
    for child in obj.objects.values():
        optimize_object(child, runs=runs, evm_version=evm_version)
    for function in obj.functions.values():
        _clean(function)
    inline_functions(obj, runs=runs)
    for function in obj.functions.values():
        _clean(function)


def _clean(function: Function) -> None:
    for _ in range(ROUNDS):
        changed = False
        for function_pass in CLEAN:
            changed |= function_pass(function)
        if not changed:
            return
