"""Encodings of constants, executed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.lang.backend.constants import encode_constant

WORD = (1 << 256) - 1


def run(code: bytes) -> int:
    """Execute the few opcodes that an encoding may have."""
    stack: list[int] = []
    position = 0
    while position < len(code):
        opcode = code[position]
        position += 1
        if 0x5F <= opcode <= 0x7F:
            size = opcode - 0x5F
            stack.append(int.from_bytes(code[position : position + size], "big"))
            position += size
        elif opcode == 0x19:
            stack.append(stack.pop() ^ WORD)
        elif opcode in (0x1B, 0x1C):
            bits, value = stack.pop(), stack.pop()
            stack.append((value << bits) & WORD if opcode == 0x1B else value >> bits)
        else:
            raise AssertionError(hex(opcode))
    (result,) = stack
    return result


@given(st.integers(0, WORD), st.sampled_from([0, 1, 200, 1_000_000]), st.booleans())
def test_an_encoding_pushes_the_constant(value: int, runs: int, has_push0: bool) -> None:
    assert run(encode_constant(value, runs, has_push0)) == value


@pytest.mark.parametrize("bits", range(1, 257))
def test_masks_and_powers_are_pushed_right(bits: int) -> None:
    for value in ((1 << bits) - 1, WORD ^ ((1 << bits) - 1), 1 << (bits - 1)):
        for runs in (1, 200, 10**6):
            assert run(encode_constant(value, runs, True)) == value


def test_zero_needs_push0_from_shanghai_on_only() -> None:
    assert encode_constant(0, 200, True) == bytes.fromhex("5f")
    assert encode_constant(0, 200, False) == bytes.fromhex("6000")


def test_few_runs_prefer_short_code_and_many_runs_cheap_code() -> None:
    mask = (1 << 160) - 1
    assert len(encode_constant(mask, 1, True)) == 5
    assert len(encode_constant(mask, 10**6, True)) == 21
