"""Where a transaction is, as one integer: block number and index in the block.

Stores index by the first eight bytes of a hash and check the full hash in the record they are
led to, so a collision costs one more read and nothing else.
"""

from contractchain.errors import StoreError
from contractchain.types import Hash32

_INDEX_BITS = 24
MAX_TRANSACTIONS = (1 << _INDEX_BITS) - 1
"""Transactions that one block may hold; the last index stands for the block itself."""
_MAX_NUMBER = 1 << (63 - _INDEX_BITS)


def to_place(number: int, index: int) -> int:
    """Return the place of transaction `index` of block `number`; places sort like the chain."""
    return number << _INDEX_BITS | index


def from_place(place: int) -> tuple[int, int]:
    """Return (block number, index in the block)."""
    return place >> _INDEX_BITS, place & MAX_TRANSACTIONS


def hash_prefix(hash32: Hash32) -> int:
    """Return the first eight bytes as a signed integer, which is what SQLite keeps whole."""
    return int.from_bytes(hash32[:8], "big", signed=True)


def validate_places(number: int, transactions: int) -> None:
    """Check that every transaction of the block has a place.

    Raises:
        StoreError: the block number or the number of transactions is too large.
    """
    if number >= _MAX_NUMBER or transactions > MAX_TRANSACTIONS:
        raise StoreError(
            message=f"block {number} with {transactions} transactions is beyond the store's "
            f"{_MAX_NUMBER} blocks of {MAX_TRANSACTIONS} transactions"
        )
