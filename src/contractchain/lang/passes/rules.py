"""Algebraic rules: what an instruction is equal to, or a cheaper instruction for the same value.

A rule either returns the operand that replaces the result, or rewrites the instruction in place, or
does nothing. Constants of commutative operations stand second. Rules look through definitions, and
use the bounds that the caller knows for the operands.
"""

from collections.abc import Callable

from contractchain.lang.ir import WORD, Instruction, Op, Operand, Value
from contractchain.lang.ir.evaluate import evaluate
from contractchain.lang.passes.ranges import Range

RangeOf = Callable[[Operand], Range]

_ADDRESS_MASK = (1 << 160) - 1
_ADDRESS_OPERAND = {
    Op.CALL: 1,
    Op.CALLCODE: 1,
    Op.DELEGATECALL: 1,
    Op.STATICCALL: 1,
    Op.BALANCE: 0,
    Op.EXTCODESIZE: 0,
    Op.EXTCODEHASH: 0,
    Op.EXTCODECOPY: 0,
}


def simplify(instruction: Instruction, range_of: RangeOf) -> Operand | None:
    """Return what replaces the result, None if the instruction stays (perhaps rewritten)."""
    for _ in range(8):
        op, operands = instruction.op, instruction.operands
        if operands and all(operand.__class__ is int for operand in operands):
            folded = evaluate(op, operands)  # type: ignore[arg-type]  # all are int
            if folded is not None:
                return folded
        if op.is_commutative and operands[0].__class__ is int:
            operands[0], operands[1] = operands[1], operands[0]
        rule = _RULES.get(op)
        if rule is None:
            return None
        found = rule(instruction, operands, range_of)
        if not isinstance(found, _Rewritten):
            return found
    return None


def definition_of(operand: Operand, op: Op) -> Instruction | None:
    """Return the instruction that computes `operand` if it is an `op`."""
    if operand.__class__ is Value:
        definition = operand.definition
        if definition.__class__ is Instruction and definition.op is op:
            return definition
    return None


class _Rewritten:
    """Says that the instruction was rewritten and should be looked at again."""


_REWRITTEN = _Rewritten()
Result = Operand | None | _Rewritten


def _become(instruction: Instruction, op: Op, *operands: Operand) -> _Rewritten:
    instruction.op = op
    instruction.operands = list(operands)
    return _REWRITTEN


def base_and_offset(operand: Operand) -> tuple[Value | None, int]:
    """Split an operand into a value (None if constant) and a constant that is added to it."""
    offset = 0
    for _ in range(16):
        if not isinstance(operand, Value):
            return None, (operand + offset) & WORD
        definition = operand.definition
        if definition.__class__ is not Instruction:
            break
        if definition.op is Op.ADD and isinstance(definition.operands[1], int):
            offset += definition.operands[1]
            operand = definition.operands[0]
        else:
            break
    assert isinstance(operand, Value)
    return operand, offset & WORD


