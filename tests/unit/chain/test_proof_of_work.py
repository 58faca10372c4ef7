"""Chains before the merge: difficulty, its sum, and uncles."""

from dataclasses import replace

import pytest

from chain_cases import START, Opened, make_genesis, opened_chain
from contractchain.codec.block import encode_block, hash_header, hash_uncles
from contractchain.errors import InvalidBlockError, InvalidHeaderError
from contractchain.execution import create_engine
from contractchain.interfaces.consensus import BuildAttributes
from contractchain.types import Block, Fork, Genesis, Header


def ethash_genesis(terminal: int | None = None) -> Genesis:
    genesis = make_genesis(fork=Fork.LONDON)
    config = replace(genesis.config, extra={"ethash": {}}, terminal_total_difficulty=terminal)
    return replace(genesis, config=config, difficulty=200_000)


def built(opened: Opened, step: int = 13) -> Block:
    stamp = opened.chain.head().timestamp + step
    return opened.chain.build(BuildAttributes(timestamp=stamp))


def test_blocks_built_here_have_the_difficulty_they_must() -> None:
    with opened_chain(create_engine("auto"), genesis=ethash_genesis(), instant=False) as opened:
        slow, fast = built(opened, 30), built(opened, 1)
        assert slow.header.difficulty < 200_000 < fast.header.difficulty
        with opened_chain(create_engine("auto"), genesis=ethash_genesis(), instant=False) as other:
            other.chain.import_block(encode_block(fast))
            with pytest.raises(InvalidHeaderError):
                wrong = replace(slow.header, difficulty=200_000)
                other.chain.import_block(
                    encode_block(replace(slow, header=wrong, hash=hash_header(wrong)))
                )


def test_the_heavier_branch_wins_even_if_it_is_no_longer() -> None:
    with opened_chain(create_engine("auto"), genesis=ethash_genesis(), instant=False) as opened:
        slow, fast = built(opened, 300), built(opened, 1)
    with opened_chain(create_engine("auto"), genesis=ethash_genesis(), instant=False) as other:
        other.chain.import_block(encode_block(slow))
        assert other.chain.head().hash == slow.hash
        other.chain.import_block(encode_block(fast))
        assert other.chain.head().hash == fast.hash
        other.chain.import_block(encode_block(slow))
        assert other.chain.head().hash == fast.hash


def test_proof_of_work_ends_at_the_terminal_total_difficulty() -> None:
    genesis = ethash_genesis(terminal=500_000)
    with opened_chain(create_engine("auto"), genesis=genesis, instant=False) as opened:
        opened.chain.mine(4)
        difficulties = [opened.chain.blocks.get_header(n).difficulty for n in range(5)]
        blocks = [opened.chain.blocks.get_encoded(n) for n in range(1, 5)]
    ended = next(n for n in range(5) if sum(difficulties[: n + 1]) >= 500_000)
    assert all(difficulties[: ended + 1])
    assert not any(difficulties[ended + 1 :])
    with opened_chain(create_engine("auto"), genesis=genesis, instant=False) as other:
        for block in blocks:
            other.chain.import_block(block)
        assert other.chain.head().number == 4


def with_uncles(block: Block, *uncles: Header) -> bytes:
    header = replace(block.header, uncles_hash=hash_uncles(uncles))
    return encode_block(
        replace(block, header=header, hash=hash_header(header), uncles=tuple(uncles))
    )


def test_uncles_are_close_relatives_and_counted_once() -> None:
    with opened_chain(create_engine("auto"), genesis=ethash_genesis(), instant=False) as opened:
        uncle = built(opened, 20).header
        opened.chain.mine()
        brother = built(opened, 25).header
        own_parent = opened.chain.blocks.get_header(1)
        block = built(opened)
        faults = {
            "three": (uncle, uncle, uncle),
            "twice": (uncle, uncle),
            "no close relative": (brother,),
            "an ancestor": (own_parent,),
            "invalid": (replace(uncle, difficulty=5),),
        }
        for name, uncles in faults.items():
            with pytest.raises(InvalidBlockError):
                opened.chain.import_block(with_uncles(block, *uncles))
            assert opened.chain.head().number == 1, name
    assert uncle.timestamp > START
