"""Overrides of accounts and of a block's fields, applied where no engine does it."""

from collections.abc import Mapping
from dataclasses import replace

from contractchain.chain.simulation_plan import BlockOverrides
from contractchain.codec.state_diff import AccountChange, encode_state_diff
from contractchain.crypto import keccak256
from contractchain.interfaces.execution import ExecutionLayer
from contractchain.interfaces.execution_data import AccountOverride, BlockContext
from contractchain.types import EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, Account, Address, Hash32


def override_context(context: BlockContext, wanted: BlockOverrides) -> BlockContext:
    """Return the environment of a call with the fields that are given."""
    changes = {
        name: value
        for name, value in (
            ("number", wanted.number),
            ("timestamp", wanted.timestamp),
            ("gas_limit", wanted.gas_limit),
            ("beneficiary", wanted.beneficiary),
            ("prev_randao", wanted.prev_randao),
            ("base_fee_per_gas", wanted.base_fee_per_gas),
            ("blob_base_fee", wanted.blob_base_fee),
            ("difficulty", wanted.difficulty if context.difficulty else None),
        )
        if value is not None
    }
    return replace(context, **changes)  # type: ignore[arg-type]


def override_state(
    execution: ExecutionLayer, root: Hash32, overrides: Mapping[Address, AccountOverride]
) -> bytes:
    """Return what overrides change of a state, as an encoded state diff."""
    addresses = list(overrides)
    accounts = execution.accounts(root, addresses)
    changes = [
        _change(execution, root, address, overrides[address], account)
        for address, account in zip(addresses, accounts, strict=True)
    ]
    codes = [item.code for item in overrides.values() if item.code]
    return encode_state_diff([change for change in changes if change is not None], codes)


def _change(
    execution: ExecutionLayer,
    root: Hash32,
    address: Address,
    override: AccountOverride,
    account: Account | None,
) -> AccountChange | None:
    old = account or Account(
        nonce=0, balance=0, storage_root=EMPTY_TRIE_ROOT, code_hash=EMPTY_CODE_HASH
    )
    code_hash = old.code_hash
    if override.code is not None:
        code_hash = keccak256(override.code)
    nonce = old.nonce if override.nonce is None else override.nonce
    balance = old.balance if override.balance is None else override.balance
    is_cleared = override.storage is not None and old.storage_root != EMPTY_TRIE_ROOT
    slots = {}
    for slot, value in {**(override.storage or {}), **override.storage_diff}.items():
        number = int.from_bytes(value, "big")
        before = 0
        if not is_cleared:
            before = int.from_bytes(execution.storage(root, address, slot), "big")
        if number != before:
            slots[slot] = number
    is_same = (nonce, balance, code_hash) == (old.nonce, old.balance, old.code_hash)
    if is_same and not slots and not is_cleared:
        return None
    return AccountChange(
        address=address,
        nonce=nonce,
        balance=balance,
        code_hash=code_hash,
        cleared=is_cleared,
        slots=tuple(slots.items()),
    )
