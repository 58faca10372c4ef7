"""Value types as words: how wide, how clean, how converted.

A word that is computed with is always clean: the bits outside its type repeat what the type says.
What comes from outside (calldata, storage) is cleaned or validated on the way in; what inline
assembly left in a variable, where it is used (`Frame.value`).
"""

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import WORD, Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import Panic
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.semantics.types import (
    AddressType,
    ArraySliceType,
    ArrayType,
    BoolType,
    ByteSequenceType,
    ContractType,
    EnumType,
    FixedBytesType,
    FunctionType,
    FunctionTypeKind,
    IntegerType,
    RationalType,
    StringLiteralType,
    TupleType,
    Type,
    UserDefinedValueType,
)

Words = tuple[Operand, ...]
"""What one value is on the stack of the IR: none, one or two words."""

_FUNCTION_WORDS = {
    FunctionTypeKind.EXTERNAL: 2,
    FunctionTypeKind.DELEGATE: 2,
    FunctionTypeKind.INTERNAL: 1,
}
ADDRESS_MASK = (1 << 160) - 1


def count_words(item: Type) -> int:
    """Return how many words a value of the type is."""
    if isinstance(item, TupleType):
        return sum(0 if part is None else count_words(part) for part in item.components)
    if isinstance(item, FunctionType):
        return _FUNCTION_WORDS.get(item.kind, 0)
    if is_calldata_pair(item):
        return 2
    return int(item.is_value or item.is_reference or item.location is not None)


def is_calldata_pair(item: Type) -> bool:
    """Return whether a value is an offset and a length in calldata."""
    if isinstance(item, ArraySliceType):
        return True
    if item.location is not DataLocation.CALLDATA:
        return False
    return isinstance(item, ByteSequenceType) or (isinstance(item, ArrayType) and item.is_dynamic)


def split_words(words: Words, types: tuple[Type | None, ...]) -> list[Words]:
    """Cut the words of several values apart."""
    parts, start = [], 0
    for item in types:
        size = 0 if item is None else count_words(item)
        parts.append(words[start : start + size])
        start += size
    return parts


def is_external_function(item: Type) -> bool:
    """Return whether values are an address and a selector."""
    return isinstance(item, FunctionType) and item.kind is FunctionTypeKind.EXTERNAL


def resolve(item: Type) -> Type:
    """Return the type that represents `item`: user-defined value types are unwrapped."""
    while isinstance(item, UserDefinedValueType):
        item = item.underlying
    return item


