"""Two worlds in which the same is done to our build of a contract and to solc's.

Success, return data, logs and the storage of every contract must be the same. A call that runs out
of gas in either says nothing: how far it came is rightly different.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from eth_abi.exceptions import EncodingError
from evm_host import Outcome
from random_calls import RandomCalls

Json = dict[str, Any]


class Host(Protocol):
    """A world: `EvmHost`, or an engine behind `EngineHost`."""

    gas: int
    """Of each message."""

    def deploy(self, init_code: bytes, *, value: int = 0) -> tuple[bytes, Outcome]:
        """Create a contract; its address depends on nothing but the number of creations."""
        ...

    def call(self, address: bytes, data: bytes, *, value: int, sender: bytes) -> Outcome:
        """Send a message to a contract."""
        ...

    def storage(self, address: bytes) -> dict[int, int]:
        """Return all slots of a contract that are not 0."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A contract, compiled twice."""

    name: str
    abi: list[Json]
    codes: tuple[bytes, bytes]
    """Init code: ours, the other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the two worlds did not do alike."""

    what: str
    ours: object
    other: object

    def __str__(self) -> str:
        return f"{self.what}\n  ours  {self.ours}\n  other {self.other}"


@dataclass(slots=True, kw_only=True)
class Twins:
    """The two worlds and what was deployed in them."""

    hosts: tuple[Host, Host]
    inputs: RandomCalls
    senders: Sequence[bytes]
    addresses: list[bytes] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    is_over: bool = False
    """Whether gas ran out in one, perhaps not in the other: they are no twins any more."""
    made: int = 0
    """Calls that say something."""
    succeeded: int = 0
    gas: list[int] = field(default_factory=lambda: [0, 0])
    """Of the calls that succeeded: ours, the other's."""

    def deploy(self, build: Build, arguments: bytes = b"", *, value: int = 0) -> Difference | None:
        """Create a contract in both worlds; if it exists afterwards, it is called by `call`."""
        made = [
            host.deploy(code + arguments, value=value)
            for host, code in zip(self.hosts, build.codes, strict=True)
        ]
        (address, ours), (other_address, other) = made
        assert address == other_address
        if self._ran_out(ours, other):  # of gas, or of room for the code
            return None
        if ours.success != other.success or (not ours.success and ours.data != other.data):
            what = f"deployment of {build.name} with {arguments.hex()}, value {value}"
            return Difference(what=what, ours=_seen(ours), other=_seen(other))
        if ours.success:
            self.builds.append(build)
            self.addresses.append(address)
            self.inputs.people.append(address)
            return self._compare_storage(f"construction of {build.name}")
        return None

    def _ran_out(self, *outcomes: Outcome) -> bool:
        """Tell whether gas ran out in either world; then there is nothing more to compare."""
        pairs = zip(outcomes, self.hosts, strict=True)
        self.is_over = any(outcome.gas_used > 0.9 * host.gas for outcome, host in pairs)
        return self.is_over

    def _compare_storage(self, what: str) -> Difference | None:
        for address in self.addresses:
            ours, other = (host.storage(address) for host in self.hosts)
            if ours != other:
                return Difference(what=f"storage after {what}", ours=_hex(ours), other=_hex(other))
        return None

    def call_at_random(self) -> Difference | None:
        """Call a function of a contract, or send it what names no function."""
        if self.is_over:
            return None
        pick = self.inputs.random
        place = pick.randrange(len(self.builds))
        build = self.builds[place]
        functions = [entry for entry in build.abi if entry["type"] == "function"]
        name, is_payable = "nothing", True
        if not functions or pick.random() < 0.03:
            data = pick.randbytes(pick.choice([0, 0, 3, 4, 40]))
        else:
            function = pick.choice(functions)
            name, is_payable = function["name"], function["stateMutability"] == "payable"
            try:
                data = self.inputs.calldata(function)
            except EncodingError:
                return None
        value = pick.choice([0, 1, 5, 10**18]) if is_payable else pick.choice([0] * 20 + [1])
        return self.call(f"{build.name}.{name}", self.addresses[place], data, value=value)

    def call(self, name: str, address: bytes, data: bytes, *, value: int = 0) -> Difference | None:
        """Call a contract in both worlds."""
        sender = self.inputs.random.choice(self.senders)
        ours, other = (host.call(address, data, value=value, sender=sender) for host in self.hosts)
        what = f"{name} at {address.hex()} with {data.hex()} from {sender.hex()}, value {value}"
        if self._ran_out(ours, other):
            return None
        self.made += 1
        if _seen(ours) != _seen(other):
            return Difference(what=what, ours=_seen(ours), other=_seen(other))
        if ours.success:
            self.succeeded += 1
            self.gas[0] += ours.gas_used
            self.gas[1] += other.gas_used
            self.inputs.remember(ours.data)
        return self._compare_storage(what)


def _seen(outcome: Outcome) -> tuple[object, ...]:
    logs = [(a.hex(), [hex(t) for t in topics], d.hex()) for a, topics, d in outcome.logs]
    return outcome.success, outcome.data.hex(), logs


def _hex(slots: dict[int, int]) -> dict[str, str]:
    return {hex(slot): hex(value) for slot, value in sorted(slots.items())}
