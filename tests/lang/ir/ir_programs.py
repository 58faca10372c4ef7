"""Random IR programs that always end: for differential tests."""

import random

from contractchain.lang.ir import FunctionBuilder, Object, Op, Operand
from contractchain.lang.ir.builder import Target

BINARY = (
    Op.ADD, Op.MUL, Op.SUB, Op.DIV, Op.SDIV, Op.MOD, Op.SMOD, Op.LT, Op.GT, Op.SLT, Op.SGT, Op.EQ,
    Op.AND, Op.OR, Op.XOR, Op.BYTE, Op.SHL, Op.SHR, Op.SAR, Op.SIGNEXTEND,
)  # fmt: skip
CONSTANTS = (
    0, 1, 2, 3, 5, 31, 32, 33, 64, 255, 256, 0xFFFF, 1 << 128, (1 << 160) - 1, (1 << 255),
    (1 << 256) - 1, (1 << 256) - 2, 0xFFFFFFFF << 224, 0x4E487B71,
)  # fmt: skip
POINTER = "pointer"
"""Variable with an address; the value itself depends on what the back end reserves."""
HEAP = 0x20000
"""Programs address memory from here on, above whatever the back end reserves."""


class Generator:
    """Makes one object from a seed; `size` bounds the statements of each function."""

    def __init__(
        self, seed: int, *, size: int = 30, variables: int = 6, functions: int = 3
    ) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.variables = variables
        self.signatures: dict[str, tuple[int, int]] = {}
        self.obj = Object(name="Random")
        self.function_count = functions
        self.depth = 0

    def build(self) -> Object:
        """Return the object."""
        pick = self.random
        wide = pick.random() < 0.15
        for index in range(self.function_count):
            arity = pick.randint(0, 20 if wide else 4)
            results = pick.randint(0, 18 if wide and pick.random() < 0.5 else 3)
            self.signatures[f"f{index}"] = (arity, results)
        for index in range(self.function_count):
            self.function(f"f{index}", index)
        self.main()
        return self.obj

    def main(self) -> None:
        builder = FunctionBuilder("main")
        builder.emit_effect(Op.MSTORE, 0x40, builder.emit(Op.MEMORY_GUARD))
        self.start(builder, 0, callable_from=0)
        self.allocate(builder)
        self.body(builder, self.size)
        for index in range(min(self.variables, 24)):
            value = builder.read_variable(index)
            builder.emit_effect(Op.MSTORE, HEAP + 0x1000 + 32 * index, value)
        builder.halt(Op.RETURN, HEAP + 0x1000, 32 * min(self.variables, 24))
        self.obj.add_function(builder.finish())

    def function(self, name: str, index: int) -> None:
        arity, results = self.signatures[name]
        recursive = self.random.random() < 0.3
        builder = FunctionBuilder(name, results, ["fuel", *(f"p{i}" for i in range(arity))])
        fuel = builder.function.parameters[0]
        self.start(builder, arity, callable_from=0 if recursive else index + 1)
        self.fuel = builder.emit(Op.SUB, fuel, 1)
        out, go = builder.new_block("out"), builder.new_block("go")
        builder.branch(fuel, go, out)
        builder.switch_to(out, seal=True)
        builder.ret(*(builder.read_variable(i % self.variables) for i in range(results)))
        builder.switch_to(go, seal=True)
        self.body(builder, self.size // 2)
        builder.ret(*(self.operand(builder) for _ in range(results)))
        self.obj.add_function(builder.finish())

    def start(self, builder: FunctionBuilder, arity: int, callable_from: int) -> None:
        self.callable_from = callable_from
        self.fuel: Operand = 3
        parameters = builder.function.parameters
        builder.write_variable(POINTER, HEAP + 0x2000)
        for index in range(self.variables):
            if index < arity:
                builder.write_variable(index, parameters[1 + index])
            elif self.random.random() < 0.5:
                builder.write_variable(index, builder.emit(Op.CALLDATALOAD, 32 * index))
            else:
                builder.write_variable(index, self.random.choice(CONSTANTS))

    def operand(self, builder: FunctionBuilder) -> Operand:
        if self.random.random() < 0.25:
            return self.random.choice(CONSTANTS)
        return builder.read_variable(self.random.randrange(self.variables))

    def assign(self, builder: FunctionBuilder, value: Operand) -> None:
        builder.write_variable(self.random.randrange(self.variables), value)

    def exchange(self, builder: FunctionBuilder) -> None:
        """Let variables change places, which in a loop makes parameters trade values."""
        chosen = [self.random.randrange(self.variables) for _ in range(3)]
        values = [builder.read_variable(index) for index in chosen]
        for index, value in zip(chosen, values[1:] + values[:1], strict=True):
            builder.write_variable(index, value)

    def place(self, builder: FunctionBuilder) -> Operand:
        if self.random.random() < 0.3:
            pointer = builder.read_variable(POINTER)
            return builder.emit(Op.ADD, pointer, self.random.choice((0, 1, 32, 64)))
        if self.random.random() < 0.6:
            return HEAP + self.random.choice((0, 1, 16, 31, 32, 64, 96))
        masked = builder.emit(Op.AND, self.operand(builder), 0x7F)
        return builder.emit(Op.ADD, HEAP, masked)

    def allocate(self, builder: FunctionBuilder) -> None:
        """Take memory the way Solidity does."""
        pointer = builder.emit(Op.MLOAD, 0x40)
        builder.emit_effect(Op.MSTORE, 0x40, builder.emit(Op.ADD, pointer, 128))
        for offset in range(0, 128, 32):
            builder.emit_effect(Op.MSTORE, builder.emit(Op.ADD, pointer, offset), 0)
        builder.write_variable(POINTER, pointer)

    def hashed_slot(self, builder: FunctionBuilder) -> Operand:
        """Return the slot of a mapping element."""
        builder.emit_effect(Op.MSTORE, 0, self.operand(builder))
        builder.emit_effect(Op.MSTORE, 32, self.random.randrange(2))
        return builder.emit(Op.KECCAK256, 0, 64)

    def slot(self, builder: FunctionBuilder) -> Operand:
        if self.random.random() < 0.25:
            return self.hashed_slot(builder)
        if self.random.random() < 0.7:
            return self.random.randrange(3)
        return builder.emit(Op.AND, self.operand(builder), 3)

    def body(self, builder: FunctionBuilder, count: int) -> None:
        for _ in range(count):
            if builder.is_terminated:
                return
            self.statement(builder, count)

    def statement(self, builder: FunctionBuilder, count: int) -> None:
        kind = self.random.random()
        if kind < 0.03:
            self.assign(builder, self.operand(builder))
        elif kind < 0.06:
            self.exchange(builder)
        elif kind < 0.40:
            self.assign(builder, self.expression(builder, 2))
        elif kind < 0.66:
            self.effect(builder)
        elif kind < 0.74 and self.signatures:
            self.invoke(builder)
        elif self.depth < 3 and kind < 0.86:
            self.conditional(builder, count // 3)
        elif self.depth < 2 and kind < 0.94:
            self.loop(builder, count // 3)
        elif self.depth < 3 and kind < 0.97:
            self.switch(builder, count // 4)
        elif kind < 0.98:
            self.guard(builder)
        elif kind < 0.99:
            self.allocate(builder)
        else:
            self.assign(builder, self.operand(builder))

    def expression(self, builder: FunctionBuilder, depth: int) -> Operand:
        pick = self.random
        if depth == 0 or pick.random() < 0.2:
            return self.operand(builder)
        kind = pick.random()
        if kind < 0.70:
            a = self.expression(builder, depth - 1)
            return builder.emit(pick.choice(BINARY), a, self.expression(builder, depth - 1))
        if kind < 0.80:
            op = pick.choice((Op.ISZERO, Op.NOT))
            return builder.emit(op, self.expression(builder, depth - 1))
        if kind < 0.85:
            op = pick.choice((Op.ADDMOD, Op.MULMOD))
            return builder.emit(op, *(self.expression(builder, depth - 1) for _ in range(3)))
        if kind < 0.90:
            return builder.emit(Op.MLOAD, self.place(builder))
        if kind < 0.94:
            return builder.emit(pick.choice((Op.SLOAD, Op.TLOAD)), self.slot(builder))
        if kind < 0.97:
            return builder.emit(Op.KECCAK256, self.place(builder), pick.choice((0, 32, 64)))
        return builder.emit(pick.choice((Op.CALLER, Op.CALLVALUE, Op.CALLDATASIZE)))

    def effect(self, builder: FunctionBuilder) -> None:
        pick = self.random
        kind = pick.random()
        value = self.expression(builder, 2)
        if kind < 0.35:
            builder.emit_effect(Op.MSTORE, self.place(builder), value)
        elif kind < 0.45:
            builder.emit_effect(Op.MSTORE8, self.place(builder), value)
        elif kind < 0.70:
            builder.emit_effect(Op.SSTORE, self.slot(builder), value)
        elif kind < 0.78:
            builder.emit_effect(Op.TSTORE, self.slot(builder), value)
        elif kind < 0.85:
            size = pick.choice((0, 5, 32, 40))
            builder.emit_effect(Op.MCOPY, self.place(builder), self.place(builder), size)
        elif kind < 0.92:
            offset, size = pick.choice(((0, 32), (4, 40), (100, 7)))
            builder.emit_effect(Op.CALLDATACOPY, self.place(builder), offset, size)
        elif kind < 0.96:
            builder.emit_effect(Op.LOG1, self.place(builder), pick.choice((0, 32)), value)
        else:
            topics = [self.operand(builder) for _ in range(4)]
            builder.emit_effect(Op.LOG4, self.place(builder), 33, *topics)

    def invoke(self, builder: FunctionBuilder) -> None:
        names = [n for n in self.signatures if int(n[1:]) >= self.callable_from]
        if not names:
            return
        name = self.random.choice(names)
        arity, count = self.signatures[name]
        operands = [self.fuel, *(self.expression(builder, 1) for _ in range(arity))]
        if self.random.random() < 0.1:
            tag = builder.emit(Op.FUNCTION_TAG, symbol=name)
            results = builder.invoke_indirect(tag, operands, count)
        else:
            results = builder.invoke(name, operands, count)
        for result in results:
            self.assign(builder, result)

    def guard(self, builder: FunctionBuilder) -> None:
        fail, good = builder.new_block("fail"), builder.new_block("good")
        builder.branch(builder.emit(Op.EQ, self.operand(builder), 77), fail, good)
        builder.switch_to(fail, seal=True)
        builder.emit_effect(Op.MSTORE, 0, self.operand(builder))
        builder.halt(self.random.choice((Op.REVERT, Op.RETURN)), 0, 32)
        builder.switch_to(good, seal=True)

    def conditional(self, builder: FunctionBuilder, count: int) -> None:
        self.depth += 1
        then, other, after = (builder.new_block(n) for n in ("then", "else", "after"))
        builder.branch(self.expression(builder, 1), then, other)
        for block in (then, other):
            builder.switch_to(block, seal=True)
            self.body(builder, self.random.randint(0, count))
            builder.jump(after)
        builder.switch_to(after, seal=True)
        self.depth -= 1

    def loop(self, builder: FunctionBuilder, count: int) -> None:
        self.depth += 1
        counter = object()
        builder.write_variable(counter, 0)
        head, body, after = (builder.new_block(n) for n in ("head", "body", "after"))
        builder.jump(head)
        builder.switch_to(head)
        limit = self.random.randint(1, 4)
        again = builder.emit(Op.LT, builder.read_variable(counter), limit)
        builder.branch(again, body, after)
        builder.switch_to(body, seal=True)
        self.body(builder, self.random.randint(1, max(1, count)))
        if self.random.random() < 0.3:
            more = builder.new_block("more")
            builder.branch(self.expression(builder, 1), more, after)
            builder.switch_to(more, seal=True)
        step = builder.emit(Op.ADD, builder.read_variable(counter), 1)
        builder.write_variable(counter, step)
        builder.jump(head)
        builder.seal_block(head)
        builder.switch_to(after, seal=True)
        self.depth -= 1

    def switch(self, builder: FunctionBuilder, count: int) -> None:
        self.depth += 1
        after = builder.new_block("after")
        number = self.random.randint(0, 9)
        keys = self.random.sample(range(-1, 20), number)
        blocks = [builder.new_block("case") for _ in range(number + 1)]
        cases: list[tuple[int, Target]] = [
            (key % (1 << 256), block) for key, block in zip(keys, blocks[1:], strict=True)
        ]
        scrutinee = builder.emit(Op.AND, self.operand(builder), 0x1F)
        builder.switch(scrutinee, cases, blocks[0])
        for block in blocks:
            builder.switch_to(block, seal=True)
            self.body(builder, self.random.randint(0, max(1, count)))
            builder.jump(after)
        builder.switch_to(after, seal=True)
        self.depth -= 1
