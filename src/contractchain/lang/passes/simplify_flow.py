"""Simplify the flow of control: constant branches, jumps to jumps, blocks in a line.

Also drops unreachable blocks and parameters that always hold the same operand.
"""

from contractchain.lang.ir import Block, Edge, Function, Instruction, Op, Operand, Terminator, Value
from contractchain.lang.ir.analysis import find_predecessors, order_blocks
from contractchain.lang.ir.rewrite import (
    merge_equal_parameters,
    remove_trivial_parameters,
    substitute,
)
from contractchain.lang.passes.thread_jumps import thread_jumps


def simplify_flow(function: Function) -> bool:
    """Simplify until nothing changes; say if anything did."""
    changed = False
    while True:
        again = _drop_unreachable(function)
        for block in function.blocks:
            again |= _simplify_terminator(block)
        again |= thread_jumps(function)
        again |= _drop_unreachable(function)
        again |= remove_trivial_parameters(function)
        again |= merge_equal_parameters(function)
        again |= _merge_lines(function)
        changed |= again
        if not again:
            return changed


def _drop_unreachable(function: Function) -> bool:
    blocks = order_blocks(function)
    changed = len(blocks) != len(function.blocks)
    function.blocks = blocks
    return changed


def _simplify_terminator(block: Block) -> bool:
    terminator = block.terminator
    if terminator.op is Op.SWITCH:
        return _simplify_switch(block, terminator)
    if terminator.op is not Op.BRANCH:
        return False
    condition = terminator.operands[0]
    if isinstance(condition, int):
        _jump(block, terminator.edges[0 if condition else 1])
        return True
    then, otherwise = terminator.edges
    if then.target is otherwise.target and then.arguments == otherwise.arguments:
        _jump(block, then)
        return True
    changed = False
    while isinstance(condition, Value) and isinstance(condition.definition, Instruction):
        definition = condition.definition
        if definition.op is Op.ISZERO:
            terminator.edges.reverse()
            condition = definition.operands[0]
        elif definition.op is Op.EQ and 0 in definition.operands:
            terminator.edges.reverse()
            condition = definition.operands[1 if definition.operands[0] == 0 else 0]
        elif definition.op is Op.GT and definition.operands[1] == 0:
            condition = definition.operands[0]
        elif definition.op is Op.LT and definition.operands[0] == 0:
            condition = definition.operands[1]
        else:
            break
        terminator.operands[0] = condition
        changed = True
    return changed


def _simplify_switch(block: Block, terminator: Terminator) -> bool:
    scrutinee = terminator.operands[0]
    default = terminator.edges[0]
    if isinstance(scrutinee, int):
        edge = default
        if scrutinee in terminator.cases:
            edge = terminator.edges[1 + terminator.cases.index(scrutinee)]
        _jump(block, edge)
        return True
    kept = [
        (case, edge)
        for case, edge in zip(terminator.cases, terminator.edges[1:], strict=True)
        if edge.target is not default.target or edge.arguments != default.arguments
    ]
    if not kept:
        _jump(block, default)
        return True
    if len(kept) == len(terminator.cases):
        return False
    terminator.cases = [case for case, _ in kept]
    terminator.edges = [default, *(edge for _, edge in kept)]
    return True


def _jump(block: Block, edge: Edge) -> None:
    block.terminator = Terminator(Op.JUMP, (), [edge], span=block.terminator.span)


def _merge_lines(function: Function) -> bool:
    """Append to a block the only successor of which it is the only predecessor."""
    predecessors = find_predecessors(function.blocks)
    replacements: dict[Value, Operand] = {}
    gone: set[Block] = set()
    for block in function.blocks:
        if block in gone:
            continue
        while block.terminator.op is Op.JUMP:
            edge = block.terminator.edges[0]
            target = edge.target
            if len(predecessors[target]) != 1 or target is block:
                break
            replacements.update(zip(target.parameters, edge.arguments, strict=True))
            block.instructions += target.instructions
            block.terminator = target.terminator
            gone.add(target)
    if gone:
        function.blocks = [block for block in function.blocks if block not in gone]
        substitute(function, replacements)
    return bool(gone)
