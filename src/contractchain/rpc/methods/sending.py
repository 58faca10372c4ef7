"""Transactions on their way in."""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from contractchain.chain.references import BlockTag
from contractchain.codec.blob_sidecar import has_sidecar, split_sidecar
from contractchain.codec.transaction import encode_transaction, sign_transaction
from contractchain.crypto import Account
from contractchain.errors import (
    ContractChainError,
    EngineError,
    InvalidSidecarError,
    NotFoundError,
    WrongChainIdError,
)
from contractchain.rpc.context import RpcContext
from contractchain.rpc.dispatcher import Methods
from contractchain.rpc.later import Later
from contractchain.rpc.messages import to_message
from contractchain.rpc.methods.calls import return_data_of
from contractchain.rpc.parameters import Data, TransactionArg, TransactionRequest
from contractchain.types import (
    AccessListTransaction,
    DynamicFeeTransaction,
    Hash32,
    LegacyTransaction,
    SetCodeTransaction,
    Transaction,
)


def send_raw_transaction(
    context: RpcContext, raw: Data
) -> Later[Hash32] | Coroutine[Any, Any, Hash32]:
    """Submit a signed transaction; with automine its receipt is there when the hash is."""
    if has_sidecar(raw):
        return _submit_without_sidecar(context, raw)
    return context.submitter.submit(raw)


async def _submit_without_sidecar(context: RpcContext, raw: bytes) -> Hash32:
    """Submit a blob transaction whose blobs are what it says; they are kept nowhere."""
    transaction, sidecar = await context.read(split_sidecar, raw)
    holds = await context.read(
        context.kzg.verify,
        sidecar.blobs,
        sidecar.commitments,
        sidecar.proofs,
        of_cells=sidecar.has_cell_proofs,
    )
    if not holds:
        raise InvalidSidecarError("the KZG proofs of the blobs do not hold")
    return await context.submitter.submit(transaction).wait()


async def send_transaction(context: RpcContext, request: TransactionArg) -> Hash32:
    """Fill in, sign and submit a transaction of a development account."""
    account = _get_account(context, request)
    return await context.write(_send, context, account, request)


async def sign_transaction_method(context: RpcContext, request: TransactionArg) -> dict[str, Any]:
    """Fill in and sign a transaction of a development account, without submitting it."""
    account = _get_account(context, request)
    raw = await context.write(_fill_and_sign, context, account, request)
    return {"raw": raw}


def _get_account(context: RpcContext, request: TransactionRequest) -> Account:
    sender = request.sender or next(iter(context.accounts), b"")
    account = context.accounts.get(sender)
    if account is None:
        raise NotFoundError(
            f"this node has no key for 0x{sender.hex()}",
            hint="sign the transaction and use eth_sendRawTransaction",
        )
    return account


def _send(context: RpcContext, account: Account, request: TransactionRequest) -> Hash32:
    result = context.chain.submit([_fill_and_sign(context, account, request)])[0]
    if isinstance(result, ContractChainError):
        raise result
    return result


def _fill_and_sign(context: RpcContext, account: Account, request: TransactionRequest) -> bytes:
    return encode_transaction(
        sign_transaction(_fill(context, account, request), account.private_key)
    )


def _fill(context: RpcContext, account: Account, request: TransactionRequest) -> Transaction:
    """Return the transaction with everything that was left out filled in."""
    chain_id = context.chain.config.chain_id
    if request.chain_id not in (None, chain_id):
        raise WrongChainIdError(got=request.chain_id, expected=chain_id)
    nonce = request.nonce
    if nonce is None:
        nonce = context.chain.state.get_next_nonce(account.address)
    gas_limit = request.gas_limit
    if gas_limit is None:
        gas_limit = _estimate(context, account, request)
    common: dict[str, Any] = {
        "nonce": nonce,
        "gas_limit": gas_limit,
        "to": request.to,
        "value": request.value,
        "data": request.data,
        "chain_id": chain_id,
    }
    if request.gas_price is not None:
        if request.access_list is None:
            return LegacyTransaction(gas_price=request.gas_price, **common)
        return AccessListTransaction(
            gas_price=request.gas_price, access_list=request.access_list, **common
        )
    fees = context.chain.suggest_fees()
    priority = request.max_priority_fee_per_gas
    max_fee = request.max_fee_per_gas
    if priority is None:
        priority = fees.max_priority_fee_per_gas
        if max_fee is not None:
            priority = min(priority, max_fee)
    if max_fee is None:
        max_fee = max(fees.max_fee_per_gas, fees.base_fee_per_gas * 2 + priority)
    common |= {
        "max_priority_fee_per_gas": priority,
        "max_fee_per_gas": max_fee,
        "access_list": request.access_list or (),
    }
    if request.authorization_list:
        return SetCodeTransaction(authorization_list=request.authorization_list, **common)
    return DynamicFeeTransaction(**common)


def _estimate(context: RpcContext, account: Account, request: TransactionRequest) -> int:
    found = context.chain.calls.estimate_gas(
        to_message(_request_from(account, request)), BlockTag.PENDING
    )
    if isinstance(found, int):
        return found
    return_data_of(found)
    raise EngineError("the engine's estimate is neither gas nor a failure")


def _request_from(account: Account, request: TransactionRequest) -> TransactionRequest:
    """Return the request with its sender filled in."""
    return replace(request, sender=account.address)


METHODS: Methods = {
    "eth_sendRawTransaction": send_raw_transaction,
    "eth_sendTransaction": send_transaction,
    "eth_signTransaction": sign_transaction_method,
}
