"""How a constant gets onto the stack: one PUSH, or fewer bytes for a little more gas."""

from functools import lru_cache

from contractchain.lang.backend.items import Opcode

_WORD = (1 << 256) - 1
_BYTE_GAS = 216
"""Gas that one more byte of code costs at deployment: 200 for the code, 16 for the calldata."""


@lru_cache(maxsize=4096)
def encode_constant(value: int, runs: int, has_push0: bool) -> bytes:
    """Return the code that pushes `value`, cheapest over deployment and `runs` executions."""
    best = _push(value, has_push0)
    if len(best) <= 3:
        return best
    best_cost = _cost(best, runs)
    for code in _alternatives(value, has_push0):
        cost = _cost(code, runs)
        if cost < best_cost:
            best, best_cost = code, cost
    return best


def _push(value: int, has_push0: bool) -> bytes:
    if value == 0 and has_push0:
        return bytes((Opcode.PUSH0,))
    content = value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
    return bytes((Opcode.PUSH0 + len(content),)) + content


def _alternatives(value: int, has_push0: bool) -> list[bytes]:
    codes = []
    inverted = _WORD - value
    codes.append(_push(inverted, has_push0) + bytes((Opcode.NOT,)))
    zeros = (value & -value).bit_length() - 1
    if zeros >= 8:
        shifted = _push(value >> zeros, has_push0)
        codes.append(shifted + _push(zeros, has_push0) + bytes((Opcode.SHL,)))
    if value & (value + 1) == 0:
        bits = value.bit_length()
        ones = _push(0, has_push0) + bytes((Opcode.NOT,))
        codes.append(ones + _push(256 - bits, has_push0) + bytes((Opcode.SHR,)))
    if inverted & (inverted + 1) == 0:
        ones = _push(0, has_push0) + bytes((Opcode.NOT,))
        codes.append(ones + _push(inverted.bit_length(), has_push0) + bytes((Opcode.SHL,)))
    return codes


def _cost(code: bytes, runs: int) -> int:
    gas = 0
    position = 0
    while position < len(code):
        opcode = code[position]
        gas += 2 if opcode == Opcode.PUSH0 else 3
        position += 1 + max(0, opcode - Opcode.PUSH0 if opcode < Opcode.DUP1 else 0)
    return len(code) * _BYTE_GAS + gas * runs
