"""Arithmetic on clean values: checked (overflow panics) and wrapping, every width and sign."""

from contractchain.lang.ast import BinaryOperator
from contractchain.lang.ir.nodes import WORD, Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import Panic
from contractchain.lang.lower.values import clean, resolve
from contractchain.lang.semantics.types import FixedBytesType, IntegerType, Type


def add(code: Code, item: IntegerType, left: Operand, right: Operand, *, checked: bool) -> Operand:
    """Return the sum."""
    total = code.add(left, right)
    if not checked:
        return clean(code, total, item)
    if item.is_signed and item.bits == 256:
        too_far = code.op(Op.XOR, code.slt(total, left), code.slt(right, 0))
        code.panic_if(too_far, Panic.ARITHMETIC)
    elif item.is_signed:
        _check_signed(code, item, total)
    elif item.bits == 256:
        code.panic_if(code.gt(left, total), Panic.ARITHMETIC)
    else:
        code.panic_if(code.gt(total, item.maximum), Panic.ARITHMETIC)
    return total


def subtract(
    code: Code, item: IntegerType, left: Operand, right: Operand, *, checked: bool
) -> Operand:
    """Return the difference."""
    difference = code.sub(left, right)
    if not checked:
        return clean(code, difference, item)
    if item.is_signed and item.bits == 256:
        too_far = code.op(Op.XOR, code.sgt(difference, left), code.slt(right, 0))
        code.panic_if(too_far, Panic.ARITHMETIC)
    elif item.is_signed:
        _check_signed(code, item, difference)
    else:
        code.panic_if(code.lt(left, right), Panic.ARITHMETIC)
    return difference


def multiply(
    code: Code, item: IntegerType, left: Operand, right: Operand, *, checked: bool
) -> Operand:
    """Return the product."""
    raw = code.op(Op.MUL, left, right)
    if not checked:
        return clean(code, raw, item)
    if item.bits <= 128:
        if item.is_signed:
            _check_signed(code, item, raw)
        else:
            code.panic_if(code.gt(raw, item.maximum), Panic.ARITHMETIC)
        return raw
    product = clean(code, raw, item)
    if item.is_signed and item.bits == 256:
        # -1 * minimum wraps to minimum, and `sdiv` wraps back to it
        wraps = code.and_(code.slt(left, 0), code.eq(right, item.minimum & WORD))
        code.panic_if(wraps, Panic.ARITHMETIC)
    quotient = code.op(Op.SDIV if item.is_signed else Op.DIV, product, left)
    fits = code.or_(code.iszero(left), code.eq(right, quotient))
    code.panic_if(code.iszero(fits), Panic.ARITHMETIC)
    return product


def divide(
    code: Code, item: IntegerType, left: Operand, right: Operand, *, checked: bool
) -> Operand:
    """Return the quotient, rounded towards zero; division by zero panics in any mode."""
    code.panic_if(code.iszero(right), Panic.DIVISION_BY_ZERO)
    if not item.is_signed:
        return code.op(Op.DIV, left, right)
    if checked:
        wraps = code.and_(code.eq(left, item.minimum & WORD), code.eq(right, WORD))
        code.panic_if(wraps, Panic.ARITHMETIC)
        return code.op(Op.SDIV, left, right)
    return clean(code, code.op(Op.SDIV, left, right), item)


def remainder(code: Code, item: IntegerType, left: Operand, right: Operand) -> Operand:
    """Return the remainder, with the sign of `left`; by zero panics in any mode."""
    code.panic_if(code.iszero(right), Panic.DIVISION_BY_ZERO)
    return code.op(Op.SMOD if item.is_signed else Op.MOD, left, right)


def negate(code: Code, item: IntegerType, word: Operand, *, checked: bool) -> Operand:
    """Return the value with its sign changed."""
    if checked:
        code.panic_if(code.eq(word, item.minimum & WORD), Panic.ARITHMETIC)
        return code.sub(0, word)
    return clean(code, code.sub(0, word), item)


def step(code: Code, item: IntegerType, word: Operand, *, up: bool, checked: bool) -> Operand:
    """Return the next value up or down."""
    if checked:
        end = item.maximum if up else item.minimum
        at_end = code.eq(word, end & WORD) if end else code.iszero(word)
        code.panic_if(at_end, Panic.ARITHMETIC)
    moved = code.add(word, 1) if up else code.sub(word, 1)
    return moved if checked else clean(code, moved, item)


def _check_signed(code: Code, item: IntegerType, word: Operand) -> None:
    """Panic if `word` is no clean value of a signed type."""
    code.panic_if(code.op(Op.XOR, word, clean(code, word, item)), Panic.ARITHMETIC)


def shift(code: Code, item: Type, word: Operand, bits: Operand, *, left: bool) -> Operand:
    """Return the value shifted; what leaves the type is lost."""
    real = resolve(item)
    if left:
        return clean(code, code.shl(bits, word), real)
    if isinstance(real, IntegerType) and real.is_signed:
        return code.op(Op.SAR, bits, word)
    shifted = code.shr(bits, word)
    return clean(code, shifted, real) if isinstance(real, FixedBytesType) else shifted


_SIGNED = {
    BinaryOperator.LESS: ("slt", False),
    BinaryOperator.GREATER: ("sgt", False),
    BinaryOperator.LESS_EQUAL: ("sgt", True),
    BinaryOperator.GREATER_EQUAL: ("slt", True),
}


