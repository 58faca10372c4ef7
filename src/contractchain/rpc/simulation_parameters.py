"""Decoding of the payload of eth_simulateV1.

Spec:
    execution-apis, schema `EthSimulatePayload`.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from contractchain.chain.simulation_plan import (
    BlockOverrides,
    BlockPlan,
    CallPlan,
    SimulationPlan,
)
from contractchain.errors import DecodeError
from contractchain.interfaces.simulation_data import PlannedCall
from contractchain.rpc.messages import to_message
from contractchain.rpc.parameters import (
    decode_address,
    decode_array,
    decode_boolean,
    decode_field,
    decode_hash,
    decode_object,
    decode_overrides,
    decode_quantity,
    decode_transaction_request,
    decode_uint64,
)
from contractchain.types import Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationPayload:
    """What is to be simulated, and what of it is wanted."""

    plan: SimulationPlan
    wants_transactions: bool
    """Whole transactions, not their hashes alone."""


_BLOCK_KEYS = {
    "number": ("number", decode_uint64),
    "time": ("timestamp", decode_uint64),
    "gasLimit": ("gas_limit", decode_uint64),
    "feeRecipient": ("beneficiary", decode_address),
    "difficulty": ("difficulty", decode_quantity),
    "prevRandao": ("prev_randao", decode_hash),
    "baseFeePerGas": ("base_fee_per_gas", decode_uint64),
    "blobBaseFee": ("blob_base_fee", decode_uint64),
    "beaconRoot": ("parent_beacon_block_root", decode_hash),
}


def decode_simulation(value: Any) -> SimulationPayload:
    """Read the payload."""
    fields = decode_object(value, "simulation")
    blocks = decode_array(fields.get("blockStateCalls"), "blockStateCalls")
    if not blocks:
        raise DecodeError("no block is asked for", what="blockStateCalls")
    return SimulationPayload(
        plan=SimulationPlan(
            blocks=tuple(_decode_block(item) for item in blocks),
            validates=_decode_flag(fields, "validation"),
            traces_transfers=_decode_flag(fields, "traceTransfers"),
        ),
        wants_transactions=_decode_flag(fields, "returnFullTransactions"),
    )


def _decode_flag(fields: dict[str, Any], key: str) -> bool:
    value = fields.get(key)
    return False if value is None else bool(decode_field(key, decode_boolean, value))


def _decode_block(value: Any) -> BlockPlan:
    fields = decode_object(value, "block")
    calls = decode_array(fields.get("calls") or [], "calls")
    return BlockPlan(
        block=decode_block_overrides(fields.get("blockOverrides") or {}),
        accounts=decode_overrides(fields.get("stateOverrides") or {}),
        calls=tuple(_decode_call(item) for item in calls),
    )


def decode_block_overrides(value: Any) -> BlockOverrides:
    """Read the fields of a block that are overridden."""
    fields = decode_object(value, "block override")
    found: dict[str, Any] = {
        name: decode_field(key, decode, fields[key])
        for key, (name, decode) in _BLOCK_KEYS.items()
        if fields.get(key) is not None
    }
    if fields.get("withdrawals") is not None:
        found["withdrawals"] = tuple(
            _decode_withdrawal(item) for item in decode_array(fields["withdrawals"], "withdrawals")
        )
    return BlockOverrides(**found)


def _decode_withdrawal(value: Any) -> Withdrawal:
    fields = decode_object(value, "withdrawal")
    return Withdrawal(
        index=decode_field("index", decode_uint64, fields.get("index")),
        validator_index=decode_field("validatorIndex", decode_uint64, fields.get("validatorIndex")),
        address=decode_field("address", decode_address, fields.get("address")),
        amount_gwei=decode_field("amount", decode_uint64, fields.get("amount")),
    )


def _decode_call(value: Any) -> CallPlan:
    request = decode_transaction_request(value)
    kind = request.type
    if request.gas_price is not None and kind is None:
        kind = 1 if request.access_list is not None else 0
    return CallPlan(call=PlannedCall(message=to_message(request), nonce=request.nonce), type=kind)


SimulationArg = Annotated[SimulationPayload, decode_simulation]
