"""The canonical chain: the store with a cache in front and the head as one immutable value.

Reads need no lock: whoever takes `tip` sees one head until done. Writes are the business of
`contractchain.chain.adoption`, one at a time.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from contractchain.chain.context import BLOCKHASH_WINDOW
from contractchain.chain.executed import ExecutedBlock, from_record
from contractchain.chain.side_blocks import SideBlocks
from contractchain.codec.block import slice_parent_hash
from contractchain.errors import BlockNotFoundError, CorruptStoreError, DecodeError
from contractchain.interfaces.store import Store
from contractchain.types import Hash32, Header

CACHED_BLOCKS = 64
WINDOW_BYTES = BLOCKHASH_WINDOW * 32
KEPT_HASHES_BYTES = WINDOW_BYTES + 64 * 32
"""Hashes kept at hand: enough for children of the last 64 blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """The head."""

    block: ExecutedBlock
    finalized: int
    """Number of the highest block that can no longer be replaced."""

    @property
    def header(self) -> Header:
        """Header of the head."""
        return self.block.header

    @property
    def number(self) -> int:
        """Number of the head."""
        return self.block.number

    @property
    def hash(self) -> Hash32:
        """Hash of the head."""
        return self.block.hash


class CanonicalChain:
    """Blocks by number and by hash, from cache or store."""

    def __init__(self, store: Store, head: ExecutedBlock, *, first: int, side: SideBlocks) -> None:
        self._store = store
        self.tip = Tip(block=head, finalized=first)
        self.first = first
        """Number of genesis."""
        self._side = side
        self._cache: OrderedDict[int, ExecutedBlock] = OrderedDict()
        self._cache_lock = Lock()
        self._ancestors: tuple[Hash32, bytes] | None = None

    def find_by_number(self, number: int) -> ExecutedBlock | None:
        """Return a canonical block.

        Raises:
            CorruptStoreError: it is there but damaged.
        """
        tip = self.tip
        if number == tip.number:
            return tip.block
        if not self.first <= number < tip.number:
            return None
        with self._cache_lock:
            block = self._cache.get(number)
            if block is not None:
                self._cache.move_to_end(number)
                return block
        try:
            block = from_record(self._store.get_record(number))
        except DecodeError as error:
            raise CorruptStoreError(f"block {number} is damaged: {error}") from error
        except BlockNotFoundError:
            return None
        self._remember(block)
        return block

    def find_by_hash(self, block_hash: Hash32) -> ExecutedBlock | None:
        """Return a block, canonical or not."""
        tip = self.tip
        if block_hash == tip.hash:
            return tip.block
        side = self._side.find(block_hash)
        if side is not None:
            return side
        number = self._store.find_number(block_hash)
        return None if number is None else self.find_by_number(number)

    def find_canonical_number(self, block_hash: Hash32) -> int | None:
        """Return the number of a canonical block."""
        tip = self.tip
        return tip.number if block_hash == tip.hash else self._store.find_number(block_hash)

    def find_transaction(self, transaction_hash: Hash32) -> tuple[ExecutedBlock, int] | None:
        """Return the block of a canonical transaction and its place in it."""
        place = self._store.find_transaction(transaction_hash)
        if place is None:
            return None
        block = self.find_by_number(place[0])
        return None if block is None else (block, place[1])

    def append(self, block: ExecutedBlock) -> None:
        """Commit the child of the head durably; the tip is moved by `set_tip`."""
        self._store.commit_block(block.to_record())
        self._remember(block)
        if self._ancestors is not None:
            parent, hashes = self._ancestors
            if parent == block.header.parent_hash:
                self._ancestors = (block.hash, (block.hash + hashes)[:KEPT_HASHES_BYTES])

    def cut_to(self, number: int) -> None:
        """Remove the blocks above `number` durably."""
        self._store.rollback_to(number)
        with self._cache_lock:
            for cached in [n for n in self._cache if n > number]:
                del self._cache[cached]

    def list_ancestor_hashes(self, parent_hash: Hash32) -> bytes:
        """Return the hashes that the child of a block can ask for, the parent's first.

        Up to 256 of them, 32 bytes each. Those of the head are kept at hand.
        """
        known = self._ancestors
        if known is not None:
            start = known[1].find(parent_hash)
            wanted = known[1][start : start + WINDOW_BYTES]
            is_whole = len(wanted) == WINDOW_BYTES or len(known[1]) < KEPT_HASHES_BYTES
            if start >= 0 and start % 32 == 0 and is_whole:
                return wanted
        is_head = parent_hash == self.tip.hash
        hashes = self._walk_back(parent_hash, KEPT_HASHES_BYTES if is_head else WINDOW_BYTES)
        if is_head:
            self._ancestors = (parent_hash, hashes)
        return hashes[:WINDOW_BYTES]

    def _walk_back(self, block_hash: Hash32, size_bytes: int) -> bytes:
        """Return a block's hash and those of its ancestors; canonical ones are not decoded."""
        hashes = bytearray(block_hash)
        while len(hashes) < size_bytes:
            number = self.find_canonical_number(block_hash)
            if number is not None:
                steps = range(
                    number, max(number - (size_bytes - len(hashes)) // 32, self.first), -1
                )
                for step in steps:
                    hashes += slice_parent_hash(self._store.get_block(step))
                break
            block = self._side.find(block_hash)
            if block is None:
                break
            block_hash = block.header.parent_hash
            hashes += block_hash
        return bytes(hashes)

    def _remember(self, block: ExecutedBlock) -> None:
        with self._cache_lock:
            self._cache[block.number] = block
            self._cache.move_to_end(block.number)
            while len(self._cache) > CACHED_BLOCKS:
                self._cache.popitem(last=False)
