"""The loop that takes py-evm from one instruction to the next, without what only costs time.

Every instruction, its price and its errors are py-evm's, except that a jump into the data of a PUSH
is an invalid jump. Left out is what py-evm does around each of them: a generator for the program
counter, two calls to pay the gas, a look at the level of a logger.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

from eth.exceptions import Halt, InvalidInstruction, InvalidJumpDestination, OutOfGas
from eth.vm.logic.invalid import InvalidOpcode

from contractchain.execution.pyevm.containers import FastMemory, FastStack

STOP = 0
JUMP, JUMPI = b"\x56", b"\x57"
STACK_METHODS = (
    "pop_ints",
    "pop_bytes",
    "pop_any",
    "pop1_int",
    "pop1_bytes",
    "pop1_any",
    "push_int",
    "push_bytes",
    "swap",
    "dup",
)
"""Methods of the stack that a computation has as its own; py-evm finds them by slow properties."""

Step: TypeAlias = tuple[int, Any]
"""Gas to pay first, and what to call then with the computation."""


class Computation:
    """Mixed in before py-evm's computation of a fork: set up and run as above."""

    steps: ClassVar[tuple[Step, ...]]
    """Of each of the 256 values of an instruction, see `build_steps`."""
    code: Any
    _stack: Any
    _gas_meter: Any

    def __init__(self, state: Any, message: Any, transaction_context: Any) -> None:
        super().__init__(state, message, transaction_context)  # type: ignore[call-arg]
        self._memory = FastMemory()
        self._stack = stack = FastStack()
        known = self.__dict__
        for name in STACK_METHODS:
            known[f"stack_{name}"] = getattr(stack, name)

    @classmethod
    def apply_computation(
        cls,
        state: Any,
        message: Any,
        transaction_context: Any,
        parent_computation: Any = None,
    ) -> Any:
        computation: Any
        with cls(state, message, transaction_context) as computation:  # type: ignore[attr-defined]
            if parent_computation is None:
                computation.contracts_created = []
            else:
                computation.contracts_created = parent_computation.contracts_created
            if message.is_create:
                computation.contracts_created.append(message.storage_address)
            precompile = computation.precompiles.get(message.code_address)
            if precompile is None:
                computation.run()
            elif not message.is_delegation:
                precompile(computation)
        return computation

    def run(self) -> None:
        """Execute the code to its end; faults of it come as py-evm's errors."""
        steps, code, meter = self.steps, self.code, self._gas_meter
        instructions: bytes = self.msg.code  # type: ignore[attr-defined]
        counter = 0
        try:
            while True:
                counter = code.program_counter
                code.program_counter = counter + 1
                try:
                    gas, logic = steps[instructions[counter]]
                except IndexError:
                    gas, logic = steps[STOP]
                left = meter.gas_remaining - gas
                if left < 0:
                    raise OutOfGas(f"{gas} gas needed, {meter.gas_remaining} left")
                meter.gas_remaining = left
                logic(self)
        except Halt:
            return
        except InvalidInstruction as error:
            raise mend_fault(error, instructions[counter : counter + 1]) from None


def mend_fault(error: Any, instruction: bytes) -> Any:
    """Return the fault of an instruction that py-evm calls invalid."""
    if instruction in (JUMP, JUMPI):  # into the data of a PUSH
        return InvalidJumpDestination(str(error))
    return error


def build_steps(opcodes: Mapping[int, Any]) -> tuple[Step, ...]:
    """Return a step for each of the 256 values of an instruction."""
    return tuple(_step_of(opcodes.get(value) or InvalidOpcode(value)) for value in range(256))


def _step_of(opcode: Any) -> Step:
    """Return the price and the logic apart, where the instruction has them apart."""
    if hasattr(opcode, "logic_fn"):
        return opcode.gas_cost, opcode.logic_fn
    return 0, opcode
