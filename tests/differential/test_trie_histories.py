"""Tries of ours and the `trie` package through the same histories: roots, entries and proofs.

The native trie takes part where keys are hashed, which is what it is for.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from rlp import decode as rlp_decode
from rlp import encode as rlp_encode
from trie import HexaryTrie

from contractchain.codec.proof import build_proof, verify_proof
from contractchain.codec.trie import build_trie
from contractchain.crypto import keccak256

_native = pytest.importorskip("contractchain._native", exc_type=ImportError)

KEYS = st.one_of(
    st.integers(0, 30).map(lambda number: b"key %d" % number),
    st.lists(st.sampled_from([b"\x00", b"\x01", b"\x10"]), max_size=4).map(b"".join),
)
"""Some come again, and some are the beginning of others."""
VALUES = st.one_of(st.binary(min_size=1, max_size=2), st.binary(min_size=30, max_size=70))


class Histories(RuleBasedStateMachine):
    """Every trie after the same changes."""

    @initialize(is_secure=st.booleans())
    def start(self, is_secure: bool) -> None:
        self.is_secure = is_secure
        self.entries: dict[bytes, bytes] = {}
        self.package = HexaryTrie({})
        self.native = _native.SecureTrie()

    def hashed(self, key: bytes) -> bytes:
        return keccak256(key) if self.is_secure else key

    @rule(key=KEYS, value=VALUES)
    def put(self, key: bytes, value: bytes) -> None:
        self.entries[self.hashed(key)] = value
        self.package[self.hashed(key)] = value
        self.native.set(key, value)

    @rule(key=KEYS)
    def delete(self, key: bytes) -> None:
        was_there = self.entries.pop(self.hashed(key), None) is not None
        self.package.delete(self.hashed(key))
        assert self.native.delete(key) == was_there

    @rule(key=KEYS)
    def prove(self, key: bytes) -> None:
        place = self.hashed(key)
        value = self.entries.get(place)
        nodes: dict[bytes, bytes] = {}
        root = build_trie(self.entries, nodes)
        proofs = [build_proof(nodes, root, place)]
        if self.is_secure:
            proofs.append(self.native.prove(key))
            assert proofs[0] == proofs[1]
        for proof in proofs if self.entries else []:
            decoded = [rlp_decode(node) for node in proof]
            assert HexaryTrie.get_from_proof(root, place, decoded) == (value or b"")
        proofs.append([rlp_encode(node) for node in self.package.get_proof(place) if node])
        assert [verify_proof(root, place, proof) for proof in proofs] == [value] * len(proofs)

    @invariant()
    def roots_agree(self) -> None:
        assert build_trie(self.entries) == self.package.root_hash
        if self.is_secure:
            assert self.native.root() == self.package.root_hash


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=30)
