"""`bytes` and `string` in storage: short ones share the slot with their length, long ones do not.

A slot holds ``content | 2 * length`` for up to 31 bytes, else ``2 * length + 1`` with the content
from slot ``keccak256(slot)`` on.
"""

from contractchain.lang.ast import DataLocation
from contractchain.lang.ir.nodes import WORD, Operand
from contractchain.lang.ir.op import Op
from contractchain.lang.lower import memory, storage
from contractchain.lang.lower.code import Code
from contractchain.lang.lower.constants import MAX_MEMORY, Panic
from contractchain.lang.lower.storage_clear import clear_slots
from contractchain.lang.lower.values import Words
from contractchain.lang.semantics.types import Type


def load_bytes(code: Code, slot: Operand) -> Operand:
    """Return new `bytes` in memory with the content of those at `slot`."""
    return code.share("load_bytes", 1, _load, slot)[0]


def _load(code: Code) -> None:
    slot = code.parameters[0]
    word = code.op(Op.SLOAD, slot)
    length = storage.decode_bytes_length(code, word)
    pointer = memory.allocate_bytes(code, length)
    write_content(code, slot, word, length, code.add(pointer, 32))
    code.ret(pointer)


def write_content(
    code: Code, slot: Operand, word: Operand, length: Operand, position: Operand
) -> None:
    """Write the content of the `bytes` at `slot` to memory, rounded up to words.

    Args:
        code: Where to emit.
        slot: The slot.
        word: What is in it.
        length: The length that `word` says.
        position: Where to write.
    """

    def short() -> None:
        code.mstore(position, code.and_(word, ~0xFF & WORD))

    def long() -> None:
        first = storage.data_slot(code, slot)
        with code.count(code.shr(5, code.add(length, 31))) as index:
            content = code.op(Op.SLOAD, code.add(first, index))
            code.mstore(code.add(position, code.shl(5, index)), content)

    code.choose(code.and_(word, 1), long, short)


def store_bytes(code: Code, slot: Operand, item: Type, words: Words) -> None:
    """Replace the `bytes` or `string` at `slot` by others.

    Args:
        code: Where to emit.
        slot: Target.
        item: Type of the source, in any location.
        words: The source.
    """
    location = item.location
    assert location is not None
    name = f"store_bytes_from_{location.value}"
    code.share(name, 0, lambda inner: _store(inner, location), slot, *words)


def _drop_tail(code: Code, slot: Operand, length: Operand) -> None:
    """Clear the slots of the old content that new content of `length` does not fill."""
    word = code.op(Op.SLOAD, slot)
    old = storage.decode_bytes_length(code, word)
    with code.when(code.gt(old, 31)):
        first = storage.data_slot(code, slot)
        kept = code.select(code.gt(length, 31), code.shr(5, code.add(length, 31)), 0)
        end = code.shr(5, code.add(old, 31))
        clear_slots(code, code.add(first, kept), code.add(first, end))


def _store(code: Code, location: DataLocation) -> None:
    slot, *words = code.parameters
    if location is DataLocation.STORAGE:
        same = code.new_block("same"), code.new_block("other")
        code.branch(code.eq(slot, words[0]), *same)
        code.enter(same[0])
        code.ret()
        code.enter(same[1])
        source = words[0]
        source_word = code.op(Op.SLOAD, source)
        length = storage.decode_bytes_length(code, source_word)
    elif location is DataLocation.MEMORY:
        source, length = code.add(words[0], 32), code.mload(words[0])
    else:
        source, length = words
    code.panic_if(code.gt(length, MAX_MEMORY), Panic.OUT_OF_MEMORY)
    _drop_tail(code, slot, length)

    def read(start: Operand) -> Operand:
        op = Op.MLOAD if location is DataLocation.MEMORY else Op.CALLDATALOAD
        return code.op(op, code.add(source, start))

    def short() -> None:
        content: Operand
        if location is DataLocation.STORAGE:
            code.effect(Op.SSTORE, slot, source_word)
            return
        content = code.and_(read(0), _mask_first(code, length))
        code.effect(Op.SSTORE, slot, code.or_(content, code.shl(1, length)))

    def long() -> None:
        first = storage.data_slot(code, slot)
        if location is DataLocation.STORAGE:
            source_first = storage.data_slot(code, source)
            with code.count(code.shr(5, code.add(length, 31))) as index:
                content = code.op(Op.SLOAD, code.add(source_first, index))
                code.effect(Op.SSTORE, code.add(first, index), content)
        else:
            whole = code.shr(5, length)
            with code.count(whole) as index:
                code.effect(Op.SSTORE, code.add(first, index), read(code.shl(5, index)))
            rest = code.and_(length, 31)
            with code.when(rest):
                content = code.and_(read(code.shl(5, whole)), _mask_first(code, rest))
                code.effect(Op.SSTORE, code.add(first, whole), content)
        code.effect(Op.SSTORE, slot, code.add(code.shl(1, length), 1))

    code.choose(code.gt(length, 31), long, short)
    code.ret()


