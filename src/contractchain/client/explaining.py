"""What a transaction or call said, in the terms of the source: events, reverts, halts.

Holds the words for them; how they are laid out on a screen is the command line's business.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from contractchain.client.values import format_call, named_values
from contractchain.codec.abi import (
    ContractAbi,
    CustomError,
    DecodedEvent,
    EmptyRevert,
    Panic,
    RevertMeaning,
    RevertReason,
    UnknownRevert,
    decode_event,
    decode_revert,
)
from contractchain.codec.hexadecimal import to_checksum, to_hex
from contractchain.types import Address, Halt, Revert

if TYPE_CHECKING:
    from contractchain.chain import LogView

HALTS = {
    "out-of-gas": "out of gas",
    "invalid-opcode": "an invalid opcode was executed",
    "stack-underflow": "stack underflow",
    "stack-overflow": "stack overflow",
    "invalid-jump": "a jump to no jump destination",
    "static-violation": "a static call tried to change the state",
    "create-collision": "there is a contract at the new address already",
    "code-size-limit": "the runtime code is larger than 24,576 bytes",
    "invalid-code-prefix": "the runtime code starts with 0xef",
    "call-depth": "calls nest too deep",
}
"""Kinds of halts in words."""

AbisFor: TypeAlias = Callable[[Address | None], Iterable[ContractAbi]]
"""Returns the ABIs that may explain what an address says, the likeliest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A call or transaction that did not succeed."""

    outcome: Revert | Halt
    meaning: RevertMeaning | None
    """None for a halt."""

    def describe(self) -> str:
        """Return the failure in words, e.g. ``reverted with `TooBig(got: 420)` ``."""
        match self.meaning:
            case None:
                return f"halted: {_describe_halt(self.outcome)}"
            case CustomError():
                call = format_call(
                    self.meaning.error.name, self.meaning.error.inputs, self.meaning.values
                )
                return f"reverted with `{call}`"
            case RevertReason():
                return f'reverted: "{self.meaning.text}"'
            case Panic():
                return f"panicked: {self.meaning.words} (code 0x{self.meaning.code:02x})"
            case EmptyRevert():
                return "reverted without a reason"
            case UnknownRevert():
                return f"reverted with unknown data {to_hex(self.meaning.data)}"
            case _:
                assert_never(self.meaning)

    def to_dict(self) -> dict[str, Any]:
        """Return the failure as plain data."""
        out: dict[str, Any] = {"message": self.describe()}
        if isinstance(self.outcome, Halt):
            return {**out, "kind": "halt", "reason": self.outcome.reason}
        out |= {"kind": "revert", "data": to_hex(self.outcome.data)}
        if isinstance(self.meaning, CustomError):
            error = self.meaning.error
            out["error"] = error.signature
            out["arguments"] = named_values(error.inputs, self.meaning.values)
        elif isinstance(self.meaning, RevertReason):
            out["reason"] = self.meaning.text
        elif isinstance(self.meaning, Panic):
            out["panic"] = self.meaning.code
        return out


def explain_failure(outcome: Revert | Halt, abis: Iterable[ContractAbi]) -> Failure:
    """Return a failure with what its data means."""
    if isinstance(outcome, Halt):
        return Failure(outcome=outcome, meaning=None)
    return Failure(outcome=outcome, meaning=decode_revert(outcome.data, abis))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedLog:
    """A log with the event that it is."""

    log: "LogView"
    event: DecodedEvent | None
    """None if no known event explains it."""

    def describe(self) -> str:
        """Return e.g. `Transfer(from: 0x…, to: 0x…, value: 5)`."""
        if self.event is None:
            topics = ", ".join(to_hex(topic) for topic in self.log.topics)
            return f"unknown event [{topics}] {to_hex(self.log.data)}"
        return format_call(self.event.event.name, self.event.event.inputs, self.event.values)

    def to_dict(self) -> dict[str, Any]:
        """Return the log as plain data."""
        out: dict[str, Any] = {"address": to_checksum(self.log.address)}
        if self.event is None:
            out["topics"] = [to_hex(topic) for topic in self.log.topics]
            out["data"] = to_hex(self.log.data)
        else:
            event = self.event.event
            out |= {"event": event.name, "signature": event.signature}
            out["arguments"] = named_values(event.inputs, self.event.values)
        return out


def explain_logs(logs: "Sequence[LogView]", abis_for: AbisFor) -> tuple[ExplainedLog, ...]:
    """Return logs with the events that they are."""
    return tuple(
        ExplainedLog(log=log, event=decode_event(log.topics, log.data, abis_for(log.address)))
        for log in logs
    )


def _describe_halt(outcome: Revert | Halt) -> str:
    if isinstance(outcome, Revert):
        return "reverted"
    return HALTS.get(outcome.reason, outcome.reason.removeprefix("other: "))
