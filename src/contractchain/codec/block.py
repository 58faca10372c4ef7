"""Encoding, decoding and hashing of headers, withdrawals and blocks.

Spec:
    Yellow paper, section 4.3; EIP-1559, 4895, 4844, 4788, 7685.
"""

from collections.abc import Sequence

from contractchain.codec.rlp import (
    Item,
    as_bytes,
    as_int,
    as_list,
    decode,
    encode,
    encode_int,
    wrap_list,
)
from contractchain.crypto import keccak256
from contractchain.errors import DecodeError
from contractchain.types import Block, Hash32, Header, Withdrawal

MIN_HEADER_FIELDS = 15
MAX_HEADER_FIELDS = 21


def encode_header(header: Header) -> bytes:
    """Return the RLP of a header."""
    return encode(_header_items(header))


def hash_header(header: Header) -> Hash32:
    """Return the block hash."""
    return keccak256(encode_header(header))


def decode_header(data: bytes) -> Header:
    """Decode a header.

    Raises:
        DecodeError: not canonical, wrong number or size of fields.
    """
    return _decode_header(decode(data, "header"))


def encode_block(block: Block, *, header: bytes | None = None) -> bytes:
    """Return the RLP of a block, as the wire protocol and chain files have it.

    Args:
        block: The block; its transactions are taken as they are.
        header: RLP of its header, if it is at hand.
    """
    body = bytearray(encode_header(block.header) if header is None else header)
    body += wrap_list(b"".join([_embed_transaction(raw) for raw in block.transactions]))
    body += encode([_header_items(uncle) for uncle in block.uncles])
    if block.withdrawals is not None:
        body += encode([_withdrawal_items(w) for w in block.withdrawals])
    return wrap_list(bytes(body))


def _embed_transaction(raw: bytes) -> bytes:
    """A legacy transaction is a list already; a typed one becomes a byte string."""
    return raw if raw[0] >= 0xC0 else encode(raw)


def decode_block(data: bytes) -> Block:
    """Decode a block; its transactions stay encoded.

    Raises:
        DecodeError: not canonical, wrong number or size of fields.
    """
    fields = as_list(decode(data, "block"), "block")
    if len(fields) not in (3, 4):
        raise DecodeError(f"expected 3 or 4 fields, found {len(fields)}", what="block")
    header = _decode_header(fields[0])
    withdrawals = None
    if len(fields) == 4:
        withdrawals = tuple(_decode_withdrawal(item) for item in as_list(fields[3], "block"))
    return Block(
        header=header,
        hash=hash_header(header),
        transactions=tuple(_raw_transaction(item) for item in as_list(fields[1], "block")),
        uncles=tuple(_decode_header(item) for item in as_list(fields[2], "block")),
        withdrawals=withdrawals,
    )


def hash_uncles(uncles: Sequence[Header]) -> Hash32:
    """Return the hash of a list of uncle headers."""
    return keccak256(encode([_header_items(uncle) for uncle in uncles]))


def encode_withdrawal(withdrawal: Withdrawal) -> bytes:
    """Return the RLP of a withdrawal."""
    return encode(_withdrawal_items(withdrawal))


def _raw_transaction(item: Item) -> bytes:
    if isinstance(item, bytes):
        if not item or item[0] >= 0x80:
            raise DecodeError("a typed transaction starts with its type", what="block")
        return item
    return encode(item)


def _header_items(header: Header) -> list[Item]:
    items: list[Item] = [
        header.parent_hash,
        header.uncles_hash,
        header.beneficiary,
        header.state_root,
        header.transactions_root,
        header.receipts_root,
        header.logs_bloom,
        encode_int(header.difficulty),
        encode_int(header.number),
        encode_int(header.gas_limit),
        encode_int(header.gas_used),
        encode_int(header.timestamp),
        header.extra_data,
        header.prev_randao,
        header.nonce,
    ]
    later: tuple[int | bytes | None, ...] = (
        header.base_fee_per_gas,
        header.withdrawals_root,
        header.blob_gas_used,
        header.excess_blob_gas,
        header.parent_beacon_block_root,
        header.requests_hash,
    )
    for value in later:
        if value is None:
            break
        items.append(value if isinstance(value, bytes) else encode_int(value))
    return items


