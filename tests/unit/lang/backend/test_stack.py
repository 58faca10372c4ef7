"""Stack arithmetic: the moves lead where they should, and cost what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contractchain.lang.backend.errors import TooDeep
from contractchain.lang.backend.stack import (
    Move,
    MoveKind,
    Slot,
    arrange,
    shuffle,
    shuffle_anywhere,
)


def price(slot: Slot) -> int | None:
    return 3 if isinstance(slot, int) else None


def play(stack: list[Slot], moves: list[Move]) -> list[Slot]:
    """Do the moves the way the EVM would."""
    out = list(stack)
    for move in moves:
        if move.kind is MoveKind.POP:
            out.pop()
        elif move.kind is MoveKind.PUSH:
            out.append(move.value)
        else:
            assert isinstance(move.value, int)
            assert 1 <= move.value <= 16
            if move.kind is MoveKind.DUP:
                out.append(out[-move.value])
            else:
                out[-1], out[-1 - move.value] = out[-1 - move.value], out[-1]
    return out


REACH = 16
"""Slots below the top that DUP and SWAP get at; deeper ones are for whoever asked to spill."""
NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f"])


@st.composite
def shuffles(draw: st.DrawFn) -> tuple[list[Slot], int, list[Slot | None]]:
    stack: list[Slot] = draw(st.lists(NAMES, max_size=10))
    base = draw(st.integers(0, len(stack)))
    choices: list[Slot | None] = [*stack, 1, 2, None]
    within_reach = min(10, REACH - len(stack))
    target = draw(st.lists(st.sampled_from(choices), max_size=within_reach))
    return stack, base, target


@given(shuffles())
def test_a_shuffle_makes_the_target_and_leaves_what_is_below(
    case: tuple[list[Slot], int, list[Slot | None]],
) -> None:
    stack, base, target = case
    bench = shuffle(stack, base, target, price)
    after = play(stack, bench.moves)
    assert after == bench.stack
    assert after[:base] == stack[:base]
    assert len(after) == base + len(target)
    assert all(b is None or a == b for a, b in zip(after[base:], target, strict=True))


@given(shuffles())
def test_a_shuffle_anywhere_ends_with_the_target(
    case: tuple[list[Slot], int, list[Slot | None]],
) -> None:
    stack, _, target = case
    bench = shuffle_anywhere(stack, target, price)
    after = play(stack, bench.moves)
    top = after[len(after) - len(target) :]
    assert all(b is None or a == b for a, b in zip(top, target, strict=True))


@st.composite
def operations(draw: st.DrawFn) -> tuple[list[Slot], list[Slot], set[Slot]]:
    stack: list[Slot] = draw(st.lists(NAMES, min_size=1, max_size=8))
    wanted: list[Slot] = draw(st.lists(st.sampled_from([*stack, 7]), min_size=1, max_size=5))
    dying = draw(st.sets(st.sampled_from(wanted)))
    return stack, wanted, {slot for slot in dying if not isinstance(slot, int)}


@given(operations())
def test_operands_are_on_top_and_what_lives_on_is_still_there(
    case: tuple[list[Slot], list[Slot], set[Slot]],
) -> None:
    stack, wanted, dying = case
    bench = arrange(stack, wanted, dying, price, 3)
    after = play(stack, bench.moves)
    assert after == bench.stack
    assert after[len(after) - len(wanted) :] == wanted
    below = after[: len(after) - len(wanted)]
    assert all(slot in below for slot in stack if slot not in dying)


def test_nothing_is_moved_for_operands_that_lie_in_place() -> None:
    assert arrange(["x", "b", "a"], ["b", "a"], {"a", "b"}, price, 3).moves == []


def test_an_item_below_the_reach_of_dup_is_too_deep() -> None:
    stack: list[Slot] = ["deep", *(f"v{i}" for i in range(16))]
    with pytest.raises(TooDeep) as caught:
        arrange(stack, ["deep"], set(), price, 3)
    assert caught.value.position == 0
