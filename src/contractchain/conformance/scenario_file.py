"""Scenarios to and from JSON files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from contractchain.chain.genesis_config import parse_schedule, to_schedule_json
from contractchain.chain.json_fields import Fields, read_fields
from contractchain.conformance.scenarios import Scenario, ScenarioBlock
from contractchain.conformance.values import get_list, get_text, parse_accounts
from contractchain.interfaces.execution_data import Message
from contractchain.types import Fork, Withdrawal


def load_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Raises:
        ConfigError: not readable, not JSON, or a key with a value it cannot have.
    """
    document = read_fields(path)
    forks = {fork.value.lower(): fork for fork in Fork}
    name = get_text(document, "fork")
    if name.lower() not in forks:
        raise document.fault("fork", f"there is no fork `{name}`")
    alloc = document.find_object("alloc")
    blobs = document.find_object("blobSchedule")
    return Scenario(
        fork=forks[name.lower()],
        alloc=parse_accounts(alloc) if alloc is not None else {},
        blocks=tuple(_parse_block(entry) for entry in _objects(document, "blocks")),
        calls=tuple(_parse_call(entry) for entry in _objects(document, "calls")),
        deposit_contract=document.find_bytes("depositContract", size=20) or bytes(20),
        blob_schedule=parse_schedule(blobs) if blobs is not None else None,
        note=get_text(document, "note") if "note" in document else "",
    )


def to_scenario_json(scenario: Scenario) -> dict[str, Any]:
    """Return the JSON document that `load_scenario` reads; what is as usual is left out."""
    document: dict[str, Any] = {"note": scenario.note, "fork": scenario.fork.value}
    if any(scenario.deposit_contract):
        document["depositContract"] = _hex(scenario.deposit_contract)
    if scenario.blob_schedule is not None:
        document["blobSchedule"] = to_schedule_json(scenario.blob_schedule)
    document["alloc"] = {
        _hex(address): {
            "nonce": hex(account.nonce),
            "balance": hex(account.balance),
            "code": _hex(account.code),
            "storage": {_hex(slot): _hex(value) for slot, value in account.storage},
        }
        for address, account in scenario.alloc.items()
    }
    document["blocks"] = [_to_block_json(block) for block in scenario.blocks]
    document["calls"] = [_to_call_json(message) for message in scenario.calls]
    return document


def _objects(parent: Fields, key: str) -> Iterator[Fields]:
    if key not in parent:
        return
    for index, item in enumerate(get_list(parent, key)):
        if not isinstance(item, dict):
            raise parent.fault(key, f"entry {index} is no object")
        yield Fields(item, key=f"{key}[{index}]")


def _parse_block(entry: Fields) -> ScenarioBlock:
    usual = ScenarioBlock()
    raws: Sequence[Any] = get_list(entry, "transactions") if "transactions" in entry else ()
    return ScenarioBlock(
        transactions=tuple(entry.to_bytes("transactions", raw) for raw in raws),
        withdrawals=tuple(
            Withdrawal(
                index=item.get_int("index", bits=64),
                validator_index=item.get_int("validatorIndex", bits=64),
                address=item.to_bytes("address", get_text(item, "address"), size=20),
                amount_gwei=item.get_int("amount", bits=64),
            )
            for item in _objects(entry, "withdrawals")
        ),
        uncles=tuple(
            (
                item.get_int("number", bits=64),
                item.to_bytes("beneficiary", get_text(item, "beneficiary"), size=20),
            )
            for item in _objects(entry, "uncles")
        ),
        gas_limit=_find_int(entry, "gasLimit", usual.gas_limit, bits=63),
        base_fee_per_gas=_find_int(entry, "baseFeePerGas", usual.base_fee_per_gas, bits=64),
        excess_blob_gas=_find_int(entry, "excessBlobGas", usual.excess_blob_gas, bits=64),
        beneficiary=entry.find_bytes("coinbase", size=20) or usual.beneficiary,
    )


def _find_int(entry: Fields, key: str, usual: int, *, bits: int) -> int:
    found = entry.find_int(key, bits=bits)
    return usual if found is None else found


def _to_block_json(block: ScenarioBlock) -> dict[str, Any]:
    usual = ScenarioBlock()
    document: dict[str, Any] = {"transactions": [_hex(raw) for raw in block.transactions]}
    if block.withdrawals:
        document["withdrawals"] = [
            {
                "index": hex(w.index),
                "validatorIndex": hex(w.validator_index),
                "address": _hex(w.address),
                "amount": hex(w.amount_gwei),
            }
            for w in block.withdrawals
        ]
    if block.uncles:
        document["uncles"] = [
            {"number": hex(number), "beneficiary": _hex(address)}
            for number, address in block.uncles
        ]
    for key, name in (
        ("gasLimit", "gas_limit"),
        ("baseFeePerGas", "base_fee_per_gas"),
        ("excessBlobGas", "excess_blob_gas"),
    ):
        if getattr(block, name) != getattr(usual, name):
            document[key] = hex(getattr(block, name))
    if block.beneficiary != usual.beneficiary:
        document["coinbase"] = _hex(block.beneficiary)
    return document


def _parse_call(entry: Fields) -> Message:
    return Message(
        sender=entry.find_bytes("from", size=20) or bytes(20),
        to=entry.find_bytes("to", size=20),
        value=_find_int(entry, "value", 0, bits=256),
        data=entry.find_bytes("input") or b"",
        gas_limit=entry.find_int("gas", bits=63),
        max_fee_per_gas=_find_int(entry, "maxFeePerGas", 0, bits=64),
    )


def _to_call_json(message: Message) -> dict[str, Any]:
    document: dict[str, Any] = {"from": _hex(message.sender)}
    if message.to is not None:
        document["to"] = _hex(message.to)
    if message.gas_limit is not None:
        document["gas"] = hex(message.gas_limit)
    document |= {"value": hex(message.value), "input": _hex(message.data)}
    if message.max_fee_per_gas:
        document["maxFeePerGas"] = hex(message.max_fee_per_gas)
    return document


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
