"""Opening the chain of a store, or making it.

The state is rebuilt from the newest checkpoint that proves right and the diffs after it, and must
come to the root that the head's header commits to; otherwise the store is refused, and nothing in
it is changed.
"""

from dataclasses import dataclass

from contractchain.chain.executed import ExecutedBlock, from_record
from contractchain.chain.genesis import GenesisBlock, build_genesis_block
from contractchain.chain.genesis_file import decode_genesis, encode_genesis
from contractchain.chain.replay import apply_in_batches, restore_checkpoint
from contractchain.chain.stored_allocation import read_stored_genesis
from contractchain.codec.block import encode_block
from contractchain.crypto import keccak256
from contractchain.errors import (
    BlockNotFoundError,
    ConfigError,
    CorruptStoreError,
    DecodeError,
    StoreMismatchError,
)
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.store import Store
from contractchain.types import Genesis, Hash32

GENESIS_KEY = "genesis"
"""Metadata that holds the genesis as JSON."""
SEAL_KEY = "genesis-seal"
"""Metadata that says which block was made of it: the hash of the JSON, and that of the block."""
FILE_KEY = "genesis-file"
"""Metadata that holds the hash of a file that was found to describe the same genesis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedStore:
    """A store whose head is known to be sound."""

    genesis: Genesis
    genesis_block: ExecutedBlock
    head: ExecutedBlock
    """Its state is retained once, for the receiver."""
    replayed_bytes: int
    """Size of the diffs after the checkpoint from which the state was restored."""


def find_stored_genesis(store: Store) -> Genesis | None:
    """Return the genesis of the chain in a store, None if the store is empty.

    Where the text is known to be that of the first block, its accounts are read later.

    Raises:
        CorruptStoreError: what is kept there is no genesis.
    """
    text = store.get_metadata(GENESIS_KEY)
    if text is None or store.head_number() is None:
        return None
    read = read_stored_genesis if _is_sealed(store, _read_block(store, 0)) else decode_genesis
    try:
        return read(text)
    except ConfigError as error:
        raise CorruptStoreError(f"the stored genesis is damaged: {error}") from error


def is_known_file(store: Store, digest: Hash32) -> bool:
    """Tell whether the file with this hash describes the genesis of the chain in a store."""
    return store.head_number() is not None and store.get_metadata(FILE_KEY) == digest


def remember_file(store: Store, digest: Hash32) -> None:
    """Note that the file with this hash describes the genesis of the chain in a store."""
    if not is_known_file(store, digest):
        store.put_metadata(FILE_KEY, digest)


def initialise_store(store: Store, genesis: Genesis, execution: ExecutionLayer) -> Hash32:
    """Write the genesis into an empty store; returns its state root, retained for the caller.

    The store counts as empty until the block is in it, whatever came before.
    """
    seal = _put_genesis(store, genesis)
    built = build_genesis_block(genesis, execution)
    store.put_metadata(SEAL_KEY, seal + built.block.hash)
    store.commit_block(_to_executed(built).to_record())
    return built.block.header.state_root


def _put_genesis(store: Store, genesis: Genesis) -> Hash32:
    """Write the text of a genesis, and return its hash."""
    text = encode_genesis(genesis).encode()
    store.put_metadata(GENESIS_KEY, text)
    return keccak256(text)


def open_store_of_chain(
    store: Store,
    execution: ExecutionLayer,
    genesis: Genesis | None,
    *,
    stored: Genesis | None = None,
) -> OpenedStore:
    """Open the chain in a store; an empty store gets `genesis`.

    Args:
        store: Where the blocks are.
        execution: Receives the head's state.
        genesis: What the chain must start with; None takes what is stored.
        stored: What `find_stored_genesis` returns, if it was called before.

    Raises:
        StoreMismatchError: the store holds a chain with another genesis.
        CorruptStoreError: blocks, diffs and state roots do not fit together.
        ConfigError: the store is empty and there is no genesis.
    """
    is_same = genesis is not None and _is_sealed_with(store, genesis)
    stored = genesis if is_same else stored or find_stored_genesis(store)
    is_new = stored is None
    made: Hash32 | None = None
    if stored is None:
        if store.head_number() is not None:
            raise CorruptStoreError("there are blocks, but no genesis to go with them")
        if genesis is None:
            raise ConfigError("the store is empty, and no genesis is given")
        made = initialise_store(store, genesis, execution)
        stored = genesis
    if genesis is not None and genesis.config != stored.config:
        raise StoreMismatchError(
            "the chain was made with another fork schedule",
            hint="a chain keeps the `config` of its genesis; use another data directory",
        )
    first = _read_block(store, 0)
    if not (is_new or is_same) and (genesis is not None or not _is_sealed(store, first)):
        _check_genesis(store, execution, genesis or stored, first)
    head_number = store.head_number() or 0
    head = first if head_number == 0 else _read_block(store, head_number)
    try:
        replayed = _restore_head(store, execution, head)
    finally:
        if made is not None:
            execution.release(made)
    return OpenedStore(genesis=stored, genesis_block=first, head=head, replayed_bytes=replayed)


def _restore_head(store: Store, execution: ExecutionLayer, head: ExecutedBlock) -> int:
    """Bring the head's state into the execution layer; returns the bytes of diffs applied."""
    if execution.has_state(head.state_root):
        execution.retain(head.state_root)
        return 0
    base, root = restore_checkpoint(execution, store, head.number)
    size = 0

    def count(diff: bytes) -> bytes:
        nonlocal size
        size += len(diff)
        return diff

    try:
        diffs = (count(diff) for diff in store.iter_state_diffs(base + 1, head.number))
        root = apply_in_batches(execution, root, diffs)
    except (DecodeError, BlockNotFoundError) as error:
        raise CorruptStoreError(f"a state diff is damaged: {error}") from error
    if root != head.state_root:
        execution.release(root)
        raise CorruptStoreError(
            f"the state of block {head.number} has the root 0x{root.hex()}, "
            f"its header says 0x{head.state_root.hex()}",
            hint="the data directory was changed or damaged; restore a copy or remove it",
        )
    return size


