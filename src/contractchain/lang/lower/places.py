"""Places: how identifiers, members and elements are found, read, written and deleted."""

from contractchain.lang import ast
from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import memory, storage
from contractchain.lang.lower.access import load_from_storage, member_place
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.copies import store_any
from contractchain.lang.lower.frame import (
    Frame,
    ImmutablePlace,
    LocalPlace,
    MemoryPlace,
    Place,
    TuplePlace,
    locates,
)
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.storage import StoragePlace
from contractchain.lang.lower.storage_bytes import store_literal
from contractchain.lang.lower.values import Words, split_words
from contractchain.lang.semantics.symbols import VariableKind, VariableSymbol
from contractchain.lang.semantics.types import (
    UINT256,
    ArrayType,
    ByteSequenceType,
    MappingType,
    StringLiteralType,
    StructType,
    TupleType,
    Type,
)


def read(frame: Frame, place: Place, item: Type) -> Words:
    """Return what is at `place`; of references, where they are."""
    code = frame.code
    match place:
        case LocalPlace():
            return tuple(code.get(variable) for variable in place.variables)
        case StoragePlace():
            return load_from_storage(code, place, item)
        case MemoryPlace(is_byte=True):
            return (code.and_(code.mload(place.position), 0xFF << 248),)
        case MemoryPlace():
            return memory.load_clean(code, place.position, item)
        case ImmutablePlace():
            return (code.mload(place.position),)
        case TuplePlace():
            raise refuse("reading a tuple of places")


def write(frame: Frame, place: Place, item: Type, words: Words, source: Type) -> None:
    """Assign a value to `place`, converting it, or copying what it refers to.

    Args:
        frame: Where to emit.
        place: Target.
        item: Type of the target.
        words: The value.
        source: Type of the value.
    """
    code = frame.code
    match place:
        case LocalPlace():
            value = convert(code, words, source, item)
            for variable, word in zip(place.variables, value, strict=True):
                code.set(variable, word)
        case StoragePlace():
            if isinstance(source, StringLiteralType) and not item.is_value:
                store_literal(code, place.slot, source.value)
            else:
                store_any(code, place, item, words, source)
        case MemoryPlace(is_byte=True):
            (word,) = convert(code, words, source, item)
            code.effect(Op.MSTORE8, place.position, code.shr(248, word))
        case MemoryPlace():
            memory.store(code, place.position, item, convert(code, words, source, item))
        case ImmutablePlace():
            code.mstore(place.position, convert(code, words, source, item)[0])
        case TuplePlace():
            assert isinstance(source, TupleType)
            values = split_words(words, source.components)
            for index in reversed(range(len(place.parts))):
                part, origin = place.parts[index], source.components[index]
                if part is not None and origin is not None:
                    write(frame, part[0], part[1], values[index], origin)


def delete(frame: Frame, place: Place, item: Type) -> None:
    """Set what is at `place` to its initial value."""
    if isinstance(place, StoragePlace):
        storage.clear(frame.code, place, item)
    else:
        write(frame, place, item, memory.zero_value(frame.code, item), item)


def variable_place(frame: Frame, symbol: VariableSymbol) -> Place:
    """Return where a variable is, other than a constant."""
    if symbol.kind is not VariableKind.STATE:
        if symbol not in frame.locals:
            raise refuse(f"using `{symbol.name}` here")
        return LocalPlace(variables=frame.locals[symbol])
    if symbol.is_immutable:
        return ImmutablePlace(position=immutable_position(frame, symbol))
    contract = frame.unit.contract
    entries = contract.transient_storage if symbol.is_transient else contract.storage
    for item, place in entries:
        if item is symbol:
            return StoragePlace(place.slot, place.offset, symbol.is_transient)
    raise refuse(f"using `{symbol.name}` here")


def immutable_position(frame: Frame, symbol: VariableSymbol) -> Operand:
    """Return where in memory an immutable is while the contract is created."""
    index = frame.unit.immutables.index(symbol)
    return frame.code.add(frame.code.op(Op.MEMORY_GUARD), 32 * index)


@locates(ast.Identifier)
def _locate_identifier(frame: Frame, node: ast.Identifier) -> Place:
    symbol = frame.info(node).declaration
    if not isinstance(symbol, VariableSymbol):
        raise refuse("assigning to this", node)
    return variable_place(frame, symbol)


@locates(ast.TupleExpression)
def _locate_tuple(frame: Frame, node: ast.TupleExpression) -> Place:
    if len(node.components) == 1 and node.components[0] is not None:
        return frame.place(node.components[0])
    parts = [
        None if part is None else (frame.place(part), frame.type_of(part))
        for part in node.components
    ]
    return TuplePlace(parts=tuple(parts))


@locates(ast.MemberAccess)
def _locate_member(frame: Frame, node: ast.MemberAccess) -> Place:
    symbol = frame.info(node).declaration
    base = frame.type_of(node.object)
    if isinstance(base, StructType):
        (pointer,) = frame.value(node.object)
        if base.location is DataLocation.STORAGE:
            return member_place(frame.code, base, pointer, node.member)
        return MemoryPlace(position=memory.member_position(frame.code, base, pointer, node.member))
    if isinstance(symbol, VariableSymbol):
        return variable_place(frame, symbol)
    raise refuse("assigning to this member", node)


@locates(ast.IndexAccess)
def _locate_element(frame: Frame, node: ast.IndexAccess) -> Place:
    base = frame.type_of(node.base)
    assert node.index is not None
    words = frame.value(node.base)
    if isinstance(base, MappingType):
        return StoragePlace(mapping_entry(frame, base, words[0], node.index), 0)
    index = frame.word_as(node.index, UINT256)
    if base.location is DataLocation.STORAGE:
        return storage.indexed_place(frame.code, base, words[0], index)
    assert isinstance(base, (ArrayType, ByteSequenceType))
    return MemoryPlace(
        position=memory.element_position(frame.code, base, words[0], index),
        is_byte=isinstance(base, ByteSequenceType),
    )


def mapping_entry(frame: Frame, item: MappingType, slot: Operand, key: ast.Expression) -> Operand:
    """Return the slot of the entry for `key`."""
    source = frame.type_of(key)
    words = frame.value(key)
    if item.key.is_value:
        (word,) = convert(frame.code, words, source, item.key)
        return storage.mapping_slot(frame.code, slot, word)
    return hashed_entry(frame, slot, words, source)


def hashed_entry(frame: Frame, slot: Operand, words: Words, source: Type) -> Operand:
    """Return the slot of the entry for a `string` or `bytes` key: the hash of key and slot."""
    from contractchain.lang.lower.abi_encode import encode_packed

    code = frame.code
    start = code.free_memory()
    if isinstance(source, StringLiteralType):
        memory.write_literal(code, start, source.value)
        end = code.add(start, len(source.value))
    else:
        end = encode_packed(code, start, [(words, source)])
    code.mstore(end, slot)
    return code.op(Op.KECCAK256, start, code.sub(code.add(end, 32), start))


@locates(ast.FunctionCall)
def _locate_call(frame: Frame, node: ast.FunctionCall) -> Place:
    """`array.push() = value`"""
    from contractchain.lang.lower.builtin_arrays import push_place

    return push_place(frame, node)
