"""A full check of a store through its own interface, for `doctor` and for tests."""

from contractchain.errors import CorruptStoreError
from contractchain.interfaces.store import Store


def verify_store(store: Store, path: str = "") -> int:
    """Read every record, look every hash up, and return the number of blocks.

    Args:
        store: An open store that is not being written.
        path: Where it is, for the error.

    Raises:
        CorruptStoreError: a record is damaged, or the index does not lead to it.
    """
    head = store.head_number()
    if head is None:
        return 0
    for number in range(head + 1):
        record = store.get_record(number)
        if store.find_number(record.hash) != number:
            raise _unindexed(f"block {number}", path)
        for index, transaction_hash in enumerate(record.transaction_hashes):
            found = store.find_transaction(transaction_hash)
            if found is None or found > (number, index):
                raise _unindexed(f"transaction {index} of block {number}", path)
    return head + 1


def _unindexed(what: str, path: str) -> CorruptStoreError:
    return CorruptStoreError(
        message=f"the index does not lead to {what}",
        path=path,
        hint="restore the data directory from a backup, or delete it and start a new chain",
    )
