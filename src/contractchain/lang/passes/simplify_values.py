"""One walk over the dominator tree: algebra, value numbering, and checks that are proven.

What is pure and was computed above is not computed again. Below a branch its condition is known
(`facts`), so that rules (`rules`) find what cannot matter any more: overflow checks, bounds checks,
masks.
"""

from contractchain.lang.ir import Block, Function, Instruction, Op, Operand, Value
from contractchain.lang.ir.analysis import Dominators
from contractchain.lang.passes.facts import Facts, expression_key
from contractchain.lang.passes.ranges import BOUNDED, FULL, Range, result_range
from contractchain.lang.passes.rules import simplify


def simplify_values(function: Function) -> bool:
    """Simplify the instructions of a function; say if anything changed."""
    return _Walk(function).run()


class _Walk:
    def __init__(self, function: Function) -> None:
        self.dominators = Dominators(function)
        self.predecessors = self.dominators.predecessors
        self.facts = Facts()
        self.done: set[Block] = set()
        self.changed = False

    def run(self) -> bool:
        stack: list[tuple[Block, int]] = [(self.dominators.order[0], -1)]
        while stack:
            block, mark = stack.pop()
            if mark >= 0:
                self.facts.roll_back(mark)
                continue
            stack.append((block, len(self.facts.undo)))
            self.visit(block)
            self.done.add(block)
            stack.extend((child, -1) for child in reversed(self.dominators.children[block]))
        return self.changed

    # --- blocks

    def visit(self, block: Block) -> None:
        self.enter(block)
        kept = [i for i in block.instructions if self.visit_instruction(i)]
        if len(kept) != len(block.instructions):
            block.instructions = kept
            self.changed = True
        terminator = block.terminator
        self.replace(terminator.operands)
        for edge in terminator.edges:
            self.replace(edge.arguments)

    def replace(self, operands: list[Operand]) -> None:
        leader = self.facts.leader
        for index, operand in enumerate(operands):
            if operand.__class__ is Value and operand in leader:
                operands[index] = self.facts.resolve(operand)
                self.changed = True

    def enter(self, block: Block) -> None:
        """Note what is known at the start of a block: bounds of parameters, the branch taken."""
        incoming = self.predecessors[block]
        if block.parameters and all(p in self.done for p in incoming):
            for index, parameter in enumerate(block.parameters):
                low, high = FULL[1], 0
                for source in dict.fromkeys(incoming):
                    for edge in source.terminator.edges:
                        if edge.target is block:
                            bounds = self.argument_range(edge.arguments[index])
                            low, high = min(low, bounds[0]), max(high, bounds[1])
                self.facts.limit(parameter, low, high)
        if len(incoming) != 1:
            return
        terminator = incoming[0].terminator
        if terminator.op is Op.BRANCH:
            self.facts.assume(terminator.operands[0], terminator.edges[0].target is block)
        elif terminator.op is Op.SWITCH and block is not terminator.edges[0].target:
            for case, edge in zip(terminator.cases, terminator.edges[1:], strict=True):
                if edge.target is block:
                    self.facts.equate(terminator.operands[0], case)

    def argument_range(self, operand: Operand) -> Range:
        """Return bounds of an edge argument that hold whatever branch led to it."""
        if isinstance(operand, Value) and isinstance(operand.definition, Instruction):
            definition = operand.definition
            if len(definition.results) == 1:
                return result_range(definition, [_plain_range(o) for o in definition.operands])
            return FULL
        return self.facts.range_of(operand)

    def visit_instruction(self, instruction: Instruction) -> bool:
        """Simplify one instruction; return False if its result is known to be another operand."""
        operands = instruction.operands
        self.replace(operands)
        op_before, operands_before = instruction.op, operands[:]
        found = simplify(instruction, self.facts.range_of)
        op, operands = instruction.op, instruction.operands
        if op is not op_before or operands != operands_before:
            self.changed = True
        if len(instruction.results) != 1:
            return True
        result = instruction.results[0]
        if found is not None:
            self.facts.record(self.facts.leader, result, self.facts.resolve(found))  # type: ignore[arg-type]
            return False
        if op.is_pure:
            key = expression_key(instruction)
            known = self.facts.expressions.get(key)
            if known is not None:
                self.facts.record(self.facts.leader, result, self.facts.resolve(known))  # type: ignore[arg-type]
                return False
            self.facts.record(self.facts.expressions, key, result)  # type: ignore[arg-type]
        if op in BOUNDED:
            bounds = result_range(instruction, [self.facts.range_of(o) for o in operands])
            if bounds != FULL:
                self.facts.limit(result, *bounds)
        return True


def _plain_range(operand: Operand) -> Range:
    """Return the bounds of an operand without looking at facts."""
    return (operand, operand) if isinstance(operand, int) else FULL
