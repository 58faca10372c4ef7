"""Encoding and decoding of receipts and logs, and the bloom filter over logs.

Spec:
    Yellow paper, section 4.3.1; EIP-658, EIP-2718.
"""

from collections.abc import Sequence

from contractchain.codec.rlp import Item, as_bytes, as_int, as_list, decode, encode, encode_int
from contractchain.crypto import keccak256
from contractchain.errors import DecodeError
from contractchain.types import Log, Receipt

BLOOM_BYTES = 256
MAX_TYPE = 4
"""Of transactions, and so of receipts."""
EMPTY_BLOOM = bytes(BLOOM_BYTES)


def calculate_bloom(logs: Sequence[Log]) -> bytes:
    """Return the 2048-bit filter with three bits set for each address and topic."""
    bits = 0
    if not logs:
        return EMPTY_BLOOM
    for log in logs:
        for entry in (log.address, *log.topics):
            digest = keccak256(entry)
            for i in (0, 2, 4):
                bits |= 1 << (int.from_bytes(digest[i : i + 2], "big") & 2047)
    return bits.to_bytes(BLOOM_BYTES, "big")


def encode_receipt(receipt: Receipt) -> bytes:
    """Return the EIP-2718 consensus encoding, bloom included."""
    status = receipt.state_root
    if status is None:
        status = b"\x01" if receipt.succeeded else b""
    body = encode(
        [
            status,
            encode_int(receipt.cumulative_gas_used),
            calculate_bloom(receipt.logs),
            [[log.address, list(log.topics), log.data] for log in receipt.logs],
        ]
    )
    return body if receipt.type == 0 else bytes((receipt.type,)) + body


def decode_receipt(data: bytes) -> Receipt:
    """Decode an EIP-2718 consensus receipt; that its bloom fits its logs is not checked.

    Raises:
        DecodeError: not canonical, or a field of the wrong shape.
    """
    if not data:
        raise DecodeError("no bytes", what="receipt")
    kind = 0 if data[0] >= 0xC0 else data[0]
    if kind > MAX_TYPE:
        raise DecodeError(f"unknown receipt type {kind}", what="receipt")
    item = decode(data if kind == 0 else data[1:], "receipt")
    status_item, gas, bloom, logs = as_list(item, "receipt", length=4)
    as_bytes(bloom, "receipt", size=BLOOM_BYTES)
    status = as_bytes(status_item, "receipt")
    if len(status) not in (0, 1, 32) or (len(status) == 1 and status != b"\x01"):
        raise DecodeError("the status is neither 0, 1 nor a state root", what="receipt")
    return Receipt(
        type=kind,
        succeeded=status != b"",
        state_root=status if len(status) == 32 else None,
        cumulative_gas_used=as_int(gas, "receipt", bits=64),
        logs=tuple(_decode_log(log) for log in as_list(logs, "receipt")),
    )


def _decode_log(item: Item) -> Log:
    address, topics, data = as_list(item, "log", length=3)
    return Log(
        address=as_bytes(address, "log", size=20),
        topics=tuple(as_bytes(topic, "log", size=32) for topic in as_list(topics, "log")),
        data=as_bytes(data, "log"),
    )
