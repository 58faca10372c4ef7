"""The stack as the scheduler sees it, and the items that move it about."""

from collections.abc import Callable

from contractchain.lang.backend.errors import TooDeep
from contractchain.lang.backend.items import Item, ItemKind, Label, Opcode
from contractchain.lang.backend.plan import Context, Plan, Saved
from contractchain.lang.backend.stack import Move, MoveKind, Slot, Workbench
from contractchain.lang.ir import Block, Function, Op, Value

_REMATERIALISED = {
    Op.LOAD_IMMUTABLE: ItemKind.IMMUTABLE,
    Op.DATA_OFFSET: ItemKind.DATA_OFFSET,
    Op.DATA_SIZE: ItemKind.DATA_SIZE,
    Op.LINK_SYMBOL: ItemKind.LINK,
    Op.MEMORY_GUARD: ItemKind.GUARD,
}


class Machine:
    """The items emitted so far, and what lies on the stack after them."""

    def __init__(self, function: Function, context: Context, plan: Plan) -> None:
        self.function = function
        self.context = context
        self.plan = plan
        self.flow = plan.flow
        self.items: list[Item] = []
        self.stack: list[Slot] = []
        self.span: object | None = None
        self.labels: dict[Block, Label] = {}
        self.last_use: dict[Value, int] = {}
        self.exact = True
        self.block = function.entry

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

    def retry(self, attempt: Callable[[], Workbench], index: int) -> Workbench:
        """Make a plan; if something is out of reach, clear the stack of the dead and try again."""
        try:
            return attempt()
        except TooDeep:
            if not self.remove_dead(index):
                raise
            return attempt()
