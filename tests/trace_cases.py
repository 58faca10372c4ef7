"""Transactions that call, create, log, fail and destroy, for suites that trace them."""

from typing import Any

from evm_builders import ALICE, BOB, assemble, created_address, init_code_of, word

GAS_LIMIT = 800_000
PUSH20 = b"\x73"
REASON = bytes.fromhex("08c379a0") + word(32) + word(5) + b"hello".ljust(32, b"\0")
"""`Error("hello")`."""


def at(number: int) -> bytes:
    """Return the address of the contract that the transaction `number` creates."""
    return created_address(ALICE.address, number)


def revert_with(data: bytes) -> bytes:
    """Return code that reverts with `data`."""
    stores = b"".join(
        b"\x7f" + data[place : place + 32].ljust(32, b"\0") + assemble(place, "MSTORE")
        for place in range(0, len(data), 32)
    )
    return stores + assemble(len(data), 0, "REVERT")


COUNTING = assemble(1, "SLOAD", 1, "ADD", 1, "SSTORE", 0xAB, 0, "MSTORE8", 7, 1, 0, "LOG1")
RETURNING = assemble(1, 0, "RETURN")
EVERYTHING = b"".join(
    (
        assemble(32, 0, 4, 0, 0, PUSH20 + at(0), 50_000, "CALL POP"),
        assemble(32, 0, 4, 0, PUSH20 + at(1), 50_000, "DELEGATECALL POP"),
        assemble(0, 0, 0, 0, PUSH20 + at(1), 20_000, "STATICCALL POP"),
        assemble(32, 0, 2, 0, 4, 9_000, "STATICCALL POP"),
        assemble(1, 64, 0, "CREATE POP"),
        assemble(5, 1, 64, 0, "CREATE2 POP"),
        assemble(PUSH20 + BOB.address, "BALANCE POP"),
        assemble(0, 0, 0, 0, 99, PUSH20 + BOB.address, 9_000, "CALL", "STOP"),
    )
)
TRANSACTIONS: tuple[dict[str, Any], ...] = (
    {"data": init_code_of(COUNTING + RETURNING)},
    {"data": init_code_of(revert_with(REASON))},
    {"data": init_code_of(EVERYTHING)},
    {"data": init_code_of(assemble(PUSH20 + BOB.address, "SELFDESTRUCT")), "value": 7},
    {"to": at(0)},
    {"to": at(2), "value": 3, "data": bytes.fromhex("12345678aabb")},
    {"to": at(1)},
    {"to": at(3)},
    {"to": BOB.address, "value": 5},
    {"to": at(2), "data": bytes.fromhex("12345678aabb"), "gas": 150_000},
    {"to": at(0), "gas": 22_000},
    {"data": init_code_of(b"\xef\x00")},
    {"data": revert_with(REASON)},
)
"""Of Alice, with nonces from 0 on."""


def to_request(nonce: int, fields: dict[str, Any]) -> dict[str, Any]:
    """Return a transaction as eth_sendTransaction takes it."""
    request: dict[str, Any] = {
        "from": ALICE.address,
        "gas": GAS_LIMIT,
        "nonce": nonce,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 10**10,
    }
    return {
        key: "0x" + value.hex() if isinstance(value, bytes) else hex(value)
        for key, value in (request | fields).items()
    }
