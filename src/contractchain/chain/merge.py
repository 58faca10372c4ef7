"""Total difficulty: where proof of work ends, and which of two branches of it is heavier.

Spec:
    EIP-3675.
"""

from collections import OrderedDict
from collections.abc import Callable

from contractchain.chain.executed import ExecutedBlock
from contractchain.errors import InvalidHeaderError, UnknownParentError
from contractchain.types import ChainConfig, Hash32, Header

REMEMBERED = 1024
"""Blocks whose total difficulty is kept at hand."""


class TotalDifficulty:
    """Sums of difficulties from genesis on, found by walking back to one that is known."""

    def __init__(
        self, config: ChainConfig, find_block: Callable[[Hash32], ExecutedBlock | None]
    ) -> None:
        self._terminal = config.terminal_total_difficulty
        self._find_block = find_block
        self._known: OrderedDict[Hash32, int] = OrderedDict()

    def get(self, block_hash: Hash32) -> int:
        """Return the total difficulty up to and including a block that is known.

        Raises:
            UnknownParentError: one of its ancestors is forgotten.
        """
        path: list[tuple[Hash32, int]] = []
        cursor = block_hash
        total = 0
        while cursor not in self._known:
            block = self._find_block(cursor)
            if block is None:
                raise UnknownParentError(parent_hash=cursor)
            path.append((cursor, block.header.difficulty))
            if block.number == 0:
                break
            cursor = block.header.parent_hash
        else:
            total = self._known[cursor]
        for step, difficulty in reversed(path):
            total += difficulty
            self._known[step] = total
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return total

    def weigh(self, block: ExecutedBlock) -> tuple[int, int]:
        """Return what decides between branches: total difficulty, then number."""
        if block.header.difficulty == 0 and self._terminal in (None, 0):
            return 0, block.number
        return self.get(block.hash), block.number

    def validate(self, header: Header, parent: Header) -> None:
        """Check that a block is on the right side of the merge.

        Args:
            header: The header.
            parent: Header of its parent, which is known.

        Raises:
            InvalidHeaderError: proof of work after its end, or its end come too early.
        """
        if self._terminal is None or self._terminal == 0:
            return
        is_over = self.has_ended(header.parent_hash, parent)
        if (header.difficulty == 0) != is_over:
            message = "must be 0: proof of work has ended" if is_over else "must not be 0 yet"
            raise InvalidHeaderError(message, field_name="difficulty")

    def has_ended(self, block_hash: Hash32, header: Header) -> bool:
        """Tell whether the children of a block that is known are under proof of stake."""
        if self._terminal is None:
            return False
        if self._terminal == 0 or (header.difficulty == 0 and header.number > 0):
            return True
        return self.get(block_hash) >= self._terminal
