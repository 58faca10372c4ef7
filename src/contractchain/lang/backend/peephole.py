"""Clean-up of assembly: jumps to jumps, dead code, equal blocks, useless stack moves."""

from contractchain.lang.backend.items import Item, ItemKind, Label, Opcode

_ENDS = frozenset((0x00, 0xF3, 0xFD, 0xFE, 0xFF, Opcode.JUMP))
"""Opcodes after which only a jump destination can run."""


def optimize_items(items: list[Item], *, runs: int) -> list[Item]:
    """Return equivalent items, fewer or cheaper."""
    while True:
        before = len(items)
        items = _drop_unreachable(items)
        items = _thread_jumps(items)
        items = _merge_equal_blocks(items)
        items = _shorten(items)
        if len(items) == before:
            return items


def _is_op(item: Item, opcode: int) -> bool:
    return item.kind is ItemKind.OP and item.value == opcode


def _ends(item: Item) -> bool:
    return item.kind is ItemKind.OP and item.value in _ENDS


def _drop_unreachable(items: list[Item]) -> list[Item]:
    """Drop unused labels, and what follows an end up to the next label."""
    referenced = {i.value for i in items if i.kind is ItemKind.PUSH_LABEL}
    out: list[Item] = []
    dead = False
    for item in items:
        if item.kind is ItemKind.LABEL:
            if item.value not in referenced:
                continue
            dead = False
        if not dead:
            out.append(item)
            dead = _ends(item)
    return out


def _thread_jumps(items: list[Item]) -> list[Item]:
    """Send jumps to where they end up, and drop jumps to the next item."""
    alias: dict[object, object] = {}
    for index, item in enumerate(items[:-1]):
        if item.kind is not ItemKind.LABEL:
            continue
        following = items[index + 1]
        if following.kind is ItemKind.LABEL or (
            following.kind is ItemKind.PUSH_LABEL
            and index + 2 < len(items)
            and _is_op(items[index + 2], Opcode.JUMP)
            and items[index + 2].jump == "-"
        ):
            alias[item.value] = following.value
    out: list[Item] = []
    for item in items:
        if item.kind is ItemKind.PUSH_LABEL and item.value in alias:
            item = item._replace(value=_final(item.value, alias))
        out.append(item)
    return _drop_jumps_to_next(out)


def _final(label: object, alias: dict[object, object]) -> object:
    seen = {label}
    while label in alias and alias[label] not in seen:
        label = alias[label]
        seen.add(label)
    return label


def _drop_jumps_to_next(items: list[Item]) -> list[Item]:
    out: list[Item] = []
    index = 0
    while index < len(items):
        item = items[index]
        if (
            item.kind is ItemKind.PUSH_LABEL
            and index + 2 < len(items)
            and _is_op(items[index + 1], Opcode.JUMP)
        ):
            probe = index + 2
            while probe < len(items) and items[probe].kind is ItemKind.LABEL:
                if items[probe].value is item.value:
                    break
                probe += 1
            else:
                probe = -1
            if probe >= 0 and probe < len(items):
                index += 2
                continue
        out.append(item)
        index += 1
    return out


def _merge_equal_blocks(items: list[Item]) -> list[Item]:
    """Let labels of equal closed blocks share one copy."""
    seen: dict[tuple[tuple[ItemKind, object], ...], object] = {}
    alias: dict[object, object] = {}
    drop: set[int] = set()
    index = 0
    while index < len(items):
        if items[index].kind is not ItemKind.LABEL or (index and not _ends(items[index - 1])):
            index += 1
            continue
        end = index + 1
        while end < len(items) and not _ends(items[end]) and items[end].kind is not ItemKind.LABEL:
            end += 1
        if end < len(items) and _ends(items[end]):
            key = tuple((i.kind, i.value) for i in items[index + 1 : end + 1])
            label = items[index].value
            if key in seen and not (isinstance(label, Label) and label.function):
                alias[label] = seen[key]
                drop.update(range(index, end + 1))
            else:
                seen.setdefault(key, label)
        index = end
    if not alias:
        return items
    out = []
    for position, item in enumerate(items):
        if position in drop:
            continue
        if item.kind is ItemKind.PUSH_LABEL and item.value in alias:
            item = item._replace(value=_final(item.value, alias))
        out.append(item)
    return out


def _shorten(items: list[Item]) -> list[Item]:
    """Rewrite short runs of items to cheaper ones."""
    out: list[Item] = []
    for item in items:
        out.append(item)
        while _rewrite_end(out):
            pass
    return out


_COMMUTATIVE = frozenset((0x01, 0x02, 0x14, 0x16, 0x17, 0x18))
_MIRRORED = {0x10: 0x11, 0x11: 0x10, 0x12: 0x13, 0x13: 0x12}


def _rewrite_end(out: list[Item]) -> bool:
    """Improve the last items of `out` once; say if anything changed."""
    if len(out) < 2:
        return False
    last, previous = out[-1], out[-2]
    if last.kind is ItemKind.OP and previous.kind is ItemKind.OP:
        first, second = previous.value, last.value
        assert isinstance(first, int) and isinstance(second, int)
        if first == Opcode.SWAP1:
            if second in _COMMUTATIVE:
                out[-2:] = [last]
                return True
            if second in _MIRRORED:
                out[-2:] = [last._replace(value=_MIRRORED[second])]
                return True
        if Opcode.SWAP1 <= first < Opcode.SWAP1 + 16 and first == second:
            del out[-2:]
            return True
        if Opcode.DUP1 <= first < Opcode.DUP1 + 16 and second == Opcode.POP:
            del out[-2:]
            return True
        if first == Opcode.DUP1 and second == Opcode.SWAP1:
            del out[-1]
            return True
    if _is_op(last, Opcode.POP) and previous.kind in (ItemKind.PUSH, ItemKind.PUSH_LABEL):
        del out[-2:]
        return True
    if (
        _is_op(last, Opcode.JUMPI)
        and len(out) >= 4
        and _is_op(out[-3], Opcode.ISZERO)
        and _is_op(out[-4], Opcode.ISZERO)
    ):
        del out[-4:-2]
        return True
    if (
        last.kind is ItemKind.PUSH
        and previous.kind is ItemKind.PUSH
        and last.value == previous.value
        and isinstance(last.value, int)
        and last.value > 0xFF
    ):
        out[-1] = Item(ItemKind.OP, Opcode.DUP1, last.span)
        return True
    return False
