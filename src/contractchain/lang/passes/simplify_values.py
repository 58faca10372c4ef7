"""One walk over the dominator tree: rules, common subexpressions, and facts from branches.

Below a branch its condition is known, and with it bounds and equalities of the values it compares:
overflow checks, bounds checks and masks that cannot matter any more disappear here.
"""

from contractchain.lang.ir import Block, Function, Instruction, Op, Operand, Value
from contractchain.lang.ir.analysis import Dominators, find_predecessors
from contractchain.lang.passes.matching import definition_of
from contractchain.lang.passes.ranges import FULL, Range, result_range
from contractchain.lang.passes.rules import simplify

_Key = tuple[object, ...]
_LARGEST_SUBSTITUTE = 0xFFFF
"""Constant up to which a value known to be equal is replaced by it."""


def simplify_values(function: Function) -> bool:
    """Simplify the instructions of a function; say if anything changed."""
    return _Walk(function).run()


class _Walk:
    def __init__(self, function: Function) -> None:
        self.dominators = Dominators(function)
        self.predecessors = find_predecessors(self.dominators.order)
        self.leader: dict[Value, Operand] = {}
        self.ranges: dict[Value, Range] = {}
        self.expressions: dict[_Key, Operand] = {}
        self.undo: list[tuple[dict[object, object], object, object]] = []
        self.done: set[Block] = set()
        self.changed = False

    def run(self) -> bool:
        stack: list[tuple[Block, int]] = [(self.dominators.order[0], -1)]
        while stack:
            block, mark = stack.pop()
            if mark >= 0:
                self.roll_back(mark)
                continue
            stack.append((block, len(self.undo)))
            self.visit(block)
            self.done.add(block)
            stack.extend((child, -1) for child in reversed(self.dominators.children[block]))
        return self.changed

    # --- facts that hold below the current block

    def record(self, table: dict[object, object], key: object, value: object) -> None:
        self.undo.append((table, key, table.get(key)))
        table[key] = value

    def roll_back(self, mark: int) -> None:
        while len(self.undo) > mark:
            table, key, old = self.undo.pop()
            if old is None:
                del table[key]
            else:
                table[key] = old

    def resolve(self, operand: Operand) -> Operand:
        while operand.__class__ is Value:
            replacement = self.leader.get(operand)
            if replacement is None:
                return operand
            operand = replacement
        return operand

    def range_of(self, operand: Operand) -> Range:
        if operand.__class__ is int:
            return (operand, operand)
        return self.ranges.get(operand, FULL)  # type: ignore[arg-type]  # not an int

    def limit(self, operand: Operand, low: int, high: int) -> None:
        """Note that an operand lies within bounds."""
        if not isinstance(operand, Value):
            return
        old = self.range_of(operand)
        new = (max(old[0], low), min(old[1], high))
        if new != old and new[0] <= new[1]:
            self.record(self.ranges, operand, new)  # type: ignore[arg-type]  # dict is invariant

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
        for index, operand in enumerate(operands):
            if operand.__class__ is Value:
                resolved = self.resolve(operand)
                if resolved is not operand:
                    operands[index] = resolved
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
                self.limit(parameter, low, high)
        if len(incoming) != 1:
            return
        terminator = incoming[0].terminator
        if terminator.op is Op.BRANCH:
            self.assume(terminator.operands[0], terminator.edges[0].target is block)
        elif terminator.op is Op.SWITCH and block is not terminator.edges[0].target:
            for case, edge in zip(terminator.cases, terminator.edges[1:], strict=True):
                if edge.target is block:
                    self.equate(terminator.operands[0], case)

    def argument_range(self, operand: Operand) -> Range:
        """Return bounds of an edge argument that hold whatever branch led to it."""
        if isinstance(operand, Value) and isinstance(operand.definition, Instruction):
            definition = operand.definition
            if len(definition.results) == 1:
                return result_range(definition, [_plain_range(o) for o in definition.operands])
            return FULL
        return self.range_of(operand)

    def visit_instruction(self, instruction: Instruction) -> bool:
        """Simplify one instruction; return False if its result is known to be another operand."""
        self.replace(instruction.operands)
        before = (instruction.op, tuple(instruction.operands))
        found = simplify(instruction, self.range_of)
        op = instruction.op
        if before != (op, tuple(instruction.operands)):
            self.changed = True
        if len(instruction.results) != 1:
            return True
        result = instruction.results[0]
        if found is not None:
            self.record(self.leader, result, self.resolve(found))  # type: ignore[arg-type]
            return False
        if op.is_pure:
            key = _key(instruction)
            known = self.expressions.get(key)
            if known is not None:
                self.record(self.leader, result, self.resolve(known))  # type: ignore[arg-type]
                return False
            self.record(self.expressions, key, result)  # type: ignore[arg-type]
        bounds = result_range(instruction, [self.range_of(o) for o in instruction.operands])
        if bounds != FULL:
            self.limit(result, *bounds)
        return True

    # --- what a branch tells

    def assume(self, condition: Operand, truth: bool) -> None:
        """Note that `condition` is not 0 (or is 0), and what follows for its operands."""
        work = [(condition, truth)]
        while work:
            operand, holds = work.pop()
            operand = self.resolve(operand)
            if not isinstance(operand, Value):
                continue
            if holds:
                self.limit(operand, 1, FULL[1])
            else:
                self.limit(operand, 0, 0)
            bounds = self.range_of(operand)
            if bounds[0] == bounds[1]:
                self.record(self.leader, operand, bounds[0])  # type: ignore[arg-type]
            definition = operand.definition
            if not isinstance(definition, Instruction):
                continue
            op, operands = definition.op, definition.operands
            if op is Op.ISZERO:
                work.append((operands[0], not holds))
            elif (op is Op.AND and holds) or (op is Op.OR and not holds):
                work.extend((inner, holds) for inner in operands)
            elif (op is Op.EQ and holds) or (op in (Op.SUB, Op.XOR) and not holds):
                self.equate(operands[0], operands[1])
            elif op is Op.LT:
                self.order(operands[0], operands[1], holds)
            elif op is Op.GT:
                self.order(operands[1], operands[0], holds)
            elif op is Op.SHR and not holds and isinstance(operands[0], int):
                self.limit(self.resolve(operands[1]), 0, (1 << min(256, operands[0])) - 1)

    def order(self, small: Operand, large: Operand, holds: bool) -> None:
        """Note `small < large`, or that it does not hold."""
        small, large = self.resolve(small), self.resolve(large)
        a, b = self.range_of(small), self.range_of(large)
        if holds:
            self.limit(small, 0, b[1] - 1)
            self.limit(large, a[0] + 1, FULL[1])
        else:
            self.limit(small, b[0], FULL[1])
            self.limit(large, 0, a[1])

    def equate(self, left: Operand, right: Operand) -> None:
        """Note that two operands are equal; the simpler one stands for both from here on."""
        left, right = self.resolve(left), self.resolve(right)
        a, b = self.range_of(left), self.range_of(right)
        self.limit(left, *b)
        self.limit(right, *a)
        for value, other in ((left, right), (right, left)):
            if not isinstance(value, Value):
                continue
            if isinstance(other, int):
                if other <= _LARGEST_SUBSTITUTE:
                    self.record(self.leader, value, other)  # type: ignore[arg-type]
                return
            if _is_cleaned(value, other):
                self.record(self.leader, value, other)  # type: ignore[arg-type]
                return


def _plain_range(operand: Operand) -> Range:
    """Return the bounds of an operand without looking at facts."""
    return (operand, operand) if isinstance(operand, int) else FULL


def _is_cleaned(value: Value, other: Operand) -> bool:
    """Whether `value` is `other` with bits masked or extended."""
    masked = definition_of(value, Op.AND)
    if masked is not None and masked.operands[0] == other:
        return True
    extended = definition_of(value, Op.SIGNEXTEND)
    return extended is not None and extended.operands[1] == other


def _key(instruction: Instruction) -> _Key:
    operands = instruction.operands
    if instruction.op.is_commutative:
        first, second = operands
        # equal constants need not be one object: only values are put in order by identity
        if first.__class__ is int or (second.__class__ is Value and id(first) > id(second)):
            first, second = second, first
        return (instruction.op, first, second)
    return (instruction.op, *operands, instruction.symbol)
