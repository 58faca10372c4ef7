"""The order of the stack at the start of a join, chosen from the first edge that reaches it."""

from collections.abc import Mapping, Sequence

from contractchain.lang.backend.stack import Slot
from contractchain.lang.ir import Operand, Value


def choose_layout(
    stack: Sequence[Slot],
    live: Sequence[Slot],
    arguments: Mapping[Value, Operand],
    *,
    relaxed: bool,
) -> list[Slot | None]:
    """Return the stack with which a join starts, close to the stack of the edge at hand.

    Args:
        stack: Stack before the edge.
        live: What the join needs of it besides its parameters.
        arguments: Operand for each parameter that lies on the stack.
        relaxed: Whether anything may lie below; then places that hold what nobody needs may stay
            and are None in the result.
    """
    waiting = set(live)
    wanting: dict[Slot, list[Value]] = {}
    for parameter, operand in arguments.items():
        wanting.setdefault(operand, []).append(parameter)
    layout: list[Slot | None] = []
    for slot in stack:
        if slot in waiting:
            waiting.discard(slot)
            layout.append(slot)
        elif isinstance(slot, Value) and slot not in live and wanting.get(slot):
            layout.append(wanting[slot].pop(0))
        else:
            layout.append(None)
    while layout and layout[-1] is None:
        layout.pop()
    placed = set(layout)
    rest: list[Slot | None] = [p for p in arguments if p not in placed]
    if relaxed:
        while layout and layout[0] is None:
            layout.pop(0)
        return layout + rest
    layout += rest
    while None in layout:
        hole = layout.index(None)
        last = layout.pop()
        if last is not None:
            layout[hole] = last
    return layout