def compare(
    code: Code, operator: BinaryOperator, item: Type, left: Operand, right: Operand
) -> Operand:
    """Return whether two clean values of one type compare as `operator` says."""
    if operator is BinaryOperator.EQUAL:
        return code.eq(left, right) if right != 0 else code.iszero(left)
    if operator is BinaryOperator.NOT_EQUAL:
        return code.iszero(code.eq(left, right))
    real = resolve(item)
    signed = isinstance(real, IntegerType) and real.is_signed
    name, inverted = _SIGNED[operator]
    less = name == "slt"
    if signed:
        result = code.slt(left, right) if less else code.sgt(left, right)
    else:
        result = code.lt(left, right) if less else code.gt(left, right)
    return code.iszero(result) if inverted else result


def bitwise(code: Code, operator: BinaryOperator, left: Operand, right: Operand) -> Operand:
    """Return `left & right`, `left | right` or `left ^ right`."""
    if operator is BinaryOperator.BIT_AND:
        return code.and_(left, right)
    if operator is BinaryOperator.BIT_OR:
        return code.or_(left, right)
    return code.op(Op.XOR, left, right)


def power(
    code: Code, item: IntegerType, base: Operand, exponent: Operand, *, checked: bool
) -> Operand:
    """Return the power; the exponent is unsigned."""
    if not checked:
        return clean(code, code.op(Op.EXP, base, exponent), item)
    if isinstance(base, int):
        return _power_of_constant(code, item, base, exponent)
    if exponent in (1, 2, 3):
        result: Operand = base
        for _ in range(exponent - 1):
            result = multiply(code, item, result, base, checked=True)
        return result
    sign = "signed" if item.is_signed else "unsigned"
    body = _power_signed if item.is_signed else _power_unsigned
    return code.share(
        f"power_{sign}_{item.bits}", 1, lambda inner: body(inner, item), base, exponent
    )[0]


def _power_of_constant(code: Code, item: IntegerType, base: int, exponent: Operand) -> Operand:
    number = base - (1 << 256) if item.is_signed and base >> 255 else base
    if number in (0, 1):
        return code.iszero(exponent) if number == 0 else 1
    if number == -1:
        return code.op(Op.EXP, base, exponent)
    limit = 0
    while item.minimum <= number ** (limit + 1) <= item.maximum:
        limit += 1
    code.panic_if(code.gt(exponent, limit), Panic.ARITHMETIC)
    return code.op(Op.EXP, base, exponent)


def _power_unsigned(code: Code, item: IntegerType) -> None:
    base, exponent = code.parameters
    small, general = code.new_block("small"), code.new_block("general")
    # whatever is below these bounds cannot wrap a word
    tiny = code.and_(code.lt(base, 11), code.lt(exponent, 78))
    medium = code.and_(code.lt(base, 307), code.lt(exponent, 32))
    code.branch(code.or_(tiny, medium), small, general)

    code.enter(small)
    result = code.op(Op.EXP, base, exponent)
    code.panic_if(code.gt(result, item.maximum), Panic.ARITHMETIC)
    code.ret(result)

    code.enter(general)
    trivial, real = code.new_block("trivial"), code.new_block("real")
    code.branch(code.or_(code.lt(base, 2), code.iszero(exponent)), trivial, real)
    code.enter(trivial)
    code.ret(code.or_(code.iszero(exponent), base))
    code.enter(real)
    _finish_power(code, item, 1, base, exponent)


def _power_signed(code: Code, item: IntegerType) -> None:
    base, exponent = code.parameters
    zero, one, more = (code.new_block(label) for label in ("zero", "one", "more"))
    positive = code.new_block("positive")
    code.builder.switch(exponent, [(0, zero), (1, one)], more)
    code.enter(zero)
    code.ret(1)
    code.enter(one)
    code.ret(base)
    code.enter(more)
    trivial = code.new_block("trivial")
    code.branch(base, positive, trivial)
    code.enter(trivial)
    code.ret(0)
    code.enter(positive)
    is_negative = code.slt(base, 0)
    above = code.and_(code.iszero(is_negative), code.gt(base, code.op(Op.DIV, item.maximum, base)))
    below = code.and_(is_negative, code.slt(base, code.op(Op.SDIV, item.maximum, base)))
    code.panic_if(code.or_(above, below), Panic.ARITHMETIC)
    result = code.select(code.and_(exponent, 1), base, 1)
    _finish_power(code, item, result, code.op(Op.MUL, base, base), code.shr(1, exponent))


def _finish_power(
    code: Code, item: IntegerType, result: Operand, base: Operand, exponent: Operand
) -> None:
    """Return `result * base ** exponent`; base and exponent are positive, base is above 1."""
    power_, factor, left = (code.variable(word) for word in (result, base, exponent))
    with code.loop(lambda: code.gt(code.get(left), 1)):
        current = code.get(factor)
        too_big = code.gt(current, code.op(Op.DIV, item.maximum, current))
        code.panic_if(too_big, Panic.ARITHMETIC)
        with code.when(code.and_(code.get(left), 1)):
            code.set(power_, code.op(Op.MUL, code.get(power_), current))
        code.set(factor, code.op(Op.MUL, current, current))
        code.set(left, code.shr(1, code.get(left)))
    product, last = code.get(power_), code.get(factor)
    if item.is_signed:
        above = code.and_(
            code.sgt(product, 0), code.gt(product, code.op(Op.DIV, item.maximum, last))
        )
        below = code.and_(
            code.slt(product, 0),
            code.slt(product, code.op(Op.SDIV, item.minimum & WORD, last)),
        )
        code.panic_if(code.or_(above, below), Panic.ARITHMETIC)
    else:
        code.panic_if(code.gt(product, code.op(Op.DIV, item.maximum, last)), Panic.ARITHMETIC)
    code.ret(code.op(Op.MUL, product, last))
