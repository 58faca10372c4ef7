"""Sparse conditional constant propagation: what a value is if only the paths that can run count.

Every block is supposed never to run and every value to be unknown until something shows otherwise.
So a variable that a loop only ever sets to what it was is a constant, which one walk from above
cannot see.
"""

from contractchain.lang.ir import Block, Function, Instruction, Op, Operand, Terminator, Value
from contractchain.lang.ir.analysis import order_blocks
from contractchain.lang.ir.evaluate import evaluate
from contractchain.lang.ir.rewrite import substitute

_VARIES = None
"""State of a value that is not always the same; one that is not known yet has no state."""


def propagate_constants(function: Function) -> bool:
    """Replace values that are always the same constant; say if there were any.

    What only they decide is left to `simplify_flow`.

    Spec:
        Wegman, Zadeck, Constant Propagation with Conditional Branches (1991).
    """
    order = order_blocks(function)
    if not _has_loop(order):
        return False  # one walk from above sees all
    return _Solver(function, order).run()


def _has_loop(order: list[Block]) -> bool:
    seen: set[Block] = set()
    for block in order:
        seen.add(block)
        if any(target in seen for target in block.successors):
            return True
    return False


class _Solver:
    def __init__(self, function: Function, order: list[Block]) -> None:
        self.function = function
        self.order = order
        self.state: dict[Value, int | None] = dict.fromkeys(function.parameters, _VARIES)
        self.running: set[Block] = {function.entry}
        self.changed = True

    def run(self) -> bool:
        while self.changed:
            self.changed = False
            for block in self.order:
                if block in self.running:
                    self.visit(block)
        found: dict[Value, Operand] = {
            value: constant for value, constant in self.state.items() if constant is not None
        }
        substitute(self.function, found)
        return self.drop(found)

    def drop(self, found: dict[Value, Operand]) -> bool:
        """Remove the instructions whose results are known, so that nothing is found twice."""
        changed = False
        for block in self.order:
            kept = [i for i in block.instructions if not (i.results and i.results[0] in found)]
            changed |= len(kept) != len(block.instructions)
            block.instructions = kept
            changed |= any(parameter in found for parameter in block.parameters)
        return changed

    def visit(self, block: Block) -> None:
        for instruction in block.instructions:
            if instruction.results:
                self.evaluate(instruction)
        terminator = block.terminator
        for index in self.taken(terminator):
            edge = terminator.edges[index]
            if edge.target not in self.running:
                self.running.add(edge.target)
                self.changed = True
            for parameter, argument in zip(edge.target.parameters, edge.arguments, strict=True):
                if argument.__class__ is int or argument in self.state:
                    self.meet(parameter, self.look(argument))

    def look(self, operand: Operand) -> int | None:
        return operand if isinstance(operand, int) else self.state.get(operand)

    def is_unknown(self, operand: Operand) -> bool:
        return operand.__class__ is Value and operand not in self.state

    def meet(self, value: Value, constant: int | None) -> None:
        """Note one more thing that a value may be."""
        if value not in self.state:
            self.state[value] = constant
            self.changed = True
        elif self.state[value] is not _VARIES and self.state[value] != constant:
            self.state[value] = _VARIES
            self.changed = True

    def evaluate(self, instruction: Instruction) -> None:
        constant: int | None = _VARIES
        if instruction.op.is_pure and instruction.operands:
            if any(self.is_unknown(operand) for operand in instruction.operands):
                return
            operands = [self.look(operand) for operand in instruction.operands]
            known = [operand for operand in operands if operand is not None]
            if len(known) == len(operands):
                constant = evaluate(instruction.op, known)
        for result in instruction.results:
            self.meet(result, constant)

    def taken(self, terminator: Terminator) -> range | tuple[int, ...]:
        """Return which edges can be taken, as far as is known."""
        if terminator.op not in (Op.BRANCH, Op.SWITCH):
            return range(len(terminator.edges))
        decider = terminator.operands[0]
        if self.is_unknown(decider):
            return ()
        constant = self.look(decider)
        if constant is None:
            return range(len(terminator.edges))
        if terminator.op is Op.BRANCH:
            return (0 if constant else 1,)
        cases = terminator.cases
        return (1 + cases.index(constant) if constant in cases else 0,)
