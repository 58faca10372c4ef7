"""Inlining: small functions, and those with a single call, become part of their callers."""

from contractchain.lang.backend.frames import CallGraph
from contractchain.lang.ir import Block, Edge, Function, Object, Op, Terminator
from contractchain.lang.ir.clone import clone_blocks
from contractchain.lang.passes.drop_functions import drop_functions
from contractchain.lang.passes.sizes import BYTE_GAS, function_bytes

_CALL_GAS = 34
"""Rough gas that a call costs beyond the work of the function."""
_CALL_BYTES = 12
LARGEST_CALLER = 6000
"""Instructions beyond which nothing more is inlined into a function."""


def inline_functions(obj: Object, *, runs: int) -> set[str]:
    """Inline what pays at `runs` executions, callees first; drop functions nobody calls.

    Returns:
        The names of the functions that have changed.
    """
    graph = CallGraph(obj)
    drop_functions(obj, graph)
    sites = _count_calls(obj)
    sizes = {name: function_bytes(function) for name, function in obj.functions.items()}
    changed: set[str] = set()
    for members in graph.components:
        for name in members:
            caller = obj.functions[name]
            chosen = {
                callee
                for callee in graph.callees[name]
                if graph.component[callee] != graph.component[name]
                and _pays(obj.functions[callee], sizes[callee], sites.get(callee, 0), runs)
                and callee != obj.entry
            }
            if chosen and _inline_into(caller, chosen, obj):
                changed.add(name)
                sizes[name] = function_bytes(caller)
    if changed:
        drop_functions(obj, CallGraph(obj))
    return changed


def _count_calls(obj: Object) -> dict[str, int]:
    counts: dict[str, int] = {}
    for function in obj.functions.values():
        for instruction in function.instructions:
            if instruction.op in (Op.INVOKE, Op.FUNCTION_TAG):
                counts[instruction.symbol] = counts.get(instruction.symbol, 0) + 1
    return counts


def _pays(function: Function, size: int, sites: int, runs: int) -> bool:
    returning = any(block.terminator.op is Op.RET for block in function.blocks)
    if not returning and not function.parameters:
        return False  # a call of it is no more than a jump
    if sites <= 1 or size <= _CALL_BYTES:
        return True
    if not returning:
        return False
    return (size - _CALL_BYTES) * BYTE_GAS < runs * _CALL_GAS


def _inline_into(caller: Function, chosen: set[str], obj: Object) -> bool:
    total = sum(len(block.instructions) for block in caller.blocks)
    changed = False
    work = list(caller.blocks)
    result: list[Block] = []
    while work:
        block = work.pop(0)
        result.append(block)
        for index, instruction in enumerate(block.instructions):
            if instruction.op is not Op.INVOKE or instruction.symbol not in chosen:
                continue
            if total > LARGEST_CALLER:
                break
            body, rest = _split_at(block, index, obj.functions[instruction.symbol])
            total += sum(len(b.instructions) for b in body)
            result += body
            work.insert(0, rest)
            changed = True
            break
    caller.blocks = result
    return changed


def _split_at(block: Block, index: int, callee: Function) -> tuple[list[Block], Block]:
    """Replace the call at `index` by the body of `callee`; what follows moves to a new block."""
    call = block.instructions[index]
    rest = Block(block.label)
    rest.instructions = block.instructions[index + 1 :]
    rest.terminator = block.terminator
    block.instructions = block.instructions[:index]
    for result in call.results:  # the results of the call become parameters of the rest
        result.definition = rest
        rest.parameters.append(result)
    body, copies = clone_blocks(callee.blocks, {})
    entry = copies[callee.entry]
    block.terminator = Terminator(Op.JUMP, (), [Edge(entry, call.operands)], span=call.span)
    for copy in body:
        terminator = copy.terminator
        if terminator.op is Op.RET:
            edge = Edge(rest, terminator.operands)
            copy.terminator = Terminator(Op.JUMP, (), [edge], span=terminator.span)
    return body, rest
