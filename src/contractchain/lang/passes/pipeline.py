"""Which passes run, in which order."""

from collections.abc import Callable

from contractchain.lang.backend.evm_version import EvmVersion
from contractchain.lang.ir import Function, Object, Op
from contractchain.lang.ir.rewrite import remove_dead_instructions
from contractchain.lang.passes.drop_stores import drop_stores
from contractchain.lang.passes.effects import Summaries
from contractchain.lang.passes.forward_loads import forward_loads
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
FOLD_HASHES_FROM = 150
"""Runs from which a hash of constants is worth the 33 bytes of its value."""


def optimize_object(obj: Object, *, runs: int, evm_version: EvmVersion) -> None:
    """Optimise an object and its sub-objects in place."""
    for child in obj.objects.values():
        optimize_object(child, runs=runs, evm_version=evm_version)
    for function in obj.functions.values():
        _clean(function)
    inline_functions(obj, runs=runs)
    for function in obj.functions.values():
        _clean(function)
    for _ in range(2):
        changed = False
        summaries = Summaries(obj)
        uses_msize = any(i.op is Op.MSIZE for f in obj.functions.values() for i in f.instructions)
        for function in obj.functions.values():
            if uses_msize:
                continue  # every access to memory may count
            touched = forward_loads(
                function,
                summaries,
                memory_safe=obj.memory_safe,
                fold_hashes=runs >= FOLD_HASHES_FROM,
            )
            if touched:
                _clean(function)
            if drop_stores(function, summaries, memory_safe=obj.memory_safe):
                touched = True
                _clean(function)
            changed |= touched
        if not changed:
            return


def _clean(function: Function) -> None:
    for _ in range(ROUNDS):
        changed = False
        for function_pass in CLEAN:
            changed |= function_pass(function)
        if not changed:
            return
