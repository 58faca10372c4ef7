"""The bytes of a block record, the same in every store.

Layout, little-endian: a fixed head (magic, version, crc32 of all that follows, number, hash,
counts, section lengths) and then the sections: block, state diff, transaction hashes, senders,
lengths and cuts of block and receipts, receipts. A cut says where 256 zero bytes were left out, the
bloom of a block or receipt without logs; only blooms are looked for, for that is fast.

Knows no file and no index. Damage is found by the checksum before anything else is looked at.
"""

import struct
import zlib
from dataclasses import dataclass

from contractchain.errors import CorruptStoreError, StoreError
from contractchain.interfaces.store import BlockRecord
from contractchain.types import Hash32

VERSION = 1
"""Raised whenever the layout changes; stores refuse records of another version."""

_MAGIC = b"CB"
_HEAD = struct.Struct("<2sBxIQ32sIIIQQQ")
HEAD_SIZE = _HEAD.size
HASH_SIZE = 32
_CRC_FROM = 8
_HASH_AT = 16
_ADDRESS_SIZE = 20
_ZEROS = bytes(256)
_BLOOM_PREFIX = b"\xb9\x01\x00"
_EMPTY_BLOOM = _BLOOM_PREFIX + _ZEROS
"""An empty bloom as RLP."""
_UNCUT = 0xFFFFFFFF
_RESTORE_HINT = "restore the data directory from a backup, or delete it and start a new chain"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sections:
    """Where the parts of one encoded record are."""

    number: int
    hash: Hash32
    hash_count: int
    sender_count: int
    receipt_count: int
    block_at: int
    diff_at: int
    hashes_at: int
    senders_at: int
    lengths_at: int
    receipts_at: int


def encode_record(record: BlockRecord) -> bytes:
    """Return the record as checksummed bytes.

    Raises:
        StoreError: a hash or an address does not have its size.
    """
    _validate_sizes(record)
    texts = (record.block, *record.receipts)
    cuts = [_find_empty_bloom(text) for text in texts]
    block, *receipts = [
        text if cut == _UNCUT else text[:cut] + text[cut + len(_ZEROS) :]
        for text, cut in zip(texts, cuts, strict=True)
    ]
    head = _HEAD.pack(
        _MAGIC,
        VERSION,
        0,
        record.number,
        record.hash,
        len(record.transaction_hashes),
        len(record.senders),
        len(receipts),
        len(block),
        len(record.state_diff),
        sum(map(len, receipts)),
    )
    rest = b"".join(
        (
            head[_CRC_FROM:],
            block,
            record.state_diff,
            *record.transaction_hashes,
            *record.senders,
            struct.pack(f"<{2 * len(texts)}I", *map(len, texts), *cuts),
            *receipts,
        )
    )
    return b"".join((_MAGIC, bytes((VERSION, 0)), zlib.crc32(rest).to_bytes(4, "little"), rest))


def decode_record(blob: bytes, number: int, path: str) -> BlockRecord:
    """Return the record that `blob` encodes.

    Args:
        blob: What `encode_record` returned.
        number: Number that the record must have.
        path: File that holds it, for the error.

    Raises:
        CorruptStoreError: the checksum or the number is wrong.
    """
    at = _locate(blob, number, path)
    block, *receipts = _restore(blob, at, at.receipt_count + 1)
    return BlockRecord(
        number=at.number,
        hash=at.hash,
        block=block,
        transaction_hashes=_split(blob, at.hashes_at, at.hash_count, HASH_SIZE),
        senders=_split(blob, at.senders_at, at.sender_count, _ADDRESS_SIZE),
        receipts=tuple(receipts),
        state_diff=blob[at.diff_at : at.hashes_at],
    )


def decode_block(blob: bytes, number: int, path: str) -> bytes:
    """Return the block's RLP alone. Arguments and errors as `decode_record`."""
    return _restore(blob, _locate(blob, number, path), 1)[0]


def decode_state_diff(blob: bytes, number: int, path: str) -> bytes:
    """Return the state diff alone. Arguments and errors as `decode_record`."""
    at = _locate(blob, number, path)
    return blob[at.diff_at : at.hashes_at]


