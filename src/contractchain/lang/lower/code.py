"""Emission: one function's code, with structured control flow and folding of constants.

Everything the lowering writes goes through `Code`. It knows words, blocks and memory, and nothing
of Solidity.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from contractchain.lang.ir.builder import FunctionBuilder
from contractchain.lang.ir.nodes import WORD, Block, Function, Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.constants import ERROR_SELECTOR, FREE_MEMORY, PANIC_SELECTOR, Panic
from contractchain.lang.lower.words import Words

if TYPE_CHECKING:
    from contractchain.lang.lower.unit import Unit


class Variable:
    """A mutable word of a function, turned into SSA values by the builder."""

    __slots__ = ("name",)

    def __init__(self, name: str = "") -> None:
        self.name = name


class Code(Words):
    """Writes one function."""

    def __init__(
        self, unit: "Unit", name: str, result_count: int = 0, parameters: Sequence[str] = ()
    ) -> None:
        self.unit = unit
        self.builder = FunctionBuilder(name, result_count, parameters)
        self._panics: dict[int, Block] = {}
        self._reverts: dict[str, Block] = {}

    # --- parameters and variables

    @property
    def parameters(self) -> Sequence[Operand]:
        """Parameters of the function."""
        return self.builder.function.parameters

    def variable(self, value: Operand = 0, name: str = "") -> Variable:
        """Return a new variable that holds `value`."""
        made = Variable(name)
        self.builder.write_variable(made, value)
        return made

    def get(self, variable: Variable) -> Operand:
        """Return what a variable holds."""
        return self.builder.read_variable(variable)

    def set(self, variable: Variable, value: Operand) -> None:
        """Assign to a variable."""
        self.builder.write_variable(variable, value)

    # --- control flow

    @property
    def is_dead(self) -> bool:
        """Whether what follows can never run."""
        return self.builder.is_terminated

    def new_block(self, label: str) -> Block:
        """Return a new block."""
        return self.builder.new_block(label)

    def enter(self, block: Block, *, seal: bool = True) -> None:
        """Continue in `block`."""
        self.builder.switch_to(block, seal=seal)

    def jump(self, block: Block) -> None:
        """End the current block with a jump."""
        self.builder.jump(block)

    def branch(self, condition: Operand, then: Block, otherwise: Block) -> None:
        """End the current block with a choice."""
        if isinstance(condition, int):
            self.builder.jump(then if condition else otherwise)
        else:
            self.builder.branch(condition, then, otherwise)

    @contextmanager
    def when(self, condition: Operand) -> Iterator[None]:
        """Run the body if `condition` is not 0."""
        then, after = self.new_block("then"), self.new_block("after")
        self.branch(condition, then, after)
        self.enter(then)
        yield
        self.jump(after)
        self.enter(after)

    def choose(
        self, condition: Operand, then: Callable[[], None], otherwise: Callable[[], None]
    ) -> None:
        """Run `then` if `condition` is not 0, else `otherwise`."""
        yes, no, after = self.new_block("then"), self.new_block("else"), self.new_block("after")
        self.branch(condition, yes, no)
        for block, body in ((yes, then), (no, otherwise)):
            self.enter(block)
            body()
            self.jump(after)
        self.enter(after)

    def select(self, condition: Operand, then: Operand, otherwise: Operand) -> Operand:
        """Return one of two words."""
        result = self.variable(otherwise)
        with self.when(condition):
            self.set(result, then)
        return self.get(result)

    @contextmanager
    def loop(self, condition: Callable[[], Operand]) -> Iterator[None]:
        """Run the body as long as `condition` gives a word that is not 0."""
        head, body, after = (self.new_block(label) for label in ("loop", "body", "done"))
        self.jump(head)
        self.enter(head, seal=False)
        self.branch(condition(), body, after)
        self.enter(body)
        yield
        self.jump(head)
        self.builder.seal_block(head)
        self.enter(after)

    @contextmanager
    def count(self, limit: Operand) -> Iterator[Operand]:
        """Run the body with a word that counts from 0 up to `limit`."""
        index = self.variable(0, "i")
        with self.loop(lambda: self.lt(self.get(index), limit)):
            yield self.get(index)
            self.set(index, self.add(self.get(index), 1))

    # --- ends

    def ret(self, *results: Operand) -> None:
        """Return from the function."""
        self.builder.ret(*results)

    def halt(self, op: Op, *operands: Operand) -> None:
        """End the frame."""
        self.builder.halt(op, *operands)

    def revert_if(self, condition: Operand, reason: str = "") -> None:
        """Revert without data, or with a reason if those are wanted, if `condition` is not 0."""
        if condition == 0:
            return
        if not self.unit.debug_strings:
            reason = ""
        block = self._reverts.get(reason)
        if block is None:
            block = self._ending("revert", lambda: self.revert(reason))
            self._reverts[reason] = block
        self._branch_away(condition, block)

    def revert(self, reason: str = "") -> None:
        """Revert without data, or with a reason if those are wanted."""
        if not reason or not self.unit.debug_strings:
            self.halt(Op.REVERT, 0, 0)
            return
        content = reason.encode()
        position = self.free_memory()
        self.mstore(position, ERROR_SELECTOR)
        self.mstore(self.add(position, 4), 0x20)
        self.mstore(self.add(position, 0x24), len(content))
        for start in range(0, len(content), 32):
            word = int.from_bytes(content[start : start + 32].ljust(32, b"\0"), "big")
            self.mstore(self.add(position, 0x44 + start), word)
        self.halt(Op.REVERT, position, 0x44 + (len(content) + 31) // 32 * 32)

    def panic_if(self, condition: Operand, panic: Panic) -> None:
        """Revert with `Panic(uint256)` if `condition` is not 0."""
        if condition == 0:
            return
        block = self._panics.get(panic)
        if block is None:
            block = self._ending(f"panic_{panic:02x}", lambda: self.panic(panic))
            self._panics[panic] = block
        self._branch_away(condition, block)

    def panic(self, panic: Panic) -> None:
        """Revert with `Panic(uint256)`."""
        self.mstore(0, PANIC_SELECTOR)
        self.mstore(4, int(panic))
        self.halt(Op.REVERT, 0, 0x24)

    def bubble_revert(self) -> None:
        """Revert with what the last call returned."""
        position = self.free_memory()
        size = self.op(Op.RETURNDATASIZE)
        self.effect(Op.RETURNDATACOPY, position, 0, size)
        self.halt(Op.REVERT, position, size)

    def _ending(self, label: str, body: Callable[[], None]) -> Block:
        here, block = self.builder.block, self.new_block(label)
        self.enter(block, seal=False)
        body()
        self.enter(here, seal=False)
        return block

    def _branch_away(self, condition: Operand, block: Block) -> None:
        after = self.new_block("ok")
        self.branch(condition, block, after)
        self.enter(after)

    # --- operations

    def invoke(self, name: str, operands: Sequence[Operand], result_count: int) -> list[Operand]:
        """Call a function of the object."""
        return list(self.builder.invoke(name, operands, result_count))

    def share(
        self, name: str, results: int, body: "Callable[[Code], None]", *operands: Operand
    ) -> list[Operand]:
        """Call a routine that all functions of the object share, writing it first if need be.

        `body` must end the function with `ret`.
        """
        parameters = [f"p{index}" for index in range(len(operands))]
        self.unit.define(name, parameters, results, body)
        return self.invoke(name, operands, results)

    # --- memory

    def mload(self, position: Operand) -> Operand:
        """Return the word in memory at `position`."""
        return self.op(Op.MLOAD, position)

    def mstore(self, position: Operand, word: Operand) -> None:
        """Write a word to memory."""
        self.effect(Op.MSTORE, position, word)

    def free_memory(self) -> Operand:
        """Return the free memory pointer."""
        return self.mload(FREE_MEMORY)

    def round_up(self, size: Operand) -> Operand:
        """Return `size` rounded up to whole words."""
        return self.and_(self.add(size, 31), ~31 & WORD)

    def allocate(self, size: Operand) -> Operand:
        """Reserve `size` bytes of memory, rounded up to words, and return where they are.

        A size for which no memory can exist panics.
        """
        position = self.free_memory()
        self.finish_allocation(position, size)
        return position

    def finish_allocation(self, position: Operand, size: Operand) -> None:
        """Move the free memory pointer, which is `position`, behind `size` bytes."""
        rounded = self.round_up(size)
        end = self.add(position, rounded)
        if not isinstance(size, int):
            too_much = self.or_(self.gt(end, (1 << 64) - 1), self.lt(end, position))
            self.panic_if(too_much, Panic.OUT_OF_MEMORY)
        self.mstore(FREE_MEMORY, end)

    def finish(self) -> Function:
        """Return the finished function."""
        return self.builder.finish()
