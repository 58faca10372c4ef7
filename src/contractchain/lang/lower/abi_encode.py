"""ABI encoding of values to memory: the standard form, and the packed one.

Spec:
    Solidity documentation, "Contract ABI Specification".
"""

from collections.abc import Sequence

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import calldata, memory, storage
from contractchain.lang.lower.access import element_of, first_of, length_of, member_of
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.storage_bytes import write_content
from contractchain.lang.lower.unit import name_of
from contractchain.lang.lower.values import (
    Words,
    combine_function,
    is_external_function,
    resolve,
    to_right,
)
from contractchain.lang.semantics.types import (
    ArrayType,
    ByteSequenceType,
    StringLiteralType,
    StructType,
    Type,
)

Typed = tuple[Words, Type]
"""A value and its type."""


def encoded_bytes(targets: Sequence[Type]) -> int | None:
    """Return the size of the encoding of a tuple of value types; None if it varies."""
    return 32 * len(targets) if all(item.is_value for item in targets) else None


def is_by_slot(item: Type) -> bool:
    """Return whether a value is passed as its slot: storage, to functions of libraries."""
    return item.location is DataLocation.STORAGE


def head_bytes(item: Type) -> int:
    """Return the bytes in the head of a tuple."""
    return 32 if is_by_slot(item) else item.abi_head_bytes


def encode(code: Code, start: Operand, values: Sequence[Typed], targets: Sequence[Type]) -> Operand:
    """Write the encoding of a tuple to memory at `start` and return its end.

    Args:
        code: Where to emit.
        start: Where to write; memory from there on is overwritten.
        values: Values with their own types.
        targets: Types to encode them as.
    """
    offset = 0
    tail = code.add(start, sum(head_bytes(item) for item in targets))
    for (words, source), target in zip(values, targets, strict=True):
        position = code.add(start, offset)
        offset += head_bytes(target)
        if is_by_slot(target):
            code.mstore(position, words[0])
        elif target.is_abi_dynamic:
            code.mstore(position, code.sub(tail, start))
            tail = encode_dynamic(code, tail, words, source, target)
        else:
            encode_static(code, position, words, source, target)
    return tail


def encode_static(code: Code, position: Operand, words: Words, source: Type, target: Type) -> None:
    """Write a value of static size."""
    if target.is_value:
        value = convert(code, words, source, target)
        is_function = is_external_function(target)
        code.mstore(position, combine_function(code, value) if is_function else value[0])
        return

    def body(inner: Code) -> None:
        position, *words = inner.parameters
        _encode_content(inner, position, tuple(words), source, target)
        inner.ret()

    code.share(f"encode_{name_of(source, target)}", 0, body, position, *words)


