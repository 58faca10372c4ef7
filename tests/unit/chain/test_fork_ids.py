"""Fork ids and the rules in force, against the published ids of Ethereum's main network."""

import pytest

from contractchain.chain.fork_schedule import calculate_fork_id, find_fork_rules
from contractchain.types import ChainConfig, Fork, Genesis
from contractchain.types.fork import CANCUN_BLOBS

SHANGHAI, CANCUN = 1_681_338_455, 1_710_338_135
MAINNET_HASH = bytes.fromhex("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3")
MAINNET = Genesis(
    config=ChainConfig(
        chain_id=1,
        blocks=(
            (Fork.FRONTIER, 0),
            (Fork.HOMESTEAD, 1_150_000),
            (Fork.TANGERINE_WHISTLE, 2_463_000),
            (Fork.SPURIOUS_DRAGON, 2_675_000),
            (Fork.BYZANTIUM, 4_370_000),
            (Fork.CONSTANTINOPLE, 7_280_000),
            (Fork.PETERSBURG, 7_280_000),
            (Fork.ISTANBUL, 9_069_000),
            (Fork.BERLIN, 12_244_000),
            (Fork.LONDON, 12_965_000),
        ),
        timestamps=((Fork.SHANGHAI, SHANGHAI), (Fork.CANCUN, CANCUN)),
        terminal_total_difficulty=58_750_000_000_000_000_000_000,
        blob_schedules=((CANCUN, CANCUN_BLOBS),),
        extra={
            "daoForkBlock": 1_920_000,
            "daoForkSupport": True,
            "muirGlacierBlock": 9_200_000,
            "arrowGlacierBlock": 13_773_000,
            "grayGlacierBlock": 15_050_000,
        },
    )
)


@pytest.mark.parametrize(
    ("timestamp", "wanted"),
    [
        (SHANGHAI - 1, "f0afd0e3"),
        (SHANGHAI, "dce96c2d"),
        (CANCUN - 1, "dce96c2d"),
        (CANCUN, "9f3d2254"),
    ],
)
def test_fork_ids_are_those_of_the_main_network(timestamp: int, wanted: str) -> None:
    assert calculate_fork_id(MAINNET, MAINNET_HASH, timestamp).hex() == wanted


def test_the_rules_in_force_the_next_and_the_last_are_told() -> None:
    current, following, last = find_fork_rules(MAINNET, MAINNET_HASH, SHANGHAI - 1)
    assert (current.fork, current.activation, current.blobs) == (Fork.PARIS, 0, None)
    assert following is not None
    assert (following.fork, following.activation) == (Fork.SHANGHAI, SHANGHAI)
    assert last is not None
    assert (last.fork, last.blobs) == (Fork.CANCUN, CANCUN_BLOBS)
    assert find_fork_rules(MAINNET, MAINNET_HASH, CANCUN) == (last, None, None)


def test_forks_from_the_start_count_for_no_id() -> None:
    config = ChainConfig(
        chain_id=5,
        blocks=((Fork.LONDON, 0),),
        timestamps=((Fork.SHANGHAI, 0), (Fork.CANCUN, 90)),
        terminal_total_difficulty=0,
        blob_schedules=((90, CANCUN_BLOBS),),
    )
    genesis = Genesis(config=config, timestamp=100)
    current, following, last = find_fork_rules(genesis, bytes(32), 100)
    assert (current.fork, current.activation) == (Fork.CANCUN, 0)
    assert current.fork_id.hex() == "190a55ad"
    assert (following, last) == (None, None)
