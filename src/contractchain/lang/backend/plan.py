"""What the scheduler knows before it starts, and the spills it has decided on."""

from dataclasses import dataclass, field

from contractchain.lang.backend.errors import StackTooDeepError, TooDeep
from contractchain.lang.backend.flow import Flow
from contractchain.lang.backend.items import Label
from contractchain.lang.backend.stack import Slot
from contractchain.lang.ir import Block, Function, Instruction, Op, Operand, Value
from contractchain.lang.ir.analysis import find_live_values

FOREVER = 1 << 60
"""Last use of a value that lives on after its block."""


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


class Plan:
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
            last[value] = FOREVER
        if block not in self.flow.halting:
            last[self.return_address] = end if terminator.op is Op.RET else FOREVER
        self.last_use[block] = last

    def _use(self, operand: Operand, index: int, last: dict[Value, int]) -> None:
        if operand.__class__ is Value:
            last[operand] = index
            self.uses[operand] = self.uses.get(operand, 0) + 1

    def is_pushable(self, value: Value) -> bool:
        """Whether the value never lies on the stack for longer than one instruction."""
        return value in self.recomputed or value in self.slots

    def spill(
        self, error: TooDeep, context: Context, last_use: dict[Value, int], span: object | None
    ) -> None:
        """Choose values that the next attempt keeps off the stack, more with every attempt."""
        self.attempts += 1
        chosen = self._choose(error, last_use)[: 1 << (self.attempts // 4)]
        if not chosen:
            raise StackTooDeepError(function=self.function.name, span=span)
        for value in chosen:
            definition = value.definition
            if isinstance(definition, Instruction) and _is_cheap(definition):
                self.recomputed[value] = definition
            elif context.may_spill:
                self.slots[value] = len(self.slots)
            else:
                raise StackTooDeepError(function=self.function.name, span=span)

    def _choose(self, error: TooDeep, last_use: dict[Value, int]) -> list[Value]:
        """Return the values that may go, the best one first."""
        ranked: list[tuple[int, int, int, Value]] = []
        for position, slot in enumerate(error.stack):
            if not isinstance(slot, Value) or self.is_pushable(slot):
                continue
            definition = slot.definition
            if isinstance(definition, Instruction) and definition.op is Op.RETURN_LABEL:
                continue
            if slot not in last_use:
                continue
            cheap = isinstance(definition, Instruction) and _is_cheap(definition)
            rank = 0 if cheap else 1 if position <= error.position else 2
            ranked.append((rank, self.uses.get(slot, 0), position, slot))
        ranked.sort(key=lambda entry: entry[:3])
        return list(dict.fromkeys(slot for *_, slot in ranked))


def _is_cheap(instruction: Instruction) -> bool:
    """Whether to compute the value again costs about as much as to load it from memory."""
    return instruction.op is Op.CALLDATALOAD and isinstance(instruction.operands[0], int)
