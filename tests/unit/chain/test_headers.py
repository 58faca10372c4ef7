"""Each rule of a header, broken on its own, and named."""

from dataclasses import replace

import pytest

from chain_cases import START, make_genesis
from contractchain.chain.context import build_next_context
from contractchain.chain.genesis import EMPTY_REQUESTS_HASH, build_genesis_header
from contractchain.chain.headers import validate_header
from contractchain.codec.block import hash_header
from contractchain.errors import InvalidHeaderError
from contractchain.interfaces.consensus import BuildAttributes
from contractchain.types import EMPTY_TRIE_ROOT, ZERO_HASH, ChainConfig, Fork, Header

CONFIG = make_genesis().config


def parent_under(fork: Fork) -> tuple[Header, ChainConfig]:
    genesis = make_genesis(fork=fork)
    return build_genesis_header(genesis, EMPTY_TRIE_ROOT), genesis.config


def child_of(parent: Header, config: ChainConfig) -> Header:
    context = build_next_context(
        parent, hash_header(parent), config, BuildAttributes(timestamp=START + 5), b""
    )
    fork = context.fork
    is_cancun = fork >= Fork.CANCUN
    return Header(
        parent_hash=context.parent_hash,
        number=context.number,
        timestamp=context.timestamp,
        gas_limit=context.gas_limit,
        base_fee_per_gas=context.base_fee_per_gas if fork >= Fork.LONDON else None,
        withdrawals_root=EMPTY_TRIE_ROOT if fork >= Fork.SHANGHAI else None,
        blob_gas_used=0 if is_cancun else None,
        excess_blob_gas=context.excess_blob_gas if is_cancun else None,
        parent_beacon_block_root=ZERO_HASH if is_cancun else None,
        requests_hash=EMPTY_REQUESTS_HASH if fork >= Fork.PRAGUE else None,
    )


@pytest.mark.parametrize("fork", list(Fork))
def test_a_header_made_by_the_rules_is_valid_under_every_fork(fork: Fork) -> None:
    parent, config = parent_under(fork)
    validate_header(child_of(parent, config), parent, config)


@pytest.mark.parametrize(
    ("field_name", "value"),
    [
        ("number", 2),
        ("number", 0),
        ("timestamp", START),
        ("timestamp", START - 1),
        ("timestamp", 2**64),
        ("extra_data", bytes(33)),
        ("gas_limit", 30_000_000 + 30_000_000 // 1024),
        ("gas_limit", 30_000_000 - 30_000_000 // 1024),
        ("gas_limit", 4_999),
        ("gas_used", 30_000_001),
        ("base_fee_per_gas", 10**9),
        ("base_fee_per_gas", None),
        ("difficulty", 1),
        ("nonce", bytes(7) + b"\x01"),
        ("uncles_hash", bytes(32)),
        ("withdrawals_root", None),
        ("blob_gas_used", None),
        ("blob_gas_used", 1),
        ("blob_gas_used", 10 * 2**17),
        ("excess_blob_gas", 1),
        ("parent_beacon_block_root", None),
        ("requests_hash", None),
    ],
)
def test_a_broken_rule_names_the_field(field_name: str, value: object) -> None:
    parent, config = parent_under(Fork.PRAGUE)
    header = replace(child_of(parent, config), **{field_name: value})  # type: ignore[arg-type]
    with pytest.raises(InvalidHeaderError) as caught:
        validate_header(header, parent, config)
    if field_name != "difficulty":  # which makes the block one before the merge
        assert caught.value.field_name == field_name


@pytest.mark.parametrize(
    ("fork", "field_name", "value"),
    [
        (Fork.BERLIN, "base_fee_per_gas", 7),
        (Fork.PARIS, "withdrawals_root", EMPTY_TRIE_ROOT),
        (Fork.SHANGHAI, "excess_blob_gas", 0),
        (Fork.CANCUN, "requests_hash", EMPTY_REQUESTS_HASH),
    ],
)
def test_a_field_before_its_fork_is_refused(fork: Fork, field_name: str, value: object) -> None:
    parent, config = parent_under(fork)
    header = replace(child_of(parent, config), **{field_name: value})  # type: ignore[arg-type]
    with pytest.raises(InvalidHeaderError) as caught:
        validate_header(header, parent, config)
    assert caught.value.field_name == field_name


def test_the_gas_limit_doubles_at_london() -> None:
    parent, _ = parent_under(Fork.BERLIN)
    config = ChainConfig(chain_id=1, blocks=((Fork.BERLIN, 0), (Fork.LONDON, 1)))
    header = child_of(parent, config)
    assert header.gas_limit == 2 * parent.gas_limit
    validate_header(header, parent, config)
    with pytest.raises(InvalidHeaderError):
        validate_header(replace(header, gas_limit=parent.gas_limit), parent, config)


def test_proof_of_work_demands_its_difficulty() -> None:
    config = ChainConfig(chain_id=1, blocks=((Fork.HOMESTEAD, 0),), extra={"ethash": {}})
    parent = Header(parent_hash=ZERO_HASH, difficulty=10_000_000, timestamp=START)
    header = replace(child_of(parent, config), timestamp=START + 25)
    right = 10_000_000 - 10_000_000 // 2048
    validate_header(replace(header, difficulty=right), parent, config)
    with pytest.raises(InvalidHeaderError) as caught:
        validate_header(replace(header, difficulty=right + 1), parent, config)
    assert caught.value.field_name == "difficulty"


def test_the_gas_limit_counts_before_the_gas_that_exceeds_it() -> None:
    parent, config = parent_under(Fork.PRAGUE)
    header = replace(child_of(parent, config), gas_limit=0, gas_used=21_000)
    with pytest.raises(InvalidHeaderError) as caught:
        validate_header(header, parent, config)
    assert caught.value.field_name == "gas_limit"
