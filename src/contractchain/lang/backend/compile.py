"""From an object of the IR to bytecode: passes, lowering, scheduling, assembly."""

from dataclasses import replace

from contractchain.lang.backend.assembler import AssembledObject, assemble
from contractchain.lang.backend.frames import FIRST_SLOT, CallGraph, place_frames
from contractchain.lang.backend.items import Item, ItemKind, Label
from contractchain.lang.backend.lower import lower_function
from contractchain.lang.backend.peephole import optimize_items
from contractchain.lang.backend.plan import Context
from contractchain.lang.backend.schedule import schedule_function
from contractchain.lang.evm_version import EvmVersion
from contractchain.lang.ir import Object, Op


def emit_object(
    obj: Object, *, runs: int = 200, evm_version: EvmVersion = EvmVersion.PRAGUE
) -> AssembledObject:
    """Turn an object and its sub-objects into code; the IR is used up.

    Args:
        obj: Verified object, after the passes.
        runs: How often the deployed code is expected to run, to weigh size against gas.
        evm_version: Oldest EVM that the code must run on.

    Raises:
        StackTooDeepError: Values are out of reach of the stack and may not be spilled.
        CodeTooLargeError: The code cannot be addressed.
    """
    objects = {
        name: emit_object(child, runs=runs, evm_version=evm_version)
        for name, child in obj.objects.items()
    }
    immutables: dict[str, list[int]] = {}
    for child in objects.values():
        for name, offsets in child.immutable_references.items():
            immutables.setdefault(name, []).extend(offsets)
    graph = CallGraph(obj)
    for name in graph.callees:
        lower_function(obj.functions[name], obj, immutables, runs=runs)
    context = _context(obj, graph, evm_version)
    order = [obj.entry, *(name for name in graph.callees if name != obj.entry)]
    items: list[Item] = []
    for name in order:
        items += schedule_function(obj.functions[name], context)
    frames, reserved_end = place_frames(graph, context.frames)
    items = optimize_items(_resolve_memory(items, frames, reserved_end), runs=runs)
    assembled = assemble(
        obj.name,
        items,
        segments=obj.data,
        objects=objects,
        trailer=obj.trailer,
        runs=runs,
        has_push0=context.has_push0,
    )
    return replace(assembled, reserved_memory=reserved_end - FIRST_SLOT)


def _context(obj: Object, graph: CallGraph, evm_version: EvmVersion) -> Context:
    names = list(graph.callees)
    guarded = any(
        instruction.op is Op.MEMORY_GUARD
        for name in names
        for instruction in obj.functions[name].instructions
    )
    return Context(
        labels={name: Label(name, name) for name in names},
        may_spill=obj.memory_safe and guarded,
        recursive_calls={name: graph.recursive_callees(name) for name in names},
        indirect=graph.indirect,
        has_push0=evm_version.has(EvmVersion.SHANGHAI),
    )


def _resolve_memory(items: list[Item], frames: dict[str, int], reserved_end: int) -> list[Item]:
    """Replace addresses of spill slots and the memory guard by constants."""
    out = []
    for item in items:
        if item.kind is ItemKind.FRAME:
            assert isinstance(item.value, tuple)
            function, slot = item.value
            item = item._replace(kind=ItemKind.PUSH, value=frames[function] + 32 * slot)
        elif item.kind is ItemKind.GUARD:
            item = item._replace(kind=ItemKind.PUSH, value=reserved_end)
        out.append(item)
    return out
