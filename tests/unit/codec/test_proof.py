"""Proofs made here and checked by the `trie` package, and the other way round; damaged ones."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rlp import decode as rlp_decode
from rlp import encode as rlp_encode
from trie import HexaryTrie

from contractchain.codec.proof import build_proof, verify_proof
from contractchain.codec.trie import build_trie
from contractchain.crypto import keccak256
from contractchain.errors import InvalidProofError
from contractchain.types import EMPTY_TRIE_ROOT

DIGITS = [b"\x00", b"\x01", b"\x10", b"\xff"]
plain_keys = st.one_of(
    st.lists(st.sampled_from(DIGITS), max_size=5).map(b"".join), st.binary(max_size=6)
)
secure_keys = st.integers(0, 60).map(lambda number: keccak256(b"key %d" % number))
keys = st.one_of(plain_keys, secure_keys)
values = st.one_of(st.binary(min_size=1, max_size=3), st.binary(min_size=30, max_size=80))


def entries_of(keys: st.SearchStrategy[bytes]) -> st.SearchStrategy[dict[bytes, bytes]]:
    return st.dictionaries(keys, values, max_size=30)


entries = st.one_of(entries_of(plain_keys), entries_of(secure_keys))


@given(entries, keys)
def test_a_proof_made_here_holds_for_the_trie_package(
    entries: dict[bytes, bytes], other: bytes
) -> None:
    nodes: dict[bytes, bytes] = {}
    root = build_trie(entries, nodes)
    for key in [*list(entries)[:5], other]:
        proof = build_proof(nodes, root, key)
        assert verify_proof(root, key, proof) == entries.get(key)
        if root != EMPTY_TRIE_ROOT:
            decoded = [rlp_decode(node) for node in proof]
            assert HexaryTrie.get_from_proof(root, key, decoded) == entries.get(key, b"")


@given(entries, keys)
def test_a_proof_of_the_trie_package_holds_here(entries: dict[bytes, bytes], other: bytes) -> None:
    trie = HexaryTrie({})
    for key, value in entries.items():
        trie[key] = value
    for key in [*list(entries)[:5], other]:
        proof = [rlp_encode(node) for node in trie.get_proof(key) if node]
        assert verify_proof(trie.root_hash, key, proof) == entries.get(key)


@given(entries, st.data())
def test_a_damaged_proof_never_proves_something_else(
    entries: dict[bytes, bytes], data: st.DataObject
) -> None:
    nodes: dict[bytes, bytes] = {}
    root = build_trie(entries, nodes)
    key = data.draw(st.one_of(st.sampled_from(list(entries)), keys) if entries else keys)
    proof = list(build_proof(nodes, root, key))
    for _ in range(data.draw(st.integers(1, 3)) if proof else 0):
        at = data.draw(st.integers(0, len(proof) - 1))
        node = bytearray(proof[at])
        if data.draw(st.booleans()) or not node:
            proof[at] = data.draw(st.binary(max_size=40))
        else:
            node[data.draw(st.integers(0, len(node) - 1))] ^= data.draw(st.integers(1, 255))
            proof[at] = bytes(node)
    try:
        found = verify_proof(root, key, proof)
    except InvalidProofError:
        return
    assert found == entries.get(key)


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.recursive(st.binary(max_size=4), lambda items: st.lists(items, max_size=17)).map(
                rlp_encode
            ),
        ),
        min_size=1,
        max_size=3,
    ),
    plain_keys,
)
def test_any_bytes_prove_something_or_are_refused(nodes: list[bytes], key: bytes) -> None:
    with suppress(InvalidProofError):
        verify_proof(keccak256(nodes[0]), key, nodes)


@given(entries.filter(len))
def test_a_proof_without_one_of_its_nodes_proves_nothing(entries: dict[bytes, bytes]) -> None:
    nodes: dict[bytes, bytes] = {}
    root = build_trie(entries, nodes)
    key = next(iter(entries))
    proof = build_proof(nodes, root, key)
    for missing in range(len(proof)):
        with pytest.raises(InvalidProofError) as raised:
            verify_proof(root, key, proof[:missing] + proof[missing + 1 :])
        assert "is missing" in str(raised.value)


def test_nothing_proves_that_an_empty_trie_is_empty() -> None:
    assert verify_proof(EMPTY_TRIE_ROOT, b"key", []) is None
    assert build_proof({}, EMPTY_TRIE_ROOT, b"key") == ()


@pytest.mark.parametrize(
    ("node", "part"),
    [
        ([b"\x20", b"a", b"b"], "a node of 3 items"),
        ([b"", b"a"], "has no path"),
        ([[b"\x20"], b"a"], "has no path"),
        ([b"\x40", b"a"], "`40` is not a path"),
        ([b"\x21", b"a"], "`21` is not a path"),
        ([b"\x20", [b"a"]], "a value is a list"),
        (b"text", "found a byte string"),
        ([b"\x00", b"short"], "node 0x73686f7274 is missing"),
    ],
)
def test_a_node_that_is_none_is_refused(node: object, part: str) -> None:
    encoded = rlp_encode(node)
    with pytest.raises(InvalidProofError) as raised:
        verify_proof(keccak256(encoded), b"", [encoded])
    assert part in str(raised.value)
