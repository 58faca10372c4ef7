"""Blob parameters of a genesis file: which are in force when, and what is refused.

Spec: EIP-7840, 7892; geth's `latestBlobConfig` for entries that are missing.
"""

import json

import pytest

from contractchain.chain.genesis_file import decode_genesis, encode_genesis
from contractchain.errors import ConfigError
from contractchain.types import ChainConfig
from contractchain.types.fork import CANCUN_BLOBS, PRAGUE_BLOBS, BlobSchedule

TIMES = {"shanghaiTime": 0, "cancunTime": 10, "pragueTime": 20, "osakaTime": 30}
BPO_TIMES = {f"bpo{number}Time": 30 + 10 * number for number in range(1, 6)}


def entry(size: int) -> dict[str, int]:
    """Return a schedule that can be told from others by its size."""
    return {"target": size, "max": 2 * size, "baseFeeUpdateFraction": 1_000 + size}


def read(schedule: object, **times: object) -> ChainConfig:
    """Return the configuration of a genesis file with these times and this `blobSchedule`."""
    config = {"chainId": 1, "terminalTotalDifficulty": 0} | TIMES | times
    if schedule is not None:
        config["blobSchedule"] = schedule
    genesis = decode_genesis(json.dumps({"config": config, "gasLimit": 30_000_000}))
    assert decode_genesis(encode_genesis(genesis)).config == genesis.config
    return genesis.config


def targets(config: ChainConfig, *times: int) -> list[int | None]:
    """Return the targets in force at some times."""
    found = [config.blob_schedule_at(time) for time in times]
    return [None if schedule is None else schedule.target for schedule in found]


def test_without_entries_the_parameters_are_those_of_the_main_network() -> None:
    config = read(None)
    assert config.blob_schedule_at(9) is None
    assert config.blob_schedule_at(10) == CANCUN_BLOBS
    assert config.blob_schedule_at(20) == PRAGUE_BLOBS
    assert config.blob_schedule_at(30) == PRAGUE_BLOBS


def test_osaka_without_an_entry_keeps_what_prague_has() -> None:
    config = read({"cancun": entry(1), "prague": entry(2)})
    assert targets(config, 9, 10, 20, 30, 99) == [None, 1, 2, 2, 2]


def test_a_fork_without_an_entry_keeps_the_newest_before_it() -> None:
    assert targets(read({"cancun": entry(1)}), 10, 20, 30) == [1, 1, 1]
    assert targets(read({"cancun": entry(1), "osaka": entry(3)}), 10, 20, 30) == [1, 1, 3]


def test_an_entry_of_null_is_as_good_as_none() -> None:
    assert targets(read({"cancun": entry(1), "prague": entry(2), "osaka": None}), 30) == [2]


def test_an_entry_of_a_fork_without_a_time_is_never_in_force() -> None:
    config = read({"prague": entry(2), "bpo1": entry(5)})
    assert targets(config, 20, 30, 10**6) == [2, 2, 2]


def test_each_of_the_five_bpo_forks_brings_its_entry() -> None:
    schedule = {f"bpo{number}": entry(10 + number) for number in range(1, 6)}
    config = read(schedule, **BPO_TIMES)
    assert targets(config, 39, 40, 49, 50, 60, 70, 80, 10**6) == [6, 11, 11, 12, 13, 14, 15, 15]
    assert config.blob_schedule_at(80) == BlobSchedule(
        target=15, max=30, base_fee_update_fraction=1_015
    )


@pytest.mark.parametrize("number", range(1, 6))
def test_a_bpo_fork_without_an_entry_is_refused(number: int) -> None:
    schedule = {f"bpo{other}": entry(5) for other in range(1, 6) if other != number}
    with pytest.raises(ConfigError) as caught:
        read(schedule, **BPO_TIMES)
    assert caught.value.key == f"config.blobSchedule.bpo{number}"
    assert f"bpo{number}Time" in str(caught.value)


def test_a_bpo_fork_before_the_one_that_it_follows_is_refused() -> None:
    schedule = {"bpo1": entry(5), "bpo2": entry(6)}
    with pytest.raises(ConfigError) as caught:
        read(schedule, bpo1Time=50, bpo2Time=49)
    assert caught.value.key == "config.bpo2Time"
    with pytest.raises(ConfigError):
        read(schedule, bpo1Time=29, bpo2Time=49)


def test_two_forks_at_one_time_leave_the_newer_in_force() -> None:
    config = read({"bpo1": entry(5), "bpo2": entry(6)}, bpo1Time=40, bpo2Time=40)
    assert targets(config, 39, 40) == [6, 6]


def test_a_misspelt_fork_is_refused_with_the_name_that_is_meant() -> None:
    with pytest.raises(ConfigError) as caught:
        read({"prauge": entry(1)})
    assert caught.value.key == "config.blobSchedule.prauge"
    assert "prague" in str(caught.value.hint)
    assert targets(read({"amsterdam": entry(1)}), 30) == [6]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"baseFeeUpdateFraction": 0}, "baseFeeUpdateFraction"),
        ({"target": 7, "max": 6}, "target"),
        ({"max": None}, "max"),
        ({"target": -1}, "target"),
    ],
)
def test_an_impossible_entry_is_refused(changes: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read({"bpo1": entry(3) | changes}, bpo1Time=40)
    assert caught.value.key == f"config.blobSchedule.bpo1.{key}"
