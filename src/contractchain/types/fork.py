"""Forks of the protocol and when a chain activates them."""

from dataclasses import dataclass, field
from enum import Enum


class Fork(Enum):
    """A set of protocol rules, in the order of activation."""

    FRONTIER = "Frontier"
    HOMESTEAD = "Homestead"
    TANGERINE_WHISTLE = "TangerineWhistle"
    SPURIOUS_DRAGON = "SpuriousDragon"
    BYZANTIUM = "Byzantium"
    CONSTANTINOPLE = "Constantinople"
    PETERSBURG = "Petersburg"
    ISTANBUL = "Istanbul"
    BERLIN = "Berlin"
    LONDON = "London"
    PARIS = "Paris"
    SHANGHAI = "Shanghai"
    CANCUN = "Cancun"
    PRAGUE = "Prague"
    OSAKA = "Osaka"

    def __init__(self, title: str) -> None:
        """Number the members; comparisons are made for every block and must be cheap."""
        self.title = title
        self.order = len(type(self).__members__)
        """Position among the forks, 0 for Frontier."""

    def __ge__(self, other: "Fork") -> bool:
        return self.order >= other.order

    def __gt__(self, other: "Fork") -> bool:
        return self.order > other.order

    def __le__(self, other: "Fork") -> bool:
        return self.order <= other.order

    def __lt__(self, other: "Fork") -> bool:
        return self.order < other.order


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobSchedule:
    """Blob parameters in force from a fork on.

    Spec:
        EIP-7840, EIP-7892.
    """

    target: int
    """Blobs per block that leave the blob base fee unchanged."""
    max: int
    """Blobs per block at most."""
    base_fee_update_fraction: int
    """Denominator of the exponential of the blob base fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainConfig:
    """Identity of a chain and its schedule of forks (`config` of geth's genesis.json)."""

    chain_id: int
    """EIP-155."""
    blocks: tuple[tuple[Fork, int], ...] = ()
    """Forks up to Paris, each with the number of its first block."""
    timestamps: tuple[tuple[Fork, int], ...] = ()
    """Forks from Shanghai on, each with the timestamp (seconds) from which it is in force."""
    terminal_total_difficulty: int | None = None
    """Total difficulty that ends proof of work; None if never, 0 if merged from genesis."""
    blob_schedules: tuple[tuple[int, BlobSchedule], ...] = ()
    """Blob parameters by activation timestamp, ascending (BPO forks included)."""
    deposit_contract: bytes = bytes.fromhex("00000000219ab540356cbb839cbe05303d7705fa")
    """Address whose logs become deposit requests (EIP-6110)."""
    extra: dict[str, object] = field(default_factory=dict)
    """Keys of `config` that this package does not interpret, kept for export."""

    def fork_at(self, number: int, timestamp: int, *, merged: bool | None = None) -> Fork:
        """Return the fork in force for a block.

        Args:
            number: Block number.
            timestamp: Block timestamp, in seconds.
            merged: Whether the parent has reached the terminal total difficulty. None: only if
                that difficulty is 0.
        """
        active = Fork.FRONTIER
        order = 0
        for fork, first in self.blocks:
            if number >= first and fork.order > order:
                active, order = fork, fork.order
        if merged is None:
            merged = self.terminal_total_difficulty == 0
        if merged and order < Fork.PARIS.order:
            active, order = Fork.PARIS, Fork.PARIS.order
        if order >= Fork.PARIS.order:
            for fork, first in self.timestamps:
                if timestamp >= first and fork.order > order:
                    active, order = fork, fork.order
        return active

    def blob_schedule_at(self, timestamp: int) -> BlobSchedule | None:
        """Return the blob parameters in force at `timestamp` (seconds), None before Cancun."""
        found = None
        for first, schedule in self.blob_schedules:
            if timestamp >= first:
                found = schedule
        return found


CANCUN_BLOBS = BlobSchedule(target=3, max=6, base_fee_update_fraction=3338477)
PRAGUE_BLOBS = BlobSchedule(target=6, max=9, base_fee_update_fraction=5007716)
