"""Blob transactions as they travel: with blobs, commitments and proofs, which blocks do not hold.

Reads both wrappers and checks sizes, counts and that commitments are what the transaction names;
whether the proofs hold is `contractchain.crypto.kzg`'s business.

Spec:
    EIP-4844, Networking (`rlp([tx, blobs, commitments, proofs])`); EIP-7594
    (`rlp([tx, 1, blobs, commitments, cell_proofs])`).
"""

import hashlib
from dataclasses import dataclass, field

from contractchain.codec.rlp import Item, as_bytes, as_int, as_list, decode, encode
from contractchain.codec.transaction import decode_transaction
from contractchain.errors import DecodeError, InvalidSidecarError
from contractchain.types import BlobTransaction, Hash32

WHAT = "blob transaction"
BLOB_BYTES = 131_072
POINT_BYTES = 48
CELLS_PER_BLOB = 128
VERSION_OF_KZG = b"\x01"
CELL_PROOFS = 1
"""Version of the wrapper whose proofs are of cells."""
_LIST, _LONG_LIST = 0xC0, 0xF7


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobSidecar:
    """What a blob transaction carries besides what blocks hold."""

    blobs: tuple[bytes, ...] = field(repr=False)
    """131,072 bytes each."""
    commitments: tuple[bytes, ...]
    """KZG commitment of each blob, 48 bytes."""
    proofs: tuple[bytes, ...]
    """KZG proofs, 48 bytes each: one of each blob, or 128 of its cells."""
    has_cell_proofs: bool
    """Whether the proofs are of cells (EIP-7594)."""


def has_sidecar(raw: bytes) -> bool:
    """Tell whether an encoded transaction is a blob transaction with its blobs.

    A look at its first bytes: where a block's transaction has its chain id, there is a list, or the
    version and then a list.
    """
    if raw[:1] != b"\x03" or len(raw) < 2 or raw[1] < _LIST:
        return False
    start = 2 + max(raw[1] - _LONG_LIST, 0)
    first = raw[start : start + 2]
    return first[:1] >= b"\xc0" or (first[:1] < b"\x80" and first[1:] >= b"\xc0")


def split_sidecar(raw: bytes) -> tuple[bytes, BlobSidecar]:
    """Return a transaction as blocks hold it, and its sidecar.

    Raises:
        DecodeError: malformed.
        InvalidSidecarError: counts differ, or a commitment is not the one that is named.
    """
    fields = as_list(decode(raw[1:], WHAT), WHAT)
    is_versioned = len(fields) == 5
    if is_versioned:
        version = as_int(fields[1], WHAT, bits=8)
        if version != CELL_PROOFS:
            raise DecodeError(f"wrapper version {version} is unknown", what=WHAT)
        fields = [fields[0], *fields[2:]]
    inner, blobs, commitments, proofs = as_list(fields, WHAT, length=4)
    sidecar = BlobSidecar(
        blobs=_strings(blobs, BLOB_BYTES),
        commitments=_strings(commitments, POINT_BYTES),
        proofs=_strings(proofs, POINT_BYTES),
        has_cell_proofs=is_versioned,
    )
    encoded = b"\x03" + encode(as_list(inner, WHAT))
    transaction = decode_transaction(encoded)
    if not isinstance(transaction, BlobTransaction):
        raise DecodeError("not a blob transaction", what=WHAT)
    _check_counts(sidecar, transaction.blob_versioned_hashes)
    return encoded, sidecar


def hash_commitment(commitment: bytes) -> Hash32:
    """Return the versioned hash under which a transaction names a commitment."""
    return VERSION_OF_KZG + hashlib.sha256(commitment).digest()[1:]


def _strings(item: Item, size: int) -> tuple[bytes, ...]:
    return tuple(as_bytes(part, WHAT, size=size) for part in as_list(item, WHAT))


def _check_counts(sidecar: BlobSidecar, hashes: tuple[Hash32, ...]) -> None:
    count = len(hashes)
    proofs = count * CELLS_PER_BLOB if sidecar.has_cell_proofs else count
    found = (len(sidecar.blobs), len(sidecar.commitments), len(sidecar.proofs))
    if found != (count, count, proofs):
        raise InvalidSidecarError(
            "{} blobs, {} commitments and {} proofs".format(*found)
            + f" where the transaction's {count} hashes want {count}, {count} and {proofs}"
        )
    for place, (commitment, named) in enumerate(zip(sidecar.commitments, hashes, strict=True)):
        if hash_commitment(commitment) != named:
            raise InvalidSidecarError(f"commitment {place} is not the one that its hash names")
