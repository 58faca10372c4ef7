"""Makes a scenario smaller while something that was found in it stays.

The parts are known, so each is made smaller in its own way: blocks, transactions and accounts are
left out, code loses instructions, transactions lose fields and are signed again.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Any, TypeVar

from contractchain.codec.transaction import decode_transaction, recover_sender
from contractchain.conformance.scenarios import Scenario, ScenarioBlock
from contractchain.errors import ContractChainError
from contractchain.types import GenesisAccount
from evm_builders import ACCOUNTS, sign

T = TypeVar("T")
BY_ADDRESS = {account.address: account for account in ACCOUNTS}
Check = Callable[[Scenario], bool]
MIN_GAS_LIMITS = (21_000, 60_000, 100_000, 1_000_000)


def shrink(scenario: Scenario, shows: Check, *, seconds: float = 120) -> Scenario:
    """Return the smallest scenario found in `seconds` for which `shows` still holds."""
    deadline = monotonic() + seconds
    improved = True
    while improved and monotonic() < deadline:
        improved = False
        for candidate in _candidates(scenario):
            if monotonic() > deadline:
                break
            if measure(candidate) < measure(scenario) and shows(candidate):
                scenario = candidate
                improved = True
                break
    return scenario


def measure(scenario: Scenario) -> tuple[int, int]:
    """Return how large a scenario is: parts, then the bytes and numbers in them."""
    parts = len(scenario.alloc) + len(scenario.calls) + len(scenario.blocks)
    size = sum(len(call.data) + call.value.bit_length() for call in scenario.calls)
    for account in scenario.alloc.values():
        parts += len(account.storage) + len(split_code(account.code))
        size += account.balance.bit_length() + account.nonce.bit_length() + len(account.code)
        size += sum(account.code)
    for block in scenario.blocks:
        parts += len(block.transactions) + len(block.withdrawals) + len(block.uncles)
        parts += sum(
            getattr(block, name) != getattr(ScenarioBlock(), name)
            for name in ("gas_limit", "base_fee_per_gas", "excess_blob_gas", "beneficiary")
        )
        size += sum(map(len, block.transactions))
    parts += any(scenario.deposit_contract)
    return parts, size


def split_code(code: bytes) -> list[bytes]:
    """Return the instructions of code, each with its immediate bytes."""
    parts = []
    at = 0
    while at < len(code):
        width = 1 + max(0, code[at] - 0x5F) if code[at] <= 0x7F else 1
        parts.append(code[at : at + width])
        at += width
    return parts


def _candidates(scenario: Scenario) -> Iterator[Scenario]:
    """Yield smaller scenarios, those first that leave out most."""
    for calls in _without(scenario.calls):
        yield replace(scenario, calls=calls)
    for blocks in _without(scenario.blocks):
        yield replace(scenario, blocks=blocks)
    for at, block in enumerate(scenario.blocks):
        for smaller in _smaller_blocks(block):
            yield replace(scenario, blocks=_with(scenario.blocks, at, smaller))
    yield replace(scenario, deposit_contract=bytes(20))
    addresses = tuple(scenario.alloc)
    for kept in _without(addresses):
        yield replace(scenario, alloc={address: scenario.alloc[address] for address in kept})
    for address, account in scenario.alloc.items():
        for other in _smaller_accounts(account):
            yield replace(scenario, alloc={**scenario.alloc, address: other})
    for at, block in enumerate(scenario.blocks):
        for place, raw in enumerate(block.transactions):
            for other_raw in _smaller_transactions(raw):
                changed = replace(block, transactions=_with(block.transactions, place, other_raw))
                yield replace(scenario, blocks=_with(scenario.blocks, at, changed))
    for at, call in enumerate(scenario.calls):
        changes: list[dict[str, Any]] = [{"value": 0}, {"max_fee_per_gas": 0}]
        changes += [{"data": data} for data in _smaller_bytes(call.data, is_code=call.to is None)]
        for change in changes:
            yield replace(scenario, calls=_with(scenario.calls, at, replace(call, **change)))


def _smaller_blocks(block: ScenarioBlock) -> Iterator[ScenarioBlock]:
    for transactions in _without(block.transactions):
        yield replace(block, transactions=transactions)
    for withdrawals in _without(block.withdrawals):
        yield replace(block, withdrawals=withdrawals)
    for uncles in _without(block.uncles):
        yield replace(block, uncles=uncles)
    usual = ScenarioBlock()
    for name in ("gas_limit", "base_fee_per_gas", "excess_blob_gas", "beneficiary"):
        yield replace(block, **{name: getattr(usual, name)})


def _smaller_accounts(account: GenesisAccount) -> Iterator[GenesisAccount]:
    for storage in _without(account.storage):
        yield replace(account, storage=storage)
    for code in _smaller_bytes(account.code, is_code=True):
        yield replace(account, code=code)
    for change in ({"balance": 0}, {"balance": 10**18}, {"nonce": 1}, {"nonce": 0}):
        yield replace(account, **change)


def _smaller_transactions(raw: bytes) -> Iterator[bytes]:
    try:
        transaction: Any = decode_transaction(raw)
        account = BY_ADDRESS[recover_sender(transaction)]
    except (ContractChainError, KeyError):
        return
    changes: list[dict[str, Any]] = [{"value": 0}]
    changes += [
        {"data": data} for data in _smaller_bytes(transaction.data, is_code=transaction.to is None)
    ]
    changes += [{"gas_limit": gas} for gas in MIN_GAS_LIMITS if gas < transaction.gas_limit]
    for name in ("access_list", "authorization_list", "blob_versioned_hashes"):
        changes += [{name: kept} for kept in _without(getattr(transaction, name, ()))]
    for change in changes:
        yield sign(replace(transaction, **change), account)


def _smaller_bytes(data: bytes, *, is_code: bool) -> Iterator[bytes]:
    parts = split_code(data) if is_code else [data[i : i + 1] for i in range(len(data))]
    for kept in _without(tuple(parts)):
        yield b"".join(kept)
    if is_code:
        for at, part in enumerate(parts):
            if len(part) > 2:
                yield b"".join([*parts[:at], b"\x60" + part[-1:], *parts[at + 1 :]])
                if len(part) != 21:
                    yield b"".join([*parts[:at], part[:1] + bytes(len(part) - 1), *parts[at + 1 :]])
            elif len(part) == 2 and part[1]:
                yield b"".join([*parts[:at], b"\x60\x00", *parts[at + 1 :]])
    elif any(data):
        yield bytes(len(data))


def _without(items: tuple[T, ...]) -> Iterator[tuple[T, ...]]:
    """Yield the items without halves of them, quarters, and so on down to single ones."""
    width = len(items)
    while width:
        for start in range(0, len(items), width):
            yield items[:start] + items[start + width :]
        width //= 2


def _with(items: tuple[T, ...], at: int, item: T) -> tuple[T, ...]:
    return (*items[:at], item, *items[at + 1 :])
