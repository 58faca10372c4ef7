"""From a genesis file to the rules of a block: by number, by total difficulty, by time."""

import json
from dataclasses import replace

import pytest

from chain_cases import START, make_genesis, opened_chain
from contractchain.chain.fees import calculate_excess_blob_gas
from contractchain.chain.forks import fork_of
from contractchain.chain.genesis_file import decode_genesis
from contractchain.chain.headers import validate_header
from contractchain.codec.block import encode_block, hash_header
from contractchain.errors import InvalidHeaderError
from contractchain.execution import create_engine
from contractchain.interfaces.consensus import BuildAttributes
from contractchain.types import (
    EMPTY_TRIE_ROOT,
    ZERO_HASH,
    Block,
    ChainConfig,
    Fork,
    Genesis,
    Header,
)
from contractchain.types.fork import BlobSchedule

GAS_PER_BLOB = 2**17
CONFIG = {
    "chainId": 1,
    "homesteadBlock": 10,
    "eip150Block": 20,
    "eip155Block": 30,
    "eip158Block": 30,
    "byzantiumBlock": 40,
    "constantinopleBlock": 50,
    "petersburgBlock": 60,
    "istanbulBlock": 70,
    "berlinBlock": 80,
    "londonBlock": 90,
    "terminalTotalDifficulty": 1_000_000,
    "shanghaiTime": 1_000,
    "cancunTime": 2_000,
    "pragueTime": 3_000,
    "osakaTime": 4_000,
    "bpo1Time": 5_000,
    "bpo2Time": 6_000,
    "blobSchedule": {
        "cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3_338_477},
        "prague": {"target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716},
        "osaka": {"target": 6, "max": 9, "baseFeeUpdateFraction": 5_007_716},
        "bpo1": {"target": 10, "max": 15, "baseFeeUpdateFraction": 8_346_193},
        "bpo2": {"target": 14, "max": 21, "baseFeeUpdateFraction": 11_684_671},
    },
    "ethash": {},
}


def configuration(**changes: object) -> ChainConfig:
    document = {"config": CONFIG | changes, "gasLimit": "0x1c9c380", "difficulty": "0x20000"}
    return decode_genesis(json.dumps(document)).config


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        (10, Fork.FRONTIER, Fork.HOMESTEAD),
        (20, Fork.HOMESTEAD, Fork.TANGERINE_WHISTLE),
        (30, Fork.TANGERINE_WHISTLE, Fork.SPURIOUS_DRAGON),
        (40, Fork.SPURIOUS_DRAGON, Fork.BYZANTIUM),
        (50, Fork.BYZANTIUM, Fork.CONSTANTINOPLE),
        (60, Fork.CONSTANTINOPLE, Fork.PETERSBURG),
        (70, Fork.PETERSBURG, Fork.ISTANBUL),
        (80, Fork.ISTANBUL, Fork.BERLIN),
        (90, Fork.BERLIN, Fork.LONDON),
    ],
)
def test_a_block_number_brings_the_early_forks(number: int, before: Fork, after: Fork) -> None:
    config = configuration()
    old = Header(parent_hash=ZERO_HASH, number=number - 1, timestamp=9_999, difficulty=1)
    assert fork_of(config, old) is before
    assert fork_of(config, replace(old, number=number)) is after


@pytest.mark.parametrize(
    ("time", "before", "after"),
    [
        (1_000, Fork.PARIS, Fork.SHANGHAI),
        (2_000, Fork.SHANGHAI, Fork.CANCUN),
        (3_000, Fork.CANCUN, Fork.PRAGUE),
        (4_000, Fork.PRAGUE, Fork.OSAKA),
        (5_000, Fork.OSAKA, Fork.OSAKA),
    ],
)
def test_a_time_brings_the_forks_after_the_merge(time: int, before: Fork, after: Fork) -> None:
    config = configuration()
    old = Header(parent_hash=ZERO_HASH, number=100, timestamp=time - 1, difficulty=0)
    assert fork_of(config, old) is before
    assert fork_of(config, replace(old, timestamp=time)) is after


def test_the_merge_comes_with_the_difficulty_and_not_with_a_number_or_time() -> None:
    config = configuration()
    late = Header(parent_hash=ZERO_HASH, number=10**6, timestamp=10**6, difficulty=5)
    assert fork_of(config, late) is Fork.LONDON
    assert fork_of(config, replace(late, difficulty=0, timestamp=0)) is Fork.PARIS


@pytest.mark.parametrize(
    ("time", "most"), [(2_000, 6), (3_000, 9), (4_000, 9), (5_000, 15), (6_000, 21), (9_000, 21)]
)
def test_blob_parameters_come_with_their_time(time: int, most: int) -> None:
    config = configuration()
    schedule = config.blob_schedule_at(time)
    assert schedule is not None
    assert schedule.max == most
    earlier = config.blob_schedule_at(time - 1)
    assert earlier is None or earlier.max <= most


