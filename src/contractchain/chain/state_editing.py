"""Blocks that set balances, nonces, code or storage, as developers ask for it.

No transaction does that, so it is no transition of Ethereum's. Such a block has no transactions and
says in its extra data what it is. What it sets is written to the state first, then the block is
executed like any other; the change from its parent is kept as of any block, so that a chain opens
and goes back as ever. Executing it again cannot give the same: a verification takes the recorded
change, and says for how many blocks; another node refuses the block.

See docs/adr/0012-state-edits-are-blocks.md.
"""

from collections.abc import Mapping
from dataclasses import replace

from contractchain.chain.building import build_header
from contractchain.chain.dao import execute_block
from contractchain.chain.executed import ExecutedBlock
from contractchain.chain.importing import STATE_EDIT, to_executed
from contractchain.codec.block import encode_block, hash_header
from contractchain.codec.state_diff import (
    AccountChange,
    decode_state_diff,
    encode_state_diff,
)
from contractchain.crypto import keccak256
from contractchain.errors import InternalError, UsageError
from contractchain.interfaces.consensus import HeaderRules
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, BlockContext
from contractchain.types import (
    EMPTY_CODE_HASH,
    EMPTY_TRIE_ROOT,
    Account,
    Address,
    Block,
    ChainConfig,
    Hash32,
    Header,
)

Edits = Mapping[Address, AccountOverride]


def is_state_edit(header: Header) -> bool:
    """Tell whether a block says that it sets state."""
    return header.extra_data == STATE_EDIT


def build_editing_block(
    context: BlockContext,
    parent_root: Hash32,
    edits: Edits,
    *,
    config: ChainConfig,
    execution: ExecutionLayer,
    rules: HeaderRules,
) -> ExecutedBlock:
    """Return a sealed block without transactions that makes the edits; its state is retained.

    Raises:
        UsageError: an edit replaces a whole storage or moves a precompile.
    """
    edit = _build_diff(execution, parent_root, edits)
    edited = execution.apply_diffs(parent_root, [edit])
    try:
        result = execute_block(execution, edited, context, (), config=config, strict=True)
    finally:
        execution.release(edited)
    diff = _merge_diffs(edit, result.state_diff)
    _check_diff(execution, parent_root, diff, result.state_root)
    header = build_header(context, result, STATE_EDIT)
    block = Block(header=header, hash=hash_header(header), withdrawals=context.withdrawals)
    sealed = rules.seal(block)
    return replace(to_executed(sealed, encode_block(sealed), result), state_diff=diff)


def _build_diff(execution: ExecutionLayer, root: Hash32, edits: Edits) -> bytes:
    changes: list[AccountChange] = []
    codes: list[bytes] = []
    for address, edit in edits.items():
        if edit.storage is not None or edit.move_precompile_to is not None:
            raise UsageError("balance, nonce, code and single slots can be set, nothing else")
        change = _build_change(execution, root, address, edit)
        if change is not None:
            changes.append(change)
            if edit.code:
                codes.append(edit.code)
    return encode_state_diff(changes, codes)


def _build_change(
    execution: ExecutionLayer, root: Hash32, address: Address, edit: AccountOverride
) -> AccountChange | None:
    """Return what an edit changes, None if that is nothing; an account left empty is removed."""
    held = execution.accounts(root, [address])[0]
    before = held or Account()
    code_hash = before.code_hash
    if edit.code is not None:
        code_hash = keccak256(edit.code) if edit.code else EMPTY_CODE_HASH
    now = Account(
        nonce=before.nonce if edit.nonce is None else edit.nonce,
        balance=before.balance if edit.balance is None else edit.balance,
        code_hash=code_hash,
        storage_root=before.storage_root,
    )
    slots = tuple(
        (slot, int.from_bytes(value, "big"))
        for slot, value in edit.storage_diff.items()
        if execution.storage(root, address, slot) != value
    )
    if now == before and not slots:
        return None
    had_storage = before.storage_root != EMPTY_TRIE_ROOT
    is_empty = (now.nonce, now.balance, now.code_hash) == (0, 0, EMPTY_CODE_HASH)
    if is_empty and not slots and not had_storage:
        return None if held is None else AccountChange(address=address)
    return AccountChange(
        address=address,
        nonce=now.nonce,
        balance=now.balance,
        code_hash=now.code_hash,
        slots=slots,
    )


def _merge_diffs(first: bytes, second: bytes) -> bytes:
    """Return the change that two changes make one after the other."""
    earlier, later = decode_state_diff(first), decode_state_diff(second)
    changes = {change.address: change for change in earlier.accounts}
    for change in later.accounts:
        before = changes.get(change.address)
        if before is not None and not change.is_deleted:
            kept = {} if change.cleared else dict(before.slots)
            change = AccountChange(
                address=change.address,
                nonce=change.nonce,
                balance=change.balance,
                code_hash=change.code_hash,
                cleared=change.cleared or before.cleared,
                slots=tuple({**kept, **dict(change.slots)}.items()),
            )
        changes[change.address] = change
    return encode_state_diff(changes.values(), (*earlier.codes, *later.codes))


def _check_diff(
    execution: ExecutionLayer, parent_root: Hash32, diff: bytes, state_root: Hash32
) -> None:
    """See that the chain can be opened from what is about to be recorded."""
    root = execution.apply_diffs(parent_root, [diff])
    execution.release(root)
    if root != state_root:
        execution.release(state_root)
        raise InternalError("the recorded change of a state edit does not give its state")
