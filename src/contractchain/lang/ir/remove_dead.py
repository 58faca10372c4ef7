"""Dead code: instructions without effect whose results nobody uses."""

from contractchain.lang.ir.nodes import Function, Instruction, Operand, Value


def remove_dead_instructions(function: Function) -> bool:
    """Drop instructions without effect whose results nobody uses; say if there were any."""
    uses: dict[Value, int] = {}
    for block in function.blocks:
        for instruction in block.instructions:
            _count_uses(instruction.operands, uses)
        _count_uses(block.terminator.operands, uses)
        for edge in block.terminator.edges:
            _count_uses(edge.arguments, uses)
    work = [
        instruction
        for block in function.blocks
        for instruction in block.instructions
        if not instruction.op.writes and not any(r in uses for r in instruction.results)
    ]
    dead = set(work)
    while work:
        for operand in work.pop().operands:
            if operand.__class__ is not Value:
                continue
            uses[operand] -= 1
            definition = operand.definition
            if uses[operand] or not isinstance(definition, Instruction) or definition in dead:
                continue
            if not definition.op.writes and not any(uses.get(r) for r in definition.results):
                dead.add(definition)
                work.append(definition)
    if dead:
        for block in function.blocks:
            if not dead.isdisjoint(block.instructions):
                block.instructions = [i for i in block.instructions if i not in dead]
    return bool(dead)


def _count_uses(operands: list[Operand], uses: dict[Value, int]) -> None:
    for operand in operands:
        if operand.__class__ is Value:
            uses[operand] = uses.get(operand, 0) + 1
