"""A Merkle-Patricia trie made at once from all its entries.

Every node is encoded exactly once, which is what the lists of a block and whole states need. The
trie cannot be changed afterwards; the engines keep their own for that. What proves an entry is in
`contractchain.codec.proof`.

Spec:
    Yellow paper, appendix D.
"""

from collections.abc import Mapping
from typing import TypeAlias

from contractchain.codec.rlp import Item, encode
from contractchain.crypto import keccak256
from contractchain.types import EMPTY_TRIE_ROOT, Hash32

Entry: TypeAlias = tuple[str, bytes]
"""Key in hex digits, value."""


def build_trie(entries: Mapping[bytes, bytes], nodes: dict[Hash32, bytes] | None = None) -> Hash32:
    """Return the root of the trie that holds `entries`.

    Args:
        entries: By key; values are not empty.
        nodes: Gets the encoding of each node under its hash, if given.
    """
    if not entries:
        return EMPTY_TRIE_ROOT
    ordered = sorted((key.hex(), value) for key, value in entries.items())
    kept: dict[Hash32, bytes] = {} if nodes is None else nodes
    encoded = encode(_build(ordered, 0, kept))
    root = keccak256(encoded)
    kept[root] = encoded
    return root


def _build(entries: list[Entry], depth: int, nodes: dict[Hash32, bytes]) -> Item:
    first, last = entries[0][0], entries[-1][0]
    if len(entries) == 1:
        return [_encode_path(first[depth:], is_leaf=True), entries[0][1]]
    shared = depth
    while shared < len(first) and first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        child = _reference(_build(entries, shared, nodes), nodes)
        return [_encode_path(first[depth:shared], is_leaf=False), child]
    branch: list[Item] = [b""] * 17
    start = 0
    if len(first) == depth:  # the key ends here, and others go on
        branch[16], start = entries[0][1], 1
    while start < len(entries):
        digit = entries[start][0][depth]
        end = start + 1
        while end < len(entries) and entries[end][0][depth] == digit:
            end += 1
        branch[int(digit, 16)] = _reference(_build(entries[start:end], depth + 1, nodes), nodes)
        start = end
    return branch


def _reference(node: Item, nodes: dict[Hash32, bytes]) -> Item:
    encoded = encode(node)
    if len(encoded) < 32:
        return node
    digest = keccak256(encoded)
    nodes[digest] = encoded
    return digest


def _encode_path(digits: str, *, is_leaf: bool) -> bytes:
    flag = 2 if is_leaf else 0
    if len(digits) % 2:
        return bytes.fromhex(f"{flag + 1:x}{digits}")
    return bytes.fromhex(f"{flag:x}0{digits}")
