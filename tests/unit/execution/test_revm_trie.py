"""The native trie against the `trie` package, on random histories."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from contractchain.crypto import keccak256
from contractchain.types import EMPTY_TRIE_ROOT

_native = pytest.importorskip("contractchain._native", exc_type=ImportError)

KEYS = st.integers(0, 40).map(lambda number: b"key %d" % number)
STEPS = st.lists(
    st.tuples(KEYS, st.one_of(st.just(b""), st.binary(min_size=1, max_size=70))), max_size=60
)


def replay(steps: list[tuple[bytes, bytes]]) -> tuple["_native.SecureTrie", HexaryTrie]:
    """Apply steps to both tries; an empty value deletes."""
    ours, theirs = _native.SecureTrie(), HexaryTrie({})
    for key, value in steps:
        if value:
            ours.set(key, value)
            theirs.set(keccak256(key), value)
        else:
            assert ours.delete(key) == theirs.exists(keccak256(key))
            theirs.delete(keccak256(key))
    return ours, theirs


@given(STEPS)
def test_the_root_is_that_of_the_reference_after_any_history(
    steps: list[tuple[bytes, bytes]],
) -> None:
    ours, theirs = replay(steps)
    assert ours.root() == theirs.root_hash


@given(STEPS)
def test_the_root_may_be_asked_for_at_any_time(steps: list[tuple[bytes, bytes]]) -> None:
    asked = _native.SecureTrie()
    for key, value in steps:
        if value:
            asked.set(key, value)
        else:
            asked.delete(key)
        asked.root()
    assert asked.root() == replay(steps)[0].root()


@given(STEPS, KEYS)
@settings(max_examples=50)
def test_a_proof_holds_for_a_key_that_is_there_or_not(
    steps: list[tuple[bytes, bytes]], key: bytes
) -> None:
    ours, theirs = replay(steps)
    nodes = ours.prove(key)
    expected = theirs.get(keccak256(key))
    assert ours.get(key) == (expected or None)
    if ours.root() == EMPTY_TRIE_ROOT:
        assert nodes == ()
        return
    import rlp

    decoded = [rlp.decode(node) for node in nodes]
    assert HexaryTrie.get_from_proof(ours.root(), keccak256(key), decoded) == expected


@given(STEPS, STEPS)
def test_a_copy_changes_alone(
    before: list[tuple[bytes, bytes]], after: list[tuple[bytes, bytes]]
) -> None:
    ours, theirs = replay(before)
    copy = ours.copy()
    for key, value in after:
        if value:
            copy.set(key, value)
        else:
            copy.delete(key)
    assert ours.root() == theirs.root_hash
    assert copy.root() == replay(before + after)[1].root_hash


def test_an_empty_value_is_refused() -> None:
    with pytest.raises(_native.Fault):
        _native.SecureTrie().set(b"key", b"")
