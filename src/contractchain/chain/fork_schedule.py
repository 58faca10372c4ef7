"""What a chain's schedule of forks says at a time: which rules, since when, and their checksum.

Spec:
    EIP-2124, EIP-6122 (fork id), EIP-7910 (what of it is told to whom).
"""

from dataclasses import dataclass
from zlib import crc32

from contractchain.types import ChainConfig, Fork, Genesis, Hash32
from contractchain.types.fork import BlobSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkRules:
    """Rules that are in force from a time on."""

    activation: int
    """Seconds; 0 if they were there from the start."""
    fork: Fork
    blobs: BlobSchedule | None
    """None before Cancun."""
    fork_id: bytes
    """CRC-32 of the genesis hash and all activations so far, 4 bytes."""


def find_fork_rules(
    genesis: Genesis, genesis_hash: Hash32, timestamp: int
) -> tuple[ForkRules, ForkRules | None, ForkRules | None]:
    """Return the rules at `timestamp`, those that come next, and the last ones that are planned.

    Forks by block number count as passed: schedules by time only begin after the merge.
    """
    times = _list_times(genesis)
    passed = [time for time in times if time <= timestamp]
    coming = [time for time in times if time > timestamp]
    current = _build(genesis, genesis_hash, passed[-1] if passed else 0)
    if not coming:
        return current, None, None
    following = _build(genesis, genesis_hash, coming[0])
    return current, following, _build(genesis, genesis_hash, coming[-1])


def calculate_fork_id(genesis: Genesis, genesis_hash: Hash32, timestamp: int) -> bytes:
    """Return the checksum of all forks that are in force at `timestamp`."""
    checksum = crc32(genesis_hash)
    activations = _list_blocks(genesis.config)
    activations += [time for time in _list_times(genesis) if time <= timestamp]
    for activation in activations:
        checksum = crc32(activation.to_bytes(8, "big"), checksum)
    return checksum.to_bytes(4, "big")


def _build(genesis: Genesis, genesis_hash: Hash32, activation: int) -> ForkRules:
    config = genesis.config
    at = max(activation, genesis.timestamp)
    highest = max((number for _, number in config.blocks), default=0)
    fork = config.fork_at(highest, at, merged=config.terminal_total_difficulty is not None)
    return ForkRules(
        activation=activation,
        fork=fork,
        blobs=config.blob_schedule_at(at) if fork >= Fork.CANCUN else None,
        fork_id=calculate_fork_id(genesis, genesis_hash, activation),
    )


def _list_times(genesis: Genesis) -> list[int]:
    config = genesis.config
    times = {time for _, time in config.timestamps} | {time for time, _ in config.blob_schedules}
    return sorted(time for time in times if time > genesis.timestamp)


def _list_blocks(config: ChainConfig) -> list[int]:
    numbers = {number for _, number in config.blocks}
    for key, value in config.extra.items():
        if key.endswith("Block") and isinstance(value, int):
            numbers.add(value)
    return sorted(number for number in numbers if number > 0)
