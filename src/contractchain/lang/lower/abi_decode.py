"""ABI decoding from calldata or memory, with everything checked.

Data that is too short, offsets and lengths that lead out of it and words that are no value of their
type revert without data, as with solc's ABI coder v2.
"""

from collections.abc import Sequence

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import memory
from contractchain.lang.lower.abi_encode import head_bytes, is_by_slot
from contractchain.lang.lower.calldata import stride
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import MAX_MEMORY
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.unit import name_of
from contractchain.lang.lower.values import (
    Words,
    count_words,
    is_calldata_pair,
    is_external_function,
    split_function,
    validate,
)
from contractchain.lang.semantics.types import ArrayType, ByteSequenceType, StructType, Type

_BAD_OFFSET = "ABI decoding: invalid calldata array offset"
_BAD_STRIDE = "ABI decoding: invalid calldata array stride"


def decode(
    code: Code, start: Operand, end: Operand, types: Sequence[Type], *, from_memory: bool
) -> list[Words]:
    """Return the values of the tuple that is encoded between `start` and `end`.

    Args:
        code: Where to emit.
        start: First byte, in calldata or memory.
        end: First byte after the data.
        types: Types of the values; references in calldata are left where they are.
        from_memory: Whether the data is in memory.
    """
    size = sum(head_bytes(item) for item in types)
    if size and isinstance(start, int):
        code.revert_if(code.lt(end, start + size), "ABI decoding: tuple data too short")
    elif size:
        code.revert_if(code.slt(code.sub(end, start), size), "ABI decoding: tuple data too short")
    values: list[Words] = []
    offset = 0
    for item in types:
        position = code.add(start, offset)
        offset += head_bytes(item)
        if is_by_slot(item):
            values.append((_read(code, position, from_memory),))
            continue
        if item.is_abi_dynamic:
            relative = _read(code, position, from_memory)
            code.revert_if(code.gt(relative, MAX_MEMORY), "ABI decoding: invalid tuple offset")
            position = code.add(start, relative)
        values.append(decode_at(code, position, end, item, from_memory=from_memory))
    return values


def _read(code: Code, position: Operand, from_memory: bool) -> Operand:
    return code.op(Op.MLOAD if from_memory else Op.CALLDATALOAD, position)


def decode_at(
    code: Code, position: Operand, end: Operand, item: Type, *, from_memory: bool
) -> Words:
    """Return the value whose content is at `position`."""
    if item.is_value:
        word = _read(code, position, from_memory)
        if is_external_function(item):
            code.revert_if(code.iszero(code.eq(word, code.shl(64, code.shr(64, word)))))
            return split_function(code, word)
        return (validate(code, word, item),)
    origin = "memory" if from_memory else "calldata"
    name = f"decode_{name_of(item)}_{origin}"

    def body(inner: Code) -> None:
        inner.ret(*_decode_reference(inner, item, from_memory))

    if not item.is_reference:
        raise refuse(f"ABI decoding of `{item}`")
    return tuple(code.share(name, count_words(item), body, position, end))


def _decode_reference(code: Code, item: Type, from_memory: bool) -> Words:
    if item.location is DataLocation.CALLDATA:
        return _decode_in_place(code, item)
    if isinstance(item, ByteSequenceType):
        return (_decode_bytes(code, from_memory),)
    if isinstance(item, ArrayType):
        return (_decode_array(code, item, from_memory),)
    assert isinstance(item, StructType)
    return (_decode_struct(code, item, from_memory),)


def _decode_in_place(code: Code, item: Type) -> Words:
    position, end = code.parameters
    if isinstance(item, StructType):
        size = sum(member.abi_head_bytes for _, member in item.members)
        code.revert_if(
            code.slt(code.sub(end, position), size), "ABI decoding: struct calldata too short"
        )
        return (position,)
    if not is_calldata_pair(item):
        assert isinstance(item, ArrayType) and item.length is not None
        last = code.add(position, item.length * stride(item))
        code.revert_if(code.gt(last, end), _BAD_STRIDE)
        return (position,)
    code.revert_if(code.iszero(code.slt(code.add(position, 31), end)), _BAD_OFFSET)
    length = code.op(Op.CALLDATALOAD, position)
    code.revert_if(code.gt(length, MAX_MEMORY), "ABI decoding: invalid calldata array length")
    start = code.add(position, 32)
    code.revert_if(code.gt(code.add(start, code.mul(length, stride(item))), end), _BAD_STRIDE)
    return start, length


def _decode_bytes(code: Code, from_memory: bool) -> Operand:
    position, end = code.parameters
    code.revert_if(code.iszero(code.slt(code.add(position, 31), end)), _BAD_OFFSET)
    length = _read(code, position, from_memory)
    pointer = memory.allocate_bytes(code, length)
    source, target = code.add(position, 32), code.add(pointer, 32)
    code.revert_if(
        code.gt(code.add(source, length), end), "ABI decoding: invalid byte array length"
    )
    if from_memory:
        memory.copy_bytes(code, target, source, length)
    else:
        code.effect(Op.CALLDATACOPY, target, source, length)
    code.mstore(code.add(target, length), 0)
    return pointer


def _decode_array(code: Code, item: ArrayType, from_memory: bool) -> Operand:
    position, end = code.parameters
    code.revert_if(code.iszero(code.slt(code.add(position, 31), end)), _BAD_OFFSET)
    length: Operand
    if item.length is None:
        length = _read(code, position, from_memory)
        source = code.add(position, 32)
    else:
        length, source = item.length, position
    pointer = memory.allocate_array(code, item, length)
    target = memory.data_start(code, item, pointer)
    width = item.element.abi_head_bytes
    if not item.element.is_abi_dynamic:
        code.revert_if(code.gt(code.add(source, code.mul(length, width)), end), _BAD_STRIDE)
    else:
        code.revert_if(code.gt(code.add(source, code.mul(length, 32)), end), _BAD_STRIDE)
    with code.count(length) as index:
        at = code.add(source, code.mul(index, width))
        if item.element.is_abi_dynamic:
            relative = _read(code, at, from_memory)
            code.revert_if(code.gt(relative, MAX_MEMORY), _BAD_OFFSET)
            at = code.add(source, relative)
        value = decode_at(code, at, end, item.element, from_memory=from_memory)
        memory.store(code, code.add(target, code.mul(index, 32)), item.element, value)
    return pointer


def _decode_struct(code: Code, item: StructType, from_memory: bool) -> Operand:
    position, end = code.parameters
    size = sum(member.abi_head_bytes for _, member in item.members)
    code.revert_if(code.slt(code.sub(end, position), size), "ABI decoding: struct data too short")
    pointer = memory.new_struct(code, item)
    offset = 0
    for name, kind in item.members:
        at = code.add(position, offset)
        offset += kind.abi_head_bytes
        if kind.is_abi_dynamic:
            relative = _read(code, at, from_memory)
            code.revert_if(code.gt(relative, MAX_MEMORY), "ABI decoding: invalid struct offset")
            at = code.add(position, relative)
        value = decode_at(code, at, end, kind, from_memory=from_memory)
        memory.store(code, memory.member_position(code, item, pointer, name), kind, value)
    return pointer
