"""Executing stored blocks again, with any engine, and comparing everything that was kept."""

from dataclasses import dataclass

from contractchain.chain.canonical import CanonicalChain
from contractchain.chain.context import build_context
from contractchain.chain.dao import execute_block
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.headers import validate_header
from contractchain.chain.importing import compare_execution
from contractchain.chain.replay import replay_state
from contractchain.chain.state_editing import is_state_edit
from contractchain.errors import (
    BlockNotFoundError,
    EngineMismatchError,
    MismatchError,
    ValidationError,
)
from contractchain.interfaces.consensus import HeaderRules
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import BlockExecution
from contractchain.interfaces.store import Store
from contractchain.types import ChainConfig, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was executed again and found equal."""

    blocks: int
    transactions: int
    gas_used: int
    edited: int = 0
    """Blocks that set state on a development chain: their recorded change was taken."""


def verify_blocks(
    canonical: CanonicalChain,
    store: Store,
    config: ChainConfig,
    rules: HeaderRules,
    execution: ExecutionLayer,
    first: int,
    last: int,
) -> Verification:
    """Execute the blocks `first` to `last` again and compare roots, receipts, diffs and senders.

    Raises:
        BlockNotFoundError: a block of the range is not there.
        EngineMismatchError: something differs; names block and field.
        ValidationError: a stored block breaks a rule.
    """
    first = max(first, canonical.first + 1)
    transactions = gas = edited = 0
    parent = _get(canonical, first - 1)
    root = replay_state(execution, store, parent.number)
    try:
        _compare(parent.number, "state_root", parent.state_root, root)
        for number in range(first, last + 1):
            block = _get(canonical, number)
            validate_header(block.header, parent.header, config)
            rules.verify(block.header, parent.header)
            following = _verify_block(canonical, config, execution, block, root)
            execution.release(root)
            root, parent = following, block
            transactions += len(block.transaction_hashes)
            gas += block.header.gas_used
            edited += is_state_edit(block.header)
    finally:
        execution.release(root)
    return Verification(
        blocks=max(last + 1 - first, 0), transactions=transactions, gas_used=gas, edited=edited
    )


def _verify_block(
    canonical: CanonicalChain,
    config: ChainConfig,
    execution: ExecutionLayer,
    block: ExecutedBlock,
    root: Hash32,
) -> Hash32:
    if is_state_edit(block.header):
        return _verify_edit(execution, block, root)
    ancestors = canonical.list_ancestor_hashes(block.header.parent_hash)
    context = build_context(block.block, config, ancestors)
    try:
        result = execute_block(
            execution, root, context, block.block.transactions, config=config, strict=True
        )
    except ValidationError as error:
        raise EngineMismatchError(
            hint=f"block {block.number}: {error}",
            field_name="validity",
            got="invalid",
            expected="valid",
        ) from error
    try:
        _compare_block(block, result)
    except EngineMismatchError:
        execution.release(result.state_root)
        raise
    return result.state_root


def _verify_edit(execution: ExecutionLayer, block: ExecutedBlock, root: Hash32) -> Hash32:
    """Take the change that a block is recorded to make: what it sets, no execution gives."""
    _compare(block.number, "transactions", block.block.transactions, ())
    _compare(block.number, "gas_used", block.header.gas_used, 0)
    found = execution.apply_diffs(root, [block.state_diff])
    if found != block.state_root:
        execution.release(found)
    _compare(block.number, "state_root", block.state_root, found)
    return found


def _compare_block(block: ExecutedBlock, result: BlockExecution) -> None:
    _compare(block.number, "transaction_hashes", block.transaction_hashes, result.hashes)
    _compare(block.number, "senders", block.senders, result.senders)
    _compare(block.number, "receipts", block.receipts, result.receipts)
    _compare(block.number, "state_diff", block.state_diff, result.state_diff)
    try:
        compare_execution(result, block.header)
    except MismatchError as error:
        _compare(block.number, error.field_name, error.got, error.expected)


def _compare(number: int, name: str, kept: object, found: object) -> None:
    if kept != found:
        raise EngineMismatchError(
            hint=f"in block {number}", field_name=name, got=_show(found), expected=_show(kept)
        )


def _show(value: object) -> str:
    if isinstance(value, bytes):
        return f"0x{value[:64].hex()}" + ("…" if len(value) > 64 else "")
    if isinstance(value, tuple):
        return "[" + ", ".join(_show(item) for item in value[:4]) + (", …]" if value[4:] else "]")
    return str(value)


def _get(canonical: CanonicalChain, number: int) -> ExecutedBlock:
    block = canonical.find_by_number(number)
    if block is None:
        raise BlockNotFoundError(block=str(number))
    return block
