"""Arithmetic of the EVM stack: which DUPs, SWAPs, POPs and pushes lead from one stack to another.

A stack is a list, bottom first, of hashable slots (values and markers). Nothing here knows
instructions or blocks. Positions count from the bottom.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias

from contractchain.errors import InternalError
from contractchain.lang.backend.errors import TooDeep

REACH = 16
"""DUP16 and SWAP16 are the deepest."""

Slot: TypeAlias = Hashable
FILLER = 0
"""What is pushed where anything will do."""


class MoveKind(Enum):
    """What a move does to the stack."""

    DUP = "dup"
    """Copy the item at depth `value` (1 is the top) onto the top."""
    SWAP = "swap"
    """Exchange the top with the item `value` below it."""
    POP = "pop"
    PUSH = "push"
    """Push the slot `value`, which needs no place on the stack."""

    __hash__ = object.__hash__  # identity: members are singletons


class Move(NamedTuple):
    """One step from a stack to the next."""

    kind: MoveKind
    value: Slot


_DUP, _SWAP, _POP, _PUSH = MoveKind.DUP, MoveKind.SWAP, MoveKind.POP, MoveKind.PUSH
_POP_MOVE = Move(MoveKind.POP, None)


class Workbench:
    """A copy of a stack together with the moves made on it so far."""

    __slots__ = ("cost", "moves", "price", "stack")

    def __init__(self, stack: Sequence[Slot], price: Callable[[Slot], int | None]) -> None:
        self.stack = list(stack)
        self.moves: list[Move] = []
        self.cost = 0
        self.price = price
        """Gas to push a slot from nowhere, None if that is impossible."""

    def dup(self, position: int) -> None:
        """Copy the item at `position` onto the top."""
        depth = len(self.stack) - position
        if depth > REACH:
            raise TooDeep(position, list(self.stack))
        self.moves.append(Move(_DUP, depth))
        self.stack.append(self.stack[position])
        self.cost += 3

    def swap(self, position: int) -> None:
        """Exchange the top with the item at `position`."""
        stack = self.stack
        depth = len(stack) - 1 - position
        if depth > REACH:
            raise TooDeep(position, list(stack))
        self.moves.append(Move(_SWAP, depth))
        stack[position], stack[-1] = stack[-1], stack[position]
        self.cost += 3

    def pop(self) -> None:
        """Drop the top."""
        self.moves.append(_POP_MOVE)
        self.stack.pop()
        self.cost += 2

    def push(self, slot: Slot) -> None:
        """Put `slot` on top: from nowhere if it can be pushed, else as a copy."""
        price = self.price(slot)
        if price is not None:
            self.moves.append(Move(_PUSH, slot))
            self.stack.append(slot)
            self.cost += price
            return
        self.dup(find_last(self.stack, slot))


def find_last(stack: Sequence[Slot], slot: Slot) -> int:
    """Return the position of the topmost copy of `slot`."""
    for position in range(len(stack) - 1, -1, -1):
        if stack[position] == slot:
            return position
    raise InternalError(message=f"{slot!r} is not on the stack")


def shuffle(
    stack: Sequence[Slot],
    base: int,
    target: Sequence[Slot | None],
    price: Callable[[Slot], int | None],
) -> Workbench:
    """Turn what lies above `base` into exactly `target`; None in it stands for anything.

    Raises:
        TooDeep: An item that has to move is out of reach.
    """
    bench = Workbench(stack, price)
    settled = 0  # what is in place from the bottom on need not be looked at again
    for slot, wanted in zip(stack[base:], target, strict=False):
        if slot != wanted and wanted is not None:
            break
        settled += 1
    while settled and target[settled - 1] is None:
        settled -= 1
    base += settled
    target = target[settled:]
    size = base + len(target)
    limit = 6 * (len(stack) + size) + 60
    while _step(bench, base, target, size):
        limit -= 1
        if limit < 0:
            raise InternalError(message=f"no way from {stack!r} to {target!r} above {base}")
    return bench


def _step(bench: Workbench, base: int, target: Sequence[Slot | None], size: int) -> bool:
    """Make one move towards the target; return False if there is nothing left to do."""
    stack = bench.stack
    height = len(stack)
    have: dict[Slot, int] = {}
    need: dict[Slot, int] = {}
    wrong: list[int] = []
    for position in range(base, max(height, size)):
        wanted = target[position - base] if position < size else None
        if wanted is not None:
            need[wanted] = need.get(wanted, 0) + 1
        if position < height:
            slot = stack[position]
            if wanted is not None or position >= size:
                have[slot] = have.get(slot, 0) + 1
                if slot != wanted:
                    wrong.append(position)
    if height > base:
        top = stack[-1]
        wanted = target[height - 1 - base] if height <= size else None
        if height > size or (wanted is not None and wanted != top):
            if have[top] > need.get(top, 0):
                bench.pop()
                return True
            return _place_top(bench, top, wanted, wrong, base, target, have, need)
        if wanted is None:
            for position in wrong:
                if target[position - base] == top:
                    bench.swap(position)
                    return True
    missing = _find_missing(height, base, target, size, wrong, have, need)
    if missing is not None:
        bench.push(missing)
    elif height < size:
        bench.push(FILLER)
    elif wrong:
        bench.swap(next(p for p in wrong if stack[p] != stack[-1]))
    else:
        return False
    return True


def _place_top(
    bench: Workbench,
    top: Slot,
    wanted: Slot | None,
    wrong: list[int],
    base: int,
    target: Sequence[Slot | None],
    have: dict[Slot, int],
    need: dict[Slot, int],
) -> bool:
    """Swap the top to a place where it belongs, or push the item on whose place it lies."""
    best = -1
    height = len(bench.stack)
    for position in wrong:
        if position >= height - 1 or position - base >= len(target):
            continue
        if target[position - base] == top:
            best = position
            if bench.stack[position] == wanted:
                break
    if best >= 0:
        bench.swap(best)
        return True
    size = base + len(target)
    if wanted is not None and have.get(wanted, 0) < need[wanted]:
        bench.push(wanted)
        return True
    missing = _find_missing(height, base, target, size, wrong, have, need)
    bench.push(FILLER if missing is None else missing)
    return True


def _find_missing(
    height: int,
    base: int,
    target: Sequence[Slot | None],
    size: int,
    wrong: list[int],
    have: dict[Slot, int],
    need: dict[Slot, int],
) -> Slot | None:
    """Return a slot of which there are too few copies, the next one to be on top first."""
    places = [height] if height < size else []
    places += wrong
    places += range(height + 1, size)
    for position in places:
        if position < size:
            wanted = target[position - base]
            if wanted is not None and have.get(wanted, 0) < need[wanted]:
                return wanted
    return None


def shuffle_anywhere(
    stack: Sequence[Slot],
    target: Sequence[Slot | None],
    price: Callable[[Slot], int | None],
) -> Workbench:
    """Put `target` on top of whatever is left of the stack, in the cheapest way.

    Raises:
        TooDeep: An item that has to move is out of reach.
    """
    if not target:
        return Workbench(stack, price)
    best: Workbench | None = None
    failure: TooDeep | None = None
    for base in _promising_bases(stack, target):
        try:
            bench = shuffle(stack, base, target, price)
        except TooDeep as error:
            failure = failure or error
            continue
        if best is None or bench.cost < best.cost:
            best = bench
            if not best.cost:
                break
    if best is None:
        assert failure is not None
        raise failure
    return best


def _promising_bases(stack: Sequence[Slot], target: Sequence[Slot | None]) -> list[int]:
    """Return the places from which on the stack looks most like the target, best first."""
    height = len(stack)
    ranked = []
    for base in range(max(0, height - len(target)), height):
        matches = sum(1 for a, b in zip(stack[base:], target, strict=False) if a == b)
        if matches:
            ranked.append((-matches, -base))
    ranked.sort()
    return [-base for _, base in ranked[:2]] + [height]


def arrange(
    stack: Sequence[Slot],
    wanted: Sequence[Slot],
    dying: Collection[Slot],
    price: Callable[[Slot], int | None],
    junk_weight: int,
) -> Workbench:
    """Put the operands `wanted` (bottom first) on top, the cheaper of two ways.

    Operands in `dying` may be used up. Leftovers of them below cost `junk_weight` gas each.

    Raises:
        TooDeep: An operand is out of reach.
    """
    best: Workbench | None = None
    best_cost = 0
    failure: TooDeep | None = None
    for way in (_arrange_by_copies, _arrange_by_swaps):
        try:
            bench = way(stack, wanted, dying, price)
        except TooDeep as error:
            failure = failure or error
            continue
        rest = bench.stack[: len(bench.stack) - len(wanted)]
        junk = sum(1 for slot in rest if slot in dying)
        cost = bench.cost + junk * junk_weight
        if best is None or cost < best_cost:
            best, best_cost = bench, cost
        if not bench.moves:
            break
    if best is None:
        assert failure is not None
        raise failure
    return best


def _usable_suffix(stack: Sequence[Slot], wanted: Sequence[Slot], dying: Collection[Slot]) -> int:
    """Return how many of the first operands already lie on top and may be used up."""
    for count in range(min(len(wanted), len(stack)), 0, -1):
        start = len(stack) - count
        if all(
            stack[start + i] == wanted[i]
            and (wanted[i] in dying or _occurs(stack, wanted[i], start))
            for i in range(count)
        ):
            return count
    return 0


def _occurs(stack: Sequence[Slot], slot: Slot, end: int) -> bool:
    return any(stack[position] == slot for position in range(end))


def _arrange_by_copies(
    stack: Sequence[Slot],
    wanted: Sequence[Slot],
    dying: Collection[Slot],
    price: Callable[[Slot], int | None],
) -> Workbench:
    bench = Workbench(stack, price)
    for slot in wanted[_usable_suffix(stack, wanted, dying) :]:
        bench.push(slot)
    return bench


def _arrange_by_swaps(
    stack: Sequence[Slot],
    wanted: Sequence[Slot],
    dying: Collection[Slot],
    price: Callable[[Slot], int | None],
) -> Workbench:
    bench = Workbench(stack, price)
    count = len(wanted)
    spare: dict[Slot, int] = {}
    for slot in wanted:
        if slot in dying and slot not in spare:
            spare[slot] = sum(1 for other in stack if other == slot)
    for slot in wanted:
        if spare.get(slot, 0) > 0:
            spare[slot] -= 1
        else:
            bench.push(slot)
    if len(bench.stack) < count:
        raise InternalError(message="operands are missing from the stack")
    start = len(bench.stack) - count
    for index in range(count):
        place = start + index
        now = bench.stack
        if now[place] == wanted[index]:
            continue
        position = _find_movable(now, wanted, index, start)
        if position != len(now) - 1:
            bench.swap(position)
        if place != len(now) - 1:
            bench.swap(place)
    return bench


def _find_movable(stack: list[Slot], wanted: Sequence[Slot], index: int, start: int) -> int:
    """Return the topmost copy of operand `index` that is not yet in its final place."""
    slot = wanted[index]
    for position in range(len(stack) - 1, -1, -1):
        if stack[position] == slot and not start <= position < start + index:
            return position
    raise InternalError(message=f"{slot!r} is not on the stack")
