"""From transaction objects of the API to calls."""

from contractchain.interfaces.execution_data import Message
from contractchain.rpc.parameters import TransactionRequest
from contractchain.types import ZERO_ADDRESS


def to_message(request: TransactionRequest) -> Message:
    """Return the call that a transaction object describes."""
    max_fee = request.max_fee_per_gas
    priority = request.max_priority_fee_per_gas
    if request.gas_price is not None:
        max_fee = priority = request.gas_price
    return Message(
        sender=request.sender or ZERO_ADDRESS,
        to=request.to,
        value=request.value,
        data=request.data,
        gas_limit=request.gas_limit,
        max_fee_per_gas=max_fee or 0,
        max_priority_fee_per_gas=priority or 0,
        access_list=request.access_list or (),
        authorization_list=request.authorization_list,
        blob_versioned_hashes=request.blob_versioned_hashes,
        max_fee_per_blob_gas=request.max_fee_per_blob_gas or 0,
    )
