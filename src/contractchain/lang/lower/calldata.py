"""Values in calldata: elements, members and what their offsets point to.

Nothing in calldata is trusted: offsets and lengths outside it revert without data, and so does a
word that is no clean value of its type.
"""

from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import MAX_MEMORY, Panic
from contractchain.lang.lower.unit import name_of
from contractchain.lang.lower.values import (
    Words,
    is_calldata_pair,
    is_external_function,
    split_function,
    validate,
)
from contractchain.lang.semantics.types import (
    ArraySliceType,
    ArrayType,
    ByteSequenceType,
    StructType,
    Type,
)


def load(code: Code, position: Operand, item: Type) -> Words:
    """Return the value type at `position`; a word that is none reverts."""
    word = code.op(Op.CALLDATALOAD, position)
    if is_external_function(item):
        code.revert_if(code.iszero(code.eq(word, code.shl(64, code.shr(64, word)))))
        return split_function(code, word)
    return (validate(code, word, item),)


def stride(item: Type) -> int:
    """Return the bytes between two elements of an array in calldata."""
    if isinstance(item, ByteSequenceType):
        return 1
    assert isinstance(item, ArrayType)
    return item.element.abi_head_bytes


def tail_bytes(item: Type) -> int:
    """Return the least size of a dynamic value where its offset points."""
    if isinstance(item, ByteSequenceType) or (isinstance(item, ArrayType) and item.is_dynamic):
        return 32
    if isinstance(item, ArrayType):
        assert item.length is not None
        return item.length * item.element.abi_head_bytes
    assert isinstance(item, StructType)
    return sum(member.abi_head_bytes for _, member in item.members)


def follow(
    code: Code, item: Type, base: Operand, position: Operand, *, is_copied: bool = False
) -> Words:
    """Return the dynamic value to which the offset at `position`, counted from `base`, points.

    Whether it is about to be copied only changes the reasons that are given on request.
    """
    what = "access" if is_copied and code.unit.debug_strings else "tail"
    short = "Calldata tail too short" if what == "tail" else "Invalid calldata access stride"

    def body(inner: Code) -> None:
        base, position = inner.parameters
        offset = inner.op(Op.CALLDATALOAD, position)
        size = inner.op(Op.CALLDATASIZE)
        room = inner.sub(inner.sub(size, base), tail_bytes(item) - 1)
        inner.revert_if(inner.iszero(inner.slt(offset, room)), f"Invalid calldata {what} offset")
        found = inner.add(base, offset)
        if not is_calldata_pair(item):
            inner.ret(found)
            return
        length = inner.op(Op.CALLDATALOAD, found)
        inner.revert_if(inner.gt(length, MAX_MEMORY), f"Invalid calldata {what} length")
        start = inner.add(found, 32)
        last = inner.sub(size, inner.mul(length, stride(item)))
        inner.revert_if(inner.sgt(start, last), short)
        inner.ret(start, length)

    results = 2 if is_calldata_pair(item) else 1
    return tuple(code.share(f"follow_{what}_{name_of(item)}", results, body, base, position))


def member(
    code: Code, item: Type, base: Operand, position: Operand, *, is_copied: bool = False
) -> Words:
    """Return the element or member whose head is at `position` in the tuple at `base`."""
    if item.is_abi_dynamic:
        return follow(code, item, base, position, is_copied=is_copied)
    return load(code, position, item) if item.is_value else (position,)


def struct_member(code: Code, item: StructType, pointer: Operand, name: str) -> Words:
    """Return the member `name`."""
    offset = 0
    for label, kind in item.members:
        if label == name:
            return member(code, kind, pointer, code.add(pointer, offset))
        offset += kind.abi_head_bytes
    raise KeyError(name)


def array_length(item: Type, words: Words) -> Operand:
    """Return the number of elements."""
    if isinstance(item, ArrayType) and item.length is not None:
        return item.length
    return words[1]


def element(
    code: Code, item: ArrayType, words: Words, index: Operand, *, is_copied: bool = False
) -> Words:
    """Return element `index`, which must exist."""
    position = code.add(words[0], code.mul(index, stride(item)))
    return member(code, item.element, words[0], position, is_copied=is_copied)


def checked_element(code: Code, item: Type, words: Words, index: Operand) -> Words:
    """Return element `index`; out of bounds panics."""
    length = array_length(item, words)
    code.panic_if(code.iszero(code.lt(index, length)), Panic.OUT_OF_BOUNDS)
    if isinstance(item, ByteSequenceType):
        word = code.op(Op.CALLDATALOAD, code.add(words[0], index))
        return (code.and_(word, 0xFF << 248),)
    assert isinstance(item, ArrayType)
    return element(code, item, words, index)


def sequence_type(item: Type) -> Type:
    """Return the array type of a slice, and any other type itself."""
    return item.array if isinstance(item, ArraySliceType) else item


def slice_words(code: Code, item: Type, words: Words, start: Operand, stop: Operand) -> Words:
    """Return offset and length of `x[start:stop]`; bounds that do not fit revert."""
    code.revert_if(code.gt(start, stop), "Slice starts after end")
    code.revert_if(code.gt(stop, words[1]), "Slice is greater than length")
    return code.add(words[0], code.mul(start, stride(item))), code.sub(stop, start)
