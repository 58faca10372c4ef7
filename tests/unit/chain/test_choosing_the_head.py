"""Branches and reorganisations: blocks, state and pool follow the head, and come back."""

import pytest

from chain_cases import ETHER, START, Opened, accounts, make_raw, opened_chain
from contractchain.chain import BlockTag, HeadChange
from contractchain.chain.settings import ChainSettings
from contractchain.errors import BlockNotFoundError, ConsensusError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Hash32

RECEIVER = accounts()[9].address


def received(opened: Opened) -> int:
    return opened.chain.state.get_account(RECEIVER).balance - 10_000 * ETHER


def branch(opened: Opened, base: Hash32, stamps: list[int]) -> list[Hash32]:
    """Build a branch on `base` and leave its last block as the head."""
    opened.chain.set_head(base)
    return [opened.extend(stamp) for stamp in stamps]


def test_a_candidate_is_adopted(manual: Opened) -> None:
    block = manual.build()
    assert manual.chain.head().number == 0
    manual.chain.set_head(block.hash)
    assert manual.chain.head().hash == block.hash
    assert manual.chain.head().finalized == 0


def test_the_head_can_be_called_final_afterwards(manual: Opened) -> None:
    block_hash = manual.extend()
    manual.chain.set_head(block_hash, finalized=block_hash)
    assert manual.chain.head().finalized == 1
    assert manual.chain.blocks.get_block(BlockTag.FINALIZED).hash == block_hash


def test_a_reorganisation_takes_transactions_back_into_the_pool(manual: Opened) -> None:
    genesis = manual.chain.head().hash
    manual.chain.submit([make_raw(value=3), make_raw(nonce=1, value=4)])
    first = manual.extend()
    second = manual.extend()
    assert received(manual) == 7
    manual.chain.set_head(genesis)
    assert received(manual) == 0
    assert len(manual.chain.pool) == 2
    assert not manual.chain.blocks.is_canonical(first)
    replacement = manual.extend(START + 50)
    assert received(manual) == 7
    assert len(manual.chain.pool) == 0
    assert replacement not in (first, second)


def test_a_losing_branch_can_win_again(manual: Opened) -> None:
    genesis = manual.chain.head().hash
    manual.chain.submit([make_raw(value=3)])
    mine = branch(manual, genesis, [START + 1, START + 2])
    state = manual.chain.blocks.get_header().state_root
    other = branch(manual, genesis, [START + 10, START + 11, START + 12])
    assert manual.chain.head().number == 3
    assert manual.chain.find_block(2) == manual.chain.find_block(other[1])
    manual.chain.set_head(mine[-1])
    assert manual.chain.head().hash == mine[-1]
    assert manual.chain.blocks.get_header().state_root == state
    assert received(manual) == 3
    assert len(manual.chain.pool) == 0
    assert manual.chain.find_block(3) is None
    assert manual.store.head_number() == 2


def test_a_transaction_of_both_branches_is_not_sent_twice(manual: Opened) -> None:
    genesis = manual.chain.head().hash
    raw = make_raw(value=3)
    manual.chain.submit([raw])
    manual.extend(START + 1)
    manual.chain.set_head(genesis)
    manual.extend(START + 2)
    assert received(manual) == 3
    assert len(manual.chain.pool) == 0


def test_a_final_block_is_not_replaced(manual: Opened) -> None:
    genesis = manual.chain.head().hash
    manual.chain.mine(2)
    with pytest.raises(ConsensusError, match="final"):
        manual.chain.set_head(genesis)
    assert manual.chain.head().number == 2


def test_an_unknown_head_is_refused(manual: Opened) -> None:
    with pytest.raises(BlockNotFoundError):
        manual.chain.set_head(bytes(32))
    block = manual.build()
    with pytest.raises(BlockNotFoundError):
        manual.chain.set_head(block.hash, finalized=bytes(32))


def test_a_subscriber_hears_what_came_and_what_went(manual: Opened) -> None:
    heard: list[HeadChange] = []
    genesis = manual.chain.head().hash
    unsubscribe = manual.chain.subscribe(heard.append)
    first = branch(manual, genesis, [START + 1, START + 2])
    manual.chain.set_head(genesis)
    second = manual.extend(START + 9)
    manual.chain.set_head(first[1])
    unsubscribe()
    manual.extend()
    assert [(change.applied, change.reverted) for change in heard] == [
        ((first[0],), ()),
        ((first[1],), ()),
        ((), (first[1], first[0])),
        ((second,), ()),
        ((first[0], first[1]), (second,)),
    ]


def test_lookups_follow_the_canonical_branch(manual: Opened) -> None:
    genesis = manual.chain.head().hash
    (transaction,) = manual.chain.submit([make_raw()])
    assert isinstance(transaction, bytes)
    manual.extend(START + 1)
    manual.chain.set_head(genesis)
    assert manual.chain.blocks.find_receipt(transaction) is None
    view = manual.chain.blocks.find_transaction(transaction)
    assert view is not None
    assert view.block_number is None


def test_old_states_are_rebuilt_on_the_branch_that_is_canonical(execution: ExecutionLayer) -> None:
    settings = ChainSettings(state_window=1)
    with opened_chain(execution, instant=False, settings=settings) as opened:
        for nonce in range(3):
            opened.chain.submit([make_raw(nonce=nonce)])
            opened.extend()
        assert [opened.chain.state.get_account(RECEIVER, n).balance for n in (1, 2)] == [
            10_000 * ETHER + 1,
            10_000 * ETHER + 2,
        ]
        opened.chain.set_head(opened.chain.blocks.get_block(0).hash)
        branch(opened, opened.chain.head().hash, [START + 50, START + 51, START + 52])
        assert [opened.chain.state.get_account(RECEIVER, n).balance for n in (1, 2)] == [
            10_000 * ETHER + 3,
            10_000 * ETHER + 3,
        ]


def test_old_side_blocks_make_room(manual: Opened) -> None:
    genesis = manual.chain.head().hash
    hashes = [manual.build(START + 1 + step).hash for step in range(300)]
    assert manual.chain.find_block(hashes[0]) is None
    assert manual.chain.find_block(hashes[-1]) is not None
    manual.chain.set_head(hashes[-1])
    assert manual.chain.find_block(0) == manual.chain.find_block(genesis)