@pytest.mark.parametrize(("time", "most"), [(4_500, 9), (5_500, 15), (6_500, 21)])
def test_a_header_has_room_for_the_blobs_of_its_time(time: int, most: int) -> None:
    config = configuration()
    parent = Header(
        parent_hash=ZERO_HASH,
        number=100,
        timestamp=time - 1,
        gas_limit=30_000_000,
        gas_used=15_000_000,
        base_fee_per_gas=7,
        blob_gas_used=0,
        excess_blob_gas=0,
    )
    schedule = config.blob_schedule_at(time)
    assert schedule is not None
    header = Header(
        parent_hash=hash_header(parent),
        number=101,
        timestamp=time,
        gas_limit=30_000_000,
        base_fee_per_gas=7,
        withdrawals_root=EMPTY_TRIE_ROOT,
        blob_gas_used=most * GAS_PER_BLOB,
        excess_blob_gas=calculate_excess_blob_gas(parent, schedule, is_osaka=True),
        parent_beacon_block_root=ZERO_HASH,
        requests_hash=ZERO_HASH,
    )
    validate_header(header, parent, config)
    with pytest.raises(InvalidHeaderError) as raised:
        validate_header(replace(header, blob_gas_used=(most + 1) * GAS_PER_BLOB), parent, config)
    assert raised.value.field_name == "blob_gas_used"


def test_the_excess_of_the_first_block_under_new_parameters_is_counted_with_them() -> None:
    used = 15 * GAS_PER_BLOB
    parent = Header(
        parent_hash=ZERO_HASH, base_fee_per_gas=7, blob_gas_used=used, excess_blob_gas=0
    )
    old = BlobSchedule(target=10, max=15, base_fee_update_fraction=8_346_193)
    new = BlobSchedule(target=14, max=21, base_fee_update_fraction=11_684_671)
    assert calculate_excess_blob_gas(parent, old, is_osaka=False) == 5 * GAS_PER_BLOB
    assert calculate_excess_blob_gas(parent, new, is_osaka=False) == GAS_PER_BLOB


# The merge on a chain


def merging_genesis(terminal: int) -> Genesis:
    genesis = make_genesis(fork=Fork.LONDON)
    config = replace(
        genesis.config,
        extra={"ethash": {}},
        terminal_total_difficulty=terminal,
        timestamps=((Fork.SHANGHAI, START + 100),),
    )
    return replace(genesis, config=config, difficulty=200_000)


def with_header(block: Block, **changes: object) -> bytes:
    header = replace(block.header, **changes)  # type: ignore[arg-type]
    return encode_block(replace(block, header=header, hash=hash_header(header)))


def test_proof_of_stake_before_its_time_is_refused() -> None:
    genesis = merging_genesis(10**9)
    with opened_chain(create_engine("auto"), genesis=genesis, instant=False) as opened:
        block = opened.chain.build(BuildAttributes(timestamp=START + 13))
        assert block.header.difficulty > 0
        with pytest.raises(InvalidHeaderError) as raised:
            opened.chain.import_block(with_header(block, difficulty=0))
        assert raised.value.field_name == "difficulty"
        assert "must not be 0 yet" in str(raised.value)


def test_proof_of_work_after_its_end_is_refused() -> None:
    genesis = merging_genesis(200_000)  # which the genesis block reaches
    with opened_chain(create_engine("auto"), genesis=genesis, instant=False) as opened:
        block = opened.chain.build(BuildAttributes(timestamp=START + 13))
        assert block.header.difficulty == 0
        with pytest.raises(InvalidHeaderError) as raised:
            opened.chain.import_block(with_header(block, difficulty=200_000))
        assert raised.value.field_name == "difficulty"
        assert "proof of work has ended" in str(raised.value)
        opened.chain.import_block(encode_block(block))


def test_the_next_fork_by_time_follows_the_merge() -> None:
    genesis = merging_genesis(500_000)
    with opened_chain(create_engine("auto"), genesis=genesis, instant=False) as opened:
        for step in (13, 26, 39, 52, 101):
            block = opened.chain.build(BuildAttributes(timestamp=START + step))
            opened.chain.import_block(encode_block(block))
            if opened.chain.head().hash != block.hash:
                opened.chain.set_head(block.hash)
        headers = [opened.chain.blocks.get_header(number) for number in range(6)]
    assert [header.difficulty > 0 for header in headers] == [True] * 3 + [False] * 3
    assert [header.withdrawals_root is not None for header in headers] == [False] * 5 + [True]
