"""The `config` object of geth's genesis.json to and from `ChainConfig`.

A known key must have a value of its kind; null is as good as absent. One that is not known is
refused if it names the block or time of a fork (such a chain would follow other rules than ours)
or is spelt much like a known one. Any other is kept in `ChainConfig.extra`, as are the known
keys that are no fork of the schedule (`ethash`, the DAO fork, the difficulty bomb's glaciers), and
comes back on export.
"""

from collections.abc import Mapping
from itertools import pairwise

from contractchain.chain.json_fields import Fields
from contractchain.errors import closest
from contractchain.types import ChainConfig, Fork
from contractchain.types.fork import CANCUN_BLOBS, PRAGUE_BLOBS, BlobSchedule

BLOCK_KEYS: tuple[tuple[str, Fork], ...] = (
    ("homesteadBlock", Fork.HOMESTEAD),
    ("eip150Block", Fork.TANGERINE_WHISTLE),
    ("eip158Block", Fork.SPURIOUS_DRAGON),
    ("byzantiumBlock", Fork.BYZANTIUM),
    ("constantinopleBlock", Fork.CONSTANTINOPLE),
    ("petersburgBlock", Fork.PETERSBURG),
    ("istanbulBlock", Fork.ISTANBUL),
    ("berlinBlock", Fork.BERLIN),
    ("londonBlock", Fork.LONDON),
)
TIME_KEYS: tuple[tuple[str, Fork], ...] = (
    ("shanghaiTime", Fork.SHANGHAI),
    ("cancunTime", Fork.CANCUN),
    ("pragueTime", Fork.PRAGUE),
    ("osakaTime", Fork.OSAKA),
)
NEVER = 2**63 - 1
"""Number that keeps Petersburg from coming with Constantinople."""
BLOB_FORKS: tuple[str, ...] = ("cancun", "prague", "osaka", "bpo1", "bpo2", "bpo3", "bpo4", "bpo5")
MAINNET_DEPOSIT_CONTRACT = bytes.fromhex("00000000219ab540356cbb839cbe05303d7705fa")
DEFAULT_SCHEDULES = {"cancun": CANCUN_BLOBS, "prague": PRAGUE_BLOBS, "osaka": PRAGUE_BLOBS}
KNOWN = frozenset(
    [key for key, _ in BLOCK_KEYS]
    + [key for key, _ in TIME_KEYS]
    + [f"{name}Time" for name in BLOB_FORKS]
    + ["chainId", "eip155Block", "terminalTotalDifficulty", "terminalTotalDifficultyPassed"]
    + ["blobSchedule", "depositContractAddress"]
)
"""What has a field of its own in `ChainConfig`, or follows from one."""
EXTRA_NUMBERS = (
    *("daoForkBlock", "muirGlacierBlock", "arrowGlacierBlock", "grayGlacierBlock"),
    "mergeNetsplitBlock",
)
EXTRA_OBJECTS = ("ethash", "clique")
ALL_KEYS = KNOWN.union(EXTRA_NUMBERS, EXTRA_OBJECTS, ("daoForkSupport", "eip150Hash"))


def parse_chain_config(fields: Fields) -> ChainConfig:
    """Return the chain configuration that a `config` object describes.

    Raises:
        ConfigError: a value of the wrong kind, or forks out of order.
    """
    blocks = [
        (fork, number)
        for key, fork in BLOCK_KEYS
        if (number := fields.find_int(key, bits=64)) is not None
    ]
    times = [
        (fork, time)
        for key, fork in TIME_KEYS
        if (time := fields.find_int(key, bits=64)) is not None
    ]
    _check_order(fields, blocks, BLOCK_KEYS)
    _check_order(fields, times, TIME_KEYS)
    _check_replay_protection(fields)
    _add_petersburg(blocks)
    fields.find_bool("terminalTotalDifficultyPassed")
    total_difficulty = fields.find_int("terminalTotalDifficulty")
    if times and total_difficulty is None:
        raise fields.fault(
            "terminalTotalDifficulty", f"needed, since `{times[0][0].value}` has a time"
        )
    deposit = fields.find_bytes("depositContractAddress", size=20)
    return ChainConfig(
        chain_id=fields.get_int("chainId", bits=64),
        blocks=tuple(blocks),
        timestamps=tuple(times),
        terminal_total_difficulty=total_difficulty,
        blob_schedules=_parse_blob_schedules(fields),
        deposit_contract=MAINNET_DEPOSIT_CONTRACT if deposit is None else deposit,
        extra=_parse_extra(fields),
    )


def to_config_json(config: ChainConfig) -> dict[str, object]:
    """Return the `config` object of a chain configuration."""
    out: dict[str, object] = {"chainId": config.chain_id}
    out |= {_key_of(BLOCK_KEYS, fork): number for fork, number in config.blocks}
    by_fork = dict(config.blocks)
    if Fork.CONSTANTINOPLE in by_fork and Fork.PETERSBURG not in by_fork:
        out["petersburgBlock"] = NEVER
    if Fork.SPURIOUS_DRAGON in by_fork:
        out["eip155Block"] = by_fork[Fork.SPURIOUS_DRAGON]
    out |= {_key_of(TIME_KEYS, fork): time for fork, time in config.timestamps}
    if config.terminal_total_difficulty is not None:
        out["terminalTotalDifficulty"] = config.terminal_total_difficulty
    out["depositContractAddress"] = "0x" + config.deposit_contract.hex()
    schedules, times = _name_schedules(config)
    out |= times
    if schedules:
        out["blobSchedule"] = schedules
    return out | config.extra


