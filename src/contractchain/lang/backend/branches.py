"""Ends of blocks: which stack an edge needs, and what follows directly."""

from dataclasses import dataclass

from contractchain.lang.backend.emit import InstructionEmitter
from contractchain.lang.backend.errors import TooDeep
from contractchain.lang.backend.items import ItemKind, Label, Opcode
from contractchain.lang.backend.layout import choose_layout
from contractchain.lang.backend.plan import Context, Plan
from contractchain.lang.backend.stack import Slot, Workbench, arrange, shuffle, shuffle_anywhere
from contractchain.lang.ir import Block, Edge, Function, Instruction, Op, Operand, Value

_TRAMPOLINE_GAS = 12
"""Gas of one more label and jump on an edge."""


@dataclass(slots=True, kw_only=True, eq=False)
class Trampoline:
    """An edge that needs shuffling of its own."""

    label: Label
    source: Block
    edge: Edge
    stack: list[Slot]


class BranchEmitter(InstructionEmitter):
    """Emits the terminators of blocks and the shuffles of their edges."""

    def __init__(self, function: Function, context: Context, plan: Plan) -> None:
        super().__init__(function, context, plan)
        self.layouts: dict[Block, list[Slot | None]] = {}
        """Stack at the start of each join that was reached."""
        self.starts: dict[Block, list[Slot]] = {}
        self.emitted: set[Block] = set()
        self.hot: list[Block | Trampoline] = []
        self.cold: list[Block | Trampoline] = []
        self.weights: list[tuple[int, int]] = []
        """Where each unit starts in `items`, and how often it is supposed to run."""

    def emit_terminator(self, block: Block) -> Block | Trampoline | None:
        terminator = block.terminator
        end = len(block.instructions)
        self.span = terminator.span
        if terminator.op is Op.JUMP:
            return self.follow(block, terminator.edges[0])
        if terminator.op is Op.BRANCH:
            return self.emit_branch(block, end)
        if terminator.op is Op.RET:
            target: list[Slot | None] = [*reversed(terminator.operands), self.plan.return_address]
            self.apply(self.retry(lambda: shuffle(self.stack, 0, target, self.price), end))
            self.put_op(Opcode.JUMP, "o")
            return None
        self.prepare(terminator.op, terminator.operands, end)
        assert terminator.op.opcode is not None
        self.put_op(terminator.op.opcode)
        return None

    def target_stack(self, source: Block, edge: Edge) -> list[Slot | None]:
        """Return what must be on the stack when the edge is taken, in terms of its source."""
        target = edge.target
        arguments = dict(zip(target.parameters, edge.arguments, strict=True))
        layout = self.layouts.get(target)
        if layout is None:
            pushable = self.plan.is_pushable
            live: list[Slot] = [v for v in self.plan.live_in[target] if not pushable(v)]
            address = self.plan.return_address
            if target not in self.flow.halting and address not in self.plan.slots:
                live.append(address)
            wanted = {p: a for p, a in arguments.items() if not pushable(p)}
            relaxed = self.flow.is_relaxed(source, target)
            layout = choose_layout(self.stack, live, wanted, relaxed=relaxed)
            order = self.plan.orders.get(target)
            if order is not None and sorted(map(id, order)) == sorted(
                id(slot) for slot in layout if slot in arguments
            ):
                following = iter(order)
                layout = [next(following) if slot in arguments else slot for slot in layout]
            self.layouts[target] = layout
            self.starts[target] = list(layout)
        found: list[Slot | None] = [
            arguments.get(slot, slot) if isinstance(slot, Value) else slot for slot in layout
        ]
        spilled = (p for p in target.parameters if p in self.plan.slots)
        return [*found, *(arguments[parameter] for parameter in spilled)]

    def plan_edge(self, source: Block, edge: Edge) -> Workbench:
        """Return the moves that the edge needs from the current stack."""
        target = self.target_stack(source, edge)
        if self.flow.is_relaxed(source, edge.target):
            return shuffle_anywhere(self.stack, target, self.price)
        return shuffle(self.stack, 0, target, self.price)

    def is_join(self, block: Block) -> bool:
        return len(self.flow.predecessors[block]) > 1

    def follow(self, source: Block, edge: Edge) -> Block | None:
        """Shuffle for the edge; return its target if it has to follow, else jump there."""
        target = edge.target
        if self.is_join(target):
            end = len(source.instructions) + 1
            self.apply(self.retry(lambda: self.plan_edge(source, edge), end))
            slots = self.plan.slots
            for parameter in reversed(target.parameters):
                if parameter in slots:
                    self.put(ItemKind.FRAME, (self.function.name, slots[parameter]))
                    self.put_op(Opcode.MSTORE)
        else:
            self.starts[target] = list(self.stack)
        if target not in self.emitted:
            return target
        self.put(ItemKind.PUSH_LABEL, self.label_of(target))
        self.put_op(Opcode.JUMP)
        return None

    def emit_branch(self, block: Block, end: int) -> Block | Trampoline | None:
        terminator = block.terminator
        then, otherwise = terminator.edges
        condition = terminator.operands[0]
        self.prepare_branch(block, condition, end)
        self.stack.pop()
        first, second = self.unit_for(block, then), self.unit_for(block, otherwise)
        if self.falls_to_first(first, second):
            self.negate_condition()
            first, second = second, first
        self.put(ItemKind.PUSH_LABEL, self.unit_label(first))
        self.put_op(Opcode.JUMPI)
        self.defer(first)
        if self.is_free(second):
            return second
        self.put(ItemKind.PUSH_LABEL, self.unit_label(second))
        self.put_op(Opcode.JUMP)
        return None

    def find_known_join(self, block: Block) -> list[Slot | None] | None:
        """Return the stack that a branch back to a known join needs, if it can be made before.

        That is so if the other way needs nothing that would be lost then.
        """
        first, second = block.terminator.edges
        for edge, other in ((first, second), (second, first)):
            target = edge.target
            if target not in self.layouts or self.flow.is_relaxed(block, target):
                continue
            if any(p in self.plan.slots for p in target.parameters):
                continue
            goal = self.target_stack(block, edge)
            wanted: list[Operand] = [*self.plan.live_in[other.target], *other.arguments]
            if any(v not in goal and self.price(v) is None for v in wanted):
                continue
            if other.target not in self.flow.halting and None in goal:
                continue
            return goal
        return None

    def shuffle_before_test(self, block: Block, test: Instruction, index: int) -> None:
        """Make the stack of a known join before the test of the branch, if that is cheaper."""
        if block.terminator.operands != test.results:
            return
        goal = self.find_known_join(block)
        if goal is None or test.results[0] in goal:
            return
        operands: list[Slot] = list(reversed(test.operands))
        if any(o not in goal and self.price(o) is None for o in operands):
            return
        dying = {o for o in operands if self.last_use.get(o, -1) <= index}  # type: ignore[call-overload]
        try:
            early = shuffle(self.stack, 0, goal, self.price)
            tested = arrange(early.stack, operands, (), self.price, 0)
            late = arrange(self.stack, operands, dying, self.price, 0)
            rest: list[Slot] = [*late.stack[: len(late.stack) - len(operands)], test.results[0]]
            end = shuffle(rest, 0, [*goal, test.results[0]], self.price)
        except TooDeep:
            return
        if early.cost + tested.cost <= late.cost + end.cost:
            self.apply(early)

    def prepare_branch(self, block: Block, condition: Operand, end: int) -> None:
        """Bring the condition to the top; if it pays, with the stack of a known join below it."""
        goal = self.find_known_join(block)
        if goal is not None:
            on_top = self.stack[-1:] == [condition] and condition not in goal
            rest = self.stack[:-1] if on_top else self.stack
            try:
                bench = shuffle(self.stack, 0, [*goal, condition], self.price)
                apart = shuffle(rest, 0, goal, self.price).cost
            except TooDeep:
                pass
            else:
                if bench.cost <= apart + _TRAMPOLINE_GAS:
                    self.apply(bench)
                    return
        self.prepare(Op.BRANCH, [condition], end)

    def unit_for(self, block: Block, edge: Edge) -> Block | Trampoline:
        """Return what the branch jumps to: the target itself, or a trampoline before it."""
        target = edge.target
        if not self.is_join(target):
            self.starts[target] = list(self.stack)
            return target
        spilled = any(p in self.plan.slots for p in target.parameters)
        try:
            if not self.plan_edge(block, edge).moves and not spilled:
                return target
        except TooDeep:
            pass  # the trampoline finds out again, and reports it
        return Trampoline(label=Label("edge"), source=block, edge=edge, stack=list(self.stack))

    def is_free(self, unit: Block | Trampoline) -> bool:
        return isinstance(unit, Trampoline) or unit not in self.emitted

    def is_cold(self, unit: Block | Trampoline) -> bool:
        block = unit.edge.target if isinstance(unit, Trampoline) else unit
        return block in self.flow.cold

    def falls_to_first(self, first: Block | Trampoline, second: Block | Trampoline) -> bool:
        """Whether to negate the condition, so that the first target can follow directly."""
        if not self.is_free(first):
            return False
        if not self.is_free(second):
            return True
        shared = isinstance(second, Block) and self.is_join(second)
        return self.is_cold(second) and shared and not self.is_cold(first)

    def negate_condition(self) -> None:
        last = self.items[-1]
        if last.kind is ItemKind.OP and last.value == Opcode.ISZERO:
            self.items.pop()
        elif last.kind is ItemKind.OP and last.value == Opcode.EQ:
            self.items[-1] = last._replace(value=Opcode.SUB)
        else:
            self.put_op(Opcode.ISZERO)

    def unit_label(self, unit: Block | Trampoline) -> Label:
        return unit.label if isinstance(unit, Trampoline) else self.label_of(unit)

    def defer(self, unit: Block | Trampoline) -> None:
        if self.is_free(unit):
            (self.cold if self.is_cold(unit) else self.hot).append(unit)