def _is_sealed(store: Store, first: ExecutedBlock) -> bool:
    """Tell whether the first block is known to be that of the stored genesis.

    Building it again would tell, too; with a million accounts that takes half a minute.
    """
    text = store.get_metadata(GENESIS_KEY) or b""
    return store.get_metadata(SEAL_KEY) == keccak256(text) + first.hash


def _is_sealed_with(store: Store, genesis: Genesis) -> bool:
    """Tell whether the stored genesis and its block are known to be of this very genesis.

    Nothing is parsed and executed for it. Where the text was written in another way, the answer is
    no, and the genesis is compared by its block.
    """
    seal = store.get_metadata(SEAL_KEY)
    if seal is None or store.head_number() is None:
        return False
    return seal[:32] == keccak256(encode_genesis(genesis).encode()) and _is_sealed(
        store, _read_block(store, 0)
    )


def _check_genesis(
    store: Store, execution: ExecutionLayer, genesis: Genesis, first: ExecutedBlock
) -> None:
    built = build_genesis_block(genesis, execution)
    execution.release(built.block.header.state_root)
    if built.block.hash != first.hash:
        raise StoreMismatchError(
            f"the {store.name} store holds a chain with genesis 0x{first.hash.hex()}, "
            f"not 0x{built.block.hash.hex()}",
            hint="use another data directory, or leave out what describes the genesis",
        )


def _read_block(store: Store, number: int) -> ExecutedBlock:
    try:
        return from_record(store.get_record(number))
    except (DecodeError, BlockNotFoundError) as error:
        raise CorruptStoreError(f"block {number} is damaged: {error}") from error


def _to_executed(built: GenesisBlock) -> ExecutedBlock:
    return ExecutedBlock(
        block=built.block,
        encoded=encode_block(built.block),
        transaction_hashes=(),
        senders=(),
        receipts=(),
        state_diff=built.state_diff,
        failures=(),
    )
