"""Copies of functions: for inlining, and to keep an object while another copy is compiled."""

from contractchain.lang.ir.nodes import (
    Block,
    Edge,
    Function,
    Instruction,
    Object,
    Operand,
    Terminator,
    Value,
)


def clone_blocks(
    blocks: list[Block], values: dict[Value, Operand]
) -> tuple[list[Block], dict[Block, Block]]:
    """Copy blocks.

    Args:
        blocks: What to copy; edges to other blocks keep their target.
        values: Operand for each value from outside that is to be replaced; receives the copies.

    Returns:
        The copies in the same order, and the copy of each block.
    """
    copies: dict[Block, Block] = {}
    for block in blocks:
        copy = copies[block] = Block(block.label)
        for parameter in block.parameters:
            values[parameter] = copy.add_parameter(parameter.name)
        for instruction in block.instructions:
            fresh = Instruction(
                instruction.op,
                (),
                result_count=len(instruction.results),
                symbol=instruction.symbol,
                span=instruction.span,
            )
            copy.instructions.append(fresh)
            for old, new in zip(instruction.results, fresh.results, strict=True):
                new.name = old.name
                values[old] = new
    for block, copy in copies.items():
        for old_instruction, fresh in zip(block.instructions, copy.instructions, strict=True):
            fresh.operands = _mapped(old_instruction.operands, values)
        terminator = block.terminator
        copy.terminator = Terminator(
            terminator.op,
            _mapped(terminator.operands, values),
            [
                Edge(copies.get(edge.target, edge.target), _mapped(edge.arguments, values))
                for edge in terminator.edges
            ],
            cases=terminator.cases,
            span=terminator.span,
        )
    return list(copies.values()), copies


def _mapped(operands: list[Operand], values: dict[Value, Operand]) -> list[Operand]:
    return [values.get(o, o) if isinstance(o, Value) else o for o in operands]


def clone_function(function: Function) -> Function:
    """Return a copy that shares nothing with the original."""
    copy = Function(function.name, function.result_count)
    copy.blocks, _ = clone_blocks(function.blocks, {})
    return copy


def clone_object(obj: Object) -> Object:
    """Return a copy that shares nothing with the original, sub-objects included."""
    return Object(
        name=obj.name,
        entry=obj.entry,
        functions={name: clone_function(f) for name, f in obj.functions.items()},
        data=dict(obj.data),
        objects={name: clone_object(child) for name, child in obj.objects.items()},
        memory_safe=obj.memory_safe,
        trailer=obj.trailer,
    )