def _mask_first(code: Code, count: Operand) -> Operand:
    """Return a word with the first `count` bytes set; `count` is below 32."""
    return code.not_(code.shr(code.shl(3, count), WORD))


def store_literal(code: Code, slot: Operand, content: bytes) -> None:
    """Replace the `bytes` or `string` at `slot` by a constant."""
    words = [
        int.from_bytes(content[start : start + 32].ljust(32, b"\0"), "big")
        for start in range(0, len(content), 32)
    ]

    def body(inner: Code) -> None:
        slot = inner.parameters[0]
        _drop_tail(inner, slot, len(content))
        if len(content) < 32:
            inner.effect(Op.SSTORE, slot, (words[0] if words else 0) | 2 * len(content))
        else:
            first = storage.data_slot(inner, slot)
            for index, word in enumerate(words):
                inner.effect(Op.SSTORE, inner.add(first, index), word)
            inner.effect(Op.SSTORE, slot, 2 * len(content) + 1)
        inner.ret()

    code.share(f"store_literal_{content.hex()}", 0, body, slot)


def push_byte(code: Code, slot: Operand, byte: Operand) -> None:
    """Append a `bytes1` to the `bytes` at `slot`."""
    code.share("push_byte", 0, _push, slot, byte)


def _push(code: Code) -> None:
    slot, byte = code.parameters
    word = code.op(Op.SLOAD, slot)
    length = storage.decode_bytes_length(code, word)
    code.panic_if(code.gt(length, MAX_MEMORY - 1), Panic.OUT_OF_MEMORY)
    long, short, edge, inside = (code.new_block(x) for x in ("long", "short", "edge", "inside"))
    code.branch(code.gt(length, 31), long, short)

    code.enter(long)
    code.effect(Op.SSTORE, slot, code.add(word, 2))
    index = code.and_(length, 31)
    position = code.add(storage.data_slot(code, slot), code.shr(5, length))
    shifted = code.shr(code.shl(3, index), byte)
    kept = code.and_(code.op(Op.SLOAD, position), _mask_first(code, index))
    code.effect(Op.SSTORE, position, code.or_(kept, shifted))
    code.ret()

    code.enter(short)
    code.branch(code.eq(length, 31), edge, inside)
    code.enter(edge)
    content = code.or_(code.and_(word, ~0xFF & WORD), code.shr(248, byte))
    code.effect(Op.SSTORE, storage.data_slot(code, slot), content)
    code.effect(Op.SSTORE, slot, 65)
    code.ret()

    code.enter(inside)
    shift = code.shl(3, length)
    kept = code.and_(word, _mask_first(code, length))
    content = code.or_(kept, code.shr(shift, byte))
    code.effect(Op.SSTORE, slot, code.or_(content, code.shl(1, code.add(length, 1))))
    code.ret()


def pop_byte(code: Code, slot: Operand) -> None:
    """Remove the last byte of the `bytes` at `slot`; none panics."""
    code.share("pop_byte", 0, _pop, slot)


def _pop(code: Code) -> None:
    slot = code.parameters[0]
    word = code.op(Op.SLOAD, slot)
    length = storage.decode_bytes_length(code, word)
    code.panic_if(code.iszero(length), Panic.EMPTY_POP)
    shorter = code.sub(length, 1)
    short, other, edge, long = (code.new_block(x) for x in ("short", "other", "edge", "long"))
    code.branch(code.lt(length, 32), short, other)

    code.enter(short)
    kept = code.and_(word, _mask_first(code, shorter))
    code.effect(Op.SSTORE, slot, code.or_(kept, code.shl(1, shorter)))
    code.ret()

    code.enter(other)
    first = storage.data_slot(code, slot)
    code.branch(code.eq(length, 32), edge, long)
    code.enter(edge)
    content = code.and_(code.op(Op.SLOAD, first), ~0xFF & WORD)
    code.effect(Op.SSTORE, slot, code.or_(content, 62))
    code.effect(Op.SSTORE, first, 0)
    code.ret()

    code.enter(long)
    position = code.add(first, code.shr(5, shorter))
    mask = _mask_first(code, code.and_(shorter, 31))
    code.effect(Op.SSTORE, position, code.and_(code.op(Op.SLOAD, position), mask))
    code.effect(Op.SSTORE, slot, code.sub(word, 2))
    code.ret()
