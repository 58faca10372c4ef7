"""Stack scheduling: from the ordered instructions of one function to assembly items.

Blocks are emitted in traces. The first edge that reaches a join decides the order of the stack at
its start; later edges shuffle to it. Values that DUP16 and SWAP16 cannot reach are spilled: the
function is scheduled again with those values kept in memory slots (or recomputed where they are
used), until everything is in reach.
"""

from itertools import islice, permutations

from contractchain.lang.backend.branches import BranchEmitter, Trampoline
from contractchain.lang.backend.errors import TooDeep
from contractchain.lang.backend.items import Item, ItemKind, Opcode
from contractchain.lang.backend.order import order_block
from contractchain.lang.backend.plan import Context, Plan
from contractchain.lang.backend.stack import Slot
from contractchain.lang.ir import Block, Function, Op
from contractchain.lang.ir.analysis import find_live_values, order_blocks

_MOVE_GAS = {Opcode.POP: 2, Opcode.JUMP: 8, Opcode.JUMPI: 10}
_MOST_TRIALS = 24
_TRIAL_ITEMS = 20_000
"""Items of assembly that may be made in vain for one function."""
_MOST_PERMUTED = 4
_LOOP_WEIGHT = 10
"""How often the inside of a loop is supposed to run."""


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
    plan = Plan(function)
    while True:
        scheduler = _Scheduler(function, context, plan)
        try:
            items = scheduler.run()
        except TooDeep as error:
            plan.spill(error, context, scheduler.last_use, scheduler.span)
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


class _Scheduler(BranchEmitter):
    """One attempt to schedule a function."""

    def run(self) -> list[Item]:
        entry = self.function.entry
        self.labels[entry] = self.context.labels[self.function.name]
        start: list[Slot] = []
        if entry not in self.flow.halting:
            start.append(self.plan.return_address)
        start.extend(reversed(entry.parameters))
        self.starts[entry] = start
        unit: Block | Trampoline | None = entry
        while unit is not None:
            following = self.emit_unit(unit)
            unit = following or self.next_unit()
        return self.items

    def next_unit(self) -> Block | Trampoline | None:
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

    def emit_unit(self, unit: Block | Trampoline) -> Block | Trampoline | None:
        """Emit a block or trampoline; return what has to follow it directly, if anything."""
        block = unit.source if isinstance(unit, Trampoline) else unit
        weight = _LOOP_WEIGHT if self.flow.is_cyclic(block) else 1
        self.weights.append((len(self.items), weight))
        if isinstance(unit, Trampoline):
            self.put(ItemKind.LABEL, unit.label)
            self.stack = list(unit.stack)
            self.last_use = self.plan.last_use[unit.source]
            return self.follow(unit.source, unit.edge)
        return self.emit_block(unit)

    def emit_block(self, block: Block) -> Block | Trampoline | None:
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