def decode_hashes(blob: bytes, number: int, path: str) -> tuple[Hash32, tuple[Hash32, ...]]:
    """Return the hash of the block and those of its transactions. Otherwise as `decode_record`."""
    at = _locate(blob, number, path)
    return at.hash, _split(blob, at.hashes_at, at.hash_count, HASH_SIZE)


def find_hash(head: bytes, index: int | None) -> int | None:
    """Return where in a record a hash is, without looking at the checksum.

    Args:
        head: The first `HEAD_SIZE` bytes of the record.
        index: Of the transaction in the block; None for the block's own hash.

    Returns:
        Where the 32 bytes begin, None if there is no such transaction.
    """
    if len(head) < HEAD_SIZE:
        return None
    if index is None:
        return _HASH_AT
    _, _, _, _, _, hashes, _, _, block, diff, _ = _HEAD.unpack(head)
    return HEAD_SIZE + int(block + diff) + index * HASH_SIZE if index < hashes else None


def _locate(blob: bytes, number: int, path: str) -> _Sections:
    if len(blob) < _HEAD.size:
        raise _damaged(number, path, f"it is cut off after {len(blob)} bytes")
    magic, version, crc, got, block_hash, hashes, senders, receipts, block, diff, packed = (
        _HEAD.unpack_from(blob)
    )
    if magic != _MAGIC or version != VERSION:
        raise _damaged(number, path, "it does not start like a record of this version")
    if zlib.crc32(memoryview(blob)[_CRC_FROM:]) != crc:
        raise _damaged(number, path, "its checksum is wrong")
    if got != number:
        raise _damaged(number, path, f"block {got} is in its place")
    diff_at = _HEAD.size + block
    hashes_at = diff_at + diff
    senders_at = hashes_at + hashes * HASH_SIZE
    lengths_at = senders_at + senders * _ADDRESS_SIZE
    receipts_at = lengths_at + 8 * (receipts + 1)
    if receipts_at + packed != len(blob):
        raise _damaged(number, path, "its sections do not fill it")
    return _Sections(
        number=got,
        hash=block_hash,
        hash_count=hashes,
        sender_count=senders,
        receipt_count=receipts,
        block_at=_HEAD.size,
        diff_at=diff_at,
        hashes_at=hashes_at,
        senders_at=senders_at,
        lengths_at=lengths_at,
        receipts_at=receipts_at,
    )


def _damaged(number: int, path: str, reason: str) -> CorruptStoreError:
    return CorruptStoreError(
        message=f"the record of block {number} is damaged: {reason}",
        path=path,
        hint=_RESTORE_HINT,
    )


def _validate_sizes(record: BlockRecord) -> None:
    if not 0 <= record.number < 1 << 63:
        raise StoreError(message=f"a block cannot have the number {record.number}")
    if len(record.hash) != HASH_SIZE or not {HASH_SIZE}.issuperset(
        map(len, record.transaction_hashes)
    ):
        raise StoreError(message=f"block {record.number} has a hash that is not 32 bytes long")
    if not {_ADDRESS_SIZE}.issuperset(map(len, record.senders)):
        raise StoreError(message=f"block {record.number} has a sender that is not 20 bytes long")


def _split(blob: bytes, start: int, count: int, size: int) -> tuple[bytes, ...]:
    end = start + count * size
    return tuple([blob[at : at + size] for at in range(start, end, size)])


def _find_empty_bloom(text: bytes) -> int:
    """Return where the zeros of the first bloom begin, `_UNCUT` if it is not empty."""
    at = text.find(_BLOOM_PREFIX)
    return at + len(_BLOOM_PREFIX) if at >= 0 and text.startswith(_EMPTY_BLOOM, at) else _UNCUT


def _restore(blob: bytes, at: _Sections, count: int) -> list[bytes]:
    """Return the first `count` of block and receipts, with the zeros that were cut out."""
    total = at.receipt_count + 1
    numbers = struct.unpack_from(f"<{2 * total}I", blob, at.lengths_at)
    found: list[bytes] = []
    start = at.block_at
    for length, cut in zip(numbers[:count], numbers[total:], strict=False):
        if cut == _UNCUT:
            end = start + length
            found.append(blob[start:end])
        else:
            end = start + length - len(_ZEROS)
            middle = start + cut
            found.append(b"".join((blob[start:middle], _ZEROS, blob[middle:end])))
        start = end if len(found) > 1 else at.receipts_at
    return found
