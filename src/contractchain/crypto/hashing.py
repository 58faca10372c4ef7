"""Keccak-256, the hash of everything on the chain."""

from eth_hash.auto import keccak


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte Keccak-256 digest (the pre-standard padding that Ethereum uses)."""
    digest: bytes = keccak(data)
    return digest
