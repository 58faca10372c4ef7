"""Which passes run, in which order."""

from collections.abc import Callable

from contractchain.lang.ir import Function, Object, Op
from contractchain.lang.ir.remove_dead import remove_dead_instructions
from contractchain.lang.passes.drop_stores import drop_stores
from contractchain.lang.passes.effects import Summaries
from contractchain.lang.passes.forward_loads import forward_loads
from contractchain.lang.passes.hoist_loads import hoist_loads
from contractchain.lang.passes.inline import inline_functions
from contractchain.lang.passes.merge_blocks import merge_blocks
from contractchain.lang.passes.propagate_constants import propagate_constants
from contractchain.lang.passes.rotate_loops import rotate_loops
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
MEMORY_STAGES = 3
"""How often memory is looked at; loops are turned round before the second time."""
FOLD_HASHES_FROM = 150
"""Runs from which a hash of constants is worth the 33 bytes of its value."""


def optimize_object(obj: Object, *, runs: int, inline: bool = True) -> None:
    """Optimise an object and its sub-objects in place.

    Args:
        obj: Verified object.
        runs: How often the code is expected to run; weighs size against gas.
        inline: Whether functions may become part of their callers, which needs more stack.
    """
    for child in obj.objects.values():
        optimize_object(child, runs=runs, inline=inline)
    for function in obj.functions.values():
        _clean(function)
    if inline and inline_functions(obj, runs=runs):
        for function in obj.functions.values():
            _clean(function)
    for function in obj.functions.values():
        if propagate_constants(function):
            _clean(function)
    _improve_all_memory(obj, runs)
    for function in obj.functions.values():
        if merge_blocks(function, runs=runs):
            _clean(function)


def _improve_all_memory(obj: Object, runs: int) -> None:
    uses_msize = any(i.op is Op.MSIZE for f in obj.functions.values() for i in f.instructions)
    for stage in range(MEMORY_STAGES):
        summaries = Summaries(obj)
        changed = False
        for function in obj.functions.values():
            if stage == 1 and rotate_loops(function, runs=runs):
                changed = True
                _clean(function)
            if not uses_msize:  # else every access to memory may count
                changed |= _improve_memory(function, obj, summaries, runs)
        if stage and not changed:
            return


def _improve_memory(function: Function, obj: Object, summaries: Summaries, runs: int) -> bool:
    fold = runs >= FOLD_HASHES_FROM
    safe = obj.memory_safe
    changed = False
    if forward_loads(function, summaries, memory_safe=safe, fold_hashes=fold):
        changed = True
        _clean(function)
    if hoist_loads(function, summaries, memory_safe=safe):
        changed = True
        _clean(function)
    if drop_stores(function, summaries, memory_safe=safe):
        changed = True
        _clean(function)
    return changed


def _clean(function: Function) -> None:
    for _ in range(ROUNDS):
        changed = False
        for function_pass in CLEAN:
            changed |= function_pass(function)
        if not changed:
            return
