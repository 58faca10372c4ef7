"""The upper rungs of the stress ladder do what they say, and as much of it."""

from typing import Any

from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from contractchain.testing import reverts

Fixture = Any


def test_storage_heavy_fills_fresh_slots(deploy: Fixture) -> None:
    heavy = deploy("StorageHeavy")
    first = heavy.write(5)
    second = heavy.write(5)
    assert heavy.written() == 10
    assert [heavy.read(i) for i in range(11)] == [*range(1, 11), 0]
    assert heavy.sum(10) == 55
    assert second.gas_used > 5 * 20_000
    assert first.gas_used > second.gas_used


def test_storage_heavy_rewrites_only_what_is_there(deploy: Fixture) -> None:
    heavy = deploy("StorageHeavy")
    heavy.write(3)
    heavy.rewrite(3, 8)
    assert [heavy.read(i) for i in range(3)] == [1 ^ 9, 2 ^ 9, 3 ^ 9]
    with reverts("not that many slots"):
        heavy.rewrite(4, 0)


@settings(max_examples=20)
@given(seed=st.binary(min_size=32, max_size=32), rounds=st.integers(0, 20))
def test_compute_heavy_hashes_as_python_does(deploy: Fixture, seed: bytes, rounds: int) -> None:
    heavy = deploy("ComputeHeavy")
    expected = seed
    for i in range(rounds):
        expected = keccak(expected + i.to_bytes(32, "big"))
    assert heavy.hashChain(seed, rounds) == expected


@settings(max_examples=20)
@given(seed=st.integers(0, 2**256 - 1), rounds=st.integers(0, 20))
def test_compute_heavy_mixes_as_python_does(deploy: Fixture, seed: int, rounds: int) -> None:
    heavy = deploy("ComputeHeavy")
    x = seed
    for i in range(rounds):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**256
        x ^= x >> 33
        x = x % (2**255 - 19) + i
    assert heavy.mixChain(seed, rounds) == x


def test_compute_heavy_keeps_its_last_result(deploy: Fixture) -> None:
    heavy = deploy("ComputeHeavy")
    heavy.hash(bytes(32), 3)
    assert heavy.result() == heavy.hashChain(bytes(32), 3)
    assert heavy.fibonacci(10) == 55


def test_log_heavy_emits_as_many_events_as_asked(deploy: Fixture, accounts: Fixture) -> None:
    heavy = deploy("LogHeavy")
    result = heavy.emitMany(4, b"\x01" * 32, sender=accounts[1])
    assert [event.index for event in result.events] == [0, 1, 2, 3]
    expected = keccak(b"\x01" * 32 + (2).to_bytes(32, "big"))
    assert result.events[2] == heavy.events.Step(caller=accounts[1], index=2, data=expected)


def test_log_heavy_emits_a_blob(deploy: Fixture) -> None:
    heavy = deploy("LogHeavy")
    blob = bytes(range(100))
    assert heavy.emitBlob(blob).events == (heavy.events.Blob(data=blob),)