def _parse_extra(fields: Fields) -> dict[str, object]:
    extra: dict[str, object] = {}
    for key, value in fields.items():
        if key in KNOWN or (value is None and key in ALL_KEYS):
            continue
        if key in EXTRA_NUMBERS:
            extra[key] = fields.find_int(key, bits=64)
            continue
        if key in EXTRA_OBJECTS:
            fields.find_object(key)
        elif key == "daoForkSupport":
            fields.find_bool(key)
        elif key == "eip150Hash":
            fields.find_bytes(key, size=32)
        elif value is not None:
            _check_unknown(fields, key)
        extra[key] = value
    return extra


def _check_unknown(fields: Fields, key: str) -> None:
    hint = closest(key, ALL_KEYS)
    if key.endswith(("Block", "Time")):
        raise fields.fault(key, "is not a fork that is built here", hint=hint)
    if hint is not None:
        raise fields.fault(key, "is not a key of `config`", hint=hint)


def _check_order(
    fields: Fields, found: list[tuple[Fork, int]], keys: tuple[tuple[str, Fork], ...]
) -> None:
    for (earlier, low), (later, high) in pairwise(found):
        if high < low:
            raise fields.fault(
                _key_of(keys, later), f"{high} comes before `{_key_of(keys, earlier)}` ({low})"
            )


def _check_replay_protection(fields: Fields) -> None:
    eip155 = fields.find_int("eip155Block", bits=64)
    eip158 = fields.find_int("eip158Block", bits=64)
    if eip155 != eip158 and eip155 is not None:
        raise fields.fault("eip155Block", "must be the same number as `eip158Block`")


def _add_petersburg(blocks: list[tuple[Fork, int]]) -> None:
    """Petersburg came with Constantinople wherever it has no number of its own."""
    by_fork = dict(blocks)
    if by_fork.get(Fork.PETERSBURG) == NEVER:
        blocks.remove((Fork.PETERSBURG, NEVER))
    elif Fork.CONSTANTINOPLE in by_fork and Fork.PETERSBURG not in by_fork:
        position = [fork for fork, _ in blocks].index(Fork.CONSTANTINOPLE) + 1
        blocks.insert(position, (Fork.PETERSBURG, by_fork[Fork.CONSTANTINOPLE]))


def _parse_blob_schedules(fields: Fields) -> tuple[tuple[int, BlobSchedule], ...]:
    """Return the blob parameters with the time from which on each is in force.

    A fork without an entry of its own keeps those of the newest entry before it, as in geth. If
    there is none either, they are those of the main network.
    """
    given = fields.find_object("blobSchedule") or Fields({})
    named = {
        name: parse_schedule(entry)
        for name in given.names()
        if (entry := given.find_object(name)) is not None
    }
    for name in named.keys() - set(BLOB_FORKS):
        hint = closest(name, BLOB_FORKS)
        if hint is not None:
            raise given.fault(name, "is not a fork with blob parameters", hint=hint)
    schedules: list[tuple[int, BlobSchedule]] = []
    in_force: BlobSchedule | None = None
    for name in BLOB_FORKS:
        time = fields.find_int(f"{name}Time", bits=64)
        if time is None:
            continue
        in_force = named.get(name, in_force)
        if name not in named and name not in DEFAULT_SCHEDULES:
            raise fields.fault(f"blobSchedule.{name}", f"needed, since `{name}Time` is given")
        schedules.append((time, in_force or DEFAULT_SCHEDULES[name]))
        if len(schedules) > 1 and schedules[-2][0] > time:
            raise fields.fault(f"{name}Time", "comes before the blob parameters it follows")
    return tuple(schedules)


def parse_schedule(entry: Fields) -> BlobSchedule:
    """Return the blob parameters that an entry of `blobSchedule` describes.

    Raises:
        ConfigError: one is missing, of the wrong kind, or at odds with another.
    """
    schedule = BlobSchedule(
        target=entry.get_int("target", bits=32),
        max=entry.get_int("max", bits=32),
        base_fee_update_fraction=entry.get_int("baseFeeUpdateFraction", bits=64),
    )
    if schedule.base_fee_update_fraction == 0:
        raise entry.fault("baseFeeUpdateFraction", "must be above 0")
    if schedule.target > schedule.max:
        raise entry.fault("target", f"must not exceed `max` ({schedule.max})")
    return schedule


def _name_schedules(config: ChainConfig) -> tuple[dict[str, object], dict[str, object]]:
    names = [fork.value.lower() for fork, _ in config.timestamps if fork >= Fork.CANCUN]
    schedules: dict[str, object] = {}
    times: dict[str, object] = {}
    extra = 0
    for position, (time, schedule) in enumerate(config.blob_schedules):
        if position < len(names):
            name = names[position]
        else:
            extra += 1
            name = f"bpo{extra}"
            times[f"{name}Time"] = time
        schedules[name] = to_schedule_json(schedule)
    return schedules, times


def to_schedule_json(schedule: BlobSchedule) -> Mapping[str, int]:
    """Return an entry of `blobSchedule`."""
    return {
        "target": schedule.target,
        "max": schedule.max,
        "baseFeeUpdateFraction": schedule.base_fee_update_fraction,
    }


def _key_of(keys: tuple[tuple[str, Fork], ...], fork: Fork) -> str:
    return next(key for key, candidate in keys if candidate is fork)
