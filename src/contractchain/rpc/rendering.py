"""Python values as the JSON of Ethereum's API: integers as quantities, bytes as data.

Spec:
    execution-apis, schemas `uint` and `bytes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import orjson


@dataclass(frozen=True, slots=True)
class Plain:
    """A number that the API has as a number of JSON, not as a quantity."""

    number: int


@dataclass(frozen=True, slots=True)
class EncodedJson:
    """Text that is JSON already, made where it costs no time of the loop."""

    text: str


def render(value: object) -> object:
    """Return `value` with each integer and byte string as 0x-prefixed hex.

    Booleans, floats, strings and None stay; tuples and lists become arrays, mappings objects.

    Raises:
        TypeError: a value that has no such form (a fault of ours).
    """
    if type(value) is bytes:  # most often; a match comes to it late
        return "0x" + value.hex()
    match value:
        case None | bool() | str() | float():
            return value
        case Plain(number=number):
            return number
        case EncodedJson(text=text):
            return orjson.Fragment(text)
        case int():
            return hex(value)
        case bytes():
            return "0x" + value.hex()
        case Mapping():
            return {str(key): render(item) for key, item in value.items()}
        case tuple() | list():
            return [render(item) for item in value]
        case Enum():
            return value.value
        case _:
            raise TypeError(f"cannot render {type(value).__name__}")
