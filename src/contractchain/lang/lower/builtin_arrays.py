"""`push` and `pop` of storage arrays and `bytes`."""

from contractchain.lang import ast
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import storage
from contractchain.lang.lower.access import load_from_storage
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import Panic
from contractchain.lang.lower.conversions import convert
from contractchain.lang.lower.copies import store_any
from contractchain.lang.lower.frame import Frame
from contractchain.lang.lower.refusal import refuse
from contractchain.lang.lower.storage import StoragePlace
from contractchain.lang.lower.storage_bytes import pop_byte, push_byte, store_literal
from contractchain.lang.lower.unit import name_of
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.annotations import CallInfo
from contractchain.lang.semantics.builtins import Builtin
from contractchain.lang.semantics.types import (
    ArrayType,
    ByteSequenceType,
    FixedBytesType,
    StringLiteralType,
)


def _array_of(node: ast.FunctionCall) -> ast.Expression:
    callee = node.callee
    while isinstance(callee, ast.TupleExpression) and callee.components[0] is not None:
        callee = callee.components[0]
    if not isinstance(callee, ast.MemberAccess):
        raise refuse("calling `push` or `pop` this way", node)
    return callee.object


def push_place(frame: Frame, node: ast.FunctionCall) -> StoragePlace:
    """Return the new element that `array.push()` makes."""
    info = frame.info(node).call
    if info is None or info.builtin is not Builtin.ARRAY_PUSH or info.arguments:
        raise refuse("assigning to this call", node)
    array = _array_of(node)
    item = frame.type_of(array)
    (slot,) = frame.value(array)
    if isinstance(item, ByteSequenceType):
        length = storage.array_length(frame.code, item, slot)
        push_byte(frame.code, slot, 0)
        return storage.byte_place(frame.code, slot, length)
    assert isinstance(item, ArrayType)
    return storage.push_place(frame.code, item, slot)


def push_element(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """Lower `array.push(value)` and `array.push()`."""
    if not info.arguments:
        place = push_place(frame, node)
        item = frame.type_of(node)
        if item.is_value:
            return storage.load_value(frame.code, place, item)
        return load_from_storage(frame.code, place, item)
    array = _array_of(node)
    item = frame.type_of(array)
    (slot,) = frame.value(array)
    (argument,) = info.arguments
    words, source = frame.value(argument), frame.type_of(argument)
    if isinstance(item, ByteSequenceType):
        (byte,) = convert(frame.code, words, source, FixedBytesType(1))
        push_byte(frame.code, slot, byte)
        return ()
    assert isinstance(item, ArrayType)
    if item.element.is_value:
        words, source = convert(frame.code, words, source, item.element), item.element
    place = storage.push_place(frame.code, item, slot)
    if isinstance(source, StringLiteralType) and not item.element.is_value:
        store_literal(frame.code, place.slot, source.value)
    else:
        store_any(frame.code, place, item.element, words, source)
    return ()


def pop_element(frame: Frame, node: ast.FunctionCall, info: CallInfo) -> Words:
    """Lower `array.pop()`."""
    array = _array_of(node)
    item = frame.type_of(array)
    (slot,) = frame.value(array)
    if isinstance(item, ByteSequenceType):
        pop_byte(frame.code, slot)
        return ()
    assert isinstance(item, ArrayType)
    kind = item

    def body(inner: Code) -> None:
        slot = inner.parameters[0]
        length = inner.op(Op.SLOAD, slot)
        inner.panic_if(inner.iszero(length), Panic.EMPTY_POP)
        last = inner.sub(length, 1)
        place = storage.element_place(inner, kind, slot, last)
        storage.clear(inner, place, kind.element)
        inner.effect(Op.SSTORE, slot, last)
        inner.ret()

    frame.code.share(f"pop_{name_of(item)}", 0, body, slot)
    return ()
