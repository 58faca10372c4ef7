"""The five transaction types, signed.

Encoding, hashing, signing and recovery are in `contractchain.codec.transaction` and
`contractchain.crypto`; a value of these types says nothing about its own validity.
"""

from dataclasses import dataclass
from typing import TypeAlias

from contractchain.types.primitives import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntry:
    """An address and the slots of it that the sender declares to touch (EIP-2930)."""

    address: Address
    slots: tuple[Hash32, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A signed permission to set the signer's code (EIP-7702)."""

    chain_id: int
    """0 for any chain."""
    address: Address
    """Whose code is used; zero clears the delegation."""
    nonce: int
    """Nonce that the signer must have."""
    y_parity: int = 0
    r: int = 0
    s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyTransaction:
    """Type 0; with or without replay protection (EIP-155)."""

    nonce: int
    gas_price: int
    """Wei per gas."""
    gas_limit: int
    to: Address | None
    """None creates a contract."""
    value: int = 0
    """Wei."""
    data: bytes = b""
    """Calldata, or the init code of a creation."""
    chain_id: int | None = None
    """None: signed without replay protection."""
    y_parity: int = 0
    r: int = 0
    s: int = 0

    @property
    def type(self) -> int:
        """EIP-2718 type."""
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessListTransaction:
    """Type 1 (EIP-2930)."""

    chain_id: int
    nonce: int
    gas_price: int
    """Wei per gas."""
    gas_limit: int
    to: Address | None
    value: int = 0
    data: bytes = b""
    access_list: tuple[AccessEntry, ...] = ()
    y_parity: int = 0
    r: int = 0
    s: int = 0

    @property
    def type(self) -> int:
        """EIP-2718 type."""
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicFeeTransaction:
    """Type 2 (EIP-1559)."""

    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    """Wei per gas."""
    max_fee_per_gas: int
    """Wei per gas."""
    gas_limit: int
    to: Address | None
    value: int = 0
    data: bytes = b""
    access_list: tuple[AccessEntry, ...] = ()
    y_parity: int = 0
    r: int = 0
    s: int = 0

    @property
    def type(self) -> int:
        """EIP-2718 type."""
        return 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobTransaction:
    """Type 3 (EIP-4844), without its sidecar."""

    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas_limit: int
    to: Address | None
    """Never None in a valid transaction."""
    value: int = 0
    data: bytes = b""
    access_list: tuple[AccessEntry, ...] = ()
    max_fee_per_blob_gas: int = 0
    """Wei per blob gas."""
    blob_versioned_hashes: tuple[Hash32, ...] = ()
    y_parity: int = 0
    r: int = 0
    s: int = 0

    @property
    def type(self) -> int:
        """EIP-2718 type."""
        return 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCodeTransaction:
    """Type 4 (EIP-7702)."""

    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas_limit: int
    to: Address | None
    """Never None in a valid transaction."""
    value: int = 0
    data: bytes = b""
    access_list: tuple[AccessEntry, ...] = ()
    authorization_list: tuple[Authorization, ...] = ()
    y_parity: int = 0
    r: int = 0
    s: int = 0

    @property
    def type(self) -> int:
        """EIP-2718 type."""
        return 4


Transaction: TypeAlias = (
    LegacyTransaction
    | AccessListTransaction
    | DynamicFeeTransaction
    | BlobTransaction
    | SetCodeTransaction
)
