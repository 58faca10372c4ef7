"""Decoded values -> text for people and plain data for JSON.

The text of a value is an argument that stands for it (`contractchain.client.arguments`), but for
indexed values of which a log keeps only the hash.
"""

import json
from collections.abc import Sequence
from typing import Any

from contractchain.codec.abi import (
    AbiType,
    AddressWord,
    Array,
    Bytes,
    FixedBytes,
    IndexedHash,
    Parameter,
    String,
    Tuple,
)
from contractchain.codec.hexadecimal import to_checksum, to_hex


def format_value(kind: AbiType, value: object, *, nested: bool = False) -> str:
    """Return a value as text. A string is quoted only inside an array or tuple."""
    if isinstance(value, IndexedHash):
        return f"keccak256:{to_hex(value.hash)}"
    match kind:
        case AddressWord():
            return to_checksum(_bytes(value))
        case FixedBytes() | Bytes():
            return to_hex(_bytes(value))
        case String():
            text = str(value)
            needs_quotes = nested or (len(text) > 1 and text[0] == text[-1] == '"')
            return json.dumps(text, ensure_ascii=False) if needs_quotes else text
        case Array():
            items = (format_value(kind.element, item, nested=True) for item in _items(value))
            return "[" + ", ".join(items) + "]"
        case Tuple():
            pairs = zip(kind.components, _items(value), strict=True)
            return "(" + ", ".join(format_value(c.type, v, nested=True) for c, v in pairs) + ")"
        case _:
            return str(value).lower() if isinstance(value, bool) else str(value)


def to_json(kind: AbiType, value: object) -> Any:
    """Return a value as plain data.

    Integers are decimal strings, since JSON readers round large numbers. A tuple is an object if
    all its components have names of their own, otherwise a list.
    """
    if isinstance(value, IndexedHash):
        return {"keccak256": to_hex(value.hash)}
    match kind:
        case Array():
            return [to_json(kind.element, item) for item in _items(value)]
        case Tuple():
            pairs = list(zip(kind.components, _items(value), strict=True))
            names = {component.name for component, _ in pairs}
            if "" in names or len(names) != len(pairs):
                return [to_json(component.type, item) for component, item in pairs]
            return {component.name: to_json(component.type, item) for component, item in pairs}
        case String():
            return value
        case _:
            return value if isinstance(value, bool) else format_value(kind, value)


def named_values(parameters: Sequence[Parameter], values: Sequence[object]) -> list[dict[str, Any]]:
    """Return parameters with their values as plain data: name, type and value."""
    return [
        {"name": p.name, "type": p.type.canonical, "value": to_json(p.type, value)}
        for p, value in zip(parameters, values, strict=True)
    ]


def format_call(name: str, parameters: Sequence[Parameter], values: Sequence[object]) -> str:
    """Return e.g. `Transfer(from: 0x…, value: 5)`."""
    parts = []
    for parameter, value in zip(parameters, values, strict=True):
        text = format_value(parameter.type, value, nested=True)
        parts.append(f"{parameter.name}: {text}" if parameter.name else text)
    return f"{name}({', '.join(parts)})"


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"{value!r} is not bytes")
    return value


def _items(value: object) -> Sequence[object]:
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{value!r} is not a sequence")
    return value
