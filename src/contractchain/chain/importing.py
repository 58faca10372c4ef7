"""Executing a block that somebody else built, and comparing all that its header commits to.

Spec:
    Yellow paper, section 4.3.4; execution-specs `state_transition`.
"""

from collections.abc import Callable

from contractchain.chain.context import build_context
from contractchain.chain.dao import execute_block
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.forks import fork_of
from contractchain.chain.headers import validate_header
from contractchain.chain.uncles import validate_uncles
from contractchain.codec.block import encode_block, hash_header, hash_uncles
from contractchain.errors import InvalidBlockError, MismatchError
from contractchain.interfaces.consensus import HeaderRules
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockExecution
from contractchain.types import Block, ChainConfig, Fork, Hash32, Header

MAX_BLOCK_BYTES = 8 * 2**20
"""Size of an encoded block from Osaka on (EIP-7934)."""
STATE_EDIT = b"contractchain: state edit"
"""Extra data of a block that sets state, see `state_editing`."""
COMMITTED_FIELDS = (
    *("gas_used", "receipts_root", "logs_bloom", "state_root", "transactions_root"),
    *("withdrawals_root", "requests_hash"),
)
"""Header fields that execution gives, the most telling first."""


def import_block(
    block: Block,
    parent: Header,
    *,
    config: ChainConfig,
    execution: ExecutionLayer,
    rules: HeaderRules,
    ancestor_hashes: bytes,
    find_block: Callable[[Hash32], ExecutedBlock | None],
) -> ExecutedBlock:
    """Return a block as executed on its parent's state; its state is retained for the caller.

    Args:
        block: The block; nothing of it is trusted.
        parent: Header of its parent, whose state must be held.
        config: Fork schedule.
        execution: Runs the transactions.
        rules: What the consensus engine demands.
        ancestor_hashes: For BLOCKHASH, the parent's first.
        find_block: Finds ancestors, for the rules of uncles.

    Raises:
        InvalidBlockError: a rule is broken (`MismatchError` names the field that differs).
        InvalidSealError: the seal is wrong.
        InvalidTransactionError: a transaction cannot be executed in its place.
        DecodeError: a transaction is malformed.
    """
    validate_header(block.header, parent, config)
    rules.verify(block.header, parent)
    encoded = encode_block(block)
    _validate_body(block, config, len(encoded))
    validate_uncles(block, config, find_block)
    context = build_context(block, config, ancestor_hashes)
    result = execute_block(
        execution, parent.state_root, context, block.transactions, config=config, strict=True
    )
    try:
        compare_execution(result, block.header)
    except MismatchError as error:
        execution.release(result.state_root)
        if block.header.extra_data == STATE_EDIT:
            error.hint = "the block sets state, which only the chain it was made on can do"
        raise
    return to_executed(block, encoded, result)


def to_executed(block: Block, encoded: bytes, result: BlockExecution) -> ExecutedBlock:
    """Return a block with what executing it gave."""
    return ExecutedBlock(
        block=block,
        encoded=encoded,
        transaction_hashes=result.hashes,
        senders=result.senders,
        receipts=result.receipts,
        state_diff=result.state_diff,
        failures=result.failures,
    )


def compare_execution(result: BlockExecution, header: Header) -> None:
    """Check that a header commits to what execution gave.

    Raises:
        MismatchError: a field differs.
    """
    for name in COMMITTED_FIELDS:
        _compare(name, getattr(header, name), getattr(result, name))
    if header.blob_gas_used is not None:
        _compare("blob_gas_used", header.blob_gas_used, result.blob_gas_used)


def _validate_body(block: Block, config: ChainConfig, size_bytes: int) -> None:
    fork = fork_of(config, block.header)
    _compare("hash", block.hash, hash_header(block.header))
    _compare("uncles_hash", block.header.uncles_hash, hash_uncles(block.uncles))
    if (block.withdrawals is not None) != (fork >= Fork.SHANGHAI):
        verb = "must have" if fork >= Fork.SHANGHAI else "has no"
        raise InvalidBlockError(f"a block under {fork.value} {verb} a list of withdrawals")
    if fork >= Fork.OSAKA and size_bytes > MAX_BLOCK_BYTES:
        raise InvalidBlockError(f"the block has {size_bytes} bytes, at most {MAX_BLOCK_BYTES}")


def _compare(name: str, got: bytes | int | None, expected: Hash32 | int | None) -> None:
    if got != expected:
        raise MismatchError(field_name=name, got=got, expected=expected)
