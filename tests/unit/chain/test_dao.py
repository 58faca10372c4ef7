"""The DAO fork: balances moved outside all rules, and the mark of the blocks after it."""

from dataclasses import replace

import pytest

from chain_cases import ETHER, make_genesis, opened_chain
from contractchain.chain.dao import DRAINED, EXTRA_DATA, REFUND_CONTRACT, find_dao_fork
from contractchain.codec.block import encode_block, hash_header
from contractchain.errors import InvalidHeaderError
from contractchain.execution import create_engine
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.types import Fork, Genesis, GenesisAccount


def dao_genesis(number: int = 2) -> Genesis:
    genesis = make_genesis(fork=Fork.HOMESTEAD)
    extra = {"ethash": {}, "daoForkBlock": number, "daoForkSupport": True}
    alloc = dict(genesis.alloc) | {
        DRAINED[0]: GenesisAccount(balance=ETHER, nonce=3, code=b"\x00"),
        DRAINED[1]: GenesisAccount(balance=2 * ETHER),
        REFUND_CONTRACT: GenesisAccount(balance=5, code=b"\x00"),
    }
    return replace(
        genesis,
        config=replace(genesis.config, extra=extra),
        alloc=tuple(sorted(alloc.items())),
        difficulty=200_000,
    )


def test_balances_move_in_one_block_and_on_every_engine(engine: ExecutionLayer) -> None:
    with opened_chain(engine, genesis=dao_genesis(), instant=False) as opened:
        opened.extend()
        assert opened.chain.state.get_account(DRAINED[0]).balance == ETHER
        opened.extend()
        state = opened.chain.state
        assert [state.get_account(address).balance for address in DRAINED[:2]] == [0, 0]
        assert state.get_account(REFUND_CONTRACT).balance == 3 * ETHER + 5
        assert state.get_account(DRAINED[0]).nonce == 3
        opened.chain.verify(1, 2, create_engine(engine.name))
        blocks = [opened.chain.blocks.get_encoded(number) for number in (1, 2)]
        assert opened.chain.blocks.get_header(2).extra_data == EXTRA_DATA
    with opened_chain(engine, genesis=dao_genesis(), instant=False) as other:
        for encoded in blocks:
            other.chain.import_block(encoded)
        assert other.chain.head().number == 2


def test_ten_blocks_need_the_mark() -> None:
    with opened_chain(create_engine("auto"), genesis=dao_genesis(1), instant=False) as opened:
        for number in range(1, 13):
            block = opened.build()
            header = replace(block.header, extra_data=b"another")
            encoded = encode_block(replace(block, header=header, hash=hash_header(header)))
            if number <= 10:
                with pytest.raises(InvalidHeaderError, match="extra_data"):
                    opened.chain.import_block(encoded)
            else:
                opened.chain.import_block(encoded)
            opened.chain.set_head(block.hash)


def test_a_chain_that_did_not_support_it_changes_nothing() -> None:
    config = dao_genesis().config
    against = replace(config, extra=config.extra | {"daoForkSupport": False})
    assert find_dao_fork(config) == 2
    assert find_dao_fork(against) is None
