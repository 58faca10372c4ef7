"""Order of the instructions inside a block, chosen for the stack.

A value with one use is computed where it is used, so that it lies on top of the stack when its
consumer wants it; operands are computed last to first, because operand 0 is the top. A value with
several uses is computed before the expression that first needs it. What has an effect keeps its
place, and nothing that reads state moves across a write of it.
"""

from contractchain.lang.ir import Block, Instruction, Kind, Op, Operand, Terminator, Value

_CALLS = (Op.CALL, Op.CALLCODE, Op.DELEGATECALL, Op.STATICCALL)
_MIRRORABLE = (Op.LT, Op.GT, Op.SLT, Op.SGT)


def order_block(block: Block, live_out: set[Value]) -> list[Instruction]:
    """Return the instructions in the order of emission, with the `copy` pseudo-instructions.

    Operands of instructions and of the terminator are replaced by their copies in place.
    """
    return _Orderer(block, live_out).run()


class _Orderer:
    def __init__(self, block: Block, live_out: set[Value]) -> None:
        self.block = block
        self.live_out = live_out
        self.instructions = block.instructions
        self.out: list[Instruction] = []
        self.emitted: set[Instruction] = set()
        self.inline: set[Instruction] = set()
        self.on_demand: set[Instruction] = set()
        self.local = set(block.instructions)

    def run(self) -> list[Instruction]:
        roots = self.classify()
        for root in roots:
            for operand in root.operands:
                self.demand(operand)
            self.emit_operands(root)
            self.append(root)
        terminator = self.block.terminator
        wanted = self.terminator_order(terminator)
        for operand in wanted:
            self.demand(operand)
        for instruction in self.instructions:
            if instruction in self.on_demand and instruction not in self.emitted:
                result = instruction.results[0]
                if result in self.live_out:
                    self.demand(result)
        if terminator.op.kind is Kind.HALT:
            self.emit_operands(terminator)
        else:
            for operand in wanted:
                self.emit_operand(operand)
        return self.out

    def classify(self) -> list[Instruction]:
        """Split the instructions into roots, inlined and computed on demand; return the roots."""
        end = len(self.instructions)
        uses: dict[Value, int] = {}
        first: dict[Value, int] = {}
        terminator = self.block.terminator
        _count(terminator.operands, end, uses, first)
        for edge in terminator.edges:
            _count(edge.arguments, end, uses, first)
        next_write = [end + 1] * 7
        roots: list[Instruction] = []
        for index in range(end - 1, -1, -1):
            instruction = self.instructions[index]
            op = instruction.op
            place = index
            if op.writes or len(instruction.results) != 1 or self.is_gas_reading(instruction):
                roots.append(instruction)
                for bit in range(7):
                    if op.writes >> bit & 1:
                        next_write[bit] = index
            else:
                result = instruction.results[0]
                outside = result in self.live_out
                if result not in uses and not outside:
                    continue  # nobody wants it
                goal = first.get(result, end)
                if _crosses(op.reads, next_write, goal):
                    roots.append(instruction)
                else:
                    place = goal
                    group = self.inline if uses.get(result) == 1 and not outside else self.on_demand
                    group.add(instruction)
            if op is Op.GAS:
                next_write[6] = index  # two readings of the gas left keep their order
            _count(instruction.operands, place, uses, first)
        roots.reverse()
        return roots

    def is_gas_reading(self, instruction: Instruction) -> bool:
        """Whether the gas left is asked for, and not just to hand all of it to a call."""
        if instruction.op is not Op.GAS:
            return False
        result = instruction.results[0]
        users = [i for i in self.instructions if result in i.operands]
        return len(users) != 1 or users[0].op not in _CALLS or result in self.live_out

    def append(self, instruction: Instruction) -> None:
        self.emitted.add(instruction)
        self.out.append(instruction)

    def producer(self, operand: Operand) -> Instruction | None:
        """Return the instruction to be emitted at the place where the operand is used."""
        if operand.__class__ is Value:
            definition = operand.definition
            if definition in self.inline and definition not in self.emitted:
                return definition
        return None

    def demand(self, operand: Operand) -> None:
        """Emit every shared value that the expression below `operand` needs."""
        stack = [(operand, False)]
        while stack:
            current, done = stack.pop()
            if current.__class__ is not Value:
                continue
            definition = current.definition
            if definition not in self.local or definition in self.emitted:
                continue
            assert isinstance(definition, Instruction)
            if done:
                self.emit_operands(definition)
                self.append(definition)
                continue
            if definition in self.on_demand:
                stack.append((current, True))
            elif definition not in self.inline:
                continue
            stack.extend((inner, False) for inner in reversed(definition.operands))

    def emit_operand(self, operand: Operand) -> None:
        producer = self.producer(operand)
        if producer is not None:
            self.emit_operands(producer)
            self.append(producer)

    def emit_operands(self, instruction: Instruction | Terminator) -> None:
        """Emit the expressions below an instruction, last operand first, without recursion."""
        stack: list[tuple[Instruction | Terminator, int]]
        stack = [(instruction, len(instruction.operands) - 1)]
        while stack:
            current, index = stack.pop()
            if index < 0:
                if current is not instruction:
                    self.append(current)  # type: ignore[arg-type]  # only the first can be one
                continue
            stack.append((current, index - 1))
            operand = current.operands[index]
            producer = self.producer(operand)
            if producer is not None:
                stack.append((producer, len(producer.operands) - 1))
            elif self.needs_copy(current, index):
                copy = Instruction(Op.COPY, (operand,), span=current.span)
                current.operands[index] = copy.results[0]
                self.append(copy)

    def needs_copy(self, instruction: Instruction | Terminator, index: int) -> bool:
        """Whether operand `index` must be on the stack before an expression above it."""
        operands = instruction.operands
        if index == 0:
            return False
        op = instruction.op
        if index == 1 and len(operands) == 2 and (op.is_commutative or op in _MIRRORABLE):
            return False
        return any(self.producer(operand) is not None for operand in operands[:index])

    def terminator_order(self, terminator: Terminator) -> list[Operand]:
        """Return the operands of the terminator in order of evaluation."""
        if terminator.op is Op.RET:
            results = terminator.operands
            return [*reversed(results[:-1]), *results[-1:]]
        operands: list[Operand] = []
        for edge in terminator.edges:
            operands.extend(edge.arguments)
        operands.extend(reversed(terminator.operands))
        return operands


def _count(
    operands: list[Operand], place: int, uses: dict[Value, int], first: dict[Value, int]
) -> None:
    """Note uses at `place`: how many there are, and which comes first."""
    for operand in operands:
        if operand.__class__ is Value:
            uses[operand] = uses.get(operand, 0) + 1
            if place < first.get(operand, place + 1):
                first[operand] = place


def _crosses(reads: int, next_write: list[int], goal: int) -> bool:
    """Whether a write of something in `reads` lies before `goal`."""
    bit = 0
    while reads:
        if reads & 1 and next_write[bit] < goal:
            return True
        reads >>= 1
        bit += 1
    return False
