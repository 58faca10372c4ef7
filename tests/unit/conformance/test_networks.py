"""Names of networks as fork schedules."""

import pytest

from contractchain.conformance.networks import FORKS, find_network
from contractchain.types import Fork
from contractchain.types.fork import CANCUN_BLOBS, PRAGUE_BLOBS, BlobSchedule


@pytest.mark.parametrize("name", FORKS)
def test_a_fork_is_in_force_from_genesis_on(name: str) -> None:
    network = find_network(name)
    assert network is not None
    assert network.config.fork_at(0, 0) is FORKS[name]
    has_blobs = FORKS[name] >= Fork.CANCUN
    assert (network.config.blob_schedule_at(0) is not None) == has_blobs


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("BerlinToLondonAt5", (4, 0, Fork.BERLIN), (5, 0, Fork.LONDON)),
        ("ByzantiumToConstantinopleFixAt5", (4, 0, Fork.BYZANTIUM), (5, 0, Fork.PETERSBURG)),
        ("ParisToShanghaiAtTime15k", (9, 14_999, Fork.PARIS), (9, 15_000, Fork.SHANGHAI)),
        ("CancunToPragueAtTime15k", (9, 14_999, Fork.CANCUN), (9, 15_000, Fork.PRAGUE)),
    ],
)
def test_a_change_comes_with_its_block_or_time(
    name: str, before: tuple[int, int, Fork], after: tuple[int, int, Fork]
) -> None:
    network = find_network(name)
    assert network is not None
    for number, timestamp, fork in (before, after):
        assert network.config.fork_at(number, timestamp) is fork


def test_blob_parameters_change_with_the_fork() -> None:
    network = find_network("CancunToPragueAtTime15k")
    assert network is not None
    assert network.config.blob_schedule_at(14_999) == CANCUN_BLOBS
    assert network.config.blob_schedule_at(15_000) == PRAGUE_BLOBS


def test_blob_parameters_of_a_vector_come_first() -> None:
    mine = BlobSchedule(target=1, max=2, base_fee_update_fraction=3)
    network = find_network("OsakaToBPO1AtTime15k", schedules={"BPO1": mine})
    assert network is not None
    assert network.config.blob_schedule_at(0) == PRAGUE_BLOBS
    assert network.config.blob_schedule_at(15_000) == mine


def test_the_merge_comes_with_a_total_difficulty() -> None:
    network = find_network("ArrowGlacierToParisAtDiffC0000")
    assert network is not None
    assert network.config.terminal_total_difficulty == 0xC0000
    assert network.config.fork_at(5, 0, merged=False) is Fork.LONDON
    assert network.config.fork_at(5, 0, merged=True) is Fork.PARIS


@pytest.mark.parametrize(
    "name", ["Amsterdam", "CancunTo", "CancunToAt5", "CancunToPragueAtTimeX", "ToAt", ""]
)
def test_other_names_are_not_known(name: str) -> None:
    assert find_network(name) is None
