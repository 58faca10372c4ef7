"""Stack and memory with py-evm's methods and errors, in less time.

Words on the stack are integers or byte strings, as they were pushed; whoever pops says which it
wants. py-evm checks and converts through a function call or a generator for each word; here that
happens in place.
"""

from typing import TypeAlias

from eth.constants import UINT_256_MAX
from eth.exceptions import FullStack, InsufficientStack
from eth.vm.memory import Memory
from eth.vm.stack import Stack

from contractchain.errors import InternalError

Word: TypeAlias = int | bytes

MAX_STACK = 1024
WORD_BYTES = 32


class FastStack(Stack):  # type: ignore[misc]
    """py-evm's stack."""

    __slots__ = ()

    values: list[Word]

    def push_int(self, value: int) -> None:
        values = self.values
        if len(values) >= MAX_STACK:
            raise _overflow()
        if not 0 <= value <= UINT_256_MAX:
            raise InternalError(f"{value} is pushed, which is no word")
        values.append(value)

    def push_bytes(self, value: bytes) -> None:
        values = self.values
        if len(values) >= MAX_STACK:
            raise _overflow()
        if len(value) > WORD_BYTES:
            raise InternalError(f"{len(value)} bytes are pushed, which are no word")
        values.append(value)

    def pop1_any(self) -> Word:
        if not self.values:
            raise _underflow(1, 0)
        return self.values.pop()

    def pop1_int(self) -> int:
        if not self.values:
            raise _underflow(1, 0)
        value = self.values.pop()
        return value if isinstance(value, int) else int.from_bytes(value, "big")

    def pop1_bytes(self) -> bytes:
        if not self.values:
            raise _underflow(1, 0)
        value = self.values.pop()
        return value if isinstance(value, bytes) else _to_bytes(value)

    def pop_any(self, num_items: int) -> tuple[Word, ...]:
        return tuple(self._take(num_items))

    def pop_ints(self, num_items: int) -> list[int]:
        return [
            value if isinstance(value, int) else int.from_bytes(value, "big")
            for value in self._take(num_items)
        ]

    def pop_bytes(self, num_items: int) -> list[bytes]:
        return [
            value if isinstance(value, bytes) else _to_bytes(value)
            for value in self._take(num_items)
        ]

    def swap(self, position: int) -> None:
        values = self.values
        if len(values) <= position:
            raise _underflow(position + 1, len(values))
        values[-1], values[-1 - position] = values[-1 - position], values[-1]

    def dup(self, position: int) -> None:
        values = self.values
        if len(values) >= MAX_STACK:
            raise _overflow()
        if len(values) < position:
            raise _underflow(position, len(values))
        values.append(values[-position])

    def _take(self, count: int) -> list[Word]:
        """Remove words; returns them, the one from the top first."""
        values = self.values
        left = len(values) - count
        if left < 0:
            raise _underflow(count, len(values))
        taken = values[left:]
        del values[left:]
        taken.reverse()
        return taken


class FastMemory(Memory):  # type: ignore[misc]
    """py-evm's memory, read with one copy instead of two."""

    __slots__ = ()

    def read_bytes(self, start_position: int, size: int) -> bytes:
        return bytes(memoryview(self._bytes)[start_position : start_position + size])


def _to_bytes(value: int) -> bytes:
    """Return the shortest encoding, as py-evm has it: one byte for 0."""
    return value.to_bytes((value.bit_length() + 7) // 8 or 1, "big")


def _overflow() -> FullStack:
    return FullStack("stack limit reached")


def _underflow(wanted: int, there: int) -> InsufficientStack:
    return InsufficientStack(f"{wanted} words wanted, {there} on the stack")
