"""Edges skip blocks that do nothing but jump, or decide on what the edge brings along."""

from contractchain.lang.ir import Block, Edge, Function, Op, Operand, Value


def thread_jumps(function: Function) -> bool:
    """Send each edge as far as it is known to lead; say if any was changed."""
    pinned = _find_pinned(function)
    changed = False
    for block in function.blocks:
        for edge in block.terminator.edges:
            for _ in range(8):
                if edge.target in pinned or not _skip(block, edge):
                    break
                changed = True
    return changed


def _find_pinned(function: Function) -> set[object]:
    """Return the blocks whose parameters are used beyond their own terminators, and loop heads.

    The set also has the instructions that define values, which no one asks for.

    To redirect an edge around the former would break dominance, around the latter might give a
    loop two entries.
    """
    pinned: set[object] = set()
    order = {block: index for index, block in enumerate(function.blocks)}
    for block in function.blocks:
        for instruction in block.instructions:
            for operand in instruction.operands:
                if operand.__class__ is Value:
                    pinned.add(operand.definition)
        terminator = block.terminator
        for operands in (terminator.operands, *(edge.arguments for edge in terminator.edges)):
            for operand in operands:
                if operand.__class__ is Value and operand.definition is not block:
                    pinned.add(operand.definition)
        for edge in terminator.edges:
            if order[edge.target] <= order[block] and edge.target.terminator.op is not Op.JUMP:
                pinned.add(edge.target)
    return pinned


def _skip(source: Block, edge: Edge) -> bool:
    """Redirect an edge to where its target leads anyway, if that is known."""
    middle = edge.target
    if middle.instructions or middle is source:
        return False
    terminator = middle.terminator
    if terminator.op is Op.JUMP:
        following = terminator.edges[0]
    elif terminator.op is Op.BRANCH:
        known = _known_argument(terminator.operands[0], middle, edge)
        if known is None:
            return False
        following = terminator.edges[0 if known else 1]
    else:
        return False
    if following.target is middle:
        return False
    arguments = dict(zip(middle.parameters, edge.arguments, strict=True))
    edge.arguments = [
        arguments.get(a, a) if isinstance(a, Value) else a for a in following.arguments
    ]
    edge.target = following.target
    return True


def _known_argument(condition: Operand, middle: Block, edge: Edge) -> int | None:
    if isinstance(condition, Value) and condition.definition is middle:
        argument = edge.arguments[middle.parameters.index(condition)]
        return argument if isinstance(argument, int) else None
    return None
