"""Which passes run, in which order."""

from collections.abc import Callable
from functools import partial

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
    optimizer = _Optimizer(obj, runs)
    optimizer.clean_all()
    if inline:
        optimizer.unsettled |= inline_functions(obj, runs=runs)
        optimizer.clean_all()
    optimizer.run_on_all(propagate_constants)
    optimizer.improve_memory()
    optimizer.run_on_all(partial(merge_blocks, runs=runs))


class _Optimizer:
    """Runs passes on the functions of an object, never twice on what has not changed since."""

    def __init__(self, obj: Object, runs: int) -> None:
        self.obj = obj
        self.runs = runs
        self.unsettled = set(obj.functions)
        """Names of the functions that may be cleaned up further."""

    def clean_all(self) -> None:
        """Clean up every function that has changed."""
        for name, function in self.obj.functions.items():
            if name in self.unsettled:
                self._clean(name, function)

    def run_on_all(self, function_pass: FunctionPass) -> None:
        """Run a pass on every function, and clean up where it changed anything."""
        for name, function in self.obj.functions.items():
            if function_pass(function):
                self._clean(name, function)

    def improve_memory(self) -> None:
        """Run the passes that look at memory and storage, until they find nothing more."""
        functions = self.obj.functions
        uses_msize = any(i.op is Op.MSIZE for f in functions.values() for i in f.instructions)
        pending = set(functions)
        before: Summaries | None = None
        for stage in range(MEMORY_STAGES):
            summaries = Summaries(self.obj)
            if before is not None and not summaries.says_same(before):
                pending = set(functions)
            before = summaries
            changed = set()
            for name, function in functions.items():
                if stage == 1 and rotate_loops(function, runs=self.runs):
                    changed.add(name)
                    self._clean(name, function)
                if uses_msize:  # then every access to memory may count
                    continue
                is_due = name in pending or name in changed
                if is_due and self._improve_function(name, function, summaries):
                    changed.add(name)
            if stage and not changed:
                return
            pending = changed

    def _improve_function(self, name: str, function: Function, summaries: Summaries) -> bool:
        fold = self.runs >= FOLD_HASHES_FROM
        safe = self.obj.memory_safe
        changed = False
        if forward_loads(function, summaries, memory_safe=safe, fold_hashes=fold):
            changed = True
            self._clean(name, function)
        if hoist_loads(function, summaries, memory_safe=safe):
            changed = True
            self._clean(name, function)
        if drop_stores(function, summaries, memory_safe=safe):
            changed = True
            self._clean(name, function)
        return changed

    def _clean(self, name: str, function: Function) -> None:
        self.unsettled.discard(name)
        for _ in range(ROUNDS):
            changed = False
            for function_pass in CLEAN:
                changed |= function_pass(function)
            if not changed:
                return
        self.unsettled.add(name)
