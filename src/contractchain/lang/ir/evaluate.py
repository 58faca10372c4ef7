"""Value of the pure arithmetic operations on constants, as the EVM computes them."""

from collections.abc import Callable, Sequence

from contractchain.lang.ir.nodes import WORD
from contractchain.lang.ir.op import Op

_SIGN = 1 << 255
_MODULUS = 1 << 256


def to_signed(word: int) -> int:
    """Return the number that a word stands for in two's complement."""
    return word - _MODULUS if word & _SIGN else word


def evaluate(op: Op, operands: Sequence[int]) -> int | None:
    """Return the result of `op` on words, None if it is no pure arithmetic."""
    function = _FUNCTIONS.get(op)
    return function(*operands) if function is not None else None


def _sdiv(a: int, b: int) -> int:
    if not b:
        return 0
    x, y = to_signed(a), to_signed(b)
    quotient = abs(x) // abs(y)
    return (quotient if (x < 0) == (y < 0) else -quotient) & WORD


def _smod(a: int, b: int) -> int:
    if not b:
        return 0
    x, y = to_signed(a), to_signed(b)
    rest = abs(x) % abs(y)
    return (-rest if x < 0 else rest) & WORD


def _signextend(index: int, value: int) -> int:
    if index > 30:
        return value
    bits = 8 * index + 8
    value &= (1 << bits) - 1
    if value >> (bits - 1):
        value |= WORD ^ ((1 << bits) - 1)
    return value


_FUNCTIONS: dict[Op, Callable[..., int]] = {
    Op.ADD: lambda a, b: (a + b) & WORD,
    Op.MUL: lambda a, b: (a * b) & WORD,
    Op.SUB: lambda a, b: (a - b) & WORD,
    Op.DIV: lambda a, b: a // b if b else 0,
    Op.SDIV: _sdiv,
    Op.MOD: lambda a, b: a % b if b else 0,
    Op.SMOD: _smod,
    Op.ADDMOD: lambda a, b, n: (a + b) % n if n else 0,
    Op.MULMOD: lambda a, b, n: (a * b) % n if n else 0,
    Op.EXP: lambda a, b: pow(a, b, _MODULUS),
    Op.SIGNEXTEND: _signextend,
    Op.LT: lambda a, b: int(a < b),
    Op.GT: lambda a, b: int(a > b),
    Op.SLT: lambda a, b: int(to_signed(a) < to_signed(b)),
    Op.SGT: lambda a, b: int(to_signed(a) > to_signed(b)),
    Op.EQ: lambda a, b: int(a == b),
    Op.ISZERO: lambda a: int(a == 0),
    Op.AND: lambda a, b: a & b,
    Op.OR: lambda a, b: a | b,
    Op.XOR: lambda a, b: a ^ b,
    Op.NOT: lambda a: a ^ WORD,
    Op.BYTE: lambda i, x: (x >> (248 - 8 * i)) & 0xFF if i < 32 else 0,
    Op.SHL: lambda n, x: (x << n) & WORD if n < 256 else 0,
    Op.SHR: lambda n, x: x >> n if n < 256 else 0,
    Op.SAR: lambda n, x: (to_signed(x) >> min(n, 255)) & WORD,
    Op.CLZ: lambda x: 256 - x.bit_length(),
}
