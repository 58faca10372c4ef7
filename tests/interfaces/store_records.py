"""Block records like those of a chain, without a chain."""

import hashlib
import random

from contractchain.interfaces.store import BlockRecord


def hash_of(*parts: object) -> bytes:
    """Return 32 bytes that depend on nothing but `parts`."""
    return hashlib.sha256(repr(parts).encode()).digest()


def make_record(number: int, salt: int = 0, transactions: int | None = None) -> BlockRecord:
    """Return a record like those of a chain, the same for the same arguments.

    Args:
        number: Of the block.
        salt: Tells blocks of the same number apart.
        transactions: How many; None for a number from 0 to 4 that depends on the rest.
    """
    source = random.Random(f"{number}/{salt}")
    count = source.randrange(5) if transactions is None else transactions
    bloom = bytes(256)
    receipts = []
    for index in range(count):
        some_bloom = bloom if index % 2 else bytes(100) + source.randbytes(3) + bytes(153)
        receipts.append(b"\x02\xf9\x01\x0a\x01\x82\x52\x08\xb9\x01\x00" + some_bloom + b"\xc0")
    return BlockRecord(
        number=number,
        hash=hash_of("block", number, salt),
        block=source.randbytes(240) + bloom + source.randbytes(90 + 110 * count),
        transaction_hashes=tuple(hash_of(number, salt, index) for index in range(count)),
        senders=tuple(source.randbytes(20) for _ in range(count)),
        receipts=tuple(receipts),
        state_diff=source.randbytes(source.randrange(200)),
    )
