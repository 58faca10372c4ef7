"""Reads of blocks and of what is in them."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from threading import Lock

from contractchain.chain.canonical import CanonicalChain
from contractchain.chain.deriving import (
    DecodedReceipts,
    bloom_bits,
    build_log_views,
    build_pending_view,
    build_receipt_view,
    build_transaction_view,
    decode_receipts,
)
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.references import BlockReference, BlockTag
from contractchain.chain.resolving import Resolver
from contractchain.chain.views import LogFilter, LogView, ReceiptView, TransactionView
from contractchain.interfaces.execution_data import DecodedTransaction
from contractchain.types import Block, ChainConfig, Hash32, Header

DECODED_BLOCKS = 16
"""Blocks whose decoded receipts are kept."""


class Blocks:
    """Reads of blocks and of what is in them; `chain.blocks`."""

    def __init__(
        self,
        canonical: CanonicalChain,
        resolver: Resolver,
        find_waiting: Callable[[Hash32], DecodedTransaction | None],
        config: ChainConfig,
    ) -> None:
        self._canonical = canonical
        self._resolver = resolver
        self._find_waiting = find_waiting
        self._config = config
        self._decoded: OrderedDict[Hash32, DecodedReceipts] = OrderedDict()
        self._decoded_lock = Lock()

    def get_block(self, reference: BlockReference = BlockTag.LATEST) -> Block:
        """Return a block. Raises BlockNotFoundError."""
        return self._resolver.get(reference).block

    def get_executed(self, reference: BlockReference = BlockTag.LATEST) -> ExecutedBlock:
        """Return a block with what executing it gave. Raises BlockNotFoundError."""
        return self._resolver.get(reference)

    def get_encoded(self, reference: BlockReference = BlockTag.LATEST) -> bytes:
        """Return the RLP of a block. Raises BlockNotFoundError."""
        return self._resolver.get(reference).encoded

    def get_header(self, reference: BlockReference = BlockTag.LATEST) -> Header:
        """Return the header of a block. Raises BlockNotFoundError."""
        return self._resolver.get(reference).header

    def is_canonical(self, block_hash: Hash32) -> bool:
        """Tell whether a block is in the canonical chain."""
        return self._canonical.find_canonical_number(block_hash) is not None

    def get_transaction_hashes(self, reference: BlockReference) -> tuple[Hash32, ...]:
        """Return the hashes of a block's transactions. Raises BlockNotFoundError."""
        return self._resolver.get(reference).transaction_hashes

    def get_transactions(self, reference: BlockReference) -> tuple[TransactionView, ...]:
        """Return the transactions of a block. Raises BlockNotFoundError."""
        block = self._resolver.get(reference)
        count = len(block.block.transactions)
        return tuple(build_transaction_view(block, index) for index in range(count))

    def get_receipts(self, reference: BlockReference) -> tuple[ReceiptView, ...]:
        """Return the receipts of a block. Raises BlockNotFoundError."""
        block = self._resolver.get(reference)
        decoded = self._decode(block)
        return tuple(
            build_receipt_view(block, decoded, index, self._config)
            for index in range(len(decoded.receipts))
        )

    def get_encoded_receipts(self, reference: BlockReference) -> tuple[bytes, ...]:
        """Return the EIP-2718 encoded receipts of a block. Raises BlockNotFoundError."""
        return self._resolver.get(reference).receipts

    def find_transaction(self, transaction_hash: Hash32) -> TransactionView | None:
        """Return a transaction of the canonical chain or of the pool."""
        place = self._canonical.find_transaction(transaction_hash)
        if place is not None:
            return build_transaction_view(*place)
        waiting = self._find_waiting(transaction_hash)
        return None if waiting is None else build_pending_view(waiting)

    def find_receipt(self, transaction_hash: Hash32) -> ReceiptView | None:
        """Return the receipt of a canonical transaction, None while it is pending or unknown."""
        place = self._canonical.find_transaction(transaction_hash)
        if place is None:
            return None
        block, index = place
        return build_receipt_view(block, self._decode(block), index, self._config)

    def find_logs(
        self, first: BlockReference, last: BlockReference, wanted: LogFilter
    ) -> list[LogView]:
        """Return the matching logs of the blocks `first` to `last`, both included.

        Raises:
            BlockNotFoundError: either bound does not exist.
        """
        return list(self.iter_logs(first, last, wanted))

    def iter_logs(
        self, first: BlockReference, last: BlockReference, wanted: LogFilter
    ) -> Iterator[LogView]:
        """Yield what `find_logs` returns, block by block. Raises as it does."""
        bounds = [self._resolver.get(reference) for reference in (first, last)]
        if bounds[0].hash == bounds[1].hash:
            yield from self._matching(bounds[0], wanted)
            return
        masks = _masks(wanted)
        for number in range(bounds[0].number, bounds[1].number + 1):
            block = self._canonical.find_by_number(number)
            if block is not None and _may_contain(block.header.logs_bloom, masks):
                yield from self._matching(block, wanted)

    def find_logs_of(self, block: ExecutedBlock, wanted: LogFilter) -> list[LogView]:
        """Return the matching logs of a block at hand, canonical or not."""
        if not _may_contain(block.header.logs_bloom, _masks(wanted)):
            return []
        return list(self._matching(block, wanted))

    def _matching(self, block: ExecutedBlock, wanted: LogFilter) -> Iterator[LogView]:
        decoded = self._decode(block)
        for index, receipt in enumerate(decoded.receipts):
            if receipt.logs:
                for log in build_log_views(block, decoded, index):
                    if _matches(log, wanted):
                        yield log

    def _decode(self, block: ExecutedBlock) -> DecodedReceipts:
        with self._decoded_lock:
            receipts = self._decoded.get(block.hash)
        if receipts is None:
            receipts = decode_receipts(block)
            with self._decoded_lock:
                self._decoded[block.hash] = receipts
                while len(self._decoded) > DECODED_BLOCKS:
                    self._decoded.popitem(last=False)
        return receipts


def _masks(wanted: LogFilter) -> list[list[int]]:
    """Alternatives per criterion: at least one of each must be wholly in the bloom."""
    criteria: list[frozenset[bytes]] = [wanted.addresses, *wanted.topics]
    return [[bloom_bits(entry) for entry in accepted] for accepted in criteria if accepted]


def _may_contain(bloom: bytes, masks: list[list[int]]) -> bool:
    bits = int.from_bytes(bloom, "big")
    return all(any(bits & mask == mask for mask in accepted) for accepted in masks)


def _matches(log: LogView, wanted: LogFilter) -> bool:
    if wanted.addresses and log.address not in wanted.addresses:
        return False
    if len(wanted.topics) > len(log.topics):
        return False
    pairs = zip(wanted.topics, log.topics, strict=False)
    return all(not accepted or topic in accepted for accepted, topic in pairs)