def clean(code: Code, word: Operand, item: Type) -> Operand:
    """Return `word` with everything outside its type removed; an enum out of range panics."""
    item = resolve(item)
    match item:
        case IntegerType(bits=256):
            return word
        case IntegerType(is_signed=True):
            return code.signextend(item.bits // 8 - 1, word)
        case IntegerType():
            return code.and_(word, item.maximum)
        case BoolType():
            return code.iszero(code.iszero(word))
        case AddressType() | ContractType():
            return code.and_(word, ADDRESS_MASK)
        case FixedBytesType():
            return code.and_(word, left_mask(item.size))
        case EnumType():
            code.panic_if(code.gt(word, item.member_count - 1), Panic.ENUM)
            return word
    return word


def clean_words(code: Code, words: Words, item: Type) -> Words:
    """Return a value, or those of a tuple, with everything outside the types removed."""
    if isinstance(item, TupleType):
        parts = zip(split_words(words, item.components), item.components, strict=True)
        return sum((clean_words(code, part, kind) for part, kind in parts if kind is not None), ())
    if is_external_function(item):
        address, selector = words
        return code.and_(address, ADDRESS_MASK), code.and_(selector, 0xFFFFFFFF)
    if not item.is_value or len(words) != 1:
        return words
    return (clean(code, words[0], item),)


def validate(code: Code, word: Operand, item: Type) -> Operand:
    """Return `word`; revert without data if it is not a clean value of the type."""
    item = resolve(item)
    match item:
        case IntegerType(bits=256) | FixedBytesType(size=32):
            return word
        case IntegerType(is_signed=False) if isinstance(word, int):
            return word
        case EnumType():
            code.revert_if(code.gt(word, item.member_count - 1))
        case IntegerType(is_signed=False):
            code.revert_if(code.shr(item.bits, word))
        case AddressType() | ContractType():
            code.revert_if(code.shr(160, word))
        case BoolType():
            code.revert_if(code.gt(word, 1))
        case IntegerType() | FixedBytesType():
            code.revert_if(code.iszero(code.eq(word, clean(code, word, item))))
    return word


def left_mask(size: int) -> int:
    """Return a word with `size` bytes set on the left."""
    return WORD ^ (WORD >> (8 * size))


def to_right(code: Code, word: Operand, item: Type) -> Operand:
    """Return the bytes of a value at the right end of the word, as storage holds them."""
    item = resolve(item)
    if isinstance(item, FixedBytesType):
        return code.shr(256 - 8 * item.size, word)
    return word


def from_right(code: Code, word: Operand, item: Type) -> Operand:
    """Return a clean value whose bytes are at the right end of `word`, under others."""
    item = resolve(item)
    if isinstance(item, FixedBytesType):
        return code.shl(256 - 8 * item.size, word)
    if isinstance(item, (BoolType, EnumType)):
        word = code.and_(word, 0xFF)
        return clean(code, word, item) if isinstance(item, EnumType) else word
    if isinstance(item, FunctionType):
        return code.and_(word, (1 << (8 * item.storage_bytes)) - 1)
    return clean(code, word, item)


def is_wider_or_same(source: Type, target: Type) -> bool:
    """Return whether every clean integer of `source` is a clean one of `target`."""
    if not (isinstance(source, IntegerType) and isinstance(target, IntegerType)):
        return False
    if source.is_signed == target.is_signed:
        return source.bits <= target.bits
    return not source.is_signed and source.bits < target.bits


def rational_word(item: RationalType, target: Type | None = None) -> int:
    """Return the word for a number literal, as `target` has it."""
    number = item.value.numerator
    if item.value.denominator != 1:
        raise refuse("a fraction where an integer is needed")
    target = None if target is None else resolve(target)
    if isinstance(target, FixedBytesType):
        return number << (256 - 8 * target.size) & WORD
    return number & WORD


def literal_word(content: bytes) -> int:
    """Return the first 32 bytes of a string, left-aligned."""
    return int.from_bytes(content[:32].ljust(32, b"\0"), "big")


def convert_word(code: Code, word: Operand, source: Type, target: Type) -> Operand:
    """Return a clean value of one value type as one of another.

    Args:
        code: Where to emit.
        word: Clean value of `source`.
        source: A value type of one word.
        target: A value type that `source` converts to, implicitly or explicitly.
    """
    source, target = resolve(source), resolve(target)
    if source == target or is_wider_or_same(source, target):
        return word
    if isinstance(source, RationalType):
        word = rational_word(source, target)
        return word if isinstance(target, FixedBytesType) else clean(code, word, target)
    if isinstance(source, StringLiteralType):
        return literal_word(source.value)
    if isinstance(source, FixedBytesType):
        if isinstance(target, FixedBytesType):
            return word if target.size >= source.size else clean(code, word, target)
        return clean(code, code.shr(256 - 8 * source.size, word), target)
    if isinstance(target, FixedBytesType):
        return code.shl(256 - 8 * target.size, word)
    if isinstance(source, (AddressType, ContractType)) and isinstance(
        target, (AddressType, ContractType)
    ):
        return word
    if isinstance(source, EnumType) and isinstance(target, IntegerType):
        return word
    return clean(code, word, target)


def combine_function(code: Code, words: Words) -> Operand:
    """Return address and selector of an external function in the left 24 bytes of a word."""
    address, selector = words
    return code.or_(code.shl(96, address), code.shl(64, selector))


def split_function(code: Code, word: Operand) -> Words:
    """Return address and selector from the left 24 bytes of a word."""
    return code.shr(96, word), code.and_(code.shr(64, word), 0xFFFFFFFF)


def byte_at(code: Code, index: Operand, word: Operand) -> Operand:
    """Return byte `index` of `word` from the left, as a `bytes1`."""
    return code.shl(248, code.op(Op.BYTE, index, word))
