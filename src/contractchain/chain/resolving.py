"""From what a block is asked for by to the block."""

from collections.abc import Callable

from contractchain.chain.canonical import CanonicalChain
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.references import BlockReference, BlockTag, describe_reference
from contractchain.errors import BlockNotFoundError


class Resolver:
    """Finds blocks of one chain by number, hash or tag."""

    def __init__(
        self, canonical: CanonicalChain, build_pending: Callable[[], ExecutedBlock]
    ) -> None:
        self._canonical = canonical
        self._build_pending = build_pending

    def find(self, reference: BlockReference) -> ExecutedBlock | None:
        """Return a block, None if there is none."""
        canonical = self._canonical
        match reference:
            case BlockTag.LATEST:
                return canonical.tip.block
            case BlockTag.EARLIEST:
                return canonical.find_by_number(canonical.first)
            case BlockTag.SAFE | BlockTag.FINALIZED:
                return canonical.find_by_number(canonical.tip.finalized)
            case BlockTag.PENDING:
                return self._build_pending()
            case bytes():
                return canonical.find_by_hash(reference)
            case _:
                return canonical.find_by_number(reference)

    def get(self, reference: BlockReference) -> ExecutedBlock:
        """Return a block.

        Raises:
            BlockNotFoundError: there is none.
        """
        block = self.find(reference)
        if block is None:
            raise BlockNotFoundError(block=describe_reference(reference))
        return block