def _decode_header(item: Item) -> Header:
    what = "header"
    fields = as_list(item, what)
    count = len(fields)
    if not MIN_HEADER_FIELDS <= count <= MAX_HEADER_FIELDS:
        raise DecodeError(
            f"expected {MIN_HEADER_FIELDS} to {MAX_HEADER_FIELDS} fields, found {count}", what=what
        )
    return Header(
        parent_hash=as_bytes(fields[0], what, size=32),
        uncles_hash=as_bytes(fields[1], what, size=32),
        beneficiary=as_bytes(fields[2], what, size=20),
        state_root=as_bytes(fields[3], what, size=32),
        transactions_root=as_bytes(fields[4], what, size=32),
        receipts_root=as_bytes(fields[5], what, size=32),
        logs_bloom=as_bytes(fields[6], what, size=256),
        difficulty=as_int(fields[7], what),
        number=as_int(fields[8], what, bits=64),
        gas_limit=as_int(fields[9], what, bits=64),
        gas_used=as_int(fields[10], what, bits=64),
        timestamp=as_int(fields[11], what, bits=64),
        extra_data=as_bytes(fields[12], what),
        prev_randao=as_bytes(fields[13], what, size=32),
        nonce=as_bytes(fields[14], what, size=8),
        base_fee_per_gas=as_int(fields[15], what) if count > 15 else None,
        withdrawals_root=as_bytes(fields[16], what, size=32) if count > 16 else None,
        blob_gas_used=as_int(fields[17], what, bits=64) if count > 17 else None,
        excess_blob_gas=as_int(fields[18], what, bits=64) if count > 18 else None,
        parent_beacon_block_root=as_bytes(fields[19], what, size=32) if count > 19 else None,
        requests_hash=as_bytes(fields[20], what, size=32) if count > 20 else None,
    )


def _withdrawal_items(withdrawal: Withdrawal) -> list[Item]:
    return [
        encode_int(withdrawal.index),
        encode_int(withdrawal.validator_index),
        withdrawal.address,
        encode_int(withdrawal.amount_gwei),
    ]


def _decode_withdrawal(item: Item) -> Withdrawal:
    index, validator, address, amount = as_list(item, "withdrawal", length=4)
    return Withdrawal(
        index=as_int(index, "withdrawal", bits=64),
        validator_index=as_int(validator, "withdrawal", bits=64),
        address=as_bytes(address, "withdrawal", size=20),
        amount_gwei=as_int(amount, "withdrawal", bits=64),
    )


BLOOM_OFFSET = 33 + 33 + 21 + 33 + 33 + 33 + 3
"""Bytes of an encoded header before the bloom: five hashes and an address, each with its prefix,
and the prefix of the bloom itself."""


def slice_logs_bloom(encoded_block: bytes) -> bytes:
    """Return the bloom of an encoded block without decoding the rest.

    Args:
        encoded_block: As `encode_block` gives it; nothing is checked.
    """
    start = _payload_offset(encoded_block, 0)
    start = _payload_offset(encoded_block, start) + BLOOM_OFFSET
    return encoded_block[start : start + 256]


def slice_parent_hash(encoded_block: bytes) -> Hash32:
    """Return the parent hash of an encoded block without decoding the rest; as above."""
    start = _payload_offset(encoded_block, _payload_offset(encoded_block, 0)) + 1
    return encoded_block[start : start + 32]


def _payload_offset(data: bytes, start: int) -> int:
    prefix = data[start]
    return start + 1 + (prefix - 0xF7 if prefix > 0xF7 else 0)
