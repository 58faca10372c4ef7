"""Ethereum's trie tests on every trie of ours, and on the one that ours are compared with.

The native trie is secure by nature: its keys are hashes, so the plain tests, whose keys are of any
length and begin one another, are for the Python one. `trietestnextprev` asks for the neighbours of
a key, which no trie of ours knows.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from trie import HexaryTrie
from vectors import ETHEREUM_TESTS, find_top

from contractchain.codec.proof import build_proof, verify_proof
from contractchain.codec.trie import build_trie
from contractchain.crypto import keccak256

pytestmark = pytest.mark.skipif(
    not ETHEREUM_TESTS.exists(), reason=f"{ETHEREUM_TESTS} is not here; set CTC_VECTORS"
)

IN_ORDER = ("trietest", "trietest_secureTrie")
IN_ANY_ORDER = ("trieanyorder", "trieanyorder_secureTrie", "hex_encoded_securetrie_test")
ORDERS = 24
"""Orders in which the entries of a test are put in."""

Step = tuple[bytes, bytes]
"""Key and value; an empty value deletes."""


@dataclass(frozen=True)
class TrieCase:
    """Entries and the root they give."""

    name: str
    is_secure: bool
    steps: tuple[Step, ...]
    root: bytes


def parse(text: str | None) -> bytes:
    if text is None:
        return b""
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode("utf-8")


def read(file: str) -> list[TrieCase]:
    if not ETHEREUM_TESTS.exists():
        return []
    tests: dict[str, dict[str, Any]] = json.loads(
        (find_top() / "TrieTests" / f"{file}.json").read_text("utf-8")
    )
    cases = []
    for name, test in tests.items():
        entries = test["in"]
        pairs = entries.items() if isinstance(entries, dict) else entries
        steps = tuple((parse(key), parse(value)) for key, value in pairs)
        cases.append(TrieCase(f"{file}-{name}", "secure" in file, steps, parse(test["root"])))
    return cases


def orders(case: TrieCase) -> Iterator[tuple[Step, ...]]:
    """Yield the orders to try: one, or several if the order does not matter."""
    if case.name.startswith(IN_ORDER):
        yield case.steps
        return
    generator = random.Random(case.name)
    for _ in range(ORDERS):
        yield tuple(generator.sample(case.steps, len(case.steps)))


def root_of_package(steps: tuple[Step, ...], *, is_secure: bool) -> bytes:
    trie = HexaryTrie({})
    for key, value in steps:
        trie[keccak256(key) if is_secure else key] = value
    return trie.root_hash


def root_of_built(steps: tuple[Step, ...], *, is_secure: bool) -> bytes:
    entries = {keccak256(key) if is_secure else key: value for key, value in steps}
    return build_trie({key: value for key, value in entries.items() if value})


def root_of_native(steps: tuple[Step, ...], *, is_secure: bool) -> bytes:
    assert is_secure
    native = pytest.importorskip("contractchain._native", exc_type=ImportError)
    trie = native.SecureTrie()
    for key, value in steps:
        if value:
            trie.set(key, value)
        else:
            trie.delete(key)
    return trie.root()


CASES = [case for file in (*IN_ORDER, *IN_ANY_ORDER) for case in read(file)]


RUNS = [
    pytest.param(case, root_of, id=f"{case.name}-{root_of.__name__}")
    for case in CASES
    for root_of in (root_of_package, root_of_built, *([root_of_native] if case.is_secure else []))
]


@pytest.mark.parametrize(("case", "root_of"), RUNS)
def test_the_root_is_the_one_given(case: TrieCase, root_of: Callable[..., bytes]) -> None:
    for steps in orders(case):
        assert root_of(steps, is_secure=case.is_secure) == case.root


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_entry_can_be_proved(case: TrieCase) -> None:
    hashed = keccak256 if case.is_secure else bytes
    entries = {hashed(key): value for key, value in case.steps}
    nodes: dict[bytes, bytes] = {}
    build_trie({key: value for key, value in entries.items() if value}, nodes)
    for key, value in entries.items():
        proof = build_proof(nodes, case.root, key)
        assert verify_proof(case.root, key, proof) == (value or None)


def test_every_file_was_read() -> None:
    names = {path.stem for path in (find_top() / "TrieTests").glob("*.json")}
    assert names == {*IN_ORDER, *IN_ANY_ORDER, "trietestnextprev"}
    assert len(CASES) >= 20
