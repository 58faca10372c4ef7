"""Batches of raw transactions that form by themselves, and what each sender of one hears."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.crypto import Account, keccak256
from contractchain.errors import DecodeError, NonceTooLowError
from contractchain.node import LocalNode, NodeConfig, open_local_chain
from contractchain.rpc.later import Later
from contractchain.rpc.submission import Submitter
from contractchain.types import DynamicFeeTransaction, Hash32


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with open_local_chain(NodeConfig(data_dir=None)) as opened:
        yield opened


def transfer(account: Account, nonce: int) -> bytes:
    unsigned = DynamicFeeTransaction(
        chain_id=31337,
        nonce=nonce,
        max_priority_fee_per_gas=1,
        max_fee_per_gas=10**10,
        gas_limit=21_000,
        to=bytes(20),
    )
    return encode_transaction(sign_transaction(unsigned, account.private_key))


def submit_in_one_turn(node: LocalNode, raws: Sequence[bytes]) -> list[Hash32 | Exception]:
    """Submit all before the loop turns; returns what was told, in order."""

    async def run() -> list[Hash32 | Exception]:
        with ThreadPoolExecutor(1) as writer:
            submitter = Submitter(node.chain, writer, lambda: node.consensus.is_automine)
            told: dict[int, Hash32 | Exception] = {}

            def note(place: int) -> Callable[[Hash32 | Exception], None]:
                return lambda outcome: told.update({place: outcome})

            for place, raw in enumerate(raws):
                submitter.submit(raw).listen(note(place))
            while len(told) < len(raws):
                await asyncio.sleep(0.001)
            return [told[place] for place in range(len(raws))]

    return asyncio.run(run())


def test_what_arrives_in_one_turn_is_mined_in_one_block(node: LocalNode) -> None:
    raws = [transfer(account, nonce) for nonce in range(3) for account in node.accounts[:3]]
    hashes = submit_in_one_turn(node, raws)
    receipts = [node.chain.blocks.find_receipt(h) for h in hashes if isinstance(h, bytes)]
    assert len(receipts) == len(raws)
    assert node.chain.head().number == 1


@pytest.mark.parametrize("automine", [True, False])
def test_each_hears_of_its_own_transaction(node: LocalNode, automine: bool) -> None:
    node.consensus.set_automine(automine)
    alice, bob = node.accounts[:2]
    node.chain.submit([transfer(bob, 0)])
    node.chain.mine(1)
    raws = [transfer(alice, 0), b"\x05nonsense", transfer(bob, 0), transfer(alice, 1)]
    first, second, third, fourth = submit_in_one_turn(node, raws)
    assert isinstance(first, bytes)
    assert isinstance(second, DecodeError)
    assert isinstance(third, NonceTooLowError)
    assert isinstance(fourth, bytes)


def test_without_automine_nothing_is_mined(node: LocalNode) -> None:
    node.consensus.set_automine(False)
    submit_in_one_turn(node, [transfer(node.accounts[0], 0)])
    assert len(node.chain.pool) == 1
    assert node.chain.head().number == 0


@pytest.mark.parametrize("count", [1, 2, 3, 9, 200])
def test_however_many_arrive_in_one_turn_each_is_taken_in_its_order(
    node: LocalNode, count: int
) -> None:
    node.consensus.set_automine(False)
    raws = [transfer(node.accounts[0], nonce) for nonce in range(count)]
    assert submit_in_one_turn(node, raws) == [keccak256(raw) for raw in raws]
    entries = [entry.transaction.nonce for entry in node.chain.pool.entries()]
    assert entries == list(range(count))


def test_a_switch_to_automine_takes_what_was_begun(node: LocalNode) -> None:
    node.consensus.set_automine(False)
    raws = [transfer(node.accounts[0], nonce) for nonce in range(100)]

    async def run() -> list[Hash32 | Exception]:
        heard: list[Hash32 | Exception] = []
        with ThreadPoolExecutor(1) as writer:
            submitter = Submitter(node.chain, writer, lambda: node.consensus.is_automine)
            for raw in raws:
                submitter.submit(raw).listen(heard.append)
            while not heard:
                await asyncio.sleep(0)
            assert len(heard) < 100
            node.consensus.set_automine(True)
            while len(heard) < 100:
                await asyncio.sleep(0.001)
        return heard

    assert asyncio.run(run()) == [keccak256(raw) for raw in raws]
    assert len(node.chain.pool) == 0


def test_an_outcome_may_come_before_its_listener() -> None:
    heard: list[int | Exception] = []
    early: Later[int] = Later()
    early.tell(1)
    early.listen(heard.append)
    late: Later[int] = Later()
    late.listen(heard.append)
    late.tell(2)
    assert heard == [1, 2]
