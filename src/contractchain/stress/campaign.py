"""A campaign: what is sent, how fast, for how long, and on what terms.

Read from YAML (`loadtests/*.yaml`) or put together from the flags of `ctc stress run`.
"""

from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from contractchain.codec.config_file import load_config
from contractchain.codec.units import Duration
from contractchain.errors import ConfigError


class Mode(Enum):
    """Who decides when a transaction is sent."""

    OPEN = "open"
    """The schedule: transactions are due at planned instants, however slow the node is."""
    CLOSED = "closed"
    """The node: each of a number of virtual users sends when its last transaction is done."""


class Arrival(Enum):
    """How the due times of an open loop are spread."""

    CONSTANT = "constant"
    POISSON = "poisson"
    RAMP = "ramp"
    """From nothing to twice the rate, so that the mean is the rate."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of transaction in the mix."""

    contract: str
    """Contract name, `file:Name`, or an address with an artifact of that name."""
    function: str
    arguments: list[Any] = []
    """ABI arguments; `$index` is the transaction's number, `$random` a number from the seed,
    `$sender` the sender's address."""
    constructor: list[Any] = []
    """Arguments of the deployment."""
    weight: int = 1
    value: str = "0"
    """Wei, or with a unit."""


class Oracle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to a contract whose answer must follow from what was confirmed."""

    contract: str
    function: str
    arguments: list[Any] = []
    """`$senders` is the list of all senders."""
    per_transaction: int = 1
    """By how much each confirmed transaction of the contract raises the answer."""


class OwnNode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The node that is started when no URL is given."""

    engine: str = "auto"
    block_time: int | None = None
    """Seconds; None mines at once."""
    gas_limit: int = 3_000_000_000
    """Gas per block."""


class Campaign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a run depends on; with the same node it can be repeated."""

    steps: list[Step]
    name: str = "campaign"
    mode: Mode = Mode.OPEN
    arrival: Arrival = Arrival.CONSTANT
    rate: float = 100.0
    """Target transactions per second of an open loop."""
    users: int = 16
    """Virtual users of a closed loop."""
    think_time: Duration = Duration(0)
    """Pause of a virtual user between transactions."""
    duration: Duration = Duration(10 * 10**9)
    warm_up: Duration = Duration(0)
    """Length of the start that percentiles leave out; failures there still count."""
    timeout: Duration = Duration(30 * 10**9)
    """How long after its due time a transaction may take to be in a block."""
    connections: int = 16
    """HTTP connections; one request at a time on each."""
    senders: int = 64
    """Accounts that send; each has its own nonces."""
    gas_limit: int | None = None
    """Per transaction; None estimates once per step and adds a tenth."""
    max_fee_per_gas: int | None = None
    """Wei per gas; None asks the node."""
    max_priority_fee_per_gas: int = 1_000_000_000
    """Wei per gas."""
    seed: int = 1
    mnemonic: str = "test test test test test test test test test test test junk"
    """Whose first account pays for the deployment and funds the senders."""
    node: OwnNode = OwnNode()
    oracles: list[Oracle] = []

    def __post_init__(self) -> None:
        positive = {
            "rate": self.rate,
            "users": self.users,
            "duration": self.duration.ns,
            "timeout": self.timeout.ns,
            "connections": self.connections,
            "senders": self.senders,
        }
        for key, value in positive.items():
            if value <= 0:
                raise ConfigError("must be above 0", key=key)
        if not self.steps:
            raise ConfigError("there must be at least one step", key="steps")
        if any(step.weight <= 0 for step in self.steps):
            raise ConfigError("weights must be above 0", key="steps")
        if self.warm_up.ns >= self.duration.ns:
            raise ConfigError("must be shorter than the duration", key="warm_up")


def load_campaign(path: Path) -> Campaign:
    """Read a campaign file.

    Raises:
        ConfigError: with file, line and key.
    """
    return load_config(path, Campaign)
