"""Stack scheduling: from the ordered instructions of one function to assembly items.

Blocks are emitted in traces. The first edge that reaches a join decides the order of the stack at
its start; later edges shuffle to it. Values that DUP16 and SWAP16 cannot reach are spilled: the
function is scheduled again with those values kept in memory slots (or recomputed where they are
used), until everything is in reach.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice, permutations

from contractchain.errors import InternalError
from contractchain.lang.backend.errors import StackTooDeepError, TooDeep
from contractchain.lang.backend.flow import Flow
from contractchain.lang.backend.items import MIRRORED, Item, ItemKind, Label, Opcode
from contractchain.lang.backend.layout import choose_layout
from contractchain.lang.backend.order import order_block
from contractchain.lang.backend.stack import (
    REACH,
    Move,
    MoveKind,
    Slot,
    Workbench,
    arrange,
    find_last,
    shuffle,
    shuffle_anywhere,
)
from contractchain.lang.ir import Block, Edge, Function, Instruction, Op, Operand, Value
from contractchain.lang.ir.analysis import find_live_values, order_blocks

_REMATERIALISED = {
    Op.LOAD_IMMUTABLE: ItemKind.IMMUTABLE,
    Op.DATA_OFFSET: ItemKind.DATA_OFFSET,
    Op.DATA_SIZE: ItemKind.DATA_SIZE,
    Op.LINK_SYMBOL: ItemKind.LINK,
    Op.MEMORY_GUARD: ItemKind.GUARD,
}
_MOVE_GAS = {Opcode.POP: 2, Opcode.JUMP: 8, Opcode.JUMPI: 10}
_FOREVER = 1 << 60
_MOST_TRIALS = 24
_TRIAL_ITEMS = 20_000
"""Items of assembly that may be made in vain for one function."""
_MOST_PERMUTED = 4
_LOOP_WEIGHT = 10
"""How often the inside of a loop is supposed to run."""
_TRAMPOLINE_GAS = 12
"""Gas of one more label and jump on an edge."""


@dataclass(slots=True, kw_only=True, eq=False)
class Saved:
    """Marker on the stack: the content of a spill slot, kept over a recursive call."""

    value: Value
    """The spilled value."""


@dataclass(slots=True, kw_only=True, eq=False)
class Context:
    """What the functions of an object share while they are scheduled."""

    labels: dict[str, Label]
    """Entry of each function."""
    may_spill: bool
    """Whether memory may be used for spills."""
    recursive_calls: dict[str, set[str]]
    """For each function, the callees that may call it again."""
    indirect: set[str]
    """Functions whose tag is taken."""
    has_push0: bool = True
    frames: dict[str, int] = field(default_factory=dict)
    """Spill slots used by each function, in words."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Trampoline:
    """An edge that needs shuffling of its own."""

    label: Label
    source: Block
    edge: Edge
    stack: list[Slot]


def schedule_function(function: Function, context: Context) -> list[Item]:
    """Return the assembly of a lowered function; its spill slots are noted in `context.frames`.

    Raises:
        StackTooDeepError: Values are out of reach and may not be spilled.
    """
    function.blocks = order_blocks(function)
    _, live_out = find_live_values(function)
    ordered = {block: order_block(block, live_out[block]) for block in function.blocks}
    for block, instructions in ordered.items():
        block.instructions = instructions
    plan = _Plan(function)
    while True:
        scheduler = _Scheduler(function, context, plan)
        try:
            items = scheduler.run()
        except TooDeep as error:
            plan.spill(error, scheduler, context)
            continue
        items = _improve_loops(scheduler, items)
        context.frames[function.name] = len(plan.slots)
        return items


