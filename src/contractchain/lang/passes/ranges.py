"""Unsigned bounds of values: what is known about a word without running the program."""

from collections.abc import Callable

from contractchain.lang.ir import WORD, Instruction, Op

Range = tuple[int, int]
"""Least and greatest value."""

FULL: Range = (0, WORD)
_BOOLEAN: Range = (0, 1)
_ADDRESS: Range = (0, (1 << 160) - 1)
_LENGTH: Range = (0, (1 << 64) - 1)

_FIXED: dict[Op, Range] = {
    Op.LT: _BOOLEAN,
    Op.GT: _BOOLEAN,
    Op.SLT: _BOOLEAN,
    Op.SGT: _BOOLEAN,
    Op.EQ: _BOOLEAN,
    Op.ISZERO: _BOOLEAN,
    Op.BYTE: (0, 255),
    Op.CLZ: (0, 256),
    Op.CALLER: _ADDRESS,
    Op.ADDRESS: _ADDRESS,
    Op.ORIGIN: _ADDRESS,
    Op.COINBASE: _ADDRESS,
    Op.CREATE: _ADDRESS,
    Op.CREATE2: _ADDRESS,
    Op.CALL: _BOOLEAN,
    Op.CALLCODE: _BOOLEAN,
    Op.DELEGATECALL: _BOOLEAN,
    Op.STATICCALL: _BOOLEAN,
    Op.CALLDATASIZE: _LENGTH,
    Op.RETURNDATASIZE: _LENGTH,
    Op.CODESIZE: _LENGTH,
    Op.EXTCODESIZE: _LENGTH,
    Op.TIMESTAMP: _LENGTH,
    Op.NUMBER: _LENGTH,
    Op.GASLIMIT: _LENGTH,
    Op.GAS: _LENGTH,
    Op.MSIZE: _LENGTH,
    Op.LINK_SYMBOL: _ADDRESS,
    Op.DATA_OFFSET: (0, (1 << 24) - 1),
    Op.DATA_SIZE: (0, (1 << 24) - 1),
    Op.MEMORY_GUARD: (0x80, (1 << 24) - 1),
}


def result_range(instruction: Instruction, operands: list[Range]) -> Range:
    """Return bounds of the only result of an instruction, given those of its operands."""
    op = instruction.op
    fixed = _FIXED.get(op)
    if fixed is not None:
        return fixed
    function = _FUNCTIONS.get(op)
    return function(*operands) if function is not None else FULL


def _add(a: Range, b: Range) -> Range:
    low, high = a[0] + b[0], a[1] + b[1]
    return (low, high) if high <= WORD else FULL


def _sub(a: Range, b: Range) -> Range:
    return (a[0] - b[1], a[1] - b[0]) if a[0] >= b[1] else FULL


def _mul(a: Range, b: Range) -> Range:
    high = a[1] * b[1]
    return (a[0] * b[0], high) if high <= WORD else FULL


def _div(a: Range, b: Range) -> Range:
    if b[0] == 0:
        return (0, a[1])
    return (a[0] // b[1], a[1] // b[0])


def _mod(a: Range, b: Range) -> Range:
    if a[1] < b[0]:
        return a
    return (0, min(a[1], max(b[1] - 1, 0)))


def _addmod(_a: Range, _b: Range, n: Range) -> Range:
    return (0, max(n[1] - 1, 0))


def _and(a: Range, b: Range) -> Range:
    return (0, min(a[1], b[1]))


def _or(a: Range, b: Range) -> Range:
    bits = max(a[1].bit_length(), b[1].bit_length())
    return (max(a[0], b[0]), (1 << bits) - 1)


def _xor(a: Range, b: Range) -> Range:
    bits = max(a[1].bit_length(), b[1].bit_length())
    return (0, (1 << bits) - 1)


def _not(a: Range) -> Range:
    return (WORD - a[1], WORD - a[0])


def _shr(n: Range, x: Range) -> Range:
    low = x[0] >> n[1] if n[1] < 256 else 0
    high = x[1] >> n[0] if n[0] < 256 else 0
    return (low, high)


def _shl(n: Range, x: Range) -> Range:
    if n[1] < 256 and x[1] << n[1] <= WORD:
        return (x[0] << n[0], x[1] << n[1])
    return FULL


def _sar(n: Range, x: Range) -> Range:
    return _shr(n, x) if x[1] < 1 << 255 else FULL


def _signextend(index: Range, x: Range) -> Range:
    if index[0] >= 31 or x[1] < 1 << (8 * index[0] + 7):
        return x
    return FULL


_FUNCTIONS: dict[Op, Callable[..., Range]] = {
    Op.ADD: _add,
    Op.SUB: _sub,
    Op.MUL: _mul,
    Op.DIV: _div,
    Op.MOD: _mod,
    Op.ADDMOD: _addmod,
    Op.MULMOD: _addmod,
    Op.AND: _and,
    Op.OR: _or,
    Op.XOR: _xor,
    Op.NOT: _not,
    Op.SHR: _shr,
    Op.SHL: _shl,
    Op.SAR: _sar,
    Op.SIGNEXTEND: _signextend,
}

BOUNDED: frozenset[Op] = frozenset((*_FIXED, *_FUNCTIONS))
"""Operations of whose results anything is known."""
