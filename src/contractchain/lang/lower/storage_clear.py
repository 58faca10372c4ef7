"""`delete` in storage: arrays, `bytes`, structs."""

from contractchain.lang.ir.nodes import Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import storage
from contractchain.lang.lower.access import member_place
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.unit import name_of
from contractchain.lang.semantics.types import ArrayType, ByteSequenceType, StructType, Type


def clear_reference(code: Code, item: Type, slot: Operand) -> None:
    """Clear the array, `bytes`, `string` or struct at `slot`."""
    bodies = {ArrayType: _clear_array, StructType: _clear_struct}

    def body(inner: Code) -> None:
        if isinstance(item, ByteSequenceType):
            _clear_bytes(inner)
        else:
            bodies[type(item)](inner, item)
        inner.ret()

    code.share(f"clear_{name_of(item)}", 0, body, slot)


def clear_slots(code: Code, first: Operand, end: Operand) -> None:
    """Write 0 to the slots from `first` up to `end`."""

    def body(inner: Code) -> None:
        first, end = inner.parameters
        slot = inner.variable(first)
        with inner.loop(lambda: inner.lt(inner.get(slot), end)):
            inner.effect(Op.SSTORE, inner.get(slot), 0)
            inner.set(slot, inner.add(inner.get(slot), 1))
        inner.ret()

    code.share("clear_slots", 0, body, first, end)


def clear_elements(
    code: Code, item: ArrayType, first: Operand, start: Operand, end: Operand
) -> None:
    """Clear elements `start` up to `end` of the array whose element 0 is at slot `first`.

    Elements that share a slot with one before `start` are left alone.
    """
    per_slot = item.elements_per_slot
    if per_slot:
        low = code.div(code.add(start, per_slot - 1), per_slot)
        high = code.div(code.add(end, per_slot - 1), per_slot)
        clear_slots(code, code.add(first, low), code.add(first, high))
        return
    index = code.variable(start)
    with code.loop(lambda: code.lt(code.get(index), end)):
        place = storage.element_place(code, item, first, code.get(index), first=first)
        storage.clear(code, place, item.element)
        code.set(index, code.add(code.get(index), 1))


def _clear_array(code: Code, item: Type) -> None:
    assert isinstance(item, ArrayType)
    slot = code.parameters[0]
    if not (item.element.is_value or item.element.is_reference):
        if item.length is None:  # an array of mappings
            code.effect(Op.SSTORE, slot, 0)
        return
    if item.length is not None:
        clear_elements(code, item, slot, 0, item.length)
        return
    length = code.op(Op.SLOAD, slot)
    code.effect(Op.SSTORE, slot, 0)
    with code.when(length):
        clear_elements(code, item, storage.data_slot(code, slot), 0, length)


def _clear_struct(code: Code, item: Type) -> None:
    assert isinstance(item, StructType)
    slot = code.parameters[0]
    cleared = set()
    for name, member in item.members:
        place = item.places[name]
        if member.is_value:
            if place.slot not in cleared:
                cleared.add(place.slot)
                code.effect(Op.SSTORE, code.add(slot, place.slot), 0)
        elif member.is_reference:
            storage.clear(code, member_place(code, item, slot, name), member)


def _clear_bytes(code: Code) -> None:
    slot = code.parameters[0]
    word = code.op(Op.SLOAD, slot)
    length = storage.decode_bytes_length(code, word)
    code.effect(Op.SSTORE, slot, 0)
    with code.when(code.and_(word, 1)):
        first = storage.data_slot(code, slot)
        end = code.add(first, code.shr(5, code.add(length, 31)))
        clear_slots(code, first, end)