def _improve_loops(first: "_Scheduler", items: list[Item]) -> list[Item]:
    """Try other orders of the stack at the heads of loops; return the cheapest code."""
    plan = first.plan
    best, best_cost = items, first.stack_cost()
    budget = min(_MOST_TRIALS, _TRIAL_ITEMS // max(1, len(items)))
    for block, layout in first.layouts.items():
        moving = [slot for slot in layout if slot in block.parameters]
        if not plan.flow.is_cyclic(block) or not 2 <= len(moving) <= _MOST_PERMUTED:
            continue
        kept = plan.orders.get(block)
        for order in islice(permutations(moving), 1, None):
            if not budget:
                return best
            budget -= 1
            plan.orders[block] = order
            trial = _Scheduler(first.function, first.context, plan)
            try:
                found = trial.run()
            except TooDeep:
                continue
            cost = trial.stack_cost()
            if cost < best_cost:
                best, best_cost, kept = found, cost, order
        if kept is None:
            del plan.orders[block]
        else:
            plan.orders[block] = kept
    return best


class _Plan:
    """What stays the same, or only grows, over the attempts to schedule a function."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.flow = Flow(function.blocks)
        self.live_in, self.live_out = find_live_values(function)
        self.return_address = Value("return")
        self.slots: dict[Value, int] = {}
        """Memory slot of each spilled value."""
        self.recomputed: dict[Value, Instruction] = {}
        self.attempts = 0
        self.orders: dict[Block, tuple[Slot | None, ...]] = {}
        """Order of the parameters on the stack at the heads of loops, where it was chosen."""
        self.uses: dict[Value, int] = {}
        self.last_use: dict[Block, dict[Value, int]] = {}
        for block in function.blocks:
            self._scan(block)

    def _scan(self, block: Block) -> None:
        last: dict[Value, int] = {}
        for index, instruction in enumerate(block.instructions):
            op = instruction.op
            if op.is_pure and not instruction.operands and op is not Op.RETURN_LABEL:
                self.recomputed[instruction.result] = instruction
            for operand in instruction.operands:
                self._use(operand, index, last)
        end = len(block.instructions)
        terminator = block.terminator
        for operand in terminator.operands:
            self._use(operand, end, last)
        for edge in terminator.edges:
            for operand in edge.arguments:
                self._use(operand, end + 1, last)
        for value in self.live_out[block]:
            last[value] = _FOREVER
        if block not in self.flow.halting:
            last[self.return_address] = end if terminator.op is Op.RET else _FOREVER
        self.last_use[block] = last

    def _use(self, operand: Operand, index: int, last: dict[Value, int]) -> None:
        if operand.__class__ is Value:
            last[operand] = index
            self.uses[operand] = self.uses.get(operand, 0) + 1

    def is_pushable(self, value: Value) -> bool:
        """Whether the value never lies on the stack for longer than one instruction."""
        return value in self.recomputed or value in self.slots

    def spill(self, error: TooDeep, scheduler: "_Scheduler", context: Context) -> None:
        """Choose values that the next attempt keeps off the stack, more with every attempt."""
        self.attempts += 1
        chosen = self._choose(error, scheduler)[: 1 << (self.attempts // 4)]
        if not chosen:
            raise StackTooDeepError(function=self.function.name, span=scheduler.span)
        for value in chosen:
            definition = value.definition
            if isinstance(definition, Instruction) and _is_cheap(definition):
                self.recomputed[value] = definition
            elif context.may_spill:
                self.slots[value] = len(self.slots)
            else:
                raise StackTooDeepError(function=self.function.name, span=scheduler.span)

    def _choose(self, error: TooDeep, scheduler: "_Scheduler") -> list[Value]:
        """Return the values that may go, the best one first."""
        ranked: list[tuple[int, int, int, Value]] = []
        for position, slot in enumerate(error.stack):
            if not isinstance(slot, Value) or self.is_pushable(slot):
                continue
            definition = slot.definition
            if isinstance(definition, Instruction) and definition.op is Op.RETURN_LABEL:
                continue
            if slot not in scheduler.last_use:
                continue
            cheap = isinstance(definition, Instruction) and _is_cheap(definition)
            rank = 0 if cheap else 1 if position <= error.position else 2
            ranked.append((rank, self.uses.get(slot, 0), position, slot))
        ranked.sort(key=lambda entry: entry[:3])
        return list(dict.fromkeys(slot for *_, slot in ranked))


def _is_cheap(instruction: Instruction) -> bool:
    """Whether to compute the value again costs about as much as to load it from memory."""
    return instruction.op is Op.CALLDATALOAD and isinstance(instruction.operands[0], int)


class _Scheduler:
    """One attempt to schedule a function."""

    def __init__(self, function: Function, context: Context, plan: _Plan) -> None:
        self.function = function
        self.context = context
        self.plan = plan
        self.flow = plan.flow
        self.items: list[Item] = []
        self.stack: list[Slot] = []
        self.span: object | None = None
        self.labels: dict[Block, Label] = {}
        self.layouts: dict[Block, list[Slot | None]] = {}
        self.starts: dict[Block, list[Slot]] = {}
        self.emitted: set[Block] = set()
        self.hot: list[Block | _Trampoline] = []
        self.cold: list[Block | _Trampoline] = []
        self.return_labels: dict[Value, Label] = {}
        self.last_use: dict[Value, int] = {}
        self.exact = True
        self.block = function.entry
        self.weights: list[tuple[int, int]] = []
        """Where each unit starts in `items`, and how often it is supposed to run."""

    # --- the whole function

    def run(self) -> list[Item]:
        entry = self.function.entry
        self.labels[entry] = self.context.labels[self.function.name]
        start: list[Slot] = []
        if entry not in self.flow.halting:
            start.append(self.plan.return_address)
        start.extend(reversed(entry.parameters))
        self.starts[entry] = start
        unit: Block | _Trampoline | None = entry
        while unit is not None:
            following = self.emit_unit(unit)
            unit = following or self.next_unit()
        return self.items

    def next_unit(self) -> Block | _Trampoline | None:
        for pending in (self.hot, self.cold):
            while pending:
                unit = pending.pop()
                if unit not in self.emitted:
                    return unit
        return None

    def stack_cost(self) -> int:
        """Return the gas for stack moves and jumps, weighed by loops."""
        total = 0
        ends = [start for start, _ in self.weights[1:]] + [len(self.items)]
        for (start, weight), end in zip(self.weights, ends, strict=True):
            gas = 0
            for item in self.items[start:end]:
                if item.kind is not ItemKind.OP:
                    gas += 1 if item.kind is ItemKind.LABEL else 3
                else:
                    assert isinstance(item.value, int)
                    gas += _MOVE_GAS.get(item.value, 3)
            total += gas * weight
        return total

    def emit_unit(self, unit: Block | _Trampoline) -> Block | _Trampoline | None:
        """Emit a block or trampoline; return what has to follow it directly, if anything."""
        block = unit.source if isinstance(unit, _Trampoline) else unit
        weight = _LOOP_WEIGHT if self.flow.is_cyclic(block) else 1
        self.weights.append((len(self.items), weight))
        if isinstance(unit, _Trampoline):
            self.put(ItemKind.LABEL, unit.label)
            self.stack = list(unit.stack)
            self.last_use = self.plan.last_use[unit.source]
            return self.follow(unit.source, unit.edge)
        return self.emit_block(unit)

    def label_of(self, block: Block) -> Label:
        label = self.labels.get(block)
        if label is None:
            label = self.labels[block] = Label(block.label)
        return label

    def put(self, kind: ItemKind, value: object, jump: str = "-") -> None:
        self.items.append(Item(kind, value, self.span, jump))

    def put_op(self, opcode: int, jump: str = "-") -> None:
        self.items.append(Item(ItemKind.OP, opcode, self.span, jump))

    # --- moves

    def price(self, slot: Slot) -> int | None:
        """Return the gas to push a slot from nowhere, None if that is impossible."""
        if isinstance(slot, int):
            return 3 if slot or not self.context.has_push0 else 2
        if not isinstance(slot, Value):
            return None
        instruction = self.plan.recomputed.get(slot)
        if instruction is not None:
            return 3 * len(instruction.operands) + instruction.op.gas
        return 6 if slot in self.plan.slots else None

    def push_slot(self, slot: Slot) -> None:
        if isinstance(slot, int):
            self.put(ItemKind.PUSH, slot)
            return
        assert isinstance(slot, Value)
        instruction = self.plan.recomputed.get(slot)
        if instruction is None:
            self.put(ItemKind.FRAME, (self.function.name, self.plan.slots[slot]))
            self.put_op(Opcode.MLOAD)
            return
        for operand in instruction.operands:
            self.put(ItemKind.PUSH, operand)
        op = instruction.op
        if op is Op.FUNCTION_TAG:
            self.put(ItemKind.PUSH_LABEL, self.context.labels[instruction.symbol])
        elif op in _REMATERIALISED:
            self.put(_REMATERIALISED[op], instruction.symbol)
        else:
            assert op.opcode is not None
            self.put_op(op.opcode)

    def apply(self, bench: Workbench) -> None:
        for move in bench.moves:
            self.emit_move(move)
        self.stack = bench.stack

    def emit_move(self, move: Move) -> None:
        if move.kind is MoveKind.PUSH:
            self.push_slot(move.value)
        elif move.kind is MoveKind.POP:
            self.put_op(Opcode.POP)
        else:
            first = Opcode.DUP1 if move.kind is MoveKind.DUP else Opcode.SWAP1
            assert isinstance(move.value, int)
            self.put_op(first - 1 + move.value)

    def is_dead(self, slot: Slot, index: int) -> bool:
        """Whether nobody at `index` or later wants the item."""
        if isinstance(slot, Saved):
            return False
        if slot in self.plan.slots:
            return False  # on its way to memory
        if not isinstance(slot, Value) or slot in self.plan.recomputed:
            return True
        return self.last_use.get(slot, -1) < index

    def drop_dead_top(self, index: int) -> None:
        if not self.exact and len(self.stack) < 12:
            return
        while self.stack and self.is_dead(self.stack[-1], index):
            self.put_op(Opcode.POP)
            self.stack.pop()

    def remove_dead(self, index: int) -> bool:
        """Take out of the stack what is dead and in reach; say if there was any."""
        before = len(self.stack)
        while True:
            self.drop_all_dead_top(index)
            lowest = max(0, len(self.stack) - 17)
            dead = [p for p in range(lowest, len(self.stack)) if self.is_dead(self.stack[p], index)]
            if not dead:
                return len(self.stack) < before
            bench = Workbench(self.stack, self.price)
            bench.swap(dead[0])
            bench.pop()
            self.apply(bench)

    def drop_all_dead_top(self, index: int) -> None:
        while self.stack and self.is_dead(self.stack[-1], index):
            self.put_op(Opcode.POP)
            self.stack.pop()

    # --- instructions

    def emit_block(self, block: Block) -> Block | _Trampoline | None:
        self.block = block
        self.emitted.add(block)
        self.stack = list(self.starts[block])
        self.last_use = self.plan.last_use[block]
        self.exact = block not in self.flow.halting or self.flow.is_cyclic(block)
        self.put(ItemKind.LABEL, self.label_of(block))
        if block is self.function.entry:
            self.store_spilled(0)
        last = len(block.instructions) - 1 if block.terminator.op is Op.BRANCH else -1
        for index, instruction in enumerate(block.instructions):
            self.span = instruction.span
            if index == last:
                self.shuffle_before_test(block, instruction, index)
            if not self.emit_instruction(instruction, index):
                return None
        return self.emit_terminator(block)

    def emit_instruction(self, instruction: Instruction, index: int) -> bool:
        """Emit one instruction; return False if what follows can never run."""
        op = instruction.op
        if instruction.results and instruction.results[0] in self.plan.recomputed:
            return True
        if op is Op.RETURN_LABEL:
            self.push_return_label(instruction, index)
            return True
        opcode = self.prepare(op, instruction.operands, index)
        if op is Op.COPY:
            self.stack[-1] = instruction.result
        else:
            count = len(instruction.operands)
            del self.stack[len(self.stack) - count :]
            if op is Op.INVOKE or op is Op.INVOKE_INDIRECT:
                if not self.emit_call(instruction, index):
                    return False
            else:
                if opcode is None:
                    raise InternalError(message=f"`{op.mnemonic}` reached the scheduler")
                self.put_op(opcode)
                self.stack.extend(instruction.results)
        if instruction.results:
            self.store_spilled(index + 1)
        return True

    def prepare(self, op: Op, operands: list[Operand], index: int) -> int | None:
        """Bring the operands to the top, operand 0 topmost; return the opcode to emit."""
        opcode = op.opcode
        self.drop_dead_top(index)
        if not operands:
            return opcode
        dying = {
            operand
            for operand in operands
            if isinstance(operand, Value) and self.last_use.get(operand, -1) <= index
        }
        weight = 3 if self.exact else 0
        wanted: list[Slot] = list(reversed(operands))
        try:
            bench = arrange(self.stack, wanted, dying, self.price, weight)
        except TooDeep:
            if not self.remove_dead(index):
                raise
            bench = arrange(self.stack, wanted, dying, self.price, weight)
        if len(operands) == 2 and bench.moves and opcode is not None:
            mirrored = opcode if op.is_commutative else MIRRORED.get(opcode)
            if mirrored is not None:
                other = arrange(self.stack, list(operands), dying, self.price, weight)
                if other.cost + self.leftovers(other, dying) < bench.cost + self.leftovers(
                    bench, dying
                ):
                    bench, opcode = other, mirrored
        self.apply(bench)
        return opcode

    def leftovers(self, bench: Workbench, dying: set[Value]) -> int:
        """Return what the used-up operands that stay on the stack will cost, in gas."""
        if not self.exact:
            return 0
        return 3 * sum(1 for slot in bench.stack[:-2] if slot in dying)

    def store_spilled(self, index: int) -> None:
        """Move fresh values that are to be spilled from the stack to their memory slots."""
        slots = self.plan.slots
        if not slots:
            return
        while True:
            stack = self.stack
            for position in range(len(stack) - 1, -1, -1):
                slot = stack[position]
                if isinstance(slot, Value) and slot in slots:
                    break
            else:
                return
            if len(stack) - 1 - position > REACH and self.remove_dead(index):
                continue
            bench = Workbench(stack, self.price)
            if position != len(stack) - 1:
                bench.swap(position)
            self.apply(bench)
            self.stack.pop()
            self.put(ItemKind.FRAME, (self.function.name, slots[slot]))
            self.put_op(Opcode.MSTORE)

    # --- calls

    def push_return_label(self, instruction: Instruction, index: int) -> None:
        call = self.last_use[instruction.result]
        if self.is_recursive(call):
            results = self.block.instructions[call].results
            for value in list(self.plan.slots):
                if self.last_use.get(value, -1) > call and value not in results:
                    self.push_slot(value)
                    self.stack.append(Saved(value=value))
        label = self.return_labels[instruction.result] = Label("return")
        self.put(ItemKind.PUSH_LABEL, label)
        self.stack.append(instruction.result)

    def is_recursive(self, index: int) -> bool:
        instruction = self.block.instructions[index]
        callees = self.context.recursive_calls.get(self.function.name, set())
        if instruction.op is Op.INVOKE_INDIRECT:
            return bool(callees & self.context.indirect)
        return instruction.symbol in callees

    def emit_call(self, instruction: Instruction, index: int) -> bool:
        if instruction.op is Op.INVOKE:
            self.put(ItemKind.PUSH_LABEL, self.context.labels[instruction.symbol])
        self.put_op(Opcode.JUMP, "i")
        address = instruction.operands[-1] if instruction.operands else None
        label = self.return_labels.get(address) if isinstance(address, Value) else None
        if label is None:  # the callee was known not to return when the call was prepared
            return False
        self.put(ItemKind.LABEL, label)
        self.stack.extend(reversed(instruction.results))
        self.store_spilled(index + 1)
        self.restore_saved(index + 1)
        return True

    def restore_saved(self, index: int) -> None:
        """Write back the slots that a recursive call may have overwritten."""
        saved = [slot for slot in self.stack if isinstance(slot, Saved)]
        while saved:
            marker = saved.pop()
            position = find_last(self.stack, marker)
            if len(self.stack) - 1 - position > REACH and self.remove_dead(index):
                position = find_last(self.stack, marker)
            bench = Workbench(self.stack, self.price)
            if position != len(self.stack) - 1:
                bench.swap(position)
            self.apply(bench)
            self.stack.pop()
            self.put(ItemKind.FRAME, (self.function.name, self.plan.slots[marker.value]))
            self.put_op(Opcode.MSTORE)

    # --- terminators and edges

    def emit_terminator(self, block: Block) -> Block | _Trampoline | None:
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

    def retry(self, attempt: Callable[[], Workbench], index: int) -> Workbench:
        """Make a plan; if something is out of reach, clear the stack of the dead and try again."""
        try:
            return attempt()
        except TooDeep:
            if not self.remove_dead(index):
                raise
            return attempt()

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

    def emit_branch(self, block: Block, end: int) -> Block | _Trampoline | None:
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

    def unit_for(self, block: Block, edge: Edge) -> Block | _Trampoline:
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
        return _Trampoline(label=Label("edge"), source=block, edge=edge, stack=list(self.stack))

    def is_free(self, unit: Block | _Trampoline) -> bool:
        return isinstance(unit, _Trampoline) or unit not in self.emitted

    def is_cold(self, unit: Block | _Trampoline) -> bool:
        block = unit.edge.target if isinstance(unit, _Trampoline) else unit
        return block in self.flow.cold

    def falls_to_first(self, first: Block | _Trampoline, second: Block | _Trampoline) -> bool:
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

    def unit_label(self, unit: Block | _Trampoline) -> Label:
        return unit.label if isinstance(unit, _Trampoline) else self.label_of(unit)

    def defer(self, unit: Block | _Trampoline) -> None:
        if self.is_free(unit):
            (self.cold if self.is_cold(unit) else self.hot).append(unit)
