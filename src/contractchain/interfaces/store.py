"""What survives `kill -9`: blocks, receipts and state diffs of the canonical chain.

The store knows no EVM and no trie: it keeps bytes and gives them back. Blocks that are not
canonical are not its business.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from contractchain.types import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRecord:
    """One canonical block with all that came of executing it."""

    number: int
    hash: Hash32
    block: bytes
    """RLP of the block: header, transactions, uncles, withdrawals."""
    transaction_hashes: tuple[Hash32, ...] = ()
    senders: tuple[Address, ...] = ()
    receipts: tuple[bytes, ...] = ()
    """EIP-2718 encoded consensus receipts."""
    state_diff: bytes = b""
    """Encoded change from the parent state; at genesis, the allocation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A whole state as of a block."""

    number: int
    state_root: Hash32
    chunks: Iterator[bytes]
    """Encoded state diffs which, applied to the empty state, give the state."""


class BlockWriter(Protocol):
    """Changes of the canonical chain; each is atomic, and durable when it returns."""

    def commit_block(self, record: BlockRecord) -> None:
        """Append a block; its number is the head's plus one (0 on an empty store).

        Raises:
            StoreError: wrong number, or the disk refuses. Nothing is written.
        """
        ...

    def rollback_to(self, number: int) -> None:
        """Remove every block above `number`, with its index entries and checkpoints.

        Raises:
            BlockNotFoundError: `number` is above the head.
        """
        ...


class BlockReader(Protocol):
    """Reads by number, hash and transaction hash."""

    def head_number(self) -> int | None:
        """Return the number of the highest block, None on an empty store."""
        ...

    def get_record(self, number: int) -> BlockRecord:
        """Return the whole record.

        Raises:
            BlockNotFoundError: no such block.
            CorruptStoreError: it is there but fails its checksum.
        """
        ...

    def get_block(self, number: int) -> bytes:
        """Return the RLP of a block. Raises as `get_record`."""
        ...

    def iter_state_diffs(self, first: int, last: int) -> Iterator[bytes]:
        """Yield the state diffs of the blocks `first` to `last`, both included."""
        ...

    def find_number(self, block_hash: Hash32) -> int | None:
        """Return the number of the canonical block with this hash."""
        ...

    def find_transaction(self, transaction_hash: Hash32) -> tuple[int, int] | None:
        """Return (block number, index in the block) of a canonical transaction."""
        ...


class CheckpointKeeper(Protocol):
    """Whole states, so that opening need not replay from genesis."""

    def save_checkpoint(self, number: int, state_root: Hash32, chunks: Iterable[bytes]) -> None:
        """Write a checkpoint; it counts only once it is complete. Older ones may be dropped."""
        ...

    def find_checkpoint(self, at_most: int) -> Checkpoint | None:
        """Return the highest complete and undamaged checkpoint not above `at_most`."""
        ...


class Store(BlockWriter, BlockReader, CheckpointKeeper, Protocol):
    """The store of one chain. One writer process at a time; reads are safe from any thread."""

    @property
    def name(self) -> str:
        """`memory`, `sqlite` or `native`."""
        ...

    def get_metadata(self, key: str) -> bytes | None:
        """Return a small value kept beside the chain (format version, genesis)."""
        ...

    def put_metadata(self, key: str, value: bytes) -> None:
        """Write a small value, durably."""
        ...

    def close(self) -> None:
        """Release the files. Further use raises StoreError."""
        ...
