"""JSON-RPC values <-> our data, for simulated blocks.

Spec:
    execution-apis, schemas `EthSimulatePayload` and `EthSimulateResult`.
"""

from collections.abc import Mapping
from typing import Any

from contractchain.chain.deriving import calculate_contract_address
from contractchain.chain.simulation_plan import (
    BlockOverrides,
    BlockPlan,
    CallPlan,
    CallView,
    SimulationPlan,
)
from contractchain.client.connection import SimulatedBlock
from contractchain.client.rpc_json import (
    WHAT,
    Fields,
    read_block,
    read_bytes,
    read_logs,
    read_object,
    read_quantity,
    write_message,
)
from contractchain.codec.hexadecimal import to_hex
from contractchain.errors import DecodeError
from contractchain.interfaces.execution_data import AccountOverride
from contractchain.types import Address, Halt, Outcome, Revert, Success

_NUMBERS = {
    "number": "number",
    "timestamp": "time",
    "gas_limit": "gasLimit",
    "difficulty": "difficulty",
    "base_fee_per_gas": "baseFeePerGas",
    "blob_base_fee": "blobBaseFee",
}
_BYTES = {
    "beneficiary": "feeRecipient",
    "prev_randao": "prevRandao",
    "parent_beacon_block_root": "beaconRoot",
}


def write_simulation(plan: SimulationPlan) -> dict[str, Any]:
    """Return the payload of eth_simulateV1; whole transactions are asked for."""
    return {
        "blockStateCalls": [_write_block(block) for block in plan.blocks],
        "validation": plan.validates,
        "traceTransfers": plan.traces_transfers,
        "returnFullTransactions": True,
    }


def write_overrides(overrides: Mapping[Address, AccountOverride]) -> dict[str, Any]:
    """Return a state override set."""
    return {to_hex(address): _write_override(item) for address, item in overrides.items()}


def read_simulation(value: object, plan: SimulationPlan) -> tuple[SimulatedBlock, ...]:
    """Return the blocks that a node gives for a plan."""
    if not isinstance(value, list):
        raise DecodeError("the simulation is not a list of blocks", what=WHAT)
    given = [block for block in value if read_object(block, "block").get("calls")]
    wanted = [block for block in plan.blocks if block.calls]
    if len(given) != len(wanted):
        raise DecodeError(f"{len(given)} blocks have calls, not {len(wanted)}", what=WHAT)
    plans = iter(wanted)
    return tuple(
        _read_block(block, next(plans).calls if block.get("calls") else ()) for block in value
    )


def _write_block(plan: BlockPlan) -> dict[str, Any]:
    return {
        "blockOverrides": _write_block_overrides(plan.block),
        "stateOverrides": write_overrides(plan.accounts),
        "calls": [_write_call(call) for call in plan.calls],
    }


def _write_block_overrides(block: BlockOverrides) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, key in _NUMBERS.items():
        if getattr(block, name) is not None:
            out[key] = hex(getattr(block, name))
    for name, key in _BYTES.items():
        if getattr(block, name) is not None:
            out[key] = to_hex(getattr(block, name))
    if block.withdrawals is not None:
        out["withdrawals"] = [
            {
                "index": hex(w.index),
                "validatorIndex": hex(w.validator_index),
                "address": to_hex(w.address),
                "amount": hex(w.amount_gwei),
            }
            for w in block.withdrawals
        ]
    return out


def _write_override(override: AccountOverride) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if override.balance is not None:
        out["balance"] = hex(override.balance)
    if override.nonce is not None:
        out["nonce"] = hex(override.nonce)
    if override.code is not None:
        out["code"] = to_hex(override.code)
    if override.storage is not None:
        slots = {**override.storage, **override.storage_diff}
        out["state"] = {to_hex(slot): to_hex(value) for slot, value in slots.items()}
    elif override.storage_diff:
        pairs = override.storage_diff.items()
        out["stateDiff"] = {to_hex(slot): to_hex(value) for slot, value in pairs}
    if override.move_precompile_to is not None:
        out["movePrecompileToAddress"] = to_hex(override.move_precompile_to)
    return out


def _write_call(plan: CallPlan) -> dict[str, Any]:
    out = write_message(plan.call.message)
    if plan.call.nonce is not None:
        out["nonce"] = hex(plan.call.nonce)
    if plan.type is not None:
        out["type"] = hex(plan.type)
    return out


def _read_block(value: object, plans: tuple[CallPlan, ...]) -> SimulatedBlock:
    fields = read_object(value, "block")
    transactions, calls = fields.get("transactions"), fields.get("calls")
    if not isinstance(transactions, list) or not isinstance(calls, list):
        raise DecodeError("a block lacks its transactions or its calls", what=WHAT)
    if not len(transactions) == len(calls) == len(plans):
        raise DecodeError(f"{len(calls)} results for {len(plans)} calls", what=WHAT)
    full = [read_object(item, "transaction") for item in transactions]
    return SimulatedBlock(
        block=read_block({**fields, "transactions": [item.get("hash") for item in full]}),
        calls=tuple(
            _read_call(read_object(call, "call"), plan, transaction)
            for call, plan, transaction in zip(calls, plans, full, strict=True)
        ),
    )


def _read_call(fields: Fields, plan: CallPlan, transaction: Fields) -> CallView:
    gas_used = read_quantity(fields.get("gasUsed"), "gasUsed")
    return CallView(
        outcome=_read_outcome(fields, plan, transaction),
        gas_used=gas_used,
        max_gas_used=read_quantity(fields.get("maxUsedGas", gas_used), "maxUsedGas"),
        logs=tuple(read_logs(fields.get("logs", []))),
    )


def _read_outcome(fields: Fields, plan: CallPlan, transaction: Fields) -> Outcome:
    if read_quantity(fields.get("status"), "status"):
        created = None
        if plan.call.message.to is None:
            nonce = read_quantity(transaction.get("nonce"), "nonce")
            created = calculate_contract_address(plan.call.message.sender, nonce)
        data = read_bytes(fields.get("returnData"), "returnData")
        return Success(return_data=data, created_address=created)
    error = read_object(fields.get("error"), "error")
    if error.get("code") == 3:
        return Revert(data=read_bytes(error.get("data", "0x"), "data"))
    return Halt(reason=str(error.get("message", "")).replace(" ", "-"))
