"""What only a development chain offers: state that no transaction has made.

Each call makes a block of its own, see `contractchain.chain.state_editing`.

Spec:
    The `anvil_` and `hardhat_` namespaces.
"""

from typing import Any

from contractchain.interfaces.execution_data import AccountOverride
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.parameters import AddressArg, Data, HashArg, Quantity, SlotArg, Uint64


async def set_balance(context: RpcContext, address: AddressArg, balance: Quantity) -> None:
    """Set the balance of an account, in wei."""
    await _edit(context, address, balance=balance)


async def set_nonce(context: RpcContext, address: AddressArg, nonce: Uint64) -> None:
    """Set the nonce of an account."""
    await _edit(context, address, nonce=nonce)


async def set_code(context: RpcContext, address: AddressArg, code: Data) -> None:
    """Set the runtime code of an account."""
    await _edit(context, address, code=code)


async def set_storage_at(
    context: RpcContext, address: AddressArg, slot: SlotArg, value: SlotArg
) -> bool:
    """Set a slot of an account."""
    await _edit(context, address, storage_diff={slot: value})
    return True


async def drop_transaction(context: RpcContext, transaction_hash: HashArg) -> bytes | None:
    """Remove a transaction from the pool; its hash, or null if it is not there."""
    if context.chain.pool.find(transaction_hash) is None:
        return None
    await context.write(context.chain.pool.drop, [transaction_hash])
    return transaction_hash


async def _edit(context: RpcContext, address: bytes, **changes: Any) -> None:
    await context.write(context.chain.edit_state, {address: AccountOverride(**changes)})


METHODS: Methods = {
    "anvil_setBalance": set_balance,
    "hardhat_setBalance": set_balance,
    "anvil_setNonce": set_nonce,
    "hardhat_setNonce": set_nonce,
    "evm_setAccountNonce": set_nonce,
    "anvil_setCode": set_code,
    "hardhat_setCode": set_code,
    "anvil_setStorageAt": set_storage_at,
    "hardhat_setStorageAt": set_storage_at,
    "anvil_dropTransaction": drop_transaction,
    "hardhat_dropTransaction": drop_transaction,
}
