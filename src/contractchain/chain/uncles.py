"""Uncles of a block before the merge: close relatives that nobody has rewarded yet.

Spec:
    Yellow paper, section 11.1; execution-specs `validate_ommers`.
"""

from collections.abc import Callable

from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.forks import fork_of
from contractchain.chain.headers import validate_header
from contractchain.codec.block import hash_header
from contractchain.errors import InvalidHeaderError, InvalidUncleError
from contractchain.types import Block, ChainConfig, Fork, Hash32

MAX_UNCLES = 2
MAX_DEPTH = 6
"""Generations between a block and its uncle at most."""


def validate_uncles(
    block: Block, config: ChainConfig, find_block: Callable[[Hash32], ExecutedBlock | None]
) -> None:
    """Check the uncles that a block lists.

    Args:
        block: The block; its parent is known.
        config: Fork schedule.
        find_block: Finds ancestors by hash.

    Raises:
        InvalidUncleError: too many, the same twice, rewarded before, or no close relative.
    """
    if not block.uncles:
        return
    if len(block.uncles) > MAX_UNCLES:
        raise InvalidUncleError(f"at most {MAX_UNCLES} uncles, not {len(block.uncles)}")
    ancestors = _collect_ancestors(block, find_block)
    taken = {hash_header(u) for ancestor in ancestors.values() for u in ancestor.block.uncles}
    taken |= {block.hash, *ancestors}
    for uncle in block.uncles:
        uncle_hash = hash_header(uncle)
        if uncle_hash in taken:
            raise InvalidUncleError(f"uncle 0x{uncle_hash.hex()} is an ancestor, or listed before")
        taken.add(uncle_hash)
        parent = ancestors.get(uncle.parent_hash)
        if parent is None or uncle.parent_hash == block.header.parent_hash:
            raise InvalidUncleError(f"uncle 0x{uncle_hash.hex()} is no close relative")
        if fork_of(config, uncle) >= Fork.PARIS:
            raise InvalidUncleError(
                f"uncle 0x{uncle_hash.hex()} is invalid: its difficulty is 0, as after the merge"
            )
        try:
            validate_header(uncle, parent.header, config)
        except InvalidHeaderError as error:
            raise InvalidUncleError(f"uncle 0x{uncle_hash.hex()} is invalid: {error}") from error


def _collect_ancestors(
    block: Block, find_block: Callable[[Hash32], ExecutedBlock | None]
) -> dict[Hash32, ExecutedBlock]:
    """Return the ancestors that an uncle may stem from, and those it may be rewarded in."""
    ancestors: dict[Hash32, ExecutedBlock] = {}
    cursor = block.header.parent_hash
    for _ in range(MAX_DEPTH + 1):
        ancestor = find_block(cursor)
        if ancestor is None:
            break
        ancestors[cursor] = ancestor
        cursor = ancestor.header.parent_hash
    return ancestors
