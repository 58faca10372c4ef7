"""Conversion of any value to any type that it converts to."""

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import WORD, Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import calldata, memory
from contractchain.lang.lower.access import length_of
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.values import (
    Words,
    convert_word,
    count_words,
    left_mask,
    resolve,
    split_words,
)
from contractchain.lang.semantics.types import (
    ArrayType,
    ByteSequenceType,
    FixedBytesType,
    FunctionType,
    StringLiteralType,
    TupleType,
    Type,
)


def convert(code: Code, words: Words, source: Type, target: Type) -> Words:
    """Return a value of `source` as one of `target`; references may be copied to memory.

    Args:
        code: Where to emit.
        words: The value.
        source: Its type.
        target: A type that `source` converts to, implicitly or explicitly; references in memory,
            in calldata, or pointers to storage.

    Raises:
        Refusal: the conversion is not supported.
    """
    if source == target:
        return words
    if isinstance(source, TupleType) and isinstance(target, TupleType):
        return _convert_tuple(code, words, source, target)
    if isinstance(resolve(target), FunctionType) or isinstance(source, FunctionType):
        return words
    if target.is_value:
        if source.is_reference:
            return (_reference_to_fixed(code, words, source, resolve(target)),)
        word = words[0] if words else 0
        return (convert_word(code, word, source, target),)
    if isinstance(source, StringLiteralType):
        return (memory.literal_to_memory(code, source.value),)
    return _convert_reference(code, words, source, target)


def _convert_tuple(code: Code, words: Words, source: TupleType, target: TupleType) -> Words:
    parts = split_words(words, source.components)
    out: Words = ()
    for part, origin, wanted in zip(parts, source.components, target.components, strict=True):
        if wanted is not None and origin is not None:
            out += convert(code, part, origin, wanted)
    return out


def _convert_reference(code: Code, words: Words, source: Type, target: Type) -> Words:
    from contractchain.lang.lower.copies import copy_to_memory

    if source.location is target.location:
        return words[: count_words(target)]
    if target.location is DataLocation.MEMORY:
        plain = calldata.sequence_type(source)
        if isinstance(plain, (ArrayType, ByteSequenceType)) or plain.is_reference:
            return (copy_to_memory(code, words, source, target),)
    raise refuse(f"a conversion from `{source}` to `{target}`")


def _reference_to_fixed(code: Code, words: Words, source: Type, target: Type) -> Operand:
    """Return the first bytes of `bytes` as a `bytesN`, filled up with zeros."""
    assert isinstance(target, FixedBytesType)
    plain = calldata.sequence_type(source)
    if plain.location is DataLocation.STORAGE:
        return _storage_to_fixed(code, words[0], target)
    length = length_of(code, plain, words)
    if plain.location is DataLocation.MEMORY:
        content = code.mload(code.add(words[0], 32))
    else:
        content = code.op(Op.CALLDATALOAD, words[0])
    return _cut(code, content, length, target.size)


def _cut(code: Code, content: Operand, length: Operand, size: int) -> Operand:
    """Return the first `min(length, size)` bytes of `content`."""
    content = code.and_(content, left_mask(size))
    is_short = code.lt(length, size)
    result = code.variable(content)
    with code.when(is_short):
        mask = code.shl(code.sub(256, code.shl(3, length)), WORD)
        code.set(result, code.and_(content, mask))
    return code.get(result)


def _storage_to_fixed(code: Code, slot: Operand, target: FixedBytesType) -> Operand:
    from contractchain.lang.lower import storage

    word = code.op(Op.SLOAD, slot)
    length = storage.decode_bytes_length(code, word)
    content = code.variable(code.and_(word, ~0xFF & WORD))
    with code.when(code.and_(word, 1)):
        code.set(content, code.op(Op.SLOAD, storage.data_slot(code, slot)))
    return _cut(code, code.get(content), length, target.size)
