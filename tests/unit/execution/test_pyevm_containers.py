"""The stack and memory that py-evm is given do what its own do."""

from collections.abc import Callable

from eth.exceptions import FullStack, InsufficientStack
from eth.vm.memory import Memory
from eth.vm.stack import Stack
from hypothesis import given
from hypothesis import strategies as st

from contractchain.execution.pyevm.containers import FastMemory, FastStack

Operation = tuple[str, object]

NUMBERS = st.one_of(st.integers(0, 300), st.integers(0, 2**256 - 1))
OPERATIONS = st.one_of(
    st.tuples(st.just("push_int"), NUMBERS),
    st.tuples(st.just("push_bytes"), st.binary(max_size=32)),
    st.tuples(st.sampled_from(["pop1_int", "pop1_bytes", "pop1_any"])),
    st.tuples(st.sampled_from(["pop_ints", "pop_bytes", "pop_any"]), st.integers(1, 5)),
    st.tuples(st.sampled_from(["swap", "dup"]), st.integers(1, 16)),
)


def run(stack: Stack, operations: list[tuple[object, ...]]) -> list[object]:
    """Return what each operation gives, and the stack at the end."""
    results: list[object] = []
    for name, *arguments in operations:
        method: Callable[..., object] = getattr(stack, str(name))
        try:
            result = method(*arguments)
        except (FullStack, InsufficientStack) as error:
            result = type(error)
        results.append(list(result) if isinstance(result, tuple | list) else result)
    return [*results, list(stack.values)]


@given(st.integers(0, 20), st.lists(OPERATIONS, max_size=40))
def test_a_stack_gives_what_that_of_py_evm_gives(
    filled: int, operations: list[tuple[object, ...]]
) -> None:
    start: list[tuple[object, ...]] = [("push_int", number) for number in range(filled)]
    assert run(FastStack(), start + operations) == run(Stack(), start + operations)


@given(st.lists(OPERATIONS, max_size=8))
def test_a_stack_is_full_when_that_of_py_evm_is(operations: list[tuple[object, ...]]) -> None:
    start: list[tuple[object, ...]] = [("push_int", number) for number in range(1_022)]
    assert run(FastStack(), start + operations) == run(Stack(), start + operations)


@given(st.binary(max_size=200), st.integers(0, 250), st.integers(0, 250))
def test_memory_is_read_as_that_of_py_evm(data: bytes, start: int, size: int) -> None:
    ours, theirs = FastMemory(), Memory()
    for memory in (ours, theirs):
        memory.extend(0, len(data))
        memory.write(0, len(data), data)
    assert ours.read_bytes(start, size) == theirs.read_bytes(start, size)
    ours.extend(0, 4_096)  # nothing holds the old bytes
    assert len(ours) == 4_096
