"""What a contract says on its own: events, and the data with which it reverts.

Spec:
    Solidity documentation, "Events", "Error handling: Assert, Require, Revert and Exceptions".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from contractchain.codec.abi.decoding import decode_arguments
from contractchain.codec.abi.items import SELECTOR_BYTES, ContractAbi, ErrorItem, Event
from contractchain.codec.abi.types import (
    AbiType,
    Array,
    Bytes,
    Parameter,
    String,
    Tuple,
    parse_type,
)
from contractchain.errors import DecodeError
from contractchain.types import Hash32

PANICS = {
    0x00: "a panic that the compiler inserted",
    0x01: "an assertion failed",
    0x11: "arithmetic overflow or underflow",
    0x12: "division or modulo by zero",
    0x21: "a value is no member of the enum",
    0x22: "a byte array in storage is wrongly encoded",
    0x31: "pop from an empty array",
    0x32: "an array index is out of bounds",
    0x41: "too much memory, or an array that is too large",
    0x51: "a call of an uninitialised internal function",
}
"""What Solidity's panic codes mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedHash:
    """An indexed argument of a dynamic type: only its keccak256 is in the log."""

    hash: Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedEvent:
    """A log that an event of the ABI explains."""

    event: Event
    values: tuple[object, ...]
    """In the order of the inputs; `IndexedHash` where the log holds no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomError:
    """A revert with a custom error of the ABI."""

    error: ErrorItem
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertReason:
    """A revert with `Error(string)`: `require` or `revert` with a text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panic:
    """A revert with `Panic(uint256)`: a check that the compiler inserted."""

    code: int

    @property
    def words(self) -> str:
        """What the code means."""
        return PANICS.get(self.code, "an unknown panic code")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyRevert:
    """A revert without data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRevert:
    """A revert with data that no known error explains."""

    data: bytes


RevertMeaning: TypeAlias = CustomError | RevertReason | Panic | EmptyRevert | UnknownRevert

ERROR_SELECTOR = bytes.fromhex("08c379a0")
PANIC_SELECTOR = bytes.fromhex("4e487b71")


def decode_revert(data: bytes, abis: Iterable[ContractAbi] = ()) -> RevertMeaning:
    """Return what revert data says; data that nothing explains is an answer, not an error.

    Args:
        data: Data of the revert.
        abis: Whose custom errors may be meant, the likeliest first.
    """
    if not data:
        return EmptyRevert()
    selector, body = data[:SELECTOR_BYTES], data[SELECTOR_BYTES:]
    try:
        if selector == ERROR_SELECTOR:
            (text,) = decode_arguments((_parameter("string"),), body)
            return RevertReason(text=str(text))
        if selector == PANIC_SELECTOR:
            (code,) = decode_arguments((_parameter("uint256"),), body)
            return Panic(code=int(str(code)))
    except DecodeError:
        return UnknownRevert(data=data)
    for abi in abis:
        error = abi.errors_by_selector.get(selector)
        if error is None:
            continue
        try:
            return CustomError(error=error, values=decode_arguments(error.inputs, body))
        except DecodeError:
            continue
    return UnknownRevert(data=data)


def decode_event(
    topics: Sequence[Hash32], data: bytes, abis: Iterable[ContractAbi]
) -> DecodedEvent | None:
    """Return what a log says, None if no event of `abis` explains it.

    Named events are tried before anonymous ones. Events of one signature that differ in what is
    indexed are told apart by the number of topics.
    """
    for abi in abis:
        for event in sorted(abi.events, key=lambda event: event.anonymous):
            if event.anonymous:
                own_topics = topics
            elif topics and topics[0] == event.hash:
                own_topics = topics[1:]
            else:
                continue
            if len(own_topics) != event.indexed_count:
                continue
            try:
                return DecodedEvent(event=event, values=_decode_log(event, own_topics, data))
            except DecodeError:
                continue
    return None


def _decode_log(event: Event, topics: Sequence[Hash32], data: bytes) -> tuple[object, ...]:
    plain = iter(decode_arguments([p for p in event.inputs if not p.indexed], data, "event"))
    indexed = iter(topics)
    return tuple(
        _decode_topic(parameter, next(indexed)) if parameter.indexed else next(plain)
        for parameter in event.inputs
    )


def _decode_topic(parameter: Parameter, topic: Hash32) -> object:
    if is_hashed_when_indexed(parameter.type):
        return IndexedHash(hash=topic)
    return decode_arguments((parameter,), topic, "event")[0]


def is_hashed_when_indexed(kind: AbiType) -> bool:
    """Tell whether an indexed argument of the type is in the log only as its hash."""
    return isinstance(kind, (Array, Tuple, Bytes, String))


def _parameter(kind: str) -> Parameter:
    return Parameter(type=parse_type(kind))
