"""Uncles before the merge: each rule on its own, and what they are paid."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from chain_cases import Opened, make_genesis, opened_chain
from contractchain.chain.context import build_context
from contractchain.codec.block import encode_block, hash_header, hash_uncles
from contractchain.errors import InvalidUncleError, MismatchError
from contractchain.execution import create_engine
from contractchain.interfaces.consensus import BuildAttributes
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Block, Fork, Genesis, Header

MERGE = 2**40
"""Total difficulty that these chains never reach."""
LENGTH = 8
UNCLE_BENEFICIARY = b"\x0c" * 20
BENEFICIARY = b"\x0b" * 20
ETHER = 10**18


def work_genesis(fork: Fork = Fork.LONDON) -> Genesis:
    genesis = make_genesis(fork=fork)
    config = replace(genesis.config, extra={"ethash": {}}, terminal_total_difficulty=MERGE)
    return replace(genesis, config=config, difficulty=200_000)


@dataclass
class Family:
    """A chain of `LENGTH` blocks, a sibling of each, and a block to go on top."""

    opened: Opened
    siblings: dict[int, Header]
    """By number; none of them was ever listed."""
    next_block: Block

    def with_uncles(self, *uncles: Header) -> bytes:
        """Return the next block with these uncles, and nothing paid for them."""
        header = replace(self.next_block.header, uncles_hash=hash_uncles(uncles))
        block = replace(self.next_block, header=header, hash=hash_header(header), uncles=uncles)
        return encode_block(block)

    def refuse(self, *uncles: Header) -> str:
        """Import the block with these uncles; returns why it is refused."""
        with pytest.raises(InvalidUncleError) as raised:
            self.opened.chain.import_block(self.with_uncles(*uncles))
        assert self.opened.chain.head().number == LENGTH
        return str(raised.value)

    def header(self, number: int) -> Header:
        return self.opened.chain.blocks.get_header(number)


def build(opened: Opened, step: int, beneficiary: bytes = BENEFICIARY) -> Block:
    stamp = opened.chain.head().timestamp + step
    return opened.chain.build(BuildAttributes(timestamp=stamp, beneficiary=beneficiary))


@pytest.fixture(scope="module")
def family() -> Iterator[Family]:
    with opened_chain(create_engine("auto"), genesis=work_genesis(), instant=False) as opened:
        siblings = {}
        for number in range(1, LENGTH + 1):
            siblings[number] = build(opened, 14, UNCLE_BENEFICIARY).header
            opened.chain.import_block(encode_block(build(opened, 13)))
        siblings[LENGTH + 1] = build(opened, 14, UNCLE_BENEFICIARY).header
        yield Family(opened, siblings, build(opened, 13))


@pytest.mark.parametrize("generations", [1, 2, 3, 4, 5, 6])
def test_relatives_of_up_to_six_generations_are_uncles(family: Family, generations: int) -> None:
    uncle = family.siblings[LENGTH + 1 - generations]
    with pytest.raises(MismatchError) as raised:  # only the reward is missing in the state
        family.opened.chain.import_block(family.with_uncles(uncle))
    assert raised.value.field_name == "state_root"


def test_seven_generations_are_too_many(family: Family) -> None:
    assert "no close relative" in family.refuse(family.siblings[LENGTH + 1 - 7])


def test_three_uncles_are_too_many(family: Family) -> None:
    uncles = [family.siblings[number] for number in (6, 7, 8)]
    assert "at most 2 uncles, not 3" in family.refuse(*uncles)


def test_an_uncle_is_listed_once_in_a_block(family: Family) -> None:
    assert "listed before" in family.refuse(family.siblings[8], family.siblings[8])


def test_an_uncle_is_no_ancestor(family: Family) -> None:
    for number in (LENGTH, LENGTH - 1, LENGTH - 6):
        assert "is an ancestor" in family.refuse(family.header(number))


def test_a_brother_is_no_uncle(family: Family) -> None:
    assert "no close relative" in family.refuse(family.siblings[LENGTH + 1])


def test_an_uncle_comes_from_an_ancestor(family: Family) -> None:
    stranger = replace(family.siblings[8], parent_hash=b"\x99" * 32)
    assert "no close relative" in family.refuse(stranger)


@pytest.mark.parametrize(
    ("changes", "field_name"),
    [
        ({"difficulty": 200_001}, "difficulty"),
        ({"difficulty": 0}, "difficulty"),
        ({"difficulty": 0, "nonce": bytes(8)}, "difficulty"),
        ({"number": 9}, "number"),
        ({"timestamp": 1}, "timestamp"),
        ({"gas_limit": 5_000}, "gas_limit"),
        ({"gas_used": 2**40}, "gas_used"),
        ({"base_fee_per_gas": 1}, "base_fee_per_gas"),
        ({"base_fee_per_gas": None}, "base_fee_per_gas"),
        ({"extra_data": bytes(33)}, "extra_data"),
        ({"withdrawals_root": bytes(32)}, "withdrawals_root"),
    ],
)
def test_an_uncle_has_a_valid_header(
    family: Family, changes: dict[str, object], field_name: str
) -> None:
    uncle = replace(family.siblings[8], **changes)  # type: ignore[arg-type]
    assert field_name in family.refuse(uncle)


def test_an_uncle_that_an_ancestor_has_listed_is_not_listed_again() -> None:
    with opened_chain(create_engine("auto"), genesis=work_genesis(), instant=False) as opened:
        uncle = build(opened, 14, UNCLE_BENEFICIARY).header
        opened.chain.import_block(encode_block(build(opened, 13)))
        listing = rewarded(opened, build(opened, 13), uncle)
        opened.chain.import_block(listing)
        assert opened.chain.head().number == 2
        again = Family(opened, {}, build(opened, 13)).with_uncles(uncle)
        with pytest.raises(InvalidUncleError) as raised:
            opened.chain.import_block(again)
        assert "listed before" in str(raised.value)


def rewarded(opened: Opened, block: Block, *uncles: Header, fork: Fork = Fork.LONDON) -> bytes:
    """Return a block with uncles and the state that their rewards give."""
    config = work_genesis(fork).config
    header = replace(block.header, uncles_hash=hash_uncles(uncles))
    block = replace(block, header=header, uncles=uncles)
    parent = opened.chain.blocks.get_header(opened.chain.head().number)
    context = build_context(block, config, header.parent_hash)
    result = opened.execution.execute_block(parent.state_root, context, [], strict=True)
    header = replace(header, state_root=result.state_root)
    opened.execution.release(result.state_root)
    return encode_block(replace(block, header=header, hash=hash_header(header)))


def balance_of(opened: Opened, address: bytes) -> int:
    return opened.chain.state.get_account(address).balance


@pytest.mark.parametrize(
    ("fork", "reward"),
    [
        (Fork.FRONTIER, 5 * ETHER),
        (Fork.SPURIOUS_DRAGON, 5 * ETHER),
        (Fork.BYZANTIUM, 3 * ETHER),
        (Fork.CONSTANTINOPLE, 2 * ETHER),
        (Fork.LONDON, 2 * ETHER),
    ],
)
def test_uncles_and_their_nephew_are_paid(engine: ExecutionLayer, fork: Fork, reward: int) -> None:
    with opened_chain(engine, genesis=work_genesis(fork), instant=False) as opened:
        first = build(opened, 14, UNCLE_BENEFICIARY).header
        opened.chain.import_block(encode_block(build(opened, 13)))
        second = build(opened, 14, UNCLE_BENEFICIARY).header
        opened.chain.import_block(encode_block(build(opened, 13)))
        before = balance_of(opened, BENEFICIARY)
        opened.chain.import_block(rewarded(opened, build(opened, 13), first, second, fork=fork))
        assert opened.chain.head().number == 3
        paid = balance_of(opened, BENEFICIARY) - before
        assert paid == reward + 2 * (reward // 32)
        assert balance_of(opened, UNCLE_BENEFICIARY) == reward * (6 + 7) // 8
