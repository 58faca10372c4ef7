"""World states from what is stored: a checkpoint, or the empty state, and the diffs after it."""

from collections.abc import Iterable, Iterator
from itertools import islice

from contractchain.errors import ContractChainError, CorruptStoreError, DecodeError
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.store import Store
from contractchain.types import EMPTY_TRIE_ROOT, Hash32

DIFFS_PER_CROSSING = 256


def replay_state(
    execution: ExecutionLayer,
    store: Store,
    number: int,
    *,
    start: tuple[int, Hash32] | None = None,
) -> Hash32:
    """Return the root of the state after block `number`, retained once for the caller.

    Args:
        execution: Receives the state.
        store: Holds checkpoints and diffs.
        number: A canonical block.
        start: A block below and the root of its state, which must be held, if there is one.

    Raises:
        CorruptStoreError: a diff does not decode.
    """
    base, root = restore_checkpoint(execution, store, number)
    if start is not None and start[0] > base:
        execution.release(root)
        base, root = start
        execution.retain(root)
    if base >= number:
        return root
    try:
        return apply_in_batches(execution, root, store.iter_state_diffs(base + 1, number))
    except DecodeError as error:
        raise CorruptStoreError(f"a state diff is damaged: {error}") from error


def restore_checkpoint(execution: ExecutionLayer, store: Store, at_most: int) -> tuple[int, Hash32]:
    """Return number and root of the highest checkpoint that proves right, -1 if there is none.

    A checkpoint that does not give the root it claims is passed over. The state is retained once.
    """
    while (checkpoint := store.find_checkpoint(at_most)) is not None:
        try:
            root = apply_in_batches(execution, _retained_empty(execution), checkpoint.chunks)
        except (DecodeError, CorruptStoreError):
            root = None
        if root == checkpoint.state_root:
            return checkpoint.number, root
        if root is not None:
            execution.release(root)
        at_most = checkpoint.number - 1
        if at_most < 0:
            break
    return -1, _retained_empty(execution)


def apply_in_batches(execution: ExecutionLayer, root: Hash32, diffs: Iterable[bytes]) -> Hash32:
    """Apply diffs in order; the hold on `root` moves to the returned root, or is given up."""
    source: Iterator[bytes] = iter(diffs)
    try:
        while batch := list(islice(source, DIFFS_PER_CROSSING)):
            following = execution.apply_diffs(root, batch)
            execution.release(root)
            root = following
    except ContractChainError:
        execution.release(root)
        raise
    return root


def _retained_empty(execution: ExecutionLayer) -> Hash32:
    execution.retain(EMPTY_TRIE_ROOT)
    return EMPTY_TRIE_ROOT
