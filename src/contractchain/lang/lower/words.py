"""Arithmetic on words: folded where the operands are known, emitted where they are not."""

from typing import TYPE_CHECKING

from contractchain.lang.ir.builder import FunctionBuilder
from contractchain.lang.ir.nodes import WORD, Operand
from contractchain.lang.ir.op import Op

if TYPE_CHECKING:
    pass

_SIGN = 1 << 255


class Words:
    """Emits operations on words; the twin of each instruction that can be folded."""

    builder: FunctionBuilder

    def op(self, op: Op, *operands: Operand, symbol: str = "") -> Operand:
        """Emit an operation with one result."""
        return self.builder.emit(op, *operands, symbol=symbol)

    def effect(self, op: Op, *operands: Operand, symbol: str = "") -> None:
        """Emit an operation without a result."""
        self.builder.emit_effect(op, *operands, symbol=symbol)

    def add(self, left: Operand, right: Operand) -> Operand:
        """Return the sum modulo 2**256."""
        if isinstance(left, int):
            left, right = right, left
        if isinstance(right, int):
            if right == 0:
                return left
            if isinstance(left, int):
                return (left + right) & WORD
        return self.op(Op.ADD, left, right)

    def sub(self, left: Operand, right: Operand) -> Operand:
        """Return the difference modulo 2**256."""
        if isinstance(right, int):
            if right == 0:
                return left
            if isinstance(left, int):
                return (left - right) & WORD
        return self.op(Op.SUB, left, right)

    def mul(self, left: Operand, right: Operand) -> Operand:
        """Return the product modulo 2**256; powers of two become shifts."""
        if isinstance(left, int):
            left, right = right, left
        if isinstance(right, int):
            if isinstance(left, int):
                return left * right & WORD
            if right == 0:
                return 0
            if right & (right - 1) == 0:
                return self.shl(right.bit_length() - 1, left)
        return self.op(Op.MUL, left, right)

    def div(self, left: Operand, right: Operand) -> Operand:
        """Return the unsigned quotient; powers of two become shifts."""
        if isinstance(right, int) and right and right & (right - 1) == 0:
            return self.shr(right.bit_length() - 1, left)
        return self.op(Op.DIV, left, right)

    def shl(self, bits: Operand, word: Operand) -> Operand:
        """Return `word` shifted left."""
        if bits == 0:
            return word
        if isinstance(bits, int) and isinstance(word, int):
            return word << bits & WORD if bits < 256 else 0
        return self.op(Op.SHL, bits, word)

    def shr(self, bits: Operand, word: Operand) -> Operand:
        """Return `word` shifted right, filled with zeros."""
        if bits == 0:
            return word
        if isinstance(bits, int) and isinstance(word, int):
            return word >> bits if bits < 256 else 0
        return self.op(Op.SHR, bits, word)

    def and_(self, left: Operand, right: Operand) -> Operand:
        """Return the bitwise conjunction."""
        if isinstance(left, int):
            left, right = right, left
        if isinstance(right, int):
            if isinstance(left, int):
                return left & right
            if right == WORD:
                return left
            if right == 0:
                return 0
        return self.op(Op.AND, left, right)

    def or_(self, left: Operand, right: Operand) -> Operand:
        """Return the bitwise disjunction."""
        if isinstance(left, int):
            left, right = right, left
        if isinstance(right, int):
            if right == 0:
                return left
            if isinstance(left, int):
                return left | right
        return self.op(Op.OR, left, right)

    def not_(self, word: Operand) -> Operand:
        """Return the bitwise complement."""
        return word ^ WORD if isinstance(word, int) else self.op(Op.NOT, word)

    def lt(self, left: Operand, right: Operand) -> Operand:
        """Return whether `left` is smaller, unsigned."""
        if isinstance(left, int) and isinstance(right, int):
            return int(left < right)
        return self.op(Op.LT, left, right)

    def gt(self, left: Operand, right: Operand) -> Operand:
        """Return whether `left` is greater, unsigned."""
        if isinstance(left, int) and isinstance(right, int):
            return int(left > right)
        return self.op(Op.GT, left, right)

    def slt(self, left: Operand, right: Operand) -> Operand:
        """Return whether `left` is smaller, signed."""
        if isinstance(left, int) and isinstance(right, int):
            return int(left ^ _SIGN < right ^ _SIGN)
        return self.op(Op.SLT, left, right)

    def sgt(self, left: Operand, right: Operand) -> Operand:
        """Return whether `left` is greater, signed."""
        if isinstance(left, int) and isinstance(right, int):
            return int(left ^ _SIGN > right ^ _SIGN)
        return self.op(Op.SGT, left, right)

    def eq(self, left: Operand, right: Operand) -> Operand:
        """Return whether both are the same."""
        if isinstance(left, int) and isinstance(right, int):
            return int(left == right)
        return self.op(Op.EQ, left, right)

    def iszero(self, word: Operand) -> Operand:
        """Return whether `word` is 0."""
        return int(word == 0) if isinstance(word, int) else self.op(Op.ISZERO, word)

    def signextend(self, byte: int, word: Operand) -> Operand:
        """Return `word` with its sign bit, in byte `byte` from the right, spread to the left."""
        if byte >= 31:
            return word
        if isinstance(word, int):
            bits = 8 * (byte + 1)
            low = word & ((1 << bits) - 1)
            return (low - (1 << bits)) & WORD if low >> (bits - 1) else low
        return self.op(Op.SIGNEXTEND, byte, word)
