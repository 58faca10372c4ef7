"""Emission of instructions: operands to the top, calls, spills to memory."""

from contractchain.errors import InternalError
from contractchain.lang.backend.errors import TooDeep
from contractchain.lang.backend.items import MIRRORED, ItemKind, Label, Opcode
from contractchain.lang.backend.machine import Machine
from contractchain.lang.backend.plan import Context, Plan, Saved
from contractchain.lang.backend.stack import REACH, Slot, Workbench, arrange, find_last
from contractchain.lang.ir import Function, Instruction, Op, Operand, Value


class InstructionEmitter(Machine):
    """Emits the instructions of a block."""

    def __init__(self, function: Function, context: Context, plan: Plan) -> None:
        super().__init__(function, context, plan)
        self.return_labels: dict[Value, Label] = {}

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