def encode_dynamic(
    code: Code, position: Operand, words: Words, source: Type, target: Type
) -> Operand:
    """Write a value of dynamic size and return its end."""
    if isinstance(source, StringLiteralType):
        code.mstore(position, len(source.value))
        memory.write_literal(code, code.add(position, 32), source.value)
        return code.add(position, 32 + (len(source.value) + 31) // 32 * 32)

    def body(inner: Code) -> None:
        position, *words = inner.parameters
        inner.ret(_encode_content(inner, position, tuple(words), source, target))

    return code.share(f"encode_{name_of(source, target)}", 1, body, position, *words)[0]


def _encode_content(
    code: Code, position: Operand, words: Words, source: Type, target: Type
) -> Operand:
    plain = calldata.sequence_type(source)
    if isinstance(plain, ByteSequenceType):
        return _encode_bytes(code, position, words, plain)
    if isinstance(plain, ArrayType):
        assert isinstance(target, ArrayType)
        return _encode_array(code, position, words, plain, target)
    if isinstance(plain, StructType):
        assert isinstance(target, StructType)
        members = [
            (member_of(code, plain, words, name), kind)
            for name, kind in plain.members
            if kind.is_value or kind.is_reference
        ]
        targets = [kind for _, kind in target.members if kind.is_value or kind.is_reference]
        return encode(code, position, members, targets)
    raise refuse(f"ABI encoding of `{source}`")


def copy_content(code: Code, position: Operand, words: Words, source: Type) -> Operand:
    """Write the bytes of a `bytes` or `string`, then zeros, and return their length."""
    match source.location:
        case DataLocation.MEMORY:
            length = code.mload(words[0])
            memory.copy_bytes(code, position, code.add(words[0], 32), length)
            code.mstore(code.add(position, length), 0)
        case DataLocation.CALLDATA:
            length = words[1]
            code.effect(Op.CALLDATACOPY, position, words[0], length)
            code.mstore(code.add(position, length), 0)
        case _:
            word = code.op(Op.SLOAD, words[0])
            length = storage.decode_bytes_length(code, word)
            write_content(code, words[0], word, length, position)
    return length


def _encode_bytes(code: Code, position: Operand, words: Words, source: Type) -> Operand:
    content = code.add(position, 32)
    length = copy_content(code, content, words, source)
    code.mstore(position, length)
    return code.add(content, code.round_up(length))


def _encode_array(
    code: Code, position: Operand, words: Words, source: ArrayType, target: ArrayType
) -> Operand:
    length = length_of(code, source, words)
    if target.is_dynamic:
        code.mstore(position, length)
        position = code.add(position, 32)
    first = first_of(code, source, words)
    if _copy_words(code, position, source, target, first, length):
        return code.add(position, code.mul(length, 32))
    stride = target.element.abi_head_bytes
    end = code.add(position, code.mul(length, stride))
    if not target.element.is_abi_dynamic:
        with code.count(length) as index:
            value = element_of(code, source, words, first, index)
            at = code.add(position, code.mul(index, stride))
            encode_static(code, at, value, source.element, target.element)
        return end
    tail = code.variable(end, "tail")
    with code.count(length) as index:
        value = element_of(code, source, words, first, index)
        current = code.get(tail)
        code.mstore(code.add(position, code.mul(index, 32)), code.sub(current, position))
        code.set(tail, encode_dynamic(code, current, value, source.element, target.element))
    return code.get(tail)


def _copy_words(
    code: Code,
    position: Operand,
    source: ArrayType,
    target: ArrayType,
    first: Operand,
    length: Operand,
) -> bool:
    """Copy all elements at once where they are encoded already."""
    element = source.element
    if not element.is_value or element != target.element or is_external_function(element):
        return False
    any_word = resolve(element).storage_bytes == 32
    if source.location is DataLocation.MEMORY and (any_word or not code.unit.has_assembly):
        memory.copy_bytes(code, position, first, code.mul(length, 32))
        return True
    if source.location is DataLocation.CALLDATA and any_word:
        code.effect(Op.CALLDATACOPY, position, first, code.mul(length, 32))
        return True
    return False


# --- packed


def encode_packed(
    code: Code, start: Operand, values: Sequence[Typed], targets: Sequence[Type] = ()
) -> Operand:
    """Write values one after the other, without padding and lengths, and return the end.

    Elements of arrays and members of structs are padded to words all the same.
    """
    end = start
    for index, (words, source) in enumerate(values):
        target = targets[index] if targets else _packed_type(source)
        end = _pack(code, end, words, source, target, padded=False)
    return end


def _packed_type(source: Type) -> Type:
    mobile = source.mobile
    if mobile is None:
        raise refuse(f"packed encoding of `{source}`")
    return mobile


def _pack(
    code: Code, position: Operand, words: Words, source: Type, target: Type, *, padded: bool
) -> Operand:
    """Write one value and return its end."""
    if target.is_value:
        return _pack_value(code, position, convert(code, words, source, target), target, padded)
    if isinstance(source, StringLiteralType):
        memory.write_literal(code, position, source.value)
        size = len(source.value)
        return code.add(position, (size + 31) // 32 * 32 if padded else size)
    plain = calldata.sequence_type(source)
    if isinstance(plain, ByteSequenceType):
        location = plain.location
        assert location is not None

        def copy(inner: Code) -> None:
            position, *words = inner.parameters
            inner.ret(copy_content(inner, position, tuple(words), plain))

        length = code.share(f"pack_bytes_{location.value}", 1, copy, position, *words)[0]
        return code.add(position, code.round_up(length) if padded else length)

    def body(inner: Code) -> None:
        position, *words = inner.parameters
        inner.ret(_pack_content(inner, position, tuple(words), plain, target))

    return code.share(f"pack_{name_of(plain, target)}", 1, body, position, *words)[0]


def _pack_value(code: Code, position: Operand, words: Words, target: Type, padded: bool) -> Operand:
    if is_external_function(target):
        code.mstore(position, combine_function(code, words))
        return code.add(position, 32 if padded else 24)
    if padded:
        code.mstore(position, words[0])
        return code.add(position, 32)
    size = target.storage_bytes
    code.mstore(position, code.shl(256 - 8 * size, to_right(code, words[0], target)))
    return code.add(position, size)


def _pack_content(
    code: Code, position: Operand, words: Words, source: Type, target: Type
) -> Operand:
    if isinstance(source, StructType):
        assert isinstance(target, StructType)
        end = position
        for name, kind in source.members:
            wanted = target.find_member(name)
            assert wanted is not None
            value = member_of(code, source, words, name)
            end = _pack(code, end, value, kind, wanted, padded=True)
        return end
    assert isinstance(source, ArrayType) and isinstance(target, ArrayType)
    length = length_of(code, source, words)
    first = first_of(code, source, words)
    if _copy_words(code, position, source, target, first, length):
        return code.add(position, code.mul(length, 32))
    current = code.variable(position, "end")
    with code.count(length) as index:
        value = element_of(code, source, words, first, index)
        at = code.get(current)
        code.set(current, _pack(code, at, value, source.element, target.element, padded=True))
    return code.get(current)