def _add(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if right == 0:
        return left
    if isinstance(right, int):
        inner = definition_of(left, Op.ADD)
        if inner is not None and isinstance(inner.operands[1], int):
            return _become(
                instruction, Op.ADD, inner.operands[0], (inner.operands[1] + right) & WORD
            )
        return None
    for a, b in ((left, right), (right, left)):
        difference = definition_of(a, Op.SUB)
        if difference is not None and difference.operands[1] == b:
            return difference.operands[0]
    return None


def _sub(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right:
        return 0
    if isinstance(right, int):
        return _become(instruction, Op.ADD, left, -right & WORD)
    total = definition_of(left, Op.ADD)
    if total is not None:
        if total.operands[0] == right:
            return total.operands[1]
        if total.operands[1] == right:
            return total.operands[0]
    a, x = base_and_offset(left)
    b, y = base_and_offset(right)
    if a is not None and a is b:
        return (x - y) & WORD
    return None


def _power_of_two(operand: Operand) -> int | None:
    if isinstance(operand, int) and operand and operand & (operand - 1) == 0:
        return operand.bit_length() - 1
    return None


def _mul(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if right == 0:
        return 0
    if right == 1:
        return left
    bits = _power_of_two(right)
    if bits is not None:
        return _become(instruction, Op.SHL, bits, left)
    return None


def _div(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == 0 or right == 0:
        return 0
    if right == 1:
        return left
    bits = _power_of_two(right)
    if bits is not None:
        return _become(instruction, Op.SHR, bits, left)
    return None


def _signed_div(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == 0 or right == 0:
        return 0
    if right == 1:
        return left
    if _non_negative(left, range_of) and _non_negative(right, range_of):
        return _become(instruction, Op.DIV, left, right)
    return None


def _mod(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == 0 or right in (0, 1):
        return 0
    bits = _power_of_two(right)
    if bits is not None:
        return _become(instruction, Op.AND, left, (1 << bits) - 1)
    if range_of(left)[1] < range_of(right)[0]:
        return left
    return None


def _signed_mod(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    if _non_negative(operands[0], range_of) and _non_negative(operands[1], range_of):
        return _become(instruction, Op.MOD, *operands)
    return None


def _exp(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    base, power = operands
    if power == 0:
        return 1
    if power == 1:
        return base
    if power == 2:
        return _become(instruction, Op.MUL, base, base)
    if base == 2:
        return _become(instruction, Op.SHL, power, 1)
    return None


def _non_negative(operand: Operand, range_of: RangeOf) -> bool:
    return range_of(operand)[1] < 1 << 255


def trailing_zeros(operand: Operand) -> int:
    """Return how many low bits of a word are known to be 0."""
    if isinstance(operand, int):
        return (operand & -operand).bit_length() - 1 if operand else 256
    definition = operand.definition
    if definition.__class__ is not Instruction:
        return 0
    if definition.op is Op.SHL and isinstance(definition.operands[0], int):
        return min(256, definition.operands[0])
    if definition.op is Op.AND and isinstance(definition.operands[1], int):
        return trailing_zeros(definition.operands[1])
    return 0


def _and(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right:
        return left
    if not isinstance(right, int):
        return _and_of_booleans(left, right, range_of)
    if right == 0:
        return 0
    possible = (1 << range_of(left)[1].bit_length()) - 1
    possible &= WORD ^ ((1 << trailing_zeros(left)) - 1)
    if possible & right == possible:
        return left
    if possible & right == 0:
        return 0
    inner = definition_of(left, Op.AND)
    if inner is not None and isinstance(inner.operands[1], int):
        return _become(instruction, Op.AND, inner.operands[0], inner.operands[1] & right)
    extended = definition_of(left, Op.SIGNEXTEND)
    if extended is not None and isinstance(extended.operands[0], int):
        kept = 8 * extended.operands[0] + 8
        if right.bit_length() <= kept:
            return _become(instruction, Op.AND, extended.operands[1], right)
    return None


def _and_of_booleans(left: Operand, right: Operand, range_of: RangeOf) -> Result:
    for a, b in ((left, right), (right, left)):
        if range_of(a) == (1, 1) and range_of(b)[1] <= 1:
            return b
    return None


def _or(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right or right == 0:
        return left
    if right == WORD:
        return WORD
    if _is_multiplication_check(left, right, range_of):
        return 1
    return None


def _is_multiplication_check(left: Operand, right: Operand, range_of: RangeOf) -> bool:
    """Whether this is `x == 0 || y == (x * y) / x` and the product cannot overflow."""
    for a, b in ((left, right), (right, left)):
        zero, equal = definition_of(a, Op.ISZERO), definition_of(b, Op.EQ)
        if zero is None or equal is None:
            continue
        x = zero.operands[0]
        for y, quotient in (equal.operands, reversed(equal.operands)):
            division = definition_of(quotient, Op.DIV)
            if division is None or division.operands[1] != x:
                continue
            product = definition_of(division.operands[0], Op.MUL)
            if product is None or not _same_pair(product.operands, x, y):
                continue
            if range_of(x)[1] * range_of(y)[1] <= WORD:
                return True
    return False


def _same_pair(operands: list[Operand], x: Operand, y: Operand) -> bool:
    return (operands[0] == x and operands[1] == y) or (operands[0] == y and operands[1] == x)


def _xor(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right:
        return 0
    if right == 0:
        return left
    if right == WORD:
        return _become(instruction, Op.NOT, left)
    return None


def _not(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    inner = definition_of(operands[0], Op.NOT)
    return inner.operands[0] if inner is not None else None


def _iszero(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    operand = operands[0]
    low, high = range_of(operand)
    if low > 0:
        return 0
    if high == 0:
        return 1
    definition = operand.definition if isinstance(operand, Value) else None
    if not isinstance(definition, Instruction):
        return None
    op, inner = definition.op, definition.operands
    if op is Op.ISZERO:
        if range_of(inner[0])[1] <= 1:
            return inner[0]
        deeper = definition_of(inner[0], Op.ISZERO)
        if deeper is not None:
            return _become(instruction, Op.ISZERO, deeper.operands[0])
    elif op is Op.XOR or op is Op.SUB:
        return _become(instruction, Op.EQ, inner[0], inner[1])
    elif op is Op.GT and inner[1] == 0:
        return _become(instruction, Op.ISZERO, inner[0])
    elif op is Op.LT and inner[0] == 0:
        return _become(instruction, Op.ISZERO, inner[1])
    return None


def _eq(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    left, right = operands
    if left == right:
        return 1
    if right == 0:
        return _become(instruction, Op.ISZERO, left)
    a, b = range_of(left), range_of(right)
    if a[1] < b[0] or b[1] < a[0]:
        return 0
    if right == 1 and a[1] <= 1:
        return left
    return _multiplied_by_power(instruction, left, right) or None


def _multiplied_by_power(
    instruction: Instruction, left: Operand, right: Operand
) -> _Rewritten | None:
    """Rewrite `y == (y << k) >> k`, the overflow check of a multiplication by 2**k."""
    for y, back in ((left, right), (right, left)):
        shifted_back = definition_of(back, Op.SHR)
        if shifted_back is None:
            continue
        shifted = definition_of(shifted_back.operands[1], Op.SHL)
        bits = shifted_back.operands[0]
        if shifted is None or not isinstance(bits, int) or not 0 < bits < 256:
            continue
        if shifted.operands[0] == bits and shifted.operands[1] == y and isinstance(y, Value):
            return _become(instruction, Op.LT, y, 1 << (256 - bits))
    return None


def _lt(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    return _compare(instruction, operands[0], operands[1], range_of)


def _gt(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    return _compare(instruction, operands[1], operands[0], range_of)


def _compare(instruction: Instruction, small: Operand, large: Operand, range_of: RangeOf) -> Result:
    """Rules for `small < large`."""
    if small == large:
        return 0
    a, b = range_of(small), range_of(large)
    if a[1] < b[0]:
        return 1
    if a[0] >= b[1]:
        return 0
    if large == 1:
        return _become(instruction, Op.ISZERO, small)
    total = definition_of(small, Op.ADD)  # x + y < x: has the sum wrapped?
    if total is not None:
        for x, y in (total.operands, reversed(total.operands)):
            if x == large and range_of(x)[1] + range_of(y)[1] <= WORD:
                return 0
    difference = definition_of(large, Op.SUB)  # x < x - y
    if difference is not None and difference.operands[0] == small:
        return _become(instruction, Op.LT, small, difference.operands[1])
    return None


def _slt(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    if _non_negative(operands[0], range_of) and _non_negative(operands[1], range_of):
        return _become(instruction, Op.LT, *operands)
    return 0 if operands[0] == operands[1] else None


def _sgt(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    if _non_negative(operands[0], range_of) and _non_negative(operands[1], range_of):
        return _become(instruction, Op.GT, *operands)
    return 0 if operands[0] == operands[1] else None


def _shl(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    bits, operand = operands
    if not isinstance(bits, int):
        return 0 if operand == 0 else None
    if bits == 0:
        return operand
    if bits > 255:
        return 0
    inner = definition_of(operand, Op.SHL)
    if inner is not None and isinstance(inner.operands[0], int):
        return _become(instruction, Op.SHL, min(256, inner.operands[0] + bits), inner.operands[1])
    masked = definition_of(operand, Op.AND)
    if masked is not None and isinstance(masked.operands[1], int):
        kept = (1 << (256 - bits)) - 1
        if masked.operands[1] & kept == kept:
            return _become(instruction, Op.SHL, bits, masked.operands[0])
    back = definition_of(operand, Op.SHR)
    if back is not None and back.operands[0] == bits:
        mask = WORD ^ ((1 << bits) - 1)
        return _become(instruction, Op.AND, back.operands[1], mask)
    return None


def _shr(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    bits, operand = operands
    if not isinstance(bits, int):
        return 0 if operand == 0 else None
    if bits == 0:
        return operand
    if bits > 255 or range_of(operand)[1] >> bits == 0:
        return 0
    inner = definition_of(operand, Op.SHR)
    if inner is not None and isinstance(inner.operands[0], int):
        return _become(instruction, Op.SHR, min(256, inner.operands[0] + bits), inner.operands[1])
    shifted = definition_of(operand, Op.SHL)
    if shifted is not None and shifted.operands[0] == bits:
        if range_of(shifted.operands[1])[1] < 1 << (256 - bits):
            return shifted.operands[1]
        if bits <= 8 or bits >= 224:
            return _become(instruction, Op.AND, shifted.operands[1], (1 << (256 - bits)) - 1)
    masked = definition_of(operand, Op.AND)
    if masked is not None and isinstance(masked.operands[1], int):
        mask = masked.operands[1] >> bits
        if mask == WORD >> bits:
            return _become(instruction, Op.SHR, bits, masked.operands[0])
    return None


def _sar(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    bits, operand = operands
    if bits == 0 or operand == 0:
        return operand
    if _non_negative(operand, range_of):
        return _become(instruction, Op.SHR, bits, operand)
    return None


def _signextend(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    index, operand = operands
    if not isinstance(index, int):
        return None
    if index >= 31 or range_of(operand)[1] < 1 << (8 * index + 7):
        return operand
    inner = definition_of(operand, Op.SIGNEXTEND)
    if inner is not None and isinstance(inner.operands[0], int):
        if inner.operands[0] <= index:
            return operand
        return _become(instruction, Op.SIGNEXTEND, index, inner.operands[1])
    masked = definition_of(operand, Op.AND)
    if masked is not None and isinstance(masked.operands[1], int):
        kept = (1 << (8 * index + 8)) - 1
        if masked.operands[1] & kept == kept:
            return _become(instruction, Op.SIGNEXTEND, index, masked.operands[0])
    return None


def _byte(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    index, operand = operands
    if isinstance(index, int):
        if index > 31:
            return 0
        if index == 31 and range_of(operand)[1] < 256:
            return operand
        if index == 0:
            return _become(instruction, Op.SHR, 248, operand)
    return None


def _drop_address_mask(
    instruction: Instruction, operands: list[Operand], range_of: RangeOf
) -> Result:
    """The EVM looks at the low 160 bits of an address only."""
    index = _ADDRESS_OPERAND[instruction.op]
    operands[index] = _without_mask(operands[index], _ADDRESS_MASK)
    return None


def _without_mask(operand: Operand, needed: int) -> Operand:
    """Return what `operand` masks, if the mask keeps all the bits that are needed."""
    masked = definition_of(operand, Op.AND)
    mask = masked.operands[1] if masked is not None else 0
    if masked is not None and isinstance(mask, int) and mask & needed == needed:
        return masked.operands[0]
    return operand


def _store_byte(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    operands[1] = _without_mask(operands[1], 0xFF)
    return None


def _mulmod(instruction: Instruction, operands: list[Operand], range_of: RangeOf) -> Result:
    return 0 if operands[2] in (0, 1) else None


_RULES: dict[Op, Callable[[Instruction, list[Operand], RangeOf], Result]] = {
    Op.ADD: _add,
    Op.SUB: _sub,
    Op.MUL: _mul,
    Op.DIV: _div,
    Op.SDIV: _signed_div,
    Op.MOD: _mod,
    Op.SMOD: _signed_mod,
    Op.EXP: _exp,
    Op.AND: _and,
    Op.OR: _or,
    Op.XOR: _xor,
    Op.NOT: _not,
    Op.ISZERO: _iszero,
    Op.EQ: _eq,
    Op.LT: _lt,
    Op.GT: _gt,
    Op.SLT: _slt,
    Op.SGT: _sgt,
    Op.SHL: _shl,
    Op.SHR: _shr,
    Op.SAR: _sar,
    Op.SIGNEXTEND: _signextend,
    Op.BYTE: _byte,
    Op.ADDMOD: _mulmod,
    Op.MULMOD: _mulmod,
    Op.MSTORE8: _store_byte,
    **dict.fromkeys(_ADDRESS_OPERAND, _drop_address_mask),
}
