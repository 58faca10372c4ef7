"""A block together with what executing it gave: what is committed, cached and adopted."""

from dataclasses import dataclass

from contractchain.codec.block import decode_block
from contractchain.interfaces.store import BlockRecord
from contractchain.types import Address, Block, Hash32, Header, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutedBlock:
    """A block whose roots are known to be right."""

    block: Block
    encoded: bytes
    """RLP of the block."""
    transaction_hashes: tuple[Hash32, ...]
    senders: tuple[Address, ...]
    receipts: tuple[bytes, ...]
    """EIP-2718 encoded consensus receipts."""
    state_diff: bytes
    """Encoded change from the parent state."""
    failures: tuple[tuple[int, Outcome], ...] | None = None
    """`Revert` or `Halt` by place in the block; None if read from a store, which keeps none."""

    @property
    def header(self) -> Header:
        """Header of the block."""
        return self.block.header

    @property
    def number(self) -> int:
        """Number of the block."""
        return self.block.header.number

    @property
    def hash(self) -> Hash32:
        """Hash of the block."""
        return self.block.hash

    @property
    def state_root(self) -> Hash32:
        """Root of the state after the block."""
        return self.block.header.state_root

    def to_record(self) -> BlockRecord:
        """Return the block as a store keeps it."""
        return BlockRecord(
            number=self.number,
            hash=self.hash,
            block=self.encoded,
            transaction_hashes=self.transaction_hashes,
            senders=self.senders,
            receipts=self.receipts,
            state_diff=self.state_diff,
        )


def from_record(record: BlockRecord) -> ExecutedBlock:
    """Return the block that a store kept.

    Raises:
        DecodeError: the store's bytes are not a block.
    """
    return ExecutedBlock(
        block=decode_block(record.block),
        encoded=record.block,
        transaction_hashes=record.transaction_hashes,
        senders=record.senders,
        receipts=record.receipts,
        state_diff=record.state_diff,
    )
