"""Restoration of SSA form after code was duplicated: a value now has several definitions."""

from contractchain.lang.ir.analysis import find_predecessors, order_blocks
from contractchain.lang.ir.nodes import Block, Edge, Function, Operand, Value
from contractchain.lang.ir.rewrite import remove_trivial_parameters


def repair_ssa(function: Function, definitions: dict[Value, dict[Block, Operand]]) -> None:
    """Make every use of some values see the definition that reaches it.

    Args:
        function: Function that no longer is in SSA form with regard to these values.
        definitions: For each value, what it is at the end of each block that defines it, the block
            of the original definition included.
    """
    function.blocks = order_blocks(function)
    repair = _Repair(function, definitions)
    for block in function.blocks:
        repair.rename(block)
    remove_trivial_parameters(function)


class _Repair:
    def __init__(self, function: Function, definitions: dict[Value, dict[Block, Operand]]) -> None:
        self.definitions = definitions
        predecessors = find_predecessors(function.blocks)
        self.incoming: dict[Block, list[tuple[Block, Edge]]] = {b: [] for b in function.blocks}
        for block in function.blocks:
            for edge in block.terminator.edges:
                self.incoming[edge.target].append((block, edge))
        assert all(len(self.incoming[b]) == len(p) for b, p in predecessors.items())
        self.at_end: dict[tuple[Value, Block], Operand] = {
            (value, block): operand
            for value, places in definitions.items()
            for block, operand in places.items()
        }
        self.at_start: dict[tuple[Value, Block], Operand] = {}

    def rename(self, block: Block) -> None:
        """Replace the uses in a block."""
        own = {
            value
            for value in self.definitions
            if value.definition is block or value.definition in block.instructions
        }
        for instruction in block.instructions:
            self.replace(instruction.operands, block, own)
        self.replace(block.terminator.operands, block, own)
        for edge in list(block.terminator.edges):
            self.replace(edge.arguments, block, own)

    def replace(self, operands: list[Operand], block: Block, own: set[Value]) -> None:
        for index, operand in enumerate(operands):
            if isinstance(operand, Value) and operand in self.definitions and operand not in own:
                operands[index] = self.read(operand, block)

    def read(self, value: Value, block: Block) -> Operand:
        """Return what `value` is at the start of `block`, adding parameters where paths join."""
        pending: list[tuple[Block, int]] = []
        found = self.look_up(value, block, pending)
        while pending:
            join, index = pending.pop()
            for source, edge in self.incoming[join]:
                edge.arguments[index] = self.end_of(value, source, pending)
        return found

    def end_of(self, value: Value, block: Block, pending: list[tuple[Block, int]]) -> Operand:
        known = self.defined_at_end(value, block)
        return known if known is not None else self.look_up(value, block, pending)

    def defined_at_end(self, value: Value, block: Block) -> Operand | None:
        """Return what a block that defines `value` makes of it, None if it does not."""
        operand = self.at_end.get((value, block))
        if isinstance(operand, Value) and operand in self.definitions:
            places = self.definitions[operand]
            if places.get(block) is not operand:  # not made here: what is it when we come in?
                return self.read(operand, block)
        return operand

    def look_up(self, value: Value, block: Block, pending: list[tuple[Block, int]]) -> Operand:
        chain = []
        operand: Operand
        while True:
            known = self.at_start.get((value, block))
            if known is not None:
                operand = known
                break
            chain.append(block)
            edges = self.incoming[block]
            if len(edges) != 1:
                operand = block.add_parameter(value.name)
                for _, edge in edges:
                    edge.arguments.append(0)
                pending.append((block, len(block.parameters) - 1))
                break
            source = edges[0][0]
            defined = self.defined_at_end(value, source)
            if defined is not None:
                operand = defined
                break
            block = source
        for link in chain:
            self.at_start[(value, link)] = operand
        return operand
