"""The hashes that BLOCKHASH can ask for, by whichever way they are found."""

from chain_cases import START, Opened, opened_chain
from contractchain.execution import create_engine
from contractchain.store import open_store


def expected(opened: Opened, number: int) -> bytes:
    """Return the hashes of the ancestors of block `number`, the parent's first."""
    lowest = max(number - 256, 0)
    numbers = range(number - 1, lowest - 1, -1)
    return b"".join(opened.chain.blocks.get_block(n).hash for n in numbers)


def found(opened: Opened, number: int) -> bytes:
    parent = opened.chain.blocks.get_block(number).header.parent_hash
    return opened.chain._canonical.list_ancestor_hashes(parent)


def test_they_are_right_near_genesis_and_far_from_it() -> None:
    store = open_store("memory")
    with opened_chain(create_engine("auto"), store=store, instant=False) as opened:
        opened.chain.mine(400)
        for number in (1, 2, 200, 256, 257, 258, 336, 337, 399, 400):
            assert found(opened, number) == expected(opened, number), number
    with opened_chain(create_engine("auto"), store=store, instant=False) as opened:
        for number in (400, 399, 150, 1):
            assert found(opened, number) == expected(opened, number), number
        opened.chain.mine(3)
        assert found(opened, 403) == expected(opened, 403)


def test_a_side_block_has_its_own_ancestors(manual: Opened) -> None:
    manual.chain.mine(3)
    for step in range(2):
        manual.extend(START + 100 + step)
    left = [manual.chain.find_block(n) for n in (4, 5)]
    base = manual.chain.blocks.get_block(3).hash
    manual.chain.set_head(base)
    manual.extend(START + 300)
    tip = left[1]
    assert tip is not None
    hashes = manual.chain._canonical.list_ancestor_hashes(tip.hash)
    numbers = [manual.chain.blocks.get_block(n).hash for n in (3, 2, 1, 0)]
    assert left[0] is not None
    assert hashes == b"".join([tip.hash, left[0].hash, *numbers])
