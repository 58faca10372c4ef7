"""Accounts as of a block."""

from typing import Any

from contractchain.chain.references import BlockTag
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.objects import proof_object
from contractchain.rpc.parameters import AddressArg, BlockArg, SlotArg, SlotList, SlotsByAddress


def get_balance(context: RpcContext, address: AddressArg, block: BlockArg = BlockTag.LATEST) -> int:
    """Return the balance, in wei."""
    return context.chain.state.get_account(address, block).balance


def get_code(context: RpcContext, address: AddressArg, block: BlockArg = BlockTag.LATEST) -> bytes:
    """Return the runtime code."""
    return context.chain.state.get_code(address, block)


def get_storage_at(
    context: RpcContext, address: AddressArg, slot: SlotArg, block: BlockArg = BlockTag.LATEST
) -> bytes:
    """Return the 32 bytes of a storage slot."""
    return context.chain.state.get_storage(address, slot, block)


def get_transaction_count(
    context: RpcContext, address: AddressArg, block: BlockArg = BlockTag.LATEST
) -> int:
    """Return the nonce; with `pending`, the one to use next."""
    if block is BlockTag.PENDING:
        return context.chain.state.get_next_nonce(address)
    return context.chain.state.get_account(address, block).nonce


def get_proof(
    context: RpcContext, address: AddressArg, slots: SlotList, block: BlockArg = BlockTag.LATEST
) -> dict[str, Any]:
    """Return Merkle proofs of an account and of slots of it (EIP-1186)."""
    proof = context.chain.state.get_proof(address, [key.slot for key in slots], block)
    return proof_object(address, proof, [key.echo for key in slots])


def get_storage_values(
    context: RpcContext, wanted: SlotsByAddress, block: BlockArg = BlockTag.LATEST
) -> dict[str, list[bytes]]:
    """Return the values of many slots at once, by address."""
    state = context.chain.state
    return {
        "0x" + address.hex(): [state.get_storage(address, slot, block) for slot in slots]
        for address, slots in wanted.items()
    }


METHODS: Methods = {
    "eth_getBalance": get_balance,
    "eth_getCode": get_code,
    "eth_getStorageAt": get_storage_at,
    "eth_getStorageValues": get_storage_values,
    "eth_getTransactionCount": get_transaction_count,
    "eth_getProof": get_proof,
}
