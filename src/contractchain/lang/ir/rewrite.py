"""Edits of a whole function that builder and passes share."""

from collections.abc import Mapping

from contractchain.lang.ir.nodes import Block, Edge, Function, Operand, Value


def substitute(function: Function, replacements: Mapping[Value, Operand]) -> None:
    """Replace every use of the keys; chains of replacements are followed to their end."""
    if not replacements:
        return
    final: dict[Value, Operand] = {}
    for value in replacements:
        operand: Operand = value
        seen = []
        while isinstance(operand, Value) and operand in replacements:
            if operand in final:
                operand = final[operand]
                break
            seen.append(operand)
            operand = replacements[operand]
        for link in seen:
            final[link] = operand
    for block in function.blocks:
        for instruction in block.instructions:
            _replace_in(instruction.operands, final)
        terminator = block.terminator
        _replace_in(terminator.operands, final)
        for edge in terminator.edges:
            _replace_in(edge.arguments, final)


def _replace_in(operands: list[Operand], final: Mapping[Value, Operand]) -> None:
    for index, operand in enumerate(operands):
        if operand.__class__ is Value and operand in final:
            operands[index] = final[operand]


def incoming_edges(function: Function) -> dict[Block, list[Edge]]:
    """Return the edges that enter each block, in order of the blocks they leave."""
    edges: dict[Block, list[Edge]] = {block: [] for block in function.blocks}
    for block in function.blocks:
        for edge in block.terminator.edges:
            edges[edge.target].append(edge)
    return edges


def remove_trivial_parameters(function: Function) -> bool:
    """Drop block parameters that always hold one and the same operand; say if there were any."""
    incoming = incoming_edges(function)
    replacements: dict[Value, Operand] = {}

    def resolve(operand: Operand) -> Operand:
        while isinstance(operand, Value) and operand in replacements:
            operand = replacements[operand]
        return operand

    changed = True
    while changed:
        changed = False
        for block in function.blocks[1:]:
            edges = incoming[block]
            if not edges:
                continue
            index = 0
            while index < len(block.parameters):
                parameter = block.parameters[index]
                distinct = {resolve(edge.arguments[index]) for edge in edges} - {parameter}
                if len(distinct) > 1:
                    index += 1
                    continue
                replacements[parameter] = distinct.pop() if distinct else 0
                del block.parameters[index]
                for edge in edges:
                    del edge.arguments[index]
                changed = True
    substitute(function, replacements)
    return bool(replacements)


def merge_equal_parameters(function: Function) -> bool:
    """Drop block parameters that always hold what another one holds; say if there were any."""
    incoming = incoming_edges(function)
    replacements: dict[Value, Operand] = {}
    for block in function.blocks[1:]:
        if len(block.parameters) < 2:
            continue
        edges = incoming[block]
        first: dict[tuple[Operand, ...], Value] = {}
        for index in range(len(block.parameters) - 1, -1, -1):
            parameter = block.parameters[index]
            column = tuple(edge.arguments[index] for edge in edges)
            other = first.setdefault(column, parameter)
            if other is not parameter:
                replacements[parameter] = other
                del block.parameters[index]
                for edge in edges:
                    del edge.arguments[index]
    substitute(function, replacements)
    return bool(replacements)
