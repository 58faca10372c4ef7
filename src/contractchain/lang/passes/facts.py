"""What holds below a point of the program: equalities and bounds of values, learnt from branches.

Facts are recorded on the way down the dominator tree and taken back on the way up. Overflow checks,
bounds checks and masks are removed because of them.
"""

from contractchain.lang.ir import Instruction, Op, Operand, Value
from contractchain.lang.passes.matching import definition_of
from contractchain.lang.passes.ranges import FULL, Range

_LARGEST_SUBSTITUTE = 0xFFFF
"""Constant up to which a value known to be equal is replaced by it."""


Key = tuple[object, ...]
"""What stands for a pure computation: the operation, its operands, and a symbol."""

_MIRRORED = {Op.GT: Op.LT, Op.SGT: Op.SLT}


def expression_key(instruction: Instruction) -> Key:
    """Return the same for two instructions that must have the same result."""
    operands = instruction.operands
    mirrored = _MIRRORED.get(instruction.op)
    if mirrored is not None:
        return (mirrored, operands[1], operands[0], "")
    if instruction.op.is_commutative:
        first, second = operands
        # equal constants need not be one object: only values are put in order by identity
        if first.__class__ is int or (second.__class__ is Value and id(first) > id(second)):
            first, second = second, first
        return (instruction.op, first, second)
    return (instruction.op, *operands, instruction.symbol)


class Facts:
    """Facts about the values of one function, with a way back."""

    def __init__(self) -> None:
        self.leader: dict[Value, Operand] = {}
        """What to use instead of a value."""
        self.ranges: dict[Value, Range] = {}
        self.expressions: dict[Key, Operand] = {}
        """Results of what was computed, or is known without."""
        self.undo: list[tuple[dict[object, object], object, object]] = []

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
            self.record(self.expressions, (Op.LT, large, small, ""), 0)  # type: ignore[arg-type]
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


def _is_cleaned(value: Value, other: Operand) -> bool:
    """Whether `value` is `other` with bits masked or extended."""
    masked = definition_of(value, Op.AND)
    if masked is not None and masked.operands[0] == other:
        return True
    extended = definition_of(value, Op.SIGNEXTEND)
    return extended is not None and extended.operands[1] == other
