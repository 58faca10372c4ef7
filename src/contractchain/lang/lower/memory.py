"""Values in memory: allocation, initial values, elements and members.

Elements and members take a word each, `bytes` are packed; what is a reference is a pointer.
Dynamic arrays, `bytes` and `string` begin with their length, static arrays and structs do not.
"""

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import MAX_MEMORY, ZERO_SLOT, Panic
from contractchain.lang.lower.unit import name_of
from contractchain.lang.lower.values import (
    Words,
    clean,
    combine_function,
    count_words,
    is_calldata_pair,
    is_external_function,
    split_function,
)
from contractchain.lang.semantics.types import (
    ArrayType,
    ByteSequenceType,
    FunctionType,
    StructType,
    Type,
)


def load(code: Code, position: Operand, item: Type) -> Words:
    """Return the element or member at `position`; references are pointers."""
    word = code.mload(position)
    if is_external_function(item):
        return split_function(code, word)
    return (clean(code, word, item) if item.is_value else word,)


def load_clean(code: Code, position: Operand, item: Type) -> Words:
    """Return the element or member at `position`; what only our code writes is clean already."""
    if code.unit.has_assembly:
        return load(code, position, item)
    word = code.mload(position)
    return split_function(code, word) if is_external_function(item) else (word,)


def store(code: Code, position: Operand, item: Type, words: Words) -> None:
    """Write a clean value, or a pointer, as element or member."""
    word = combine_function(code, words) if is_external_function(item) else words[0]
    code.mstore(position, word)


def is_lengthy(item: Type) -> bool:
    """Return whether values in memory begin with their length."""
    return isinstance(item, ByteSequenceType) or (isinstance(item, ArrayType) and item.is_dynamic)


def array_length(code: Code, item: Type, pointer: Operand) -> Operand:
    """Return the number of elements."""
    if isinstance(item, ArrayType) and item.length is not None:
        return item.length
    return code.mload(pointer)


def data_start(code: Code, item: Type, pointer: Operand) -> Operand:
    """Return where the elements begin."""
    return code.add(pointer, 32) if is_lengthy(item) else pointer


def element_position(code: Code, item: Type, pointer: Operand, index: Operand) -> Operand:
    """Return where element `index` is; out of bounds panics."""
    length = array_length(code, item, pointer)
    code.panic_if(code.iszero(code.lt(index, length)), Panic.OUT_OF_BOUNDS)
    width = 1 if isinstance(item, ByteSequenceType) else 32
    return code.add(data_start(code, item, pointer), code.mul(index, width))


def allocate_bytes(code: Code, length: Operand) -> Operand:
    """Return new `bytes` of `length`, with the length written and the content undefined."""
    if not isinstance(length, int):
        code.panic_if(code.gt(length, MAX_MEMORY), Panic.OUT_OF_MEMORY)
        pointer = code.allocate(code.add(code.round_up(length), 32))
    else:
        pointer = code.allocate(32 + (length + 31) // 32 * 32)
    code.mstore(pointer, length)
    return pointer


def allocate_array(code: Code, item: ArrayType, length: Operand) -> Operand:
    """Return a new array, with the length written (if dynamic) and the content undefined."""
    if item.length is not None:
        return code.allocate(32 * item.length)
    if not isinstance(length, int):
        code.panic_if(code.gt(length, MAX_MEMORY), Panic.OUT_OF_MEMORY)
    pointer = code.allocate(code.add(code.mul(length, 32), 32))
    code.mstore(pointer, length)
    return pointer


def fill_with_zero(code: Code, position: Operand, size: Operand) -> None:
    """Write `size` zero bytes."""
    code.effect(Op.CALLDATACOPY, position, code.op(Op.CALLDATASIZE), size)


def new_array(code: Code, item: Type, length: Operand) -> Operand:
    """Return a new array, `bytes` or `string` with initial elements."""
    if isinstance(item, ByteSequenceType):
        pointer = allocate_bytes(code, length)
        fill_with_zero(code, code.add(pointer, 32), code.round_up(length))
        return pointer
    assert isinstance(item, ArrayType)
    return code.share(f"new_{name_of(item)}", 1, lambda inner: _new_array(inner, item), length)[0]


def _new_array(code: Code, item: ArrayType) -> None:
    length = code.parameters[0]
    pointer = allocate_array(code, item, length)
    start = data_start(code, item, pointer)
    if item.element.is_value or is_lengthy(item.element):
        if item.element.is_value:
            fill_with_zero(code, start, code.mul(length, 32))
        else:
            with code.count(length) as index:
                code.mstore(code.add(start, code.mul(index, 32)), ZERO_SLOT)
    else:
        with code.count(length) as index:
            (element,) = zero_value(code, item.element)
            code.mstore(code.add(start, code.mul(index, 32)), element)
    code.ret(pointer)


def new_struct(code: Code, item: StructType) -> Operand:
    """Return a new struct with the content undefined."""
    return code.allocate(32 * len(memory_members(item)))


def memory_members(item: StructType) -> list[tuple[str, Type]]:
    """Return the members that a struct has in memory: all but mappings."""
    return [(name, member) for name, member in item.members]


def member_position(code: Code, item: StructType, pointer: Operand, name: str) -> Operand:
    """Return where the member `name` is."""
    return code.add(pointer, item.memory_offset(name))


def _new_zero_struct(code: Code, item: StructType) -> None:
    pointer = new_struct(code, item)
    for name, member in memory_members(item):
        store(code, member_position(code, item, pointer, name), member, zero_value(code, member))
    code.ret(pointer)


def zero_value(code: Code, item: Type) -> Words:
    """Return the initial value of a local variable."""
    if isinstance(item, FunctionType) or item.is_value:
        return (0,) * count_words(item)
    if item.location is DataLocation.CALLDATA:
        size = code.op(Op.CALLDATASIZE)
        return (size, 0) if is_calldata_pair(item) else (size,)
    if item.location is not DataLocation.MEMORY:
        return (0,) * count_words(item)
    if is_lengthy(item):
        return (ZERO_SLOT,)
    if isinstance(item, ArrayType):
        assert item.length is not None
        return (new_array(code, item, item.length),)
    assert isinstance(item, StructType)
    struct = item
    return (
        code.share(f"zero_{name_of(item)}", 1, lambda inner: _new_zero_struct(inner, struct))[0],
    )


def literal_to_memory(code: Code, content: bytes) -> Operand:
    """Return new `bytes` with constant content."""
    pointer = allocate_bytes(code, len(content))
    write_literal(code, code.add(pointer, 32), content)
    return pointer


def write_literal(code: Code, position: Operand, content: bytes) -> None:
    """Write constant bytes, in whole words, to memory."""
    for start in range(0, len(content), 32):
        word = int.from_bytes(content[start : start + 32].ljust(32, b"\0"), "big")
        code.mstore(code.add(position, start), word)


def copy_bytes(code: Code, target: Operand, source: Operand, length: Operand) -> None:
    """Copy within memory, between places that do not overlap; up to 31 bytes more may change."""
    if code.unit.has_mcopy:
        code.effect(Op.MCOPY, target, source, length)
        return
    with code.count(code.shr(5, code.add(length, 31))) as index:
        offset = code.shl(5, index)
        code.mstore(code.add(target, offset), code.mload(code.add(source, offset)))
