"""Tries built at once against `trie`, which inserts key by key."""

from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie

from contractchain.codec.rlp import encode, encode_int
from contractchain.codec.roots import calculate_list_root
from contractchain.codec.trie import build_trie
from contractchain.types import EMPTY_TRIE_ROOT

keys = st.one_of(
    st.binary(min_size=4, max_size=4),
    st.lists(st.sampled_from([b"\x00", b"\x01", b"\x10", b"\xff"]), max_size=5).map(b"".join),
)
"""Some are the beginning of others."""
values = st.one_of(st.binary(min_size=1, max_size=3), st.binary(min_size=30, max_size=80))
entries = st.dictionaries(keys, values, max_size=40)


@given(entries)
def test_the_root_is_that_of_the_trie_package(entries: dict[bytes, bytes]) -> None:
    expected = HexaryTrie({})
    for key, value in entries.items():
        expected[key] = value
    assert build_trie(entries) == expected.root_hash


@given(entries)
def test_the_nodes_hold_every_entry(entries: dict[bytes, bytes]) -> None:
    nodes: dict[bytes, bytes] = {}
    trie = HexaryTrie(nodes, build_trie(entries, nodes))
    for key, value in entries.items():
        assert trie[key] == value


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=300))
def test_a_list_root_is_that_of_the_trie_package(values: list[bytes]) -> None:
    expected = HexaryTrie({})
    for index, value in enumerate(values):
        expected[encode(encode_int(index))] = value
    assert calculate_list_root(values) == expected.root_hash


def test_nothing_has_the_empty_root() -> None:
    assert build_trie({}) == calculate_list_root([]) == EMPTY_TRIE_ROOT
