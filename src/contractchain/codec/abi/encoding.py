"""Python values -> ABI bytes, with an error that names the argument.

Checks every value; knows no text (that is `contractchain.client.arguments`).

Spec:
    Solidity documentation, "Contract ABI Specification", formal specification of the encoding.
"""

from collections.abc import Sequence
from typing import assert_never

from contractchain.codec.abi.types import (
    WORD_BYTES,
    AbiType,
    AddressWord,
    Array,
    Bool,
    Bytes,
    FixedBytes,
    Integer,
    Parameter,
    String,
    Tuple,
    head_size_bytes,
    is_dynamic,
)
from contractchain.errors import ArgumentCountError, ArgumentError


def encode_arguments(
    parameters: Sequence[Parameter], values: Sequence[object], signature: str = ""
) -> bytes:
    """Return the encoding of a list of arguments, without selector.

    Args:
        parameters: What is expected.
        values: `int`, `bool`, `str`, `bytes` (addresses: 20 bytes), sequences for arrays and
            tuples; a tuple may also be a mapping by component name.
        signature: Of the callee, for the error.

    Raises:
        ArgumentCountError: too many or too few.
        ArgumentError: a value is not of its type.
    """
    if len(parameters) != len(values):
        raise ArgumentCountError(signature=signature, got=len(values), expected=len(parameters))
    encoded = []
    for index, (parameter, value) in enumerate(zip(parameters, values, strict=True)):
        try:
            encoded.append(_encode_value(parameter.type, value))
        except _ValueFault as fault:
            raise ArgumentError(
                index=index + 1,
                name=parameter.name,
                type=parameter.type.canonical,
                message=fault.message,
            ) from None
    return _join([parameter.type for parameter in parameters], encoded)


class _ValueFault(Exception):
    """What is wrong with a value, on its way to the argument that holds it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _encode_value(kind: AbiType, value: object) -> bytes:
    """Return the encoding of one value, offset not included."""
    match kind:
        case Integer():
            return _encode_integer(kind, value)
        case Bool():
            if not isinstance(value, bool):
                raise _ValueFault(f"{_show(value)} is not true or false")
            return int(value).to_bytes(WORD_BYTES, "big")
        case AddressWord():
            return bytes(12) + _sized(value, 20)
        case FixedBytes():
            return _sized(value, kind.size).ljust(WORD_BYTES, b"\0")
        case Bytes():
            if not isinstance(value, (bytes, bytearray)):
                raise _ValueFault(f"{_show(value)} is not bytes")
            return _encode_blob(bytes(value))
        case String():
            if not isinstance(value, str):
                raise _ValueFault(f"{_show(value)} is not a string")
            try:
                return _encode_blob(value.encode())
            except UnicodeEncodeError:
                raise _ValueFault("the text cannot be written in UTF-8") from None
        case Array():
            return _encode_array(kind, value)
        case Tuple():
            return _encode_tuple(kind, value)
        case _:
            assert_never(kind)


def _encode_integer(kind: Integer, value: object) -> bytes:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _ValueFault(f"{_show(value)} is not an integer")
    if not kind.least <= value <= kind.greatest:
        raise _ValueFault(
            f"{_show(value)} is out of range, allowed are {_bound(kind.least)} to "
            f"{_bound(kind.greatest)}"
        )
    return value.to_bytes(WORD_BYTES, "big", signed=kind.signed)


def _encode_array(kind: Array, value: object) -> bytes:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes, bytearray)):
        raise _ValueFault(f"{_show(value)} is not a list")
    if kind.length is not None and len(value) != kind.length:
        raise _ValueFault(f"expected {kind.length} elements, found {len(value)}")
    parts = [_encode_part(kind.element, item, f"element {i}") for i, item in enumerate(value)]
    body = _join([kind.element] * len(parts), parts)
    return body if kind.length is not None else len(parts).to_bytes(WORD_BYTES, "big") + body


def _encode_tuple(kind: Tuple, value: object) -> bytes:
    if isinstance(value, dict):
        names = [component.name for component in kind.components]
        if sorted(names) != sorted(map(str, value)):
            raise _ValueFault(f"expected the fields {', '.join(names)}")
        value = [value[name] for name in names]
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes, bytearray)):
        raise _ValueFault(f"{_show(value)} is not a tuple")
    if len(value) != len(kind.components):
        raise _ValueFault(f"expected {len(kind.components)} components, found {len(value)}")
    parts = [
        _encode_part(component.type, item, f"component {i} `{component.name}`")
        for i, (component, item) in enumerate(zip(kind.components, value, strict=True))
    ]
    return _join([component.type for component in kind.components], parts)


def _encode_part(kind: AbiType, value: object, place: str) -> bytes:
    try:
        return _encode_value(kind, value)
    except _ValueFault as fault:
        raise _ValueFault(f"{place} of type {kind.canonical}: {fault.message}") from None


def _join(kinds: Sequence[AbiType], encoded: Sequence[bytes]) -> bytes:
    """Return heads, then tails, the offsets counted from the first head."""
    offset = sum(head_size_bytes(kind) for kind in kinds)
    heads: list[bytes] = []
    tails: list[bytes] = []
    for kind, data in zip(kinds, encoded, strict=True):
        if is_dynamic(kind):
            heads.append(offset.to_bytes(WORD_BYTES, "big"))
            tails.append(data)
            offset += len(data)
        else:
            heads.append(data)
    return b"".join(heads + tails)


def _encode_blob(data: bytes) -> bytes:
    padding = -len(data) % WORD_BYTES
    return len(data).to_bytes(WORD_BYTES, "big") + data + bytes(padding)


def _sized(value: object, size: int) -> bytes:
    if not isinstance(value, (bytes, bytearray)):
        raise _ValueFault(f"{_show(value)} is not bytes")
    if len(value) != size:
        raise _ValueFault(f"expected {size} bytes, found {len(value)}")
    return bytes(value)


def _bound(value: int) -> str:
    """Return a bound of an integer type, short if it is long."""
    if abs(value) < 1 << 64:
        return str(value)
    sign = "-" if value < 0 else ""
    magnitude = abs(value)
    bits = magnitude.bit_length()
    return f"{sign}2**{bits - 1}" if magnitude == 1 << (bits - 1) else f"{sign}2**{bits}-1"


def _show(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 512:
        return f"an integer of {value.bit_length()} bits"
    text = repr(value)
    return f"`{text if len(text) <= 100 else text[:97] + '…'}`"
