"""Reference interpreter of the IR: slow, plain, and independent of the back end."""

from collections.abc import Sequence

from eth_hash.auto import keccak
from evm_runner import ADDRESS, CALLER, Outcome

from contractchain.lang.ir import Block, Function, Instruction, Object, Op, Operand, Value
from contractchain.lang.ir.evaluate import evaluate

_WORD_BYTES = 32


class _Halt(Exception):
    def __init__(self, status: str, data: bytes = b"") -> None:
        super().__init__(status)
        self.status = status
        self.data = data


class _OutOfSteps(Exception):
    pass


class Interpreter:
    """One run of an object."""

    def __init__(
        self, obj: Object, calldata: bytes = b"", *, value: int = 0, steps: int = 20_000
    ) -> None:
        self.obj = obj
        self.calldata = calldata
        self.value = value
        self.steps = steps
        self.memory = bytearray()
        self.storage: dict[int, int] = {}
        self.transient: dict[int, int] = {}
        self.logs: list[tuple[tuple[int, ...], bytes]] = []
        self.tags = {name: index + 1 for index, name in enumerate(obj.functions)}
        self.names = {tag: name for name, tag in self.tags.items()}

    def run(self) -> Outcome | None:
        """Return what the program does, None if it takes too long."""
        try:
            self.call(self.obj.functions[self.obj.entry], ())
        except _Halt as halt:
            if halt.status != "return":
                return Outcome(status=halt.status, data=halt.data)
            return Outcome(
                status="return",
                data=halt.data,
                storage={k: v for k, v in self.storage.items() if v},
                logs=tuple(self.logs),
            )
        except (_OutOfSteps, RecursionError):
            return None
        raise AssertionError("the entry returned")

    def call(self, function: Function, arguments: Sequence[int]) -> tuple[int, ...]:
        values: dict[Value, int] = dict(zip(function.parameters, arguments, strict=True))

        def read(operand: Operand) -> int:
            return values[operand] if isinstance(operand, Value) else operand

        block: Block = function.entry
        while True:
            for instruction in block.instructions:
                self.steps -= 1
                if self.steps < 0:
                    raise _OutOfSteps
                results = self.step(instruction, [read(o) for o in instruction.operands])
                values.update(zip(instruction.results, results, strict=True))
            self.steps -= 1
            if self.steps < 0:
                raise _OutOfSteps
            terminator = block.terminator
            operands = [read(o) for o in terminator.operands]
            op = terminator.op
            if op is Op.RET:
                return tuple(operands)
            if op is Op.JUMP:
                edge = terminator.edges[0]
            elif op is Op.BRANCH:
                edge = terminator.edges[0 if operands[0] else 1]
            elif op is Op.SWITCH:
                edge = terminator.edges[0]
                for case, other in zip(terminator.cases, terminator.edges[1:], strict=True):
                    if case == operands[0]:
                        edge = other
            else:
                self.halt(op, operands)
            arguments = [read(a) for a in edge.arguments]
            values.update(zip(edge.target.parameters, arguments, strict=True))
            block = edge.target

    def halt(self, op: Op, operands: list[int]) -> None:
        if op is Op.STOP:
            raise _Halt("return")
        if op is Op.RETURN:
            raise _Halt("return", self.read_memory(*operands))
        if op is Op.REVERT:
            raise _Halt("revert", self.read_memory(*operands))
        raise _Halt("halt")

    def touch(self, offset: int, size: int) -> None:
        if not size:
            return
        if offset + size > 1 << 20:
            raise _OutOfSteps
        end = (offset + size + 31) // 32 * 32
        if end > len(self.memory):
            self.memory.extend(bytes(end - len(self.memory)))

    def read_memory(self, offset: int, size: int) -> bytes:
        self.touch(offset, size)
        return bytes(self.memory[offset : offset + size])

    def write_memory(self, offset: int, content: bytes) -> None:
        self.touch(offset, len(content))
        self.memory[offset : offset + len(content)] = content

    def step(self, instruction: Instruction, operands: list[int]) -> Sequence[int]:
        op = instruction.op
        result = evaluate(op, operands)
        if result is not None:
            return (result,)
        if op is Op.INVOKE:
            return self.call(self.obj.functions[instruction.symbol], operands)
        if op is Op.INVOKE_INDIRECT:
            return self.call(self.obj.functions[self.names[operands[0]]], operands[1:])
        if op is Op.FUNCTION_TAG:
            return (self.tags[instruction.symbol],)
        method = getattr(self, f"op_{op.mnemonic}", None)
        if method is None:
            if op.name.startswith("LOG"):
                self.logs.append((tuple(operands[2:]), self.read_memory(*operands[:2])))
                return ()
            raise AssertionError(f"{op.mnemonic} is not interpreted")
        result = method(*operands)
        return () if result is None else (result,)

    def op_memory_guard(self) -> int:
        return 0x80

    def op_caller(self) -> int:
        return int.from_bytes(CALLER, "big")

    def op_address(self) -> int:
        return int.from_bytes(ADDRESS, "big")

    def op_callvalue(self) -> int:
        return self.value

    def op_calldatasize(self) -> int:
        return len(self.calldata)

    def op_calldataload(self, offset: int) -> int:
        return int.from_bytes(self.calldata[offset : offset + 32].ljust(32, b"\0"), "big")

    def op_calldatacopy(self, to: int, offset: int, size: int) -> None:
        self.touch(to, size)
        self.write_memory(to, self.calldata[offset : offset + size].ljust(size, b"\0"))

    def op_mload(self, offset: int) -> int:
        return int.from_bytes(self.read_memory(offset, 32), "big")

    def op_mstore(self, offset: int, value: int) -> None:
        self.write_memory(offset, value.to_bytes(32, "big"))

    def op_mstore8(self, offset: int, value: int) -> None:
        self.write_memory(offset, bytes((value & 0xFF,)))

    def op_mcopy(self, to: int, offset: int, size: int) -> None:
        self.write_memory(to, self.read_memory(offset, size))

    def op_keccak256(self, offset: int, size: int) -> int:
        return int.from_bytes(keccak(self.read_memory(offset, size)), "big")

    def op_sload(self, slot: int) -> int:
        return self.storage.get(slot, 0)

    def op_sstore(self, slot: int, value: int) -> None:
        self.storage[slot] = value

    def op_tload(self, slot: int) -> int:
        return self.transient.get(slot, 0)

    def op_tstore(self, slot: int, value: int) -> None:
        self.transient[slot] = value

    def op_returndatasize(self) -> int:
        return 0
