"""Values as tests write and read them: accounts and contracts where an address is meant."""

from typing import Protocol, runtime_checkable

from contractchain.codec.abi import AbiType, AddressWord, Array, Tuple
from contractchain.codec.hexadecimal import to_checksum


@runtime_checkable
class HasAddress(Protocol):
    """An account or a contract."""

    @property
    def address(self) -> bytes:
        """20 bytes."""
        ...


class Address(bytes):
    """20 bytes that show as people know them."""

    def __repr__(self) -> str:
        return to_checksum(self)

    __str__ = __repr__


def to_abi(value: object) -> object:
    """Return `value` with each account or contract replaced by its address, at any depth."""
    if isinstance(value, HasAddress):
        return value.address
    if isinstance(value, list):
        return [to_abi(item) for item in value]
    if isinstance(value, tuple):
        return tuple(to_abi(item) for item in value)
    if isinstance(value, dict):
        return {key: to_abi(item) for key, item in value.items()}
    return value


def from_abi(kind: AbiType, value: object) -> object:
    """Return a decoded value with addresses that show as such, at any depth."""
    if isinstance(kind, AddressWord) and isinstance(value, bytes):
        return Address(value)
    if isinstance(kind, Array) and isinstance(value, (list, tuple)):
        return [from_abi(kind.element, item) for item in value]
    if isinstance(kind, Tuple) and isinstance(value, (list, tuple)):
        parts = zip(kind.components, value, strict=True)
        return tuple(from_abi(component.type, item) for component, item in parts)
    return value
