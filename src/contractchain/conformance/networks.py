"""Names of forks and networks in the vectors, as forks and fork schedules of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from contractchain.chain.dev_genesis import build_dev_config
from contractchain.types import ChainConfig, Fork
from contractchain.types.fork import CANCUN_BLOBS, PRAGUE_BLOBS, BlobSchedule

CHAIN_ID = 1
"""Of every vector that names no other."""
FORKS: dict[str, Fork] = {
    "Frontier": Fork.FRONTIER,
    "Homestead": Fork.HOMESTEAD,
    "EIP150": Fork.TANGERINE_WHISTLE,
    "TangerineWhistle": Fork.TANGERINE_WHISTLE,
    "EIP158": Fork.SPURIOUS_DRAGON,
    "SpuriousDragon": Fork.SPURIOUS_DRAGON,
    "Byzantium": Fork.BYZANTIUM,
    "Constantinople": Fork.CONSTANTINOPLE,
    "ConstantinopleFix": Fork.PETERSBURG,
    "Petersburg": Fork.PETERSBURG,
    "Istanbul": Fork.ISTANBUL,
    "Berlin": Fork.BERLIN,
    "London": Fork.LONDON,
    "ArrowGlacier": Fork.LONDON,
    "GrayGlacier": Fork.LONDON,
    "Paris": Fork.PARIS,
    "Merge": Fork.PARIS,
    "Shanghai": Fork.SHANGHAI,
    "Cancun": Fork.CANCUN,
    "Prague": Fork.PRAGUE,
    "Osaka": Fork.OSAKA,
    "BPO1": Fork.OSAKA,
    "BPO2": Fork.OSAKA,
}
BLOBS: dict[str, BlobSchedule] = {
    "Cancun": CANCUN_BLOBS,
    "Prague": PRAGUE_BLOBS,
    "Osaka": PRAGUE_BLOBS,
    "BPO1": BlobSchedule(target=10, max=15, base_fee_update_fraction=8_346_193),
    "BPO2": BlobSchedule(target=14, max=21, base_fee_update_fraction=11_684_671),
}
"""Blob parameters of the mainnet (EIP-7892)."""
GLACIERS: dict[str, tuple[tuple[str, int], ...]] = {
    "ArrowGlacier": (("arrowGlacierBlock", 0),),
    "GrayGlacier": (("arrowGlacierBlock", 0), ("grayGlacierBlock", 0)),
}
"""Keys of `config` that put off the difficulty bomb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Rules that a vector runs under."""

    name: str
    config: ChainConfig


def find_fork(name: str) -> Fork | None:
    """Return the fork that a state or transaction test names, None if it is not known."""
    return FORKS.get(name)


def find_blob_schedule(
    name: str, given: Mapping[str, BlobSchedule] | None = None
) -> BlobSchedule | None:
    """Return the blob parameters of a fork, those that the vector brings along first."""
    return (given or {}).get(name) or BLOBS.get(name)


def find_network(
    name: str,
    *,
    chain_id: int = CHAIN_ID,
    schedules: Mapping[str, BlobSchedule] | None = None,
) -> Network | None:
    """Return the network that a name such as `Cancun` or `BerlinToLondonAt5` stands for.

    Args:
        name: A fork, or two with the block, time or total difficulty of the change.
        chain_id: EIP-155.
        schedules: Blob parameters by fork that the vector brings along.

    Returns:
        The network; None if a name in it is not known.
    """
    if name in FORKS:
        return Network(name=name, config=_single(name, chain_id, schedules or {}))
    first, _, rest = name.partition("To")
    second, _, at = rest.partition("At")
    if first not in FORKS or not at or (second not in FORKS and second != "Dao"):
        return None
    config = _change(first, second, at, chain_id, schedules or {})
    return None if config is None else Network(name=name, config=config)


def _single(name: str, chain_id: int, given: Mapping[str, BlobSchedule]) -> ChainConfig:
    config = build_dev_config(chain_id, FORKS[name])
    extra: dict[str, object] = {"ethash": {}} | dict(GLACIERS.get(name, ()))
    schedule = find_blob_schedule(name, given)
    blobs = ((0, schedule),) if schedule is not None else ()
    return replace(config, extra=extra, blob_schedules=blobs)


def _change(
    first: str, second: str, at: str, chain_id: int, given: Mapping[str, BlobSchedule]
) -> ChainConfig | None:
    before = _single(first, chain_id, given)
    if second == "Dao":
        number = _number(at)
        if number is None:
            return None
        extra = before.extra | {"daoForkBlock": number, "daoForkSupport": True}
        return replace(before, extra=extra)
    after = _single(second, chain_id, given)
    extra = before.extra | after.extra
    start = FORKS[first]
    if at.startswith("Diff"):
        difficulty = int(at[4:], 16)
        return replace(after, terminal_total_difficulty=difficulty, extra=extra)
    if at.startswith("Time"):
        time = _number(at[4:])
        if time is None:
            return None
        return replace(
            after,
            timestamps=tuple((f, 0 if f <= start else time) for f, _ in after.timestamps),
            blob_schedules=before.blob_schedules
            + tuple((time, s) for _, s in after.blob_schedules),
            extra=extra,
        )
    number = _number(at)
    if number is None:
        return None
    return replace(
        after,
        blocks=tuple((f, 0 if f <= start else number) for f, _ in after.blocks),
        extra=extra,
    )


def _number(text: str) -> int | None:
    digits = text.removesuffix("k")
    if not (digits.isascii() and digits.isdigit()):
        return None
    return int(digits) * (1000 if digits != text else 1)
